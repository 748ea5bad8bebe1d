/* A batch is cut into chunks of fixed size. Layer after layer, threads take chunks from a counter; what concerns the whole batch
 * (BatchNorm's statistics, gradients of weights) is kept a chunk and added up in the order of the chunks, so that no bit
 * depends on which thread did what. */
#include "net/backprop.h"

#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "cpu/cpu.h"
#include "net/forward.h"

struct lossi_backprop {
    const lossi_kernels *kernels;
    lossi_pool *pool;
    size_t n_tensors, n_nodes, image_size, lanes;
    lossi_plan outputs, gradients;
    lossi_real **scratch;       /* [pool size] */
    lossi_real **images;        /* [pool size]: one image on its way in */
    size_t most_chunks;
    lossi_real *output_memory;  /* [most_chunks][outputs.total] */
    lossi_real *gradient_memory; /* [most_chunks][gradients.total] */
    size_t sums_count, partial_count, packed_count, scratch_count; /* the largest of any layer */
    double *sums;               /* [most_chunks][sums_count] */
    lossi_real *partial;        /* [most_chunks][partial_count]: gradients of one layer's weight and bias, a chunk each */
    lossi_real *packed;         /* the filter of the layer under way, made ready */
    double **states;            /* [n_nodes] */
    lossi_real **parameter_gradients; /* [n_tensors] */
    double *losses;             /* [most_chunks * lanes] */
    uint8_t *correct;           /* the same */

    /* The run under way. */
    loss_net *net;
    const lossi_batch *batch;
    size_t node, n_chunks;
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
    lossi_plan_free(&b->outputs);
    lossi_plan_free(&b->gradients);
    lossi_pool_free(b->pool);
    free(b);
}

static size_t tensor_count(const loss_net *net, int tensor)
{
    return tensor < 0 ? 0 : net->tensors[tensor].count;
}

/* True for layers whose weight gradients are summed chunk by chunk; BatchNorm's come from its *_combine. */
static bool has_partial(const lossi_node *node)
{
    return node->weight >= 0 && !node->layer->backward_combine;
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
    if (has_partial(node))
        b->partial_count = larger(b->partial_count, tensor_count(net, node->weight) + tensor_count(net, node->bias));
    if (layer->sums_count)
        b->sums_count = larger(b->sums_count, layer->sums_count(node));
    if (layer->scratch_count)
        b->scratch_count = larger(b->scratch_count, layer->scratch_count(b->kernels, node, in, b->lanes));
    if (layer->packed_count)
        b->packed_count = larger(b->packed_count, larger(layer->packed_count(b->kernels, node, in, b->lanes),
                                                         layer->packed_backward_count(b->kernels, node, in, b->lanes)));
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
        if (node->layer->state_count && !(b->states[i] = lossi_alloc(node->layer->state_count(node), sizeof(double))))
            return lossi_fail_nomem(node->layer->state_count(node) * sizeof(double));
    }
    for (size_t i = 0; i < net->n_tensors; i++)
        if (lossi_tensor_is_trainable(&net->tensors[i]) &&
            !(b->parameter_gradients[i] = lossi_alloc(net->tensors[i].count, sizeof(lossi_real))))
            return lossi_fail_nomem(net->tensors[i].count * sizeof(lossi_real));
    return LOSS_OK;
}

/* Chunks that a batch should have for threads to share. */
enum { LEAST_CHUNKS = 4 };

static void *allocate_chunks(const lossi_backprop *b, size_t values, size_t size)
{
    size_t count;
    return lossi_mul(b->most_chunks, values, &count) ? lossi_alloc(count, size) : NULL;
}

static loss_status allocate_memory(lossi_backprop *b, const loss_net *net)
{
    size_t n = lossi_pool_size(b->pool), scratch = b->scratch_count;
    b->output_memory = allocate_chunks(b, b->outputs.total, sizeof(lossi_real));
    b->gradient_memory = allocate_chunks(b, b->gradients.total, sizeof(lossi_real));
    b->sums = allocate_chunks(b, b->sums_count, sizeof(double));
    b->partial = allocate_chunks(b, b->partial_count, sizeof(lossi_real));
    b->losses = allocate_chunks(b, b->lanes, sizeof(double));
    b->correct = allocate_chunks(b, b->lanes, 1);
    b->packed = lossi_alloc(b->packed_count, sizeof *b->packed);
    b->scratch = calloc(n, sizeof *b->scratch);
    b->images = calloc(n, sizeof *b->images);
    if (!b->output_memory || !b->gradient_memory || !b->sums || !b->partial || !b->packed || !b->losses || !b->correct || !b->scratch ||
        !b->images)
        return lossi_fail(LOSS_ERR_NOMEM, "out of memory: a batch of %zu images of %s needs %.0f MB", b->most_chunks * b->lanes,
                          net->model, 1e-6 * sizeof(lossi_real) * (double)b->most_chunks *
                          (double)(b->outputs.total + b->gradients.total + b->partial_count));
    for (size_t w = 0; w < n; w++) {
        b->scratch[w] = lossi_alloc(scratch, sizeof(lossi_real));
        b->images[w] = lossi_alloc(b->image_size, sizeof(lossi_real));
        if (!b->scratch[w] || !b->images[w])
            return lossi_fail_nomem(scratch * sizeof(lossi_real));
    }
    return LOSS_OK;
}

