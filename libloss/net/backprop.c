/* A batch is cut into chunks of fixed size. Segment after segment of the network, threads take
 * chunks from a counter; what concerns the whole batch (BatchNorm's statistics, gradients of
 * weights) is kept a chunk and added up in the order of the chunks, so that no bit depends on
 * which thread did what. */
#include "net/backprop.h"

#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "cpu/cpu.h"
#include "net/forward.h"
#include "net/segments.h"

struct lossi_backprop {
    const lossi_kernels *kernels;
    lossi_pool *pool;
    size_t n_tensors, n_nodes, image_size, lanes;
    lossi_plan outputs, gradients;
    lossi_real **scratch; /* [pool size] */
    lossi_real **images;  /* [pool size]: one image on its way in */
    size_t most_chunks;
    lossi_real *output_memory;   /* [most_chunks][outputs.total] */
    lossi_real *gradient_memory; /* [most_chunks][gradients.total] */
    lossi_segments segments;
    size_t sums_count, scratch_count; /* the largest of any layer */
    double *sums;                     /* [most_chunks][sums_count] */
    lossi_real *partial; /* [most_chunks][segments.most_partial]: gradients of a segment's
                            weights and biases, a chunk each */
    lossi_real *packed;  /* the filters of the segment under way, made ready */
    double **states;     /* [n_nodes] */
    lossi_real **parameter_gradients; /* [n_tensors] */
    double *losses;                   /* [most_chunks * lanes] */
    uint8_t *correct;                 /* the same */

    /* The run under way. */
    loss_net *net;
    const lossi_batch *batch;
    const lossi_segment *segment;
    size_t n_chunks;
};

