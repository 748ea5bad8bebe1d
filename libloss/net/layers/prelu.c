/* PReLU (He et al. 2015): y = x above 0, w x below; one w, or one for each channel. */
#include "net/builder.h"

enum { PER };
static const char *const PER_WORDS[] = {"layer", "channel", NULL};

static loss_status add(lossi_addition *a)
{
    size_t n = lossi_node_key(a->node, PER) ? a->node->dims[0] : 1;
    a->tensors[LOSSI_WEIGHT] = (struct lossi_tensor_shape){1, {n}};
    return LOSS_OK;
}

/* A channel: values of it, and the number of its weight. */
typedef struct channel {
    size_t n, at, weight;
} channel;

static channel channel_of(const lossi_call *call, size_t c)
{
    size_t n = lossi_node_pixels(call->node) * call->lanes;
    return (channel){n, c * n, lossi_node_key(call->node, PER) ? c : 0};
}

static void forward(const lossi_call *call)
{
    for (size_t c = 0; c < call->node->dims[0]; c++) {
        channel m = channel_of(call, c);
        const lossi_real *x = call->x[0] + m.at, w = call->p[LOSSI_WEIGHT][m.weight];
        for (size_t i = 0; i < m.n; i++)
            call->y[m.at + i] = x[i] > 0 ? x[i] : w * x[i];
    }
}

/* dx += slope dy; dw += the sum of x dy below 0.
 * @param x  where its sign is; by: what dw's terms are made with
 * @param dx, dw  NULL: not wanted */
static void add_gradients(const lossi_call *call, const lossi_real *by, const lossi_real *dy,
                          lossi_real *dx, lossi_real *dw)
{
    for (size_t c = 0; c < call->node->dims[0]; c++) {
        channel m = channel_of(call, c);
        lossi_real w = call->p[LOSSI_WEIGHT][m.weight];
        double sum = 0;
        for (size_t i = m.at; dx && i < m.at + m.n; i++)
            dx[i] += call->x[0][i] > 0 ? dy[i] : w * dy[i];
        for (size_t i = m.at; dw && i < m.at + m.n; i++)
            sum += call->x[0][i] > 0 ? 0 : (double)by[i] * (double)dy[i];
        if (dw)
            dw[m.weight] += (lossi_real)sum;
    }
}

static void backward(const lossi_call *call)
{
    add_gradients(call, call->x[0], call->dy, call->dx[0], call->dp[LOSSI_WEIGHT]);
}

/* out += w' by below 0 */
static void add_moved(const lossi_tangent *t, const lossi_real *by, lossi_real *out)
{
    for (size_t c = 0; t->p[LOSSI_WEIGHT] && c < t->at.node->dims[0]; c++) {
        channel m = channel_of(&t->at, c);
        lossi_real w = t->p[LOSSI_WEIGHT][m.weight];
        for (size_t i = m.at; i < m.at + m.n; i++)
            out[i] += t->at.x[0][i] > 0 ? 0 : w * by[i];
    }
}

static void forward_tangent(const lossi_tangent *t)
{
    for (size_t i = 0; i < lossi_chunk_size(t->at.node, t->at.lanes); i++)
        t->y[i] = 0;
    add_gradients(&t->at, NULL, t->x[0], t->y, NULL);
    add_moved(t, t->at.x[0], t->y);
}

static void backward_tangent(const lossi_tangent *t)
{
    add_gradients(&t->at, t->at.x[0], t->dy, t->dx[0], t->dp[LOSSI_WEIGHT]);
    add_gradients(&t->at, t->x[0], t->at.dy, NULL, t->dp[LOSSI_WEIGHT]);
    if (t->dx[0])
        add_moved(t, t->at.dy, t->dx[0]);
}

const lossi_layer lossi_layer_prelu = {
    .name = "prelu",
    .keys = {{"per", .words = PER_WORDS}},
    .tensors = {{"weight", LOSS_TENSOR_BIAS, LOSSI_INITIAL_QUARTERS, false}},
    .add = add,
    .in_place = true,
    .forward = forward,
    .backward = backward,
    .forward_tangent = forward_tangent,
    .backward_tangent = backward_tangent,
};