loss_status lossi_backprop_create(lossi_backprop **out, const loss_net *net, size_t largest, size_t threads)
{
    *out = NULL;
    lossi_backprop *b = calloc(1, sizeof *b);
    if (!b)
        return lossi_fail_nomem(sizeof *b);
    b->n_nodes = net->n_nodes;
    b->n_tensors = net->n_tensors;
    b->image_size = net->shape.channels * net->shape.height * net->shape.width;
    b->lanes = lossi_lanes(net);
    while (b->lanes > LOSSI_VECTOR && largest / b->lanes < LEAST_CHUNKS)
        b->lanes /= 2;
    b->most_chunks = largest / b->lanes + (largest % b->lanes != 0);
    loss_status status = lossi_kernels_choose(&b->kernels);
    if (!status)
        status = lossi_pool_create(&b->pool, threads);
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
    return (lossi_chunk){&b->outputs, b->output_memory + k * b->outputs.total, b->scratch[worker], b->lanes,
                         left < b->lanes ? left : b->lanes};
}

/* The gradient of node i's output in chunk k; NULL if the node has none. */
static lossi_real *gradient_of(const lossi_backprop *b, size_t i, size_t k)
{
    size_t offset = b->gradients.offsets[i];
    return offset == SIZE_MAX ? NULL : b->gradient_memory + k * b->gradients.total + offset;
}

static lossi_call call_of(const lossi_backprop *b, const lossi_chunk *chunk, size_t k)
{
    lossi_call call = lossi_chunk_call(chunk, b->kernels, b->net, b->node);
    call.training = true;
    call.seed = b->batch->seed;
    call.first_image = k * b->lanes;
    call.state = b->states[b->node];
    call.packed = b->packed;
    call.sums = b->sums + k * (call.node->layer->sums_count ? call.node->layer->sums_count(call.node) : 0);
    return call;
}

