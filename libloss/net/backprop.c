/* A batch goes through the network segment after segment (net/segments.h), forward and back. What
 * concerns the whole batch, BatchNorm's statistics and gradients of weights, is kept for each
 * chunk and added up in the order of the chunks. */
#include "net/backprop.h"

#include <stdlib.h>
#include <string.h>

#include "net/objective.h"
#include "net/segments.h"

struct lossi_backprop {
    lossi_engine engine;
    lossi_segments segments;
    size_t n_tensors;
    lossi_real *partial;    /* [n_memories][segments.most_partial]: gradients of a segment's
                               tensors, of each chunk */
    lossi_real **gradients; /* [n_tensors] */
    lossi_sum *sums;        /* [n_tensors] */

    /* The run under way. */
    lossi_feed feed;
};

void lossi_backprop_free(lossi_backprop *b)
{
    if (!b)
        return;
    for (size_t i = 0; b->gradients && i < b->n_tensors; i++)
        free(b->gradients[i]);
    if (b->engine.backend)
        b->engine.backend->release(b->partial);
    free(b->gradients);
    free(b->sums);
    lossi_segments_free(&b->segments, &b->engine);
    lossi_engine_free(&b->engine);
    free(b);
}

static loss_status allocate_gradients(lossi_backprop *b, const loss_net *net)
{
    size_t count;
    b->gradients = calloc(net->n_tensors + 1, sizeof *b->gradients);
    b->sums = calloc(net->n_tensors + 1, sizeof *b->sums);
    if (lossi_mul(b->engine.n_memories, b->segments.most_partial, &count))
        b->partial = b->engine.backend->allocate(count, sizeof *b->partial);
    if (!b->gradients || !b->sums || !b->partial)
        return lossi_fail_nomem(b->engine.n_memories * b->segments.most_partial *
                                sizeof *b->partial);
    for (size_t i = 0; i < net->n_tensors; i++)
        if (lossi_tensor_is_trainable(&net->tensors[i]) &&
            !(b->gradients[i] = lossi_alloc(net->tensors[i].count, sizeof(lossi_real))))
            return lossi_fail_nomem(net->tensors[i].count * sizeof(lossi_real));
    return LOSS_OK;
}

loss_status lossi_backprop_create(lossi_backprop **out, const loss_net *net, size_t largest,
                                  size_t threads)
{
    *out = NULL;
    lossi_backprop *b = calloc(1, sizeof *b);
    if (!b)
        return lossi_fail_nomem(sizeof *b);
    lossi_engine *e = &b->engine;
    b->n_tensors = net->n_tensors;
    loss_status status = lossi_engine_begin(e, net, threads);
    if (!status) {
        lossi_engine_share(e, largest, true);
        status = lossi_segments_create(&b->segments, net, e);
    }
    if (!status)
        status = lossi_plan_training(&e->outputs, net, e->lanes);
    if (!status)
        status = lossi_plan_gradients(&e->gradients, net, e->lanes);
    if (!status)
        status = lossi_engine_allocate(e, net, lossi_engine_chunks(e, largest), false);
    if (!status)
        status = lossi_engine_reserve(e, largest);
    if (!status)
        status = allocate_gradients(b, net);
    if (status)
        lossi_backprop_free(b);
    else
        *out = b;
    return status;
}

static void feed(void *pass, const lossi_chunk *chunk)
{
    const lossi_backprop *b = pass;
    lossi_engine_feed(&b->engine, chunk, &b->feed);
}

static void take_loss(void *pass, const lossi_chunk *chunk)
{
    const lossi_backprop *b = pass;
    lossi_engine_loss(&b->engine, chunk, true, false);
}

/* ---- Backward ------------------------------------------------------------------------------- */

/* Where the chunk's gradients of a layer's tensors are kept: zeros at first. */
static void set_partial(const lossi_backprop *b, const lossi_chunk *chunk, lossi_call *call)
{
    const loss_net *net = b->engine.net;
    lossi_real *at =
        b->partial + chunk->number * b->segments.most_partial + b->segments.partial[call->index];
    memset(at, 0, lossi_partial_count(net, call->node) * sizeof *at);
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++) {
        int tensor = call->node->tensors[t];
        if (tensor >= 0 && b->gradients[tensor]) {
            call->dp[t] = at;
            at += net->tensors[tensor].count;
        }
    }
}

static void backward_layer(const lossi_backprop *b, const lossi_chunk *chunk, size_t i)
{
    const lossi_engine *e = &b->engine;
    lossi_call call = lossi_engine_call(e, chunk, i);
    call.packed = b->segments.ready + b->segments.packed[i];
    call.dy = lossi_engine_at(e, chunk, LOSSI_GRADIENTS, i);
    lossi_engine_input_gradients(e, chunk, LOSSI_GRADIENTS, i, call.dx);
    if (lossi_has_partial(call.node))
        set_partial(b, chunk, &call);
    call.node->layer->backward(&call);
}

