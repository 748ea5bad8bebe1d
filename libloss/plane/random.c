/* Random directions and their normalisation (Li et al. 2018, section 4). A value depends on
 * (seed, axis, tensor name, index) only. */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "net/layout.h"
#include "plane/kinds.h"

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
        if (!lossi_layout_takes(tensor, opt->ignore != LOSS_IGNORE_NONE, opt->layers)) {
            d += tensor->count; /* it stays zero */
            continue;
        }
        if (lossi_tensor_is_filter(tensor)) {
            lossi_stream stream =
                lossi_stream_make(opt->seed, axis, lossi_random_detail(tensor->name));
            lossi_random_normal_at(&stream, 0, d, tensor->count);
            normalise(tensor, opt->norm, d);
        } else {
            for (size_t j = 0; j < tensor->count; j++)
                d[j] = (float)tensor->values[j]; /* as the reference implementation does */
        }
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
        status = lossi_layout_check(net, opt.ignore != LOSS_IGNORE_NONE, opt.layers);
    if (!status)
        status = lossi_plane_allocate(out, &lossi_plane_kind_random, net, false);
    if (!status)
        status = lossi_plane_restrict(out, opt.layers);
    if (status)
        return status;
    loss_random_options *details = (*out)->details;
    *details = opt;
    details->layers = (*out)->layers;
    draw(net, &opt, LOSSI_RANDOM_DIRECTION_X, (*out)->directions[0]);
    draw(net, &opt, LOSSI_RANDOM_DIRECTION_Y, (*out)->directions[1]);
    return lossi_plane_finish(
        out, lossi_format("random norm=%s ignore=%s seed=%llu%s%s", loss_norm_name(opt.norm),
                          loss_ignore_name(opt.ignore), (unsigned long long)opt.seed,
                          opt.layers ? " layers=" : "", opt.layers ? opt.layers : ""));
}

static bool record(const loss_plane *plane, lossi_facts *facts)
{
    const loss_random_options *opt = plane->details;
    return lossi_facts_add(facts, LOSS_KEY_NORM, "%s", loss_norm_name(opt->norm)) &&
           lossi_facts_add(facts, LOSS_KEY_IGNORE, "%s", loss_ignore_name(opt->ignore)) &&
           lossi_facts_add(facts, LOSS_KEY_SEED, "%llu", (unsigned long long)opt->seed);
}

static loss_status restore(loss_plane **out, const lossi_plane_kind *kind, const loss_net *net,
                           const lossi_plane_source *source)
{
    loss_random_options opt = LOSS_RANDOM_OPTIONS_INIT;
    const char *name = lossi_facts_text(source->facts, kind->mark);
    int norm = LOSS_NORM_FILTER;
    while (norm <= LOSS_NORM_NONE && strcmp(loss_norm_name((loss_norm)norm), name) != 0)
        norm++;
    opt.norm = (loss_norm)norm; /* an unknown one is refused */
    opt.ignore = lossi_plane_ignore_of(source->facts);
    opt.layers = lossi_facts_find(source->facts, LOSS_KEY_LAYERS);
    loss_status status = lossi_facts_count(source->facts, source->path, LOSS_KEY_SEED, &opt.seed);
    return status ? status : loss_plane_random(out, net, &opt);
}

static loss_status another(loss_plane **out, const loss_plane *plane, const loss_net *net,
                           uint64_t number)
{
    loss_random_options opt = *(const loss_random_options *)plane->details;
    opt.seed += number;
    return loss_plane_random(out, net, &opt);
}

const lossi_plane_kind lossi_plane_kind_random = {
    .name = "random",
    .mark = LOSS_KEY_NORM,
    .details_size = sizeof(loss_random_options),
    .is_drawn = true,
    .record = record,
    .restore = restore,
    .move = lossi_plane_move_straight,
    .another = another,
};
