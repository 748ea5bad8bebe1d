/* Random directions and their normalisation (Li et al. 2018, section 4). A value depends on
 * (seed, axis, tensor name, index) only. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "plane/plane.h"

const char *loss_norm_name(loss_norm norm)
{
    static const char *const names[] = {"filter", "layer", "weight", "none"};
    return (unsigned)norm < sizeof names / sizeof *names ? names[norm] : "unknown";
}

const char *loss_ignore_name(loss_ignore ignore)
{
    return ignore == LOSS_IGNORE_NONE ? "none" : "biasbn";
}

static double norm_of(const lossi_real *w, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)w[i] * (double)w[i];
    return sqrt(sum);
}

static double norm_of_direction(const float *d, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)d[i] * (double)d[i];
    return sqrt(sum);
}

static void scale(float *d, size_t n, double factor)
{
    for (size_t i = 0; i < n; i++)
        d[i] = (float)((double)d[i] * factor);
}

/* Normalises the direction d of a tensor of two or more dimensions against its weights. */
static void normalise(const lossi_tensor *tensor, loss_norm norm, float *d)
{
    const lossi_real *w = tensor->values;
    size_t n_filters = tensor->dims[0], size = tensor->count / n_filters;
    if (norm == LOSS_NORM_FILTER) {
        for (size_t i = 0; i < n_filters; i++)
            scale(d + i * size, size,
                  norm_of(w + i * size, size) / (norm_of_direction(d + i * size, size) + 1e-10));
    } else if (norm == LOSS_NORM_LAYER) {
        scale(d, tensor->count, norm_of(w, tensor->count) / norm_of_direction(d, tensor->count));
    } else if (norm == LOSS_NORM_WEIGHT) {
        for (size_t j = 0; j < tensor->count; j++)
            d[j] = (float)((double)d[j] * (double)w[j]);
    }
}

static void draw(const loss_net *net, const loss_random_options *opt, lossi_purpose axis, float *d)
{
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        if (!lossi_tensor_is_trainable(tensor))
            continue;
        if (lossi_tensor_is_filter(tensor)) {
            lossi_stream stream =
                lossi_stream_make(opt->seed, axis, lossi_random_detail(tensor->name));
            lossi_random_normal_at(&stream, 0, d, tensor->count);
            normalise(tensor, opt->norm, d);
        } else if (opt->ignore == LOSS_IGNORE_NONE) {
            for (size_t j = 0; j < tensor->count; j++)
                d[j] = (float)tensor->values[j]; /* as the reference implementation does */
        }                                        /* else it stays zero */
        d += tensor->count;
    }
}

loss_status loss_plane_random(loss_plane **out, const loss_net *net,
                              const loss_random_options *given)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(net);
    loss_random_options opt = LOSS_RANDOM_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status && ((unsigned)opt.norm > LOSS_NORM_NONE || (unsigned)opt.ignore > LOSS_IGNORE_NONE))
        status =
            lossi_fail(LOSS_ERR_ARGUMENT, "norm %d, ignore %d: norms are 0 to %d, ignore 0 or 1",
                       (int)opt.norm, (int)opt.ignore, LOSS_NORM_NONE);
    if (!status)
        status = lossi_plane_allocate(out, net, false);
    if (status)
        return status;
    (*out)->is_random = true;
    (*out)->random = opt;
    draw(net, &opt, LOSSI_RANDOM_DIRECTION_X, (*out)->directions[0]);
    draw(net, &opt, LOSSI_RANDOM_DIRECTION_Y, (*out)->directions[1]);
    return lossi_plane_finish(
        out, lossi_format("random norm=%s ignore=%s seed=%llu", loss_norm_name(opt.norm),
                          loss_ignore_name(opt.ignore), (unsigned long long)opt.seed));
}
