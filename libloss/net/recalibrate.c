/* One forward pass over all images as a single batch in training mode, layer by layer where
 * BatchNorm wants sums over all images; the running statistics become the batch's own mean and
 * unbiased variance, as with a momentum of 1. Dropout stays the identity. Chunks have a fixed
 * size and their sums are added in order, so no bit depends on the number of threads. */
#include "net/recalibrate.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/thread.h"
#include "cpu/cpu.h"
#include "net/forward.h"
#include "net/segments.h"

struct lossi_recalibrator {
    const lossi_kernels *kernels;
    lossi_pool *pool;
    const loss_dataset *data;
    size_t n_nodes, n_segments; /* segments up to the last layer that wants sums */
    size_t lanes, n_chunks, image_size;
    lossi_plan outputs;
    lossi_segments segments;
    lossi_real *memory; /* [n_chunks][outputs.total] */
    lossi_real *packed; /* filters of the segment under way */
    size_t scratch_count, sums_count;
    double *sums;                   /* [n_chunks][sums_count] */
    double **states;                /* [n_nodes] */
    lossi_real **scratch, **values; /* [pool size] */
    float **images;                 /* [pool size] */

    /* The run under way. */
    loss_net *net;
    const lossi_segment *segment;
    loss_cancelled cancelled;
    void *user;
    atomic_bool stopped;
};

void lossi_recalibrator_free(lossi_recalibrator *r)
{
    if (!r)
        return;
    for (size_t w = 0; r->pool && w < lossi_pool_size(r->pool); w++) {
        free(r->scratch ? r->scratch[w] : NULL);
        free(r->values ? r->values[w] : NULL);
        free(r->images ? r->images[w] : NULL);
    }
    for (size_t i = 0; r->states && i < r->n_nodes; i++)
        free(r->states[i]);
    free(r->scratch);
    free(r->values);
    free(r->images);
    free(r->states);
    free(r->sums);
    free(r->memory);
    free(r->packed);
    lossi_segments_free(&r->segments);
    lossi_plan_free(&r->outputs);
    lossi_pool_free(r->pool);
    free(r);
}