void lossi_backprop_free(lossi_backprop *b)
{
    if (!b)
        return;
    for (size_t w = 0; b->pool && w < lossi_pool_size(b->pool); w++) {
        if (b->scratch)
            free(b->scratch[w]);
        if (b->images)
            free(b->images[w]);
    }
    for (size_t i = 0; b->states && i < b->n_nodes; i++)
        free(b->states[i]);
    for (size_t i = 0; b->parameter_gradients && i < b->n_tensors; i++)
        free(b->parameter_gradients[i]);
    free(b->scratch);
    free(b->images);
    free(b->states);
    free(b->parameter_gradients);
    free(b->output_memory);
    free(b->gradient_memory);
    free(b->sums);
    free(b->partial);
    free(b->packed);
    free(b->losses);
    free(b->correct);
    lossi_segments_free(&b->segments);
    lossi_plan_free(&b->outputs);
    lossi_plan_free(&b->gradients);
    lossi_pool_free(b->pool);
    free(b);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* What the layer wants of memory that all layers share. */
static void measure_layer(lossi_backprop *b, const loss_net *net, const lossi_node *node)
{
    const lossi_layer *layer = node->layer;
    const lossi_node *in = &net->nodes[node->inputs[0]];
    if (layer->sums_count)
        b->sums_count = larger(b->sums_count, layer->sums_count(node));
    if (layer->scratch_count)
        b->scratch_count =
            larger(b->scratch_count, layer->scratch_count(b->kernels, node, in, b->lanes));
}

static loss_status allocate_layers(lossi_backprop *b, const loss_net *net)
{
    b->states = calloc(net->n_nodes, sizeof *b->states);
    b->parameter_gradients = calloc(net->n_tensors + 1, sizeof *b->parameter_gradients);
    if (!b->states || !b->parameter_gradients)
        return lossi_fail_nomem(net->n_nodes * sizeof *b->states);
    for (size_t i = 1; i < net->n_nodes; i++) {
        const lossi_node *node = &net->nodes[i];
        measure_layer(b, net, node);
        if (node->layer->state_count &&
            !(b->states[i] = lossi_alloc(node->layer->state_count(node), sizeof(double))))
            return lossi_fail_nomem(node->layer->state_count(node) * sizeof(double));
    }
    for (size_t i = 0; i < net->n_tensors; i++)
        if (lossi_tensor_is_trainable(&net->tensors[i]) &&
            !(b->parameter_gradients[i] = lossi_alloc(net->tensors[i].count, sizeof(lossi_real))))
            return lossi_fail_nomem(net->tensors[i].count * sizeof(lossi_real));
    return LOSS_OK;
}

/* Chunks that a batch should have for threads to share. None of them should have empty lanes. */
enum { LEAST_CHUNKS = 4 };

static void *allocate_chunks(const lossi_backprop *b, size_t values, size_t size)
{
    size_t count;
    return lossi_mul(b->most_chunks, values, &count) ? lossi_alloc_huge(count, size) : NULL;
}

static loss_status allocate_memory(lossi_backprop *b, const loss_net *net)
{
    size_t n = lossi_pool_size(b->pool), scratch = b->scratch_count;
    b->output_memory = allocate_chunks(b, b->outputs.total, sizeof(lossi_real));
    b->gradient_memory = allocate_chunks(b, b->gradients.total, sizeof(lossi_real));
    b->sums = allocate_chunks(b, b->sums_count, sizeof(double));
    b->partial = allocate_chunks(b, b->segments.most_partial, sizeof(lossi_real));
    b->losses = allocate_chunks(b, b->lanes, sizeof(double));
    b->correct = allocate_chunks(b, b->lanes, 1);
    b->packed = lossi_alloc_huge(b->segments.most_packed, sizeof *b->packed);
    b->scratch = calloc(n, sizeof *b->scratch);
    b->images = calloc(n, sizeof *b->images);
    if (!b->output_memory || !b->gradient_memory || !b->sums || !b->partial || !b->packed ||
        !b->losses || !b->correct || !b->scratch || !b->images)
        return lossi_fail(
            LOSS_ERR_NOMEM, "out of memory: a batch of %zu images of %s needs %.0f MB",
            b->most_chunks * b->lanes, net->model,
            1e-6 * sizeof(lossi_real) * (double)b->most_chunks *
                (double)(b->outputs.total + b->gradients.total + b->segments.most_partial));
    for (size_t w = 0; w < n; w++) {
        b->scratch[w] = lossi_alloc_huge(scratch, sizeof(lossi_real));
        b->images[w] = lossi_alloc(b->image_size, sizeof(lossi_real));
        if (!b->scratch[w] || !b->images[w])
            return lossi_fail_nomem(scratch * sizeof(lossi_real));
    }
    return LOSS_OK;
}

loss_status lossi_backprop_create(lossi_backprop **out, const loss_net *net, size_t largest,
                                  size_t threads)
{
    *out = NULL;
    const lossi_kernels *kernels;
    loss_status status = lossi_kernels_choose(&kernels);
    if (status)
        return status;
    lossi_backprop *b = calloc(1, sizeof *b);
    if (!b)
        return lossi_fail_nomem(sizeof *b);
    b->n_nodes = net->n_nodes;
    b->n_tensors = net->n_tensors;
    b->image_size = net->shape.channels * net->shape.height * net->shape.width;
    b->kernels = kernels;
    b->lanes = lossi_lanes(net, kernels);
    while (b->lanes > kernels->vector && (largest / b->lanes < LEAST_CHUNKS || largest % b->lanes))
        b->lanes -= kernels->vector;
    b->most_chunks = largest / b->lanes + (largest % b->lanes != 0);
    status = lossi_pool_create(&b->pool, threads);
    if (!status)
        status = lossi_segments_create(&b->segments, net, b->kernels, b->lanes);
    if (!status)
        status = lossi_plan_training(&b->outputs, net, b->lanes);
    if (!status)
        status = lossi_plan_gradients(&b->gradients, net, b->lanes);
    if (!status)
        status = allocate_layers(b, net);
    if (!status)
        status = allocate_memory(b, net);
    if (status)
        lossi_backprop_free(b);
    else
        *out = b;
    return status;
}

static lossi_chunk chunk_of(const lossi_backprop *b, size_t k, size_t worker)
{
    size_t left = b->batch->n - k * b->lanes;
    return (lossi_chunk){&b->outputs, b->output_memory + k * b->outputs.total, b->scratch[worker],
                         b->lanes, left < b->lanes ? left : b->lanes};
}

/* The gradient of node i's output in chunk k; NULL if the node has none. */
static lossi_real *gradient_of(const lossi_backprop *b, size_t i, size_t k)
{
    size_t offset = b->gradients.offsets[i];
    return offset == SIZE_MAX ? NULL : b->gradient_memory + k * b->gradients.total + offset;
}

static lossi_call call_of(const lossi_backprop *b, const lossi_chunk *chunk, size_t i, size_t k)
{
    lossi_call call = lossi_chunk_call(chunk, b->kernels, b->net, i);
    call.training = true;
    call.seed = b->batch->seed;
    call.first_image = k * b->lanes;
    call.state = b->states[i];
    call.packed = b->packed + b->segments.packed[i];
    call.sums =
        b->sums + k * (call.node->layer->sums_count ? call.node->layer->sums_count(call.node) : 0);
    return call;
}

static lossi_combine combine_of(const lossi_backprop *b, size_t i)
{
    const lossi_node *node = &b->net->nodes[i];
    lossi_combine c = {.node = node,
                       .n_images = b->batch->n,
                       .n_chunks = b->n_chunks,
                       .sums = b->sums,
                       .state = b->states[i]};
    if (node->weight >= 0) {
        c.weight = b->net->tensors[node->weight].values;
        c.dweight = b->parameter_gradients[node->weight];
    }
    if (node->bias >= 0)
        c.dbias = b->parameter_gradients[node->bias];
    if (node->mean >= 0) {
        c.mean = b->net->tensors[node->mean].values;
        c.variance = b->net->tensors[node->variance].values;
    }
    return c;
}

/* ---- Forward -------------------------------------------------------------------------------- */

static void read_images(void *context, size_t k, size_t worker)
{
    lossi_backprop *b = context;
    lossi_chunk chunk = chunk_of(b, k, worker);
    for (size_t i = 0; i < b->lanes; i++) {
        if (i < chunk.n)
            b->batch->image(b->batch->user, k * b->lanes + i, b->images[worker]);
        lossi_put_image(lossi_chunk_output(&chunk, 0), b->lanes, i,
                        i < chunk.n ? b->images[worker] : NULL, b->image_size);
    }
}

/* The segment's layers, and the sums of the one after them. */
static void forward(void *context, size_t k, size_t worker)
{
    const lossi_backprop *b = context;
    lossi_chunk chunk = chunk_of(b, k, worker);
    for (size_t i = b->segment->begin; i < b->segment->end; i++) {
        lossi_call call = call_of(b, &chunk, i, k);
        call.node->layer->forward(&call);
    }
    if (b->segment->end < b->n_nodes && b->net->nodes[b->segment->end].layer->forward_sums) {
        lossi_call call = call_of(b, &chunk, b->segment->end, k);
        call.node->layer->forward_sums(&call);
    }
}

static void cross_entropy(void *context, size_t k, size_t worker)
{
    const lossi_backprop *b = context;
    lossi_chunk chunk = chunk_of(b, k, worker);
    lossi_maps m = {b->net->shape.classes, 1, b->lanes, chunk.n};
    size_t first = k * b->lanes;
    b->kernels->xent(&m, lossi_chunk_output(&chunk, b->n_nodes - 1), b->batch->labels + first,
                     b->losses + first, b->correct + first, 1 / (double)b->batch->n,
                     gradient_of(b, b->n_nodes - 1, k));
}

/* ---- Backward ------------------------------------------------------------------------------- */

static void backward_layer(const lossi_backprop *b, const lossi_chunk *chunk, size_t i, size_t k)
{
    lossi_call call = call_of(b, chunk, i, k);
    call.dy = gradient_of(b, i, k);
    for (int j = 0; j < 2; j++) {
        int in = call.node->inputs[j];
        if (in < 0 || !(call.dx[j] = gradient_of(b, (size_t)in, k)))
            continue;
        /* The last user of an output is the first to write its gradient. */
        bool is_first =
            b->gradients.last_user[in] == (int)i && (j == 0 || call.node->inputs[0] != in);
        if (is_first)
            memset(call.dx[j], 0,
                   lossi_chunk_size(&b->net->nodes[in], b->lanes) * sizeof(lossi_real));
    }
    if (lossi_has_partial(call.node)) {
        call.dweight = b->partial + k * b->segments.most_partial + b->segments.partial[i];
        call.dbias =
            call.node->bias < 0 ? NULL : call.dweight + b->net->tensors[call.node->weight].count;
        memset(call.dweight, 0, lossi_partial_count(b->net, call.node) * sizeof(lossi_real));
    }
    call.node->layer->backward(&call);
}

/* The layer after the segment, whose sums are known now, if it has any; the segment's layers;
 * and sums of the first instead of its own backward pass, if it wants any. */
static void backward(void *context, size_t k, size_t worker)
{
    const lossi_backprop *b = context;
    lossi_chunk chunk = chunk_of(b, k, worker);
    size_t end = b->segment->end, begin = b->segment->begin;
    if (end < b->n_nodes && b->net->nodes[end].layer->backward_sums)
        backward_layer(b, &chunk, end, k);
    bool has_sums = begin < end && b->net->nodes[begin].layer->backward_sums;
    for (size_t i = end; i-- > begin + has_sums;)
        backward_layer(b, &chunk, i, k);
    if (has_sums) {
        lossi_call call = call_of(b, &chunk, begin, k);
        call.dy = gradient_of(b, begin, k);
        call.node->layer->backward_sums(&call);
    }
}

/* Adds up a part of the chunks' gradients of one layer's weight and bias, in the order of the
 * chunks. */
enum { SUM_PIECE = 4096 };

typedef struct partial_sum {
    const lossi_backprop *backprop;
    const lossi_node *node;
    const lossi_real *from; /* of the first chunk */
} partial_sum;

static void sum_partial(void *context, size_t piece, size_t worker)
{
    (void)worker;
    const partial_sum *p = context;
    const lossi_backprop *b = p->backprop;
    size_t n_weight = b->net->tensors[p->node->weight].count,
           n = lossi_partial_count(b->net, p->node);
    size_t end = (piece + 1) * SUM_PIECE < n ? (piece + 1) * SUM_PIECE : n;
    for (size_t j = piece * SUM_PIECE; j < end; j++) {
        lossi_real sum = 0;
        for (size_t k = 0; k < b->n_chunks; k++)
            sum += p->from[k * b->segments.most_partial + j];
        if (j < n_weight)
            b->parameter_gradients[p->node->weight][j] = sum;
        else
            b->parameter_gradients[p->node->bias][j - n_weight] = sum;
    }
}

static void sum_partials(lossi_backprop *b)
{
    for (size_t i = b->segment->begin; i < b->segment->end; i++) {
        partial_sum p = {b, &b->net->nodes[i], b->partial + b->segments.partial[i]};
        if (lossi_has_partial(p.node))
            lossi_pool_run(b->pool,
                           (lossi_partial_count(b->net, p.node) + SUM_PIECE - 1) / SUM_PIECE,
                           sum_partial, &p);
    }
}

/* ---- Filters made ready --------------------------------------------------------------------- */

/* Whether the gradient of node i's input is wanted. */
static bool has_input_gradient(const lossi_backprop *b, size_t i)
{
    return b->gradients.offsets[b->net->nodes[i].inputs[0]] != SIZE_MAX;
}

/* One piece of those of all the segment's layers. */
static void pack_piece(const lossi_backprop *b, size_t piece, bool is_backward)
{
    for (size_t i = b->segment->begin; i < b->segment->end; i++) {
        const lossi_node *node = &b->net->nodes[i], *in = &b->net->nodes[node->inputs[0]];
        if (!node->layer->pack)
            continue;
        size_t n = lossi_pieces(is_backward ? in->channels : node->channels);
        if (piece >= n) {
            piece -= n;
            continue;
        }
        lossi_pack p = {b->kernels,
                        node,
                        in,
                        b->lanes,
                        b->net->tensors[node->weight].values,
                        NULL,
                        b->packed + b->segments.packed[i]};
        if (!is_backward)
            node->layer->pack(&p, piece);
        else if (has_input_gradient(b, i))
            node->layer->pack_backward(&p, piece);
        return;
    }
}

static void pack(void *context, size_t piece, size_t worker)
{
    (void)worker;
    pack_piece(context, piece, false);
}

static void pack_backward(void *context, size_t piece, size_t worker)
{
    (void)worker;
    pack_piece(context, piece, true);
}

/* ---- A batch -------------------------------------------------------------------------------- */

static void forward_segment(lossi_backprop *b)
{
    const lossi_node *after = b->segment->end < b->n_nodes ? &b->net->nodes[b->segment->end] : NULL;
    lossi_pool_run(b->pool, b->segment->pieces, pack, b);
    lossi_pool_run(b->pool, b->n_chunks, forward, b);
    if (after && after->layer->forward_combine) {
        lossi_combine c = combine_of(b, b->segment->end);
        after->layer->forward_combine(&c);
    }
}

static void backward_segment(lossi_backprop *b)
{
    const lossi_node *first = &b->net->nodes[b->segment->begin];
    lossi_pool_run(b->pool, b->segment->pieces_backward, pack_backward, b);
    lossi_pool_run(b->pool, b->n_chunks, backward, b);
    sum_partials(b);
    if (b->segment->begin < b->segment->end && first->layer->backward_combine) {
        lossi_combine c = combine_of(b, b->segment->begin);
        first->layer->backward_combine(&c);
    }
}

void lossi_backprop_run(lossi_backprop *b, loss_net *net, const lossi_batch *batch, double *loss,
                        size_t *correct)
{
    b->net = net;
    b->batch = batch;
    b->n_chunks = (batch->n + b->lanes - 1) / b->lanes;
    lossi_pool_run(b->pool, b->n_chunks, read_images, b);
    for (size_t s = 0; s < b->segments.n; s++) {
        b->segment = &b->segments.at[s];
        forward_segment(b);
    }
    lossi_pool_run(b->pool, b->n_chunks, cross_entropy, b);
    for (size_t s = b->segments.n; s-- > 0;) {
        b->segment = &b->segments.at[s];
        backward_segment(b);
    }
    *loss = 0;
    *correct = 0;
    for (size_t i = 0; i < batch->n; i++) {
        *loss += b->losses[i] / (double)batch->n;
        *correct += b->correct[i];
    }
}

const lossi_real *lossi_backprop_gradient(const lossi_backprop *b, size_t tensor)
{
    return b->parameter_gradients[tensor];
}
