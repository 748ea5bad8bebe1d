/* Mean, sum and largest value over some of the axes. The gradient of the largest value is shared
 * by all that are as large, as PyTorch's amax does. */
#include <math.h>
#include <string.h>

#include "net/builder.h"
#include "net/walk.h"

enum { AXES, KEEP_DIMS };

static bool is_reduced(const lossi_node *node, size_t d)
{
    const lossi_values *axes = &node->keys[AXES];
    for (size_t i = 0; i < axes->n; i++)
        if (axes->v[i] == (double)d)
            return true;
    return axes->n == 0;
}

static loss_status add(lossi_addition *a)
{
    lossi_node *node = a->node;
    size_t n = 0;
    for (size_t i = 0, axis; i < node->keys[AXES].n; i++) {
        loss_status status = lossi_axis(a, node->keys[AXES].v[i], a->in->n_dims, &axis);
        if (status)
            return status;
        node->keys[AXES].v[i] = (double)axis;
    }
    for (size_t d = 0; d < a->in->n_dims; d++)
        if (!is_reduced(node, d))
            node->dims[n++] = a->in->dims[d];
        else if (lossi_node_key(node, KEEP_DIMS))
            node->dims[n++] = 1;
    node->n_dims = n ? n : 1;
    for (size_t d = n; d < LOSSI_MOST_DIMS; d++)
        node->dims[d] = 1;
    return LOSS_OK;
}

/* Through the input, block 0; the elements of the output that its own belong to are block 1. */
static lossi_walk walk_of(const lossi_call *call)
{
    lossi_walk w = lossi_walk_of(call->in, 2);
    lossi_walk_broadcast(&w, 0, call->in);
    ptrdiff_t step = 1;
    for (size_t d = call->in->n_dims; d-- > 0;)
        if (!is_reduced(call->node, d)) {
            w.steps[1][d] = step;
            step *= (ptrdiff_t)call->in->dims[d];
        }
    return w;
}

/* Calls `work` for each element of the input, and that of the output. */
typedef struct pass {
    const lossi_call *call;
    void (*work)(const struct pass *p, size_t x, size_t y);
    const lossi_real *from;
    lossi_real *to;
    lossi_real factor;
} pass;

static void for_each_element(const pass *p)
{
    size_t lanes = p->call->lanes;
    lossi_walk w = walk_of(p->call);
    for (lossi_run r; lossi_walk_next(&w, &r);)
        for (ptrdiff_t e = 0; e < (ptrdiff_t)r.count; e++)
            p->work(p, (size_t)(r.at[0] + e * r.step[0]) * lanes,
                    (size_t)(r.at[1] + e * r.step[1]) * lanes);
}

/* ---- Mean and sum --------------------------------------------------------------------------- */

typedef struct kind {
    bool is_mean;
} kind;

static lossi_real factor_of(const lossi_call *call)
{
    return ((const kind *)call->node->layer->family)->is_mean
               ? (lossi_real)((double)lossi_node_size(call->node) /
                              (double)lossi_node_size(call->in))
               : 1;
}

/* Sums in double, of as many values as there are lanes, where they come one after the other. */
static void forward(const lossi_call *call)
{
    size_t lanes = call->lanes;
    double sum[LOSSI_MOST_LANES];
    lossi_real factor = factor_of(call);
    call->kernels->zero(lossi_chunk_size(call->node, lanes), call->y);
    lossi_walk w = walk_of(call);
    for (lossi_run r; lossi_walk_next(&w, &r);) {
        memset(sum, 0, sizeof sum);
        for (ptrdiff_t e = 0; e < (ptrdiff_t)r.count; e++) {
            const lossi_real *x = call->x[0] + (size_t)(r.at[0] + e * r.step[0]) * lanes;
            lossi_real *y = call->y + (size_t)(r.at[1] + e * r.step[1]) * lanes;
            for (size_t i = 0; i < lanes; i++)
                sum[i] += (double)x[i];
            if (r.step[1] == 0 && e + 1 < (ptrdiff_t)r.count)
                continue;
            for (size_t i = 0; i < lanes; i++)
                y[i] += factor * (lossi_real)sum[i];
            memset(sum, 0, sizeof sum);
        }
    }
}

