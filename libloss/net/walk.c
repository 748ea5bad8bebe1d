#include "net/walk.h"

#include <string.h>

#include "net/builder.h"

lossi_walk lossi_walk_of(const lossi_node *node, size_t n_blocks)
{
    lossi_walk w = {.n_blocks = n_blocks, .n_dims = node->n_dims};
    memcpy(w.dims, node->dims, sizeof w.dims);
    return w;
}

void lossi_walk_broadcast(lossi_walk *w, size_t block, const lossi_node *node)
{
    for (size_t k = 1; k <= w->n_dims && k <= node->n_dims; k++) {
        size_t dim = node->n_dims - k;
        w->steps[block][w->n_dims - k] =
            node->dims[dim] == 1 ? 0 : (ptrdiff_t)lossi_step_of(node, dim);
    }
}

/* True if dimension d can be gone through in one go with the one after it. */
static bool goes_on(const lossi_walk *w, size_t d)
{
    for (size_t b = 0; b < w->n_blocks; b++)
        if (w->steps[b][d] != w->steps[b][d + 1] * (ptrdiff_t)w->dims[d + 1])
            return false;
    return true;
}

static void remove_dim(lossi_walk *w, size_t d)
{
    w->n_dims--;
    for (size_t k = d; k < w->n_dims; k++) {
        w->dims[k] = w->dims[k + 1];
        for (size_t b = 0; b < w->n_blocks; b++)
            w->steps[b][k] = w->steps[b][k + 1];
    }
}

/* Fewer and longer dimensions. */
static void merge(lossi_walk *w)
{
    for (size_t d = w->n_dims; d-- > 0;)
        if (w->dims[d] == 1 && w->n_dims > 1)
            remove_dim(w, d);
    for (size_t d = w->n_dims; d-- > 0;)
        if (d + 1 < w->n_dims && goes_on(w, d)) {
            w->dims[d + 1] *= w->dims[d];
            remove_dim(w, d);
        }
}

/* On to the next index of the dimensions before the last. */
static void advance(lossi_walk *w)
{
    for (size_t d = w->n_dims - 1; d-- > 0;) {
        w->index[d]++;
        for (size_t b = 0; b < w->n_blocks; b++)
            w->at[b] += w->steps[b][d];
        if (w->index[d] < w->dims[d])
            return;
        w->index[d] = 0;
        for (size_t b = 0; b < w->n_blocks; b++)
            w->at[b] -= w->steps[b][d] * (ptrdiff_t)w->dims[d];
    }
    w->is_over = true;
}

bool lossi_walk_next(lossi_walk *w, lossi_run *run)
{
    if (!w->is_under_way)
        merge(w);
    else
        advance(w);
    w->is_under_way = true;
    run->count = w->dims[w->n_dims - 1];
    for (size_t b = 0; b < w->n_blocks; b++) {
        run->at[b] = w->at[b];
        run->step[b] = w->steps[b][w->n_dims - 1];
    }
    return !w->is_over;
}

loss_status lossi_broadcast(lossi_addition *a)
{
    char first[LOSSI_SHAPE_TEXT], other[LOSSI_SHAPE_TEXT];
    lossi_node *node = a->node;
    for (size_t i = 1; i < node->n_inputs; i++) {
        const lossi_node *in = &a->nodes[node->inputs[i]];
        size_t n = node->n_dims > in->n_dims ? node->n_dims : in->n_dims, dims[LOSSI_MOST_DIMS];
        for (size_t d = 0; d < LOSSI_MOST_DIMS; d++)
            dims[d] = 1;
        for (size_t k = 1; k <= n; k++) {
            size_t x = k <= node->n_dims ? node->dims[node->n_dims - k] : 1,
                   y = k <= in->n_dims ? in->dims[in->n_dims - k] : 1;
            if (x != y && x != 1 && y != 1)
                return lossi_fail(LOSS_ERR_SHAPE, "%s: %s and %s", a->name,
                                  lossi_shape_text(node, first), lossi_shape_text(in, other));
            dims[n - k] = x > y ? x : y;
        }
        node->n_dims = n;
        memcpy(node->dims, dims, sizeof dims);
    }
    return LOSS_OK;
}

loss_status lossi_axis(const lossi_addition *a, double axis, size_t n_dims, size_t *dim)
{
    double at = axis < 0 ? axis + (double)n_dims : axis;
    if (!(at >= 0 && at < (double)n_dims))
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: axis %g of an output of %zu dimensions", a->name,
                          axis, n_dims);
    *dim = (size_t)at;
    return LOSS_OK;
}
