/* A batch goes through the network segment after segment (net/segments.h), forward and back. What
 * concerns the whole batch, BatchNorm's statistics and gradients of weights, is kept for each
 * chunk and added up in the order of the chunks. */
#include "net/backprop.h"

#include <stdlib.h>

#include "net/objective.h"
#include "net/outcome.h"
#include "net/segments.h"
#include "net/sums.h"

struct lossi_backprop {
    lossi_engine engine;
    lossi_segments segments;
    lossi_layout layout;  /* of all parameters */
    lossi_real *gradient; /* [layout.count] */
    lossi_real *partial;  /* [n_memories][stride]: what each chunk has of a segment's part of it */
    size_t stride;
};

void lossi_backprop_free(lossi_backprop *b)
{
    if (!b)
        return;
    if (b->engine.backend)
        b->engine.backend->release(b->partial);
    free(b->gradient);
    lossi_layout_free(&b->layout);
    lossi_segments_free(&b->segments, &b->engine);
    lossi_engine_free(&b->engine);
    free(b);
}

static loss_status set_up(lossi_backprop *b, const loss_net *net, const lossi_engine_options *opt)
{
    size_t count;
    loss_status status = lossi_engine_create(&b->engine, net, opt);
    if (!status)
        status = lossi_layout_create(&b->layout, net, false, NULL);
    if (!status)
        status = lossi_segments_create(&b->segments, net, &b->engine, &b->layout);
    if (status)
        return status;
    b->stride = lossi_rounded(b->segments.most_parameters);
    b->gradient = lossi_alloc(b->layout.count, sizeof *b->gradient);
    if (lossi_mul(b->engine.n_memories, b->stride, &count))
        b->partial = b->engine.backend->allocate(count, sizeof *b->partial);
    return b->gradient && b->partial
               ? LOSS_OK
               : lossi_fail_nomem((b->layout.count + b->engine.n_memories * b->stride) *
                                  sizeof *b->partial);
}

loss_status lossi_backprop_create(lossi_backprop **out, const loss_net *net, size_t largest,
                                  size_t threads)
{
    *out = NULL;
    lossi_backprop *b = calloc(1, sizeof *b);
    if (!b)
        return lossi_fail_nomem(sizeof *b);
    lossi_engine_options opt = {.threads = threads,
                                .n_images = largest,
                                .shares = true,
                                .fills = true,
                                .keeps = true,
                                .goes_back = true};
    loss_status status = set_up(b, net, &opt);
    if (status)
        lossi_backprop_free(b);
    else
        *out = b;
    return status;
}

/* ---- Backward ------------------------------------------------------------------------------- */

static lossi_real *partial_of(const lossi_backprop *b, const lossi_chunk *chunk)
{
    return b->partial + chunk->number * b->stride;
}

/* What the chunk has of the gradients of a layer's tensors; those of kinds that combine sums over
 * the batch come from there. */
static void add_partial(const lossi_backprop *b, const lossi_chunk *chunk, lossi_call *call)
{
    for (size_t t = 0; t < LOSSI_MOST_TENSORS && !call->node->layer->backward_combine; t++) {
        int tensor = call->node->tensors[t];
        if (tensor >= 0 && b->layout.at[tensor] != SIZE_MAX)
            call->dp[t] = partial_of(b, chunk) + b->layout.at[tensor] - b->segments.now->parameters;
    }
}

static void backward_layer(const lossi_backprop *b, const lossi_chunk *chunk, size_t i)
{
    lossi_call call = lossi_segments_call(&b->segments, &b->engine, chunk, i);
    lossi_call_add_gradients(&b->engine, chunk, &call);
    add_partial(b, chunk, &call);
    call.node->layer->backward(&call);
}

/* The layer after the segment, whose sums are known now, if it has any; the segment's layers;
 * and sums of the first instead of its own backward pass, if it wants any. */
static void backward(void *pass, const lossi_chunk *chunk)
{
    const lossi_backprop *b = pass;
    const lossi_engine *e = &b->engine;
    const lossi_segment *now = b->segments.now;
    e->kernels->zero(now->n_parameters, partial_of(b, chunk));
    if (now->end < e->n_nodes && e->net->nodes[now->end].layer->backward_sums)
        backward_layer(b, chunk, now->end);
    bool has_sums = now->begin < now->end && e->net->nodes[now->begin].layer->backward_sums;
    for (size_t i = now->end; i-- > now->begin + has_sums;)
        backward_layer(b, chunk, i);
    if (has_sums) {
        lossi_call call = lossi_segments_call(&b->segments, e, chunk, now->begin);
        call.dy = lossi_block_at(e, chunk, LOSSI_GRADIENTS, now->begin);
        call.node->layer->backward_sums(&call);
    }
}

static void combine_backward(lossi_backprop *b, size_t i)
{
    lossi_combine c = lossi_combine_of(&b->engine, i);
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++)
        c.dp[t] = lossi_layout_place(&b->layout, b->gradient, c.node->tensors[t]);
    c.node->layer->backward_combine(&c);
}

static loss_status backward_segment(lossi_backprop *b, size_t number)
{
    lossi_engine *e = &b->engine;
    const lossi_segment *now = b->segments.now = &b->segments.at[number];
    lossi_segments_pack(&b->segments, e, LOSSI_BACKWARD);
    loss_status status = lossi_engine_run(e, 0, backward, b);
    if (status)
        return status;
    lossi_sum_rows(e->pool, &(lossi_sum){.from = b->partial,
                                         .n = lossi_engine_chunks(e, e->batch.n),
                                         .stride = b->stride,
                                         .count = now->n_parameters,
                                         .to = b->gradient + now->parameters});
    if (now->begin < now->end && e->net->nodes[now->begin].layer->backward_combine)
        combine_backward(b, now->begin);
    return LOSS_OK;
}

/* ---- A batch -------------------------------------------------------------------------------- */

static void take_loss(void *pass, const lossi_chunk *chunk)
{
    const lossi_backprop *b = pass;
    lossi_outcome_take(&b->engine, chunk, true, false);
}

loss_status lossi_backprop_run(lossi_backprop *b, loss_net *net, const lossi_batch *batch,
                               double *loss, size_t *correct)
{
    lossi_engine *e = &b->engine;
    lossi_engine_start(e, net, LOSSI_TRAINING, batch);
    loss_status status = lossi_engine_feed_all(e);
    for (size_t s = 0; !status && s < b->segments.n; s++)
        status = lossi_segments_forward(&b->segments, e, s);
    if (!status)
        status = lossi_engine_run(e, 0, take_loss, b);
    for (size_t s = b->segments.n; !status && s-- > 0;)
        status = backward_segment(b, s);
    if (status)
        return status;
    lossi_layout_add_l2(&b->layout, net, NULL, b->gradient);
    *loss = 0;
    *correct = 0;
    for (size_t i = 0; i < batch->n; i++) {
        *loss += e->losses[i] / e->total;
        *correct += e->correct[i];
    }
    *loss += lossi_objective_l2(net);
    return LOSS_OK;
}

const lossi_real *lossi_backprop_gradient(const lossi_backprop *b, size_t tensor)
{
    return lossi_layout_part(&b->layout, b->gradient, (int)tensor);
}