static void add_share(const pass *p, size_t x, size_t y)
{
    for (size_t i = 0; i < p->call->lanes; i++)
        p->to[x + i] += p->factor * p->from[y + i];
}

static void backward(const lossi_call *call)
{
    if (call->dx[0])
        for_each_element(&(pass){call, add_share, call->dy, call->dx[0], factor_of(call)});
}

/* ---- The largest ---------------------------------------------------------------------------- */

static void keep_larger(const pass *p, size_t x, size_t y)
{
    for (size_t i = 0; i < p->call->lanes; i++) {
        lossi_real value = p->from[x + i];
        if (value > p->to[y + i] || isnan(value))
            p->to[y + i] = value;
    }
}

static void forward_max(const lossi_call *call)
{
    for (size_t i = 0; i < lossi_chunk_size(call->node, call->lanes); i++)
        call->y[i] = -INFINITY;
    for_each_element(&(pass){call, keep_larger, call->x[0], call->y, 0});
}

static bool is_largest(const pass *p, size_t x, size_t y)
{
    return p->call->x[0][x] == p->call->y[y];
}

static void count(const pass *p, size_t x, size_t y)
{
    for (size_t i = 0; i < p->call->lanes; i++)
        p->to[y + i] += is_largest(p, x + i, y + i);
}

/* How many are as large as the largest. */
static size_t scratch_count(const lossi_site *site)
{
    return lossi_chunk_size(site->node, site->lanes);
}

static void count_largest(const lossi_call *call)
{
    call->kernels->zero(lossi_chunk_size(call->node, call->lanes), call->scratch);
    for_each_element(&(pass){call, count, NULL, call->scratch, 0});
}

static void give_back(const pass *p, size_t x, size_t y)
{
    for (size_t i = 0; i < p->call->lanes; i++)
        if (is_largest(p, x + i, y + i))
            p->to[x + i] += p->from[y + i] / p->call->scratch[y + i];
}

static void add_to_largest(const lossi_call *call, const lossi_real *dy, lossi_real *dx)
{
    if (!dx)
        return;
    count_largest(call);
    for_each_element(&(pass){call, give_back, dy, dx, 0});
}

static void backward_max(const lossi_call *call)
{
    add_to_largest(call, call->dy, call->dx[0]);
}

static void take_largest(const pass *p, size_t x, size_t y)
{
    for (size_t i = 0; i < p->call->lanes; i++)
        if (is_largest(p, x + i, y + i))
            p->to[y + i] += p->from[x + i] / p->call->scratch[y + i];
}

static void forward_tangent_max(const lossi_tangent *t)
{
    t->at.kernels->zero(lossi_chunk_size(t->at.node, t->at.lanes), t->y);
    count_largest(&t->at);
    for_each_element(&(pass){&t->at, take_largest, t->x[0], t->y, 0});
}

static void backward_tangent_max(const lossi_tangent *t)
{
    add_to_largest(&t->at, t->dy, t->dx[0]);
}

#define REDUCE                                                                                     \
    .keys = {{"axes", .is_optional = true, .least = -LOSSI_MOST_DIMS, .most = LOSSI_MOST_DIMS - 1, \
              .most_values = LOSSI_MOST_DIMS},                                                     \
             {"keep_dims", .most = 1}},                                                            \
    .add = add

const lossi_layer lossi_layer_reduce_mean = {
    .name = "reduce_mean",
    .family = &(const kind){true},
    REDUCE,
    .forward = forward,
    .backward = backward,
};

const lossi_layer lossi_layer_reduce_sum = {
    .name = "reduce_sum",
    .family = &(const kind){false},
    REDUCE,
    .forward = forward,
    .backward = backward,
};

const lossi_layer lossi_layer_reduce_max = {
    .name = "reduce_max",
    REDUCE,
    .backward_uses_output = true,
    .scratch_count = scratch_count,
    .forward = forward_max,
    .backward = backward_max,
    .forward_tangent = forward_tangent_max,
    .backward_tangent = backward_tangent_max,
};
