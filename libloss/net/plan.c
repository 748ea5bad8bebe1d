/* Sizes of chunks, and first-fit placement of lifetimes, in the order given. Networks have
 * hundreds of layers, so a quadratic search is fast enough. */
#include "net/plan.h"

#include <stdlib.h>

/* ALIGN: values of a cache line. ENOUGH_VECTORS: of a chunk, beyond which it got no faster: on maps
 * of one tile, three fill the registers of the GEMM. LARGEST: values that a layer of a chunk of
 * more than one vector may have, so that it is still in L3 when the next one reads it: 8 MB. */
enum { ALIGN = 16, ENOUGH_VECTORS = 3, LARGEST = 2 * 1024 * 1024 };

size_t lossi_rounded(size_t n)
{
    return (n + ALIGN - 1) / ALIGN * ALIGN;
}

size_t lossi_lanes(const loss_net *net, const lossi_kernels *kernels)
{
    size_t weights = 0, activations = 0, largest = 0, lanes = kernels->vector;
    for (size_t i = 0; i < net->n_tensors; i++)
        weights += net->tensors[i].count;
    for (size_t i = 0; i < net->n_nodes; i++) {
        activations += lossi_node_size(&net->nodes[i]);
        largest = lossi_larger(largest, lossi_node_size(&net->nodes[i]));
    }
    while (lanes < ENOUGH_VECTORS * kernels->vector && 2 * weights > lanes * activations &&
           (lanes + kernels->vector) * largest <= LARGEST)
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
        for (size_t k = 0; k < net->nodes[i].n_inputs; k++)
            plan->last_user[net->nodes[i].inputs[k]] = (int)i;
    }
    return LOSS_OK;
}

/* The first input of a node if it is given once, is as large as the output and is not the images;
 * else -1. */
static int only_first(const loss_net *net, const lossi_node *node)
{
    if (!node->n_inputs || lossi_node_size(&net->nodes[node->inputs[0]]) != lossi_node_size(node))
        return -1;
    for (size_t k = 1; k < node->n_inputs; k++)
        if (node->inputs[k] == node->inputs[0])
            return -1;
    return node->inputs[0] > 0 ? node->inputs[0] : -1;
}

/* ---- Forward only --------------------------------------------------------------------------- */

/* Of each node: the last step that reads its output. */
static void find_last_reads(const loss_net *net, const lossi_steps *steps, size_t *last_read)
{
    for (size_t i = 1; i < net->n_nodes; i++)
        for (size_t k = 0; k < net->nodes[i].n_inputs; k++) {
            int in = net->nodes[i].inputs[k];
            if (steps->step_of[in] != steps->step_of[i] && steps->step_of[i] > last_read[in])
                last_read[in] = steps->step_of[i];
        }
}

/* The node whose memory a step may write over, as this is the last step to read it; -1: none. */
static int overwritten(const loss_net *net, const lossi_steps *steps, size_t k,
                       const size_t *last_read)
{
    const lossi_step *s = &steps->at[k];
    const lossi_node *node = &net->nodes[s->node];
    int candidate = s->residual > 0 && !lossi_node_reads(node, (size_t)s->residual) ? s->residual
                    : node->layer->in_place ? only_first(net, node)
                                            : -1;
    return candidate > 0 && last_read[candidate] == k ? candidate : -1;
}

/* spans[0] is that of the images, which are there at time 0; step k runs at time k + 1. */
static void place_steps(lossi_plan *plan, const loss_net *net, const lossi_steps *steps,
                        size_t lanes, lossi_span *spans, size_t *last_read)
{
    find_last_reads(net, steps, last_read);
    spans[0] = (lossi_span){lossi_chunk_size(&net->nodes[0], lanes), 0, last_read[0] + 1, 0};
    size_t *owner = plan->offsets; /* at first the span that holds a node's output */
    owner[0] = 0;
    for (size_t k = 0; k < steps->n; k++) {
        int output = steps->at[k].output, from = overwritten(net, steps, k, last_read);
        size_t death = k + 1 == steps->n ? k + 1 : last_read[output] + 1;
        owner[output] = from < 0 ? k + 1 : owner[from];
        if (from < 0)
            spans[k + 1] =
                (lossi_span){lossi_chunk_size(&net->nodes[output], lanes), k + 1, death, 0};
        else if (spans[owner[output]].death < death)
            spans[owner[output]].death = death;
    }
    plan->total = lossi_place_spans(spans, steps->n + 1);
    for (size_t i = net->n_nodes; i-- > 0;) {
        size_t at = i ? (size_t)steps->at[steps->step_of[i]].output : 0;
        plan->offsets[i] = at == i ? spans[owner[i]].offset : plan->offsets[at];
    }
}

loss_status lossi_plan_forward(lossi_plan *plan, const loss_net *net, const lossi_steps *steps,
                               size_t lanes)
{
    lossi_span *spans;
    loss_status status = begin(plan, net, &spans);
    if (status)
        return status;
    size_t *last_read = calloc(net->n_nodes, sizeof *last_read);
    if (last_read)
        place_steps(plan, net, steps, lanes, spans, last_read);
    else
        lossi_plan_free(plan);
    free(spans);
    free(last_read);
    return last_read ? LOSS_OK : lossi_fail_nomem(net->n_nodes * sizeof *last_read);
}

/* ---- Training ------------------------------------------------------------------------------- */

/* The node whose memory node i may take over, or -1. */
static int taken_over(const lossi_plan *plan, const loss_net *net, size_t i)
{
    const lossi_layer *layer = net->nodes[i].layer;
    int in = layer && layer->in_place_training ? only_first(net, &net->nodes[i]) : -1;
    if (in < 0 || plan->last_user[in] != (int)i || net->nodes[in].layer->backward_uses_output)
        return -1;
    /* An earlier user of the input would want it back for its own backward pass. */
    for (size_t j = 0; j < i; j++)
        if (lossi_node_reads(&net->nodes[j], (size_t)in))
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
