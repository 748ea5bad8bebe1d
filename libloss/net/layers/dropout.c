/* Dropout (Srivastava et al. 2014) and stochastic depth (Huang et al. 2016), which drops all of an
 * image. Both are inverted: kept values are scaled in training, and evaluation is the identity. The
 * mask is drawn again for backward from the same counters; it depends on the image's place in the
 * batch, not on chunks. */
#include "base/random.h"
#include "net/builder.h"

static loss_status add(lossi_addition *a)
{
    return lossi_node_value(a->node, 0) < 1
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_ARGUMENT, "%s: p is %g; 0 <= p < 1", a->name,
                            lossi_node_value(a->node, 0));
}

/* What is dropped at once. */
typedef struct drops {
    bool whole; /* all values of an image, or each on its own */
} drops;

/* The factor of element e (in [c][h][w]) of image i of the batch: 0 or 1 / (1 - p). */
static lossi_real factor(const lossi_call *call, const lossi_stream *stream, size_t i, size_t e)
{
    bool whole = ((const drops *)call->node->layer->family)->whole;
    double u = lossi_random_uniform(stream, whole ? (uint64_t)i
                                                  : (uint64_t)i * lossi_node_size(call->node) + e);
    double p = lossi_node_value(call->node, 0);
    return u < p ? 0 : (lossi_real)(1 / (1 - p));
}

static lossi_stream stream_of(const lossi_call *call)
{
    return lossi_stream_make(call->seed, LOSSI_RANDOM_DROPOUT, (uint32_t)call->index);
}

static void forward(const lossi_call *call)
{
    if (!call->training) {
        if (call->y != call->x[0])
            call->kernels->copy(lossi_chunk_size(call->node, call->lanes), call->x[0], call->y);
        return;
    }
    lossi_stream stream = stream_of(call);
    for (size_t e = 0; e < lossi_node_size(call->node); e++)
        for (size_t i = 0; i < call->lanes; i++)
            call->y[e * call->lanes + i] =
                call->x[0][e * call->lanes + i] * factor(call, &stream, call->first_image + i, e);
}

static void backward(const lossi_call *call)
{
    if (!call->dx[0])
        return;
    if (!call->training) {
        call->kernels->add(lossi_chunk_size(call->node, call->lanes), call->dx[0], call->dy,
                           call->dx[0]);
        return;
    }
    lossi_stream stream = stream_of(call);
    for (size_t e = 0; e < lossi_node_size(call->node); e++)
        for (size_t i = 0; i < call->lanes; i++)
            call->dx[0][e * call->lanes + i] +=
                call->dy[e * call->lanes + i] * factor(call, &stream, call->first_image + i, e);
}

#define DROPS(kind, whole)                                                                         \
    .name = #kind, .family = &(const drops){whole},                                                \
    .keys = {{"p", .is_needed = true, .is_fraction = true, .most = 1}}, .add = add,                \
    .in_place = true, .forward = forward, .backward = backward

const lossi_layer lossi_layer_dropout = {DROPS(dropout, false)};
const lossi_layer lossi_layer_stochastic_depth = {DROPS(stochastic_depth, true)};

loss_node loss_builder_dropout(loss_builder *b, loss_node in, double p)
{
    return lossi_builder_add(b, &lossi_layer_dropout, NULL, 1, &in, &LOSSI_VALUE(p));
}
