#include "net/calls.h"

lossi_real *lossi_block_at(const lossi_engine *e, const lossi_chunk *chunk, lossi_block block,
                           size_t i)
{
    const lossi_plan *plan =
        block == LOSSI_OUTPUTS || block == LOSSI_TANGENTS ? &e->outputs : &e->gradients;
    return plan->offsets[i] == SIZE_MAX
               ? NULL
               : e->blocks[block] + chunk->memory * plan->total + plan->offsets[i];
}

const lossi_real *lossi_tensor_of(const loss_net *net, int tensor)
{
    return tensor < 0 ? NULL : net->tensors[tensor].values;
}

void lossi_tensors_of(const loss_net *net, const lossi_node *node, const lossi_real **p)
{
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++)
        p[t] = lossi_tensor_of(net, node->tensors[t]);
}

lossi_site lossi_site_of(const lossi_engine *e, const loss_net *net, size_t i)
{
    const lossi_node *node = &net->nodes[i];
    return (lossi_site){e->kernels, node, &net->nodes[lossi_node_first(node)], e->lanes};
}

/* Pointers to what a block has of the inputs of node i. */
static void find_inputs(const lossi_engine *e, const lossi_chunk *chunk, lossi_block block,
                        size_t i, const lossi_real **x)
{
    const lossi_node *node = &e->net->nodes[i];
    for (size_t k = 0; k < node->n_inputs; k++)
        x[k] = lossi_block_at(e, chunk, block, (size_t)node->inputs[k]);
}

/* Where a layer's sums of a chunk go. Those of all chunks lie close together, for *_combine;
 * threads may be at different layers. */
static double *sums_of(const lossi_engine *e, const lossi_chunk *chunk, const lossi_node *node)
{
    size_t count = e->memory_of_worker       ? e->most_sums
                   : node->layer->sums_count ? node->layer->sums_count(node)
                                             : 0;
    return e->sums + chunk->memory * count;
}

lossi_call lossi_call_of(const lossi_engine *e, const lossi_chunk *chunk, size_t i,
                         const lossi_ready *ready, lossi_way way)
{
    const loss_net *net = e->net;
    const lossi_node *node = &net->nodes[i];
    const lossi_layer *layer = node->layer;
    lossi_call call = {
        .kernels = e->kernels,
        .node = node,
        .in = &net->nodes[lossi_node_first(node)],
        .nodes = net->nodes,
        .lanes = e->lanes,
        .n = chunk->n,
        .training =
            e->mode == LOSSI_TRAINING || (e->mode == LOSSI_STATISTICS && layer->forward_combine),
        .seed = e->batch.seed,
        .first_image = chunk->first,
        .index = i,
        .x = chunk->worker->x,
        .y = lossi_block_at(e, chunk, LOSSI_OUTPUTS, i),
        .dx = chunk->worker->dx,
        .packed = ready->packed[way],
        .scale = ready->scale,
        .shift = ready->shift,
        .state = e->states[i],
        .sums = sums_of(e, chunk, node),
        .scratch = chunk->worker->scratch,
    };
    find_inputs(e, chunk, LOSSI_OUTPUTS, i, call.x);
    lossi_tensors_of(net, node, call.p);
    return call;
}

/* The gradients of an output's users come in from the last user to the first. */
static void find_input_gradients(const lossi_engine *e, const lossi_chunk *chunk, lossi_block block,
                                 size_t i, lossi_real **dx)
{
    const lossi_node *node = &e->net->nodes[i];
    for (size_t k = 0; k < node->n_inputs; k++) {
        size_t in = (size_t)node->inputs[k];
        dx[k] = lossi_block_at(e, chunk, block, in);
        if (dx[k] && e->gradients.last_user[in] == (int)i)
            e->kernels->zero(lossi_chunk_size(&e->net->nodes[in], e->lanes), dx[k]);
    }
}

void lossi_call_add_gradients(const lossi_engine *e, const lossi_chunk *chunk, lossi_call *call)
{
    call->dy = lossi_block_at(e, chunk, LOSSI_GRADIENTS, call->index);
    find_input_gradients(e, chunk, LOSSI_GRADIENTS, call->index, call->dx);
}

lossi_tangent lossi_tangent_of(const lossi_engine *e, const lossi_chunk *chunk,
                               const lossi_call *call, const lossi_ready *ready, lossi_way way)
{
    lossi_tangent t = {.at = *call,
                       .x = chunk->worker->x_tangents,
                       .y = lossi_block_at(e, chunk, LOSSI_TANGENTS, call->index),
                       .dx = chunk->worker->dx_tangents,
                       .packed = ready->packed[way],
                       .scale = ready->scale,
                       .shift = ready->shift};
    find_inputs(e, chunk, LOSSI_TANGENTS, call->index, t.x);
    return t;
}

void lossi_tangent_add_gradients(const lossi_engine *e, const lossi_chunk *chunk, lossi_tangent *t)
{
    t->dy = lossi_block_at(e, chunk, LOSSI_GRADIENT_TANGENTS, t->at.index);
    find_input_gradients(e, chunk, LOSSI_GRADIENT_TANGENTS, t->at.index, t->dx);
}

lossi_combine lossi_combine_of(const lossi_engine *e, size_t i)
{
    const lossi_node *node = &e->net->nodes[i];
    lossi_combine c = {.node = node,
                       .n_images = e->batch.n,
                       .n_chunks = lossi_engine_chunks(e, e->batch.n),
                       .sums = e->sums,
                       .state = e->states[i],
                       .replaces = e->mode == LOSSI_STATISTICS};
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++)
        c.p[t] = node->tensors[t] < 0 ? NULL : e->net->tensors[node->tensors[t]].values;
    return c;
}
