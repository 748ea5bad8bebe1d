/* First-fit placement of lifetimes. Networks have hundreds of layers, so a quadratic search is no matter. */
#include "net/plan.h"

#include <stdlib.h>

enum { ALIGN = 16 }; /* values: a cache line of floats */

/* Values [size] needed from time `birth` to time `death`, both included. */
typedef struct span {
    size_t size, birth, death, offset;
} span;

static bool overlaps(const span *a, const span *b)
{
    return a->birth <= b->death && b->birth <= a->death;
}

/* Lowest offset for spans[i] that clashes with none of the placed spans 0 .. i-1. */
static size_t place(const span *spans, size_t i)
{
    size_t offset = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t j = 0; j < i; j++) {
            const span *other = &spans[j];
            if (other->size && overlaps(other, &spans[i]) && other->offset < offset + spans[i].size &&
                offset < other->offset + other->size) {
                offset = other->offset + other->size;
                moved = true;
            }
        }
    }
    return offset;
}

static loss_status begin(lossi_plan *plan, const loss_net *net, span **spans)
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

static size_t rounded_size(const lossi_node *node, size_t n)
{
    return (lossi_node_size(node) * n + ALIGN - 1) / ALIGN * ALIGN;
}

/* The node whose memory node i may take over, or -1. */
static int taken_over(const lossi_plan *plan, const loss_net *net, size_t i, bool training)
{
    const lossi_layer *layer = net->nodes[i].layer;
    int in = net->nodes[i].inputs[0];
    if (!layer || in < 1 || plan->last_user[in] != (int)i)
        return -1;
    if (!training)
        return layer->in_place ? in : -1;
    if (!layer->in_place_training || net->nodes[in].layer->backward_uses_output)
        return -1;
    /* In training an earlier user of the input would want it back for its own backward pass. */
    for (size_t j = 0; j < i; j++)
        if (net->nodes[j].inputs[0] == in || net->nodes[j].inputs[1] == in)
            return -1;
    return in;
}

static loss_status plan_outputs(lossi_plan *plan, const loss_net *net, size_t n, bool training)
{
    span *spans;
    loss_status status = begin(plan, net, &spans);
    if (status)
        return status;
    int *owner = malloc(net->n_nodes * sizeof *owner); /* the node whose span holds this one's output */
    if (!owner) {
        lossi_plan_free(plan);
        free(spans);
        return lossi_fail_nomem(net->n_nodes * sizeof *owner);
    }
    for (size_t i = 0; i < net->n_nodes; i++) {
        size_t death = training || plan->last_user[i] < 0 ? net->n_nodes : (size_t)plan->last_user[i];
        int from = taken_over(plan, net, i, training);
        owner[i] = from < 0 ? (int)i : owner[from];
        if (from < 0)
            spans[i] = (span){rounded_size(&net->nodes[i], n), i, death, 0};
        else if (spans[owner[i]].death < death)
            spans[owner[i]].death = death;
    }
    for (size_t i = 0; i < net->n_nodes; i++) {
        if (spans[i].size)
            spans[i].offset = place(spans, i);
        plan->offsets[i] = spans[owner[i]].offset;
        if (spans[i].size && spans[i].offset + spans[i].size > plan->total)
            plan->total = spans[i].offset + spans[i].size;
    }
    free(owner);
    free(spans);
    return LOSS_OK;
}

loss_status lossi_plan_evaluation(lossi_plan *plan, const loss_net *net, size_t n)
{
    return plan_outputs(plan, net, n, false);
}

loss_status lossi_plan_training(lossi_plan *plan, const loss_net *net, size_t n)
{
    return plan_outputs(plan, net, n, true);
}

loss_status lossi_plan_gradients(lossi_plan *plan, const loss_net *net, size_t n)
{
    span *spans;
    loss_status status = begin(plan, net, &spans);
    if (status)
        return status;
    size_t last = net->n_nodes - 1; /* time runs backward: node i has time last - i */
    for (size_t k = 0; k <= last; k++) {
        size_t i = last - k;
        plan->offsets[i] = SIZE_MAX;
        if (i == 0)
            break;
        size_t birth = i == last ? 0 : last - (size_t)plan->last_user[i];
        spans[k] = (span){rounded_size(&net->nodes[i], n), birth, k, 0};
        spans[k].offset = place(spans, k);
        plan->offsets[i] = spans[k].offset;
        if (spans[k].offset + spans[k].size > plan->total)
            plan->total = spans[k].offset + spans[k].size;
    }
    free(spans);
    return LOSS_OK;
}

void lossi_plan_free(lossi_plan *plan)
{
    free(plan->offsets);
    free(plan->last_user);
    *plan = (lossi_plan){0};
}

size_t lossi_plan_scratch(const loss_net *net, const lossi_kernels *kernels, size_t n)
{
    size_t most = 0;
    for (size_t i = 0; i < net->n_nodes; i++) {
        const lossi_node *node = &net->nodes[i];
        if (!node->layer || !node->layer->scratch_count)
            continue;
        size_t count = node->layer->scratch_count(kernels, node, &net->nodes[node->inputs[0]], n);
        if (count > most)
            most = count;
    }
    return most;
}
