#include "inputs/model_shape.h"

#include "cli.h"

bool model_shape_take(const option_spec *o, const char *text, char message[OPTIONS_MESSAGE])
{
    loss_shape *shape = o->to.own;
    size_t *sides[] = {&shape->channels, &shape->height, &shape->width};
    const char *at = text;
    for (int i = 0; i < 3; i++) {
        uint64_t side;
        if (!loss_count_parse(at, &at, &side) || !side || side > 1 << 20 ||
            *at != (i < 2 ? ',' : 0))
            return options_wrong(message, "--%s=%s: expected CHANNELS,HEIGHT,WIDTH such as 3,32,32",
                                 o->name, text);
        *sides[i] = (size_t)side;
        at++;
    }
    return true;
}

int model_shape_find(const char *command, const char *model, loss_shape *shape)
{
    loss_shape fixed;
    loss_status status = loss_net_fixed_shape(&fixed, model);
    if (status)
        return report_failure(status);
    if (!shape->channels) {
        size_t classes = shape->classes;
        *shape = fixed;
        shape->classes = classes;
    }
    if (!shape->classes)
        shape->classes = fixed.classes;
    if (!shape->channels || !shape->height || !shape->width)
        return usage_error(command,
                           "%s: of which images? Give --input-shape C,H,W, such as 3,32,32", model);
    if (!shape->classes)
        return usage_error(command, "%s: of how many classes? Give --classes N", model);
    return -1;
}