/* The layer after the segment, whose sums are known now, if it has any; the segment's layers;
 * and sums of the first instead of its own backward pass, if it wants any. */
static void backward(void *pass, const lossi_chunk *chunk)
{
    const lossi_backprop *b = pass;
    const lossi_engine *e = &b->engine;
    size_t end = b->segments.now->end, begin = b->segments.now->begin;
    if (end < e->n_nodes && e->net->nodes[end].layer->backward_sums)
        backward_layer(b, chunk, end);
    bool has_sums = begin < end && e->net->nodes[begin].layer->backward_sums;
    for (size_t i = end; i-- > begin + has_sums;)
        backward_layer(b, chunk, i);
    if (has_sums) {
        lossi_call call = lossi_engine_call(e, chunk, begin);
        call.dy = lossi_engine_at(e, chunk, LOSSI_GRADIENTS, begin);
        call.node->layer->backward_sums(&call);
    }
}

/* Adds up what the chunks have of the gradients of the segment's tensors. */
static void sum_partials(lossi_backprop *b)
{
    const loss_net *net = b->engine.net;
    size_t n = 0, n_chunks = lossi_engine_chunks(&b->engine, b->engine.n_images);
    for (size_t i = b->segments.now->begin; i < b->segments.now->end; i++) {
        const lossi_real *from = b->partial + b->segments.partial[i];
        for (size_t t = 0; t < LOSSI_MOST_TENSORS && lossi_has_partial(&net->nodes[i]); t++) {
            int tensor = net->nodes[i].tensors[t];
            if (tensor < 0 || !b->gradients[tensor])
                continue;
            size_t count = net->tensors[tensor].count;
            b->sums[n++] = (lossi_sum){
                from, n_chunks, b->segments.most_partial, count, b->gradients[tensor], false};
            from += count;
        }
    }
    lossi_engine_sum(&b->engine, n, b->sums);
}

static void combine_backward(lossi_backprop *b, size_t i)
{
    lossi_combine c = lossi_engine_combine(&b->engine, i);
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++)
        c.dp[t] = c.node->tensors[t] < 0 ? NULL : b->gradients[c.node->tensors[t]];
    c.node->layer->backward_combine(&c);
}

static loss_status backward_segment(lossi_backprop *b, size_t number)
{
    lossi_engine *e = &b->engine;
    const lossi_segment *segment = b->segments.now = &b->segments.at[number];
    lossi_segments_pack(&b->segments, e, LOSSI_BACKWARD);
    loss_status status = lossi_engine_run(e, 0, backward, b);
    if (status)
        return status;
    sum_partials(b);
    if (segment->begin < segment->end && e->net->nodes[segment->begin].layer->backward_combine)
        combine_backward(b, segment->begin);
    return LOSS_OK;
}

/* ---- A batch -------------------------------------------------------------------------------- */

static void begin_run(lossi_backprop *b, loss_net *net, const lossi_batch *batch)
{
    b->feed = (lossi_feed){batch->image, batch->user};
    b->engine.net = net;
    b->engine.n_images = batch->n;
    lossi_engine_want(&b->engine, batch->labels, batch->targets);
    b->engine.mode = LOSSI_TRAINING;
    b->engine.seed = batch->seed;
    b->engine.cancelled = batch->cancelled;
    b->engine.user = batch->cancelled_user;
}

/* The gradient of lambda / 2 |w|^2. */
static void add_l2(lossi_backprop *b)
{
    const loss_net *net = b->engine.net;
    lossi_real lambda = (lossi_real)net->objective.l2;
    for (size_t i = 0; i < b->n_tensors && lambda != 0; i++)
        for (size_t j = 0; b->gradients[i] && j < net->tensors[i].count; j++)
            b->gradients[i][j] += lambda * net->tensors[i].values[j];
}

loss_status lossi_backprop_run(lossi_backprop *b, loss_net *net, const lossi_batch *batch,
                               double *loss, size_t *correct)
{
    begin_run(b, net, batch);
    loss_status status = lossi_engine_run(&b->engine, 0, feed, b);
    for (size_t s = 0; !status && s < b->segments.n; s++)
        status = lossi_segments_forward(&b->segments, &b->engine, s);
    if (!status)
        status = lossi_engine_run(&b->engine, 0, take_loss, b);
    for (size_t s = b->segments.n; !status && s-- > 0;)
        status = backward_segment(b, s);
    if (status)
        return status;
    add_l2(b);
    *loss = 0;
    *correct = 0;
    for (size_t i = 0; i < batch->n; i++) {
        *loss += b->engine.losses[i] / b->engine.total;
        *correct += b->engine.correct[i];
    }
    *loss += lossi_objective_l2(net);
    return LOSS_OK;
}

const lossi_real *lossi_backprop_gradient(const lossi_backprop *b, size_t tensor)
{
    return b->gradients[tensor];
}