/* An output lives until its last user has run: nothing goes backward. */
static loss_status plan_outputs(lossi_recalibrator *r, const loss_net *net)
{
    size_t n = net->n_nodes;
    lossi_span *spans = calloc(n, sizeof *spans);
    r->outputs.offsets = calloc(n, sizeof *r->outputs.offsets);
    if (!spans || !r->outputs.offsets) {
        free(spans);
        return lossi_fail_nomem(n * sizeof *spans);
    }
    for (size_t i = 0; i < n; i++) {
        spans[i] = (lossi_span){lossi_chunk_size(&net->nodes[i], r->lanes), i, i, 0};
        for (int k = 0; k < 2; k++)
            if (net->nodes[i].inputs[k] >= 0)
                spans[net->nodes[i].inputs[k]].death = i;
    }
    r->outputs.total = lossi_place_spans(spans, n);
    for (size_t i = 0; i < n; i++)
        r->outputs.offsets[i] = spans[i].offset;
    free(spans);
    return LOSS_OK;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static loss_status measure_layers(lossi_recalibrator *r, const loss_net *net)
{
    r->states = calloc(net->n_nodes, sizeof *r->states);
    if (!r->states)
        return lossi_fail_nomem(net->n_nodes * sizeof *r->states);
    for (size_t i = 1; i < net->n_nodes; i++) {
        const lossi_node *node = &net->nodes[i];
        const lossi_layer *layer = node->layer;
        if (layer->scratch_count)
            r->scratch_count = larger(
                r->scratch_count,
                layer->scratch_count(r->kernels, node, &net->nodes[node->inputs[0]], r->lanes));
        if (layer->sums_count)
            r->sums_count = larger(r->sums_count, layer->sums_count(node));
        if (layer->state_count &&
            !(r->states[i] = lossi_alloc(layer->state_count(node), sizeof(double))))
            return lossi_fail_nomem(layer->state_count(node) * sizeof(double));
    }
    for (size_t s = 0; s < r->segments.n; s++) {
        size_t end = r->segments.at[s].end;
        if (end < net->n_nodes && net->nodes[end].layer->forward_combine)
            r->n_segments = s + 1;
    }
    return LOSS_OK;
}

static loss_status allocate(lossi_recalibrator *r)
{
    size_t n = lossi_pool_size(r->pool), values, sums;
    bool fits = lossi_mul(r->n_chunks, r->outputs.total, &values) &&
                lossi_mul(r->n_chunks, r->sums_count, &sums);
    r->memory = fits ? lossi_alloc_huge(values, sizeof *r->memory) : NULL;
    r->sums = fits ? lossi_alloc(sums, sizeof *r->sums) : NULL;
    r->packed = lossi_alloc_huge(r->segments.most_packed, sizeof *r->packed);
    r->scratch = calloc(n, sizeof *r->scratch);
    r->values = calloc(n, sizeof *r->values);
    r->images = calloc(n, sizeof *r->images);
    if (!r->memory || !r->sums || !r->packed || !r->scratch || !r->values || !r->images)
        return lossi_fail(
            LOSS_ERR_NOMEM, "out of memory: statistics from %zu images at once need %.0f MB",
            loss_dataset_count(r->data),
            1e-6 * sizeof(lossi_real) * (double)r->n_chunks * (double)r->outputs.total);
    for (size_t w = 0; w < n; w++) {
        r->scratch[w] = lossi_alloc_huge(r->scratch_count, sizeof(lossi_real));
        r->values[w] = lossi_alloc(r->image_size, sizeof(lossi_real));
        r->images[w] = lossi_alloc(r->image_size, sizeof(float));
        if (!r->scratch[w] || !r->values[w] || !r->images[w])
            return lossi_fail_nomem(r->scratch_count * sizeof(lossi_real));
    }
    return LOSS_OK;
}

loss_status lossi_recalibrator_create(lossi_recalibrator **out, const loss_net *net,
                                      const loss_dataset *data, size_t threads)
{
    *out = NULL;
    const lossi_kernels *kernels;
    loss_status status = lossi_net_check_data(net, data);
    if (!status)
        status = lossi_kernels_choose(&kernels);
    if (status)
        return status;
    lossi_recalibrator *r = calloc(1, sizeof *r);
    if (!r)
        return lossi_fail_nomem(sizeof *r);
    r->data = data;
    r->n_nodes = net->n_nodes;
    r->image_size = net->shape.channels * net->shape.height * net->shape.width;
    r->kernels = kernels;
    r->lanes = lossi_lanes(net, kernels);
    r->n_chunks = (loss_dataset_count(data) + r->lanes - 1) / r->lanes;
    status = lossi_pool_create(&r->pool, threads);
    if (!status)
        status = lossi_segments_create(&r->segments, net, r->kernels, r->lanes);
    if (!status)
        status = plan_outputs(r, net);
    if (!status)
        status = measure_layers(r, net);
    if (!status)
        status = allocate(r);
    if (status)
        lossi_recalibrator_free(r);
    else
        *out = r;
    return status;
}

static lossi_chunk chunk_of(const lossi_recalibrator *r, size_t k, size_t worker)
{
    size_t left = loss_dataset_count(r->data) - k * r->lanes;
    return (lossi_chunk){&r->outputs, r->memory + k * r->outputs.total, r->scratch[worker],
                         r->lanes, left < r->lanes ? left : r->lanes};
}

static lossi_call call_of(const lossi_recalibrator *r, const lossi_chunk *chunk, size_t i, size_t k)
{
    lossi_call call = lossi_chunk_call(chunk, r->kernels, r->net, i);
    call.training = call.node->layer->forward_combine != NULL; /* BatchNorm; not dropout */
    call.state = r->states[i];
    call.packed = r->packed + r->segments.packed[i];
    call.sums =
        r->sums + k * (call.node->layer->sums_count ? call.node->layer->sums_count(call.node) : 0);
    return call;
}

static void read_images(void *context, size_t k, size_t worker)
{
    lossi_recalibrator *r = context;
    lossi_chunk chunk = chunk_of(r, k, worker);
    for (size_t i = 0; i < r->lanes; i++) {
        if (i < chunk.n)
            loss_dataset_images(r->data, k * r->lanes + i, 1, r->images[worker]);
        for (size_t j = 0; i < chunk.n && j < r->image_size; j++)
            r->values[worker][j] = (lossi_real)r->images[worker][j];
        lossi_put_image(lossi_chunk_output(&chunk, 0), r->lanes, i,
                        i < chunk.n ? r->values[worker] : NULL, r->image_size);
    }
}

static void pack(void *context, size_t piece, size_t worker)
{
    (void)worker;
    const lossi_recalibrator *r = context;
    for (size_t i = r->segment->begin; i < r->segment->end; i++) {
        const lossi_node *node = &r->net->nodes[i];
        if (!node->layer->pack)
            continue;
        if (piece < lossi_pieces(node->channels)) {
            lossi_pack p = {r->kernels,
                            node,
                            &r->net->nodes[node->inputs[0]],
                            r->lanes,
                            r->net->tensors[node->weight].values,
                            NULL,
                            r->packed + r->segments.packed[i]};
            node->layer->pack(&p, piece);
            return;
        }
        piece -= lossi_pieces(node->channels);
    }
}

/* The segment's layers, and the sums of the one after them. */
static void forward(void *context, size_t k, size_t worker)
{
    lossi_recalibrator *r = context;
    if (atomic_load_explicit(&r->stopped, memory_order_relaxed))
        return;
    if (r->cancelled && r->cancelled(r->user)) {
        atomic_store(&r->stopped, true);
        return;
    }
    lossi_chunk chunk = chunk_of(r, k, worker);
    for (size_t i = r->segment->begin; i < r->segment->end; i++) {
        lossi_call call = call_of(r, &chunk, i, k);
        call.node->layer->forward(&call);
    }
    if (r->net->nodes[r->segment->end].layer->forward_sums) {
        lossi_call call = call_of(r, &chunk, r->segment->end, k);
        call.node->layer->forward_sums(&call);
    }
}

static void combine(lossi_recalibrator *r, size_t i)
{
    const lossi_node *node = &r->net->nodes[i];
    lossi_combine c = {.node = node,
                       .n_images = loss_dataset_count(r->data),
                       .n_chunks = r->n_chunks,
                       .sums = r->sums,
                       .state = r->states[i],
                       .weight = r->net->tensors[node->weight].values,
                       .mean = r->net->tensors[node->mean].values,
                       .variance = r->net->tensors[node->variance].values,
                       .replaces = true};
    node->layer->forward_combine(&c);
}

loss_status lossi_recalibrator_run(lossi_recalibrator *r, loss_net *net, loss_cancelled cancelled,
                                   void *user)
{
    r->net = net;
    r->cancelled = cancelled;
    r->user = user;
    atomic_store(&r->stopped, false);
    lossi_pool_run(r->pool, r->n_chunks, read_images, r);
    for (size_t s = 0; s < r->n_segments; s++) {
        r->segment = &r->segments.at[s];
        lossi_pool_run(r->pool, r->segment->pieces, pack, r);
        lossi_pool_run(r->pool, r->n_chunks, forward, r);
        if (atomic_load(&r->stopped))
            return lossi_fail(LOSS_ERR_CANCELLED,
                              "estimation of BatchNorm's statistics stopped on request");
        if (net->nodes[r->segment->end].layer->forward_combine)
            combine(r, r->segment->end);
    }
    return LOSS_OK;
}

loss_status loss_net_recalibrate(loss_net *net, const loss_dataset *data, size_t threads)
{
    lossi_recalibrator *recalibrator;
    loss_status status = lossi_recalibrator_create(&recalibrator, net, data, threads);
    if (!status)
        status = lossi_recalibrator_run(recalibrator, net, NULL, NULL);
    lossi_recalibrator_free(recalibrator);
    return status;
}
