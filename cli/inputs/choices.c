/* Lists of choices, filled from the library when they are asked for. */
#include "inputs/choices.h"

#include <stdio.h>
#include <string.h>

#include "common/options.h"

#define LIST(list, type, last, name_of)                                                            \
    const char *const *choices_##list(void)                                                        \
    {                                                                                              \
        static const char *names[last + 2];                                                        \
        for (int i = 0; i <= last; i++)                                                            \
            names[i] = name_of((type)i);                                                           \
        return names;                                                                              \
    }

LIST(split, loss_split, LOSS_SPLIT_TEST, loss_split_name)
LIST(ignore, loss_ignore, LOSS_IGNORE_NONE, loss_ignore_name)
LIST(norm, loss_norm, LOSS_NORM_NONE, loss_norm_name)
LIST(bn, loss_bn, LOSS_BN_RECALIBRATE, loss_bn_name)
LIST(level_scale, loss_level_scale, LOSS_LEVELS_QUANTILE, loss_level_scale_name)
LIST(schedule, loss_schedule, LOSS_SCHEDULE_COSINE, loss_schedule_name)

const char *const *choices_splits(void)
{
    static const char *names[CHOICE_BOTH + 2];
    for (int i = 0; i < CHOICE_BOTH; i++)
        names[i] = loss_split_name((loss_split)i);
    names[CHOICE_BOTH] = "both";
    return names;
}

const char *const *choices_weights(void)
{
    static const char *endings[32];
    for (size_t i = 0; i < 31; i++)
        endings[i] = loss_weights_ending(i);
    return endings;
}

const char *choices_colours_help(void)
{
    static char text[256];
    const char *const *maps = loss_colour_maps();
    size_t n = strlen(options_list(maps, text, sizeof text));
    snprintf(text + n, sizeof text - n, " (%s)", maps[0]);
    return text;
}
