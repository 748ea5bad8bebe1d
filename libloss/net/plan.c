/* Sizes of chunks, and first-fit placement of lifetimes, in the order given. Networks have
 * hundreds of layers, so a quadratic search is no matter. */
#include "net/plan.h"

#include <stdlib.h>

/* Values of a cache line; and vectors of a chunk beyond which it got no faster: on maps of one
 * tile, three fill the registers of the GEMM. */
enum { ALIGN = 16, ENOUGH_VECTORS = 3 };

size_t lossi_rounded(size_t n)
{
    return (n + ALIGN - 1) / ALIGN * ALIGN;
}

size_t lossi_lanes(const loss_net *net, const lossi_kernels *kernels)
{
    size_t weights = 0, activations = 0, lanes = kernels->vector;
    for (size_t i = 0; i < net->n_tensors; i++)
        weights += net->tensors[i].count;
    for (size_t i = 0; i < net->n_nodes; i++)
        activations += lossi_node_size(&net->nodes[i]);
    while (lanes < ENOUGH_VECTORS * kernels->vector && 2 * weights > lanes * activations)
        lanes += kernels->vector;
    return lanes;
}

static bool overlaps(const lossi_span *a, const lossi_span *b)
{
    return a->birth <= b->death && b->birth <= a->death;
}

/* Lowest offset for spans[i] that clashes with none of the placed spans 0 .. i-1. */
static size_t place(const lossi_span *spans, size_t i)
{
    size_t offset = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t j = 0; j < i; j++) {
            const lossi_span *other = &spans[j];
            if (other->size && overlaps(other, &spans[i]) &&
                other->offset < offset + spans[i].size && offset < other->offset + other->size) {
                offset = other->offset + other->size;
                moved = true;
            }
        }
    }
    return offset;
}

size_t lossi_place_spans(lossi_span *spans, size_t n)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        if (!spans[i].size)
            continue;
        spans[i].size = lossi_rounded(spans[i].size);
        spans[i].offset = place(spans, i);
        if (spans[i].offset + spans[i].size > total)
            total = spans[i].offset + spans[i].size;
    }
    return total;
}

static loss_status begin(lossi_plan *plan, const loss_net *net, lossi_span **spans)
{
    *plan = (lossi_plan){0};
    plan->offsets = malloc(net->n_nodes * sizeof *plan->offsets);
    plan->last_user = malloc(net->n_nodes * sizeof *plan->last_user);
    *spans = calloc(net->n_nodes, sizeof **spans);
    if (!plan->offsets || !plan->last_user || !*spans) {
        lossi_plan_free(plan);
        free(*spans);
        return lossi_fail_nomem(net->n_nodes * (sizeof **spans + sizeof *plan->offsets));
    }
    for (size_t i = 0; i < net->n_nodes; i++) {
        plan->last_user[i] = -1;
        for (int k = 0; k < 2; k++)
            if (net->nodes[i].inputs[k] >= 0)
                plan->last_user[net->nodes[i].inputs[k]] = (int)i;
    }
    return LOSS_OK;
}

/* The node whose memory node i may take over, or -1. */
static int taken_over(const lossi_plan *plan, const loss_net *net, size_t i)
{
    const lossi_layer *layer = net->nodes[i].layer;
    int in = net->nodes[i].inputs[0];
    if (!layer || in < 1 || plan->last_user[in] != (int)i || !layer->in_place_training ||
        net->nodes[in].layer->backward_uses_output)
        return -1;
    /* An earlier user of the input would want it back for its own backward pass. */
    for (size_t j = 0; j < i; j++)
        if (net->nodes[j].inputs[0] == in || net->nodes[j].inputs[1] == in)
            return -1;
    return in;
}

loss_status lossi_plan_training(lossi_plan *plan, const loss_net *net, size_t lanes)
{
    lossi_span *spans;
    loss_status status = begin(plan, net, &spans);
    if (status)
        return status;
    for (size_t i = 0; i < net->n_nodes; i++)
        if (taken_over(plan, net, i) < 0)
            spans[i] = (lossi_span){lossi_chunk_size(&net->nodes[i], lanes), i, net->n_nodes, 0};
    plan->total = lossi_place_spans(spans, net->n_nodes);
    for (size_t i = 0; i < net->n_nodes; i++) {
        int from = taken_over(plan, net, i); /* an earlier node, so its offset is known */
        plan->offsets[i] = from < 0 ? spans[i].offset : plan->offsets[from];
    }
    free(spans);
    return LOSS_OK;
}

loss_status lossi_plan_gradients(lossi_plan *plan, const loss_net *net, size_t lanes)
{
    lossi_span *spans;
    loss_status status = begin(plan, net, &spans);
    if (status)
        return status;
    size_t last = net->n_nodes - 1; /* time runs backward: node i has time last - i */
    for (size_t k = 0; k < last; k++) {
        size_t i = last - k, birth = k == 0 ? 0 : last - (size_t)plan->last_user[i];
        spans[k] = (lossi_span){lossi_chunk_size(&net->nodes[i], lanes), birth, k, 0};
    }
    plan->total = lossi_place_spans(spans, last);
    plan->offsets[0] = SIZE_MAX;
    for (size_t k = 0; k < last; k++)
        plan->offsets[last - k] = spans[k].offset;
    free(spans);
    return LOSS_OK;
}

void lossi_plan_free(lossi_plan *plan)
{
    free(plan->offsets);
    free(plan->last_user);
    *plan = (lossi_plan){0};
}