static lossi_combine combine_of(const lossi_backprop *b)
{
    const lossi_node *node = &b->net->nodes[b->node];
    lossi_combine c = {.node = node, .n_images = b->batch->n, .n_chunks = b->n_chunks, .sums = b->sums, .state = b->states[b->node]};
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

static void read_images(void *context, size_t k, size_t worker)
{
    lossi_backprop *b = context;
    lossi_chunk chunk = chunk_of(b, k, worker);
    for (size_t i = 0; i < b->lanes; i++) {
        if (i < chunk.n)
            b->batch->image(b->batch->user, k * b->lanes + i, b->images[worker]);
        lossi_put_image(lossi_chunk_output(&chunk, 0), b->lanes, i, i < chunk.n ? b->images[worker] : NULL, b->image_size);
    }
}

static void forward_sums(void *context, size_t k, size_t worker)
{
    const lossi_backprop *b = context;
    lossi_chunk chunk = chunk_of(b, k, worker);
    lossi_call call = call_of(b, &chunk, k);
    call.node->layer->forward_sums(&call);
}

static void forward(void *context, size_t k, size_t worker)
{
    const lossi_backprop *b = context;
    lossi_chunk chunk = chunk_of(b, k, worker);
    lossi_call call = call_of(b, &chunk, k);
    call.node->layer->forward(&call);
}

static void cross_entropy(void *context, size_t k, size_t worker)
{
    const lossi_backprop *b = context;
    lossi_chunk chunk = chunk_of(b, k, worker);
    lossi_maps m = {b->net->shape.classes, 1, b->lanes, chunk.n};
    size_t first = k * b->lanes;
    b->kernels->xent(&m, lossi_chunk_output(&chunk, b->n_nodes - 1), b->batch->labels + first, b->losses + first, b->correct + first,
                     1 / (double)b->batch->n, gradient_of(b, b->n_nodes - 1, k));
}

static void backward_sums(void *context, size_t k, size_t worker)
{
    const lossi_backprop *b = context;
    lossi_chunk chunk = chunk_of(b, k, worker);
    lossi_call call = call_of(b, &chunk, k);
    call.dy = gradient_of(b, b->node, k);
    call.node->layer->backward_sums(&call);
}

static void backward(void *context, size_t k, size_t worker)
{
    const lossi_backprop *b = context;
    lossi_chunk chunk = chunk_of(b, k, worker);
    lossi_call call = call_of(b, &chunk, k);
    call.dy = gradient_of(b, b->node, k);
    for (int j = 0; j < 2; j++) {
        int in = call.node->inputs[j];
        if (in < 0 || !(call.dx[j] = gradient_of(b, (size_t)in, k)))
            continue;
        /* The last user of an output is the first to write its gradient. */
        bool is_first = b->gradients.last_user[in] == (int)b->node && (j == 0 || call.node->inputs[0] != in);
        if (is_first)
            memset(call.dx[j], 0, lossi_chunk_size(&b->net->nodes[in], b->lanes) * sizeof(lossi_real));
    }
    if (has_partial(call.node)) {
        size_t n_weight = tensor_count(b->net, call.node->weight), n_bias = tensor_count(b->net, call.node->bias);
        call.dweight = b->partial + k * b->partial_count;
        call.dbias = n_bias ? call.dweight + n_weight : NULL;
        memset(call.dweight, 0, (n_weight + n_bias) * sizeof(lossi_real));
    }
    call.node->layer->backward(&call);
}

/* Adds up a part of the chunks' gradients of one layer's weight and bias, in the order of the chunks. */
enum { SUM_PIECE = 4096 };

static void sum_partial(void *context, size_t piece, size_t worker)
{
    (void)worker;
    const lossi_backprop *b = context;
    const lossi_node *node = &b->net->nodes[b->node];
    size_t n_weight = tensor_count(b->net, node->weight), n = n_weight + tensor_count(b->net, node->bias);
    size_t end = (piece + 1) * SUM_PIECE < n ? (piece + 1) * SUM_PIECE : n;
    for (size_t j = piece * SUM_PIECE; j < end; j++) {
        lossi_real sum = 0;
        for (size_t k = 0; k < b->n_chunks; k++)
            sum += b->partial[k * b->partial_count + j];
        if (j < n_weight)
            b->parameter_gradients[node->weight][j] = sum;
        else
            b->parameter_gradients[node->bias][j - n_weight] = sum;
    }
}

static lossi_pack pack_of(const lossi_backprop *b)
{
    const lossi_node *node = &b->net->nodes[b->node];
    return (lossi_pack){b->kernels, node, &b->net->nodes[node->inputs[0]], b->lanes,
                        b->net->tensors[node->weight].values, NULL, b->packed};
}

static void pack(void *context, size_t piece, size_t worker)
{
    (void)worker;
    const lossi_backprop *b = context;
    lossi_pack p = pack_of(b);
    p.node->layer->pack(&p, piece);
}

static void pack_backward(void *context, size_t piece, size_t worker)
{
    (void)worker;
    const lossi_backprop *b = context;
    lossi_pack p = pack_of(b);
    p.node->layer->pack_backward(&p, piece);
}

static size_t n_pieces(size_t channels)
{
    return (channels + LOSSI_PACK - 1) / LOSSI_PACK;
}

static void forward_node(lossi_backprop *b)
{
    const lossi_node *node = &b->net->nodes[b->node];
    const lossi_layer *layer = node->layer;
    if (layer->pack)
        lossi_pool_run(b->pool, n_pieces(node->channels), pack, b);
    if (layer->forward_sums) {
        lossi_pool_run(b->pool, b->n_chunks, forward_sums, b);
        lossi_combine c = combine_of(b);
        layer->forward_combine(&c);
    }
    lossi_pool_run(b->pool, b->n_chunks, forward, b);
}

static void backward_node(lossi_backprop *b)
{
    const lossi_node *node = &b->net->nodes[b->node];
    if (node->layer->backward_sums) {
        lossi_pool_run(b->pool, b->n_chunks, backward_sums, b);
        lossi_combine c = combine_of(b);
        node->layer->backward_combine(&c);
    }
    if (node->layer->pack_backward && gradient_of(b, (size_t)node->inputs[0], 0))
        lossi_pool_run(b->pool, n_pieces(b->net->nodes[node->inputs[0]].channels), pack_backward, b);
    lossi_pool_run(b->pool, b->n_chunks, backward, b);
    if (has_partial(node)) {
        size_t n = tensor_count(b->net, node->weight) + tensor_count(b->net, node->bias);
        lossi_pool_run(b->pool, (n + SUM_PIECE - 1) / SUM_PIECE, sum_partial, b);
    }
}

void lossi_backprop_run(lossi_backprop *b, loss_net *net, const lossi_batch *batch, double *loss, size_t *correct)
{
    b->net = net;
    b->batch = batch;
    b->n_chunks = (batch->n + b->lanes - 1) / b->lanes;
    lossi_pool_run(b->pool, b->n_chunks, read_images, b);
    for (b->node = 1; b->node < b->n_nodes; b->node++)
        forward_node(b);
    lossi_pool_run(b->pool, b->n_chunks, cross_entropy, b);
    for (b->node = b->n_nodes - 1; b->node > 0; b->node--)
        backward_node(b);
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
