/* Pearlmutter's R operator ("Fast exact multiplication by the Hessian", Neural Computation
 * 1994): the derivative along a direction v of everything that backpropagation computes.
 * Forward, each activation x has its tangent x'; backward, each gradient dx has its dx'; and the
 * tangent of the weights' gradient is H v. ReLU and max pooling are linear wherever they have a
 * derivative.
 *
 * In evaluation mode no image knows of another: a chunk goes through the whole network in one
 * thread. Chunk k adds to the sums of slot k mod n_slots, one thread after another chunk by
 * chunk; slots are added up in their order: no bit depends on the number of threads. */
#include "net/hessian.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "cpu/cpu.h"
#include "net/forward.h"
#include "net/plan.h"
#include "net/segments.h"

/* Slots: enough for many processors, but not more memory than MOST_SUMS values unless the
 * network is very large. */
enum { LEAST_SLOTS = 4, MOST_SLOTS = 64, MOST_SUMS = 64 << 20, LEAST_CHUNKS = 4, SUM_PIECE = 4096 };

/* The filters of a layer made ready, and BatchNorm's affine map; the same of the direction. */
enum { FORWARD, BACKWARD, FORWARD_TANGENT, BACKWARD_TANGENT, N_PACKS };
typedef struct layer_values {
    lossi_real *packed[N_PACKS];
    lossi_real *scale, *shift, *scale_tangent,
        *shift_tangent; /* [channels] each, in one block at scale */
    double *state;
} layer_values;

/* What one thread works with on one chunk. */
typedef struct workspace {
    lossi_real *outputs, *tangents;            /* [outputs.total] */
    lossi_real *gradients, *gradient_tangents; /* [gradients.total] */
    lossi_real *scratch, *image;
    float *pixels;
    double *sums;
    uint8_t *correct; /* [lanes]: nobody asks */
} workspace;

struct lossi_hessian {
    lossi_hessian_options opt;
    const lossi_kernels *kernels;
    lossi_pool *pool;
    size_t n_nodes, n_tensors, image_size, lanes, n_images, n_chunks, n_slots;
    size_t count;   /* values that move */
    size_t *places; /* [n_tensors]: where a tensor's values are in a vector; SIZE_MAX: it does
                       not move */
    lossi_plan outputs, gradients;
    layer_values *layers;  /* [n_nodes] */
    workspace *workspaces; /* [pool size] */
    lossi_real *slots;     /* [n_slots][count] */
    double *losses;        /* [n_images] */
    const loss_net *net;

    /* The run under way. */
    const lossi_real *vector; /* NULL: the gradient is wanted */
    lossi_real *result;
    atomic_bool stopped;
};

void lossi_hessian_free(lossi_hessian *h)
{
    if (!h)
        return;
    for (size_t w = 0; h->workspaces && w < lossi_pool_size(h->pool); w++) {
        workspace *s = &h->workspaces[w];
        void *const all[] = {s->outputs, s->tangents, s->gradients, s->gradient_tangents,
                             s->scratch, s->image,    s->pixels,    s->sums,
                             s->correct};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            free(all[i]);
    }
    for (size_t i = 0; h->layers && i < h->n_nodes; i++) {
        for (int k = 0; k < N_PACKS; k++)
            free(h->layers[i].packed[k]);
        free(h->layers[i].scale);
        free(h->layers[i].state);
    }
    free(h->workspaces);
    free(h->layers);
    free(h->places);
    free(h->slots);
    free(h->losses);
    lossi_plan_free(&h->outputs);
    lossi_plan_free(&h->gradients);
    lossi_pool_free(h->pool);
    free(h);
}

/* ---- Memory --------------------------------------------------------------------------------- */

static loss_status place_tensors(lossi_hessian *h, const loss_net *net)
{
    h->places = calloc(net->n_tensors + 1, sizeof *h->places);
    if (!h->places)
        return lossi_fail_nomem(net->n_tensors * sizeof *h->places);
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        bool moves =
            lossi_tensor_is_trainable(tensor) && (h->opt.all_tensors || tensor->n_dims > 1);
        h->places[i] = moves ? h->count : SIZE_MAX;
        h->count += moves ? tensor->count : 0;
    }
    return h->count ? LOSS_OK
                    : lossi_fail(LOSS_ERR_SHAPE, "%s has no parameters that move", net->model);
}

static loss_status allocate_layer(lossi_hessian *h, const loss_net *net, size_t i)
{
    const lossi_node *node = &net->nodes[i], *in = &net->nodes[node->inputs[0]];
    layer_values *values = &h->layers[i];
    for (int k = 0; k < N_PACKS && node->layer->pack; k++) {
        bool is_backward = k == BACKWARD || k == BACKWARD_TANGENT;
        size_t n = (is_backward ? node->layer->packed_backward_count
                                : node->layer->packed_count)(h->kernels, node, in, h->lanes);
        if (!(values->packed[k] = lossi_alloc_huge(n, sizeof(lossi_real))))
            return lossi_fail_nomem(n * sizeof(lossi_real));
    }
    if (node->mean >= 0) {
        size_t c = node->channels;
        values->scale = lossi_alloc(4 * c, sizeof *values->scale);
        values->state = lossi_alloc(node->layer->state_count(node), sizeof *values->state);
        if (!values->scale || !values->state)
            return lossi_fail_nomem(4 * c * sizeof *values->scale);
        values->shift = values->scale + c;
        values->scale_tangent = values->scale + 2 * c;
        values->shift_tangent = values->scale + 3 * c;
    }
    return LOSS_OK;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static bool allocate_workspace(const lossi_hessian *h, workspace *w, size_t scratch, size_t sums)
{
    w->outputs = lossi_alloc_huge(h->outputs.total, sizeof(lossi_real));
    w->tangents = lossi_alloc_huge(h->outputs.total, sizeof(lossi_real));
    w->gradients = lossi_alloc_huge(h->gradients.total, sizeof(lossi_real));
    w->gradient_tangents = lossi_alloc_huge(h->gradients.total, sizeof(lossi_real));
    w->scratch = lossi_alloc_huge(scratch, sizeof(lossi_real));
    w->image = lossi_alloc(h->image_size, sizeof(lossi_real));
    w->pixels = lossi_alloc(h->image_size, sizeof(float));
    w->sums = lossi_alloc(sums, sizeof(double));
    w->correct = lossi_alloc(h->lanes, 1);
    return w->outputs && w->tangents && w->gradients && w->gradient_tangents && w->scratch &&
           w->image && w->pixels && w->sums && w->correct;
}

static loss_status allocate(lossi_hessian *h, const loss_net *net)
{
    size_t scratch = 0, sums = 0, threads = lossi_pool_size(h->pool), values;
    h->layers = calloc(net->n_nodes, sizeof *h->layers);
    h->workspaces = calloc(threads, sizeof *h->workspaces);
    h->losses = lossi_alloc(h->n_images, sizeof *h->losses);
    h->slots =
        lossi_mul(h->n_slots, h->count, &values) ? lossi_alloc(values, sizeof *h->slots) : NULL;
    loss_status status = h->layers && h->workspaces && h->losses && h->slots
                             ? LOSS_OK
                             : lossi_fail_nomem(h->n_slots * h->count * sizeof *h->slots);
    for (size_t i = 1; i < net->n_nodes && !status; i++) {
        const lossi_node *node = &net->nodes[i];
        if (node->layer->scratch_count)
            scratch =
                larger(scratch, node->layer->scratch_count(h->kernels, node,
                                                           &net->nodes[node->inputs[0]], h->lanes));
        if (node->layer->sums_count)
            sums = larger(sums, node->layer->sums_count(node));
        status = allocate_layer(h, net, i);
    }
    for (size_t w = 0; w < threads && !status; w++)
        if (!allocate_workspace(h, &h->workspaces[w], scratch, sums))
            status =
                lossi_fail_nomem(2 * (h->outputs.total + h->gradients.total) * sizeof(lossi_real));
    return status;
}

/* Sizes of chunks and slots: they depend on the network and the number of images alone. */
static void choose_sizes(lossi_hessian *h, const loss_net *net)
{
    h->n_images = loss_dataset_count(h->opt.data);
    h->lanes = lossi_lanes(net, h->kernels);
    while (h->lanes > h->kernels->vector && h->n_images / h->lanes < LEAST_CHUNKS)
        h->lanes -= h->kernels->vector;
    h->n_chunks = h->n_images / h->lanes + (h->n_images % h->lanes != 0);
    size_t n = MOST_SUMS / h->count;
    n = n < LEAST_SLOTS ? LEAST_SLOTS : n > MOST_SLOTS ? MOST_SLOTS : n;
    h->n_slots = n < h->n_chunks ? n : h->n_chunks;
}

loss_status lossi_hessian_create(lossi_hessian **out, const loss_net *net,
                                 const lossi_hessian_options *opt)
{
    *out = NULL;
    loss_status status = lossi_net_check_data(net, opt->data);
    if (status)
        return status;
    lossi_hessian *h = calloc(1, sizeof *h);
    if (!h)
        return lossi_fail_nomem(sizeof *h);
    h->opt = *opt;
    h->n_nodes = net->n_nodes;
    h->n_tensors = net->n_tensors;
    h->image_size = net->shape.channels * net->shape.height * net->shape.width;
    status = lossi_kernels_choose(&h->kernels);
    if (!status)
        status = place_tensors(h, net);
    if (!status)
        choose_sizes(h, net);
    if (!status)
        status = lossi_pool_create(&h->pool, opt->threads);
    if (!status)
        status = lossi_plan_training(&h->outputs, net, h->lanes);
    if (!status)
        status = lossi_plan_gradients(&h->gradients, net, h->lanes);
    if (!status)
        status = allocate(h, net);
    if (status) {
        lossi_hessian_free(h);
        return status;
    }
    lossi_hessian_set(h, net);
    *out = h;
    return LOSS_OK;
}

/* ---- Parameters ----------------------------------------------------------------------------- */

size_t lossi_hessian_count(const lossi_hessian *h)
{
    return h->count;
}

size_t lossi_hessian_parameters(const lossi_hessian *h)
{
    return loss_net_n_parameters(h->net);
}

void lossi_hessian_take(const lossi_hessian *h, const float *direction, lossi_real *vector)
{
    for (size_t i = 0; i < h->n_tensors; i++) {
        const lossi_tensor *tensor = &h->net->tensors[i];
        for (size_t j = 0; h->places[i] != SIZE_MAX && j < tensor->count; j++)
            vector[h->places[i] + j] = (lossi_real)direction[j];
        direction += lossi_tensor_is_trainable(tensor) ? tensor->count : 0;
    }
}

void lossi_hessian_put(const lossi_hessian *h, const lossi_real *vector, float *direction)
{
    for (size_t i = 0; i < h->n_tensors; i++) {
        const lossi_tensor *tensor = &h->net->tensors[i];
        for (size_t j = 0; lossi_tensor_is_trainable(tensor) && j < tensor->count; j++)
            *direction++ = h->places[i] == SIZE_MAX ? 0 : (float)vector[h->places[i] + j];
    }
}

/* The direction's part for a tensor; NULL where it does not move, or for the gradient. */
static const lossi_real *part_of(const lossi_hessian *h, int tensor)
{
    return !h->vector || tensor < 0 || h->places[tensor] == SIZE_MAX
               ? NULL
               : h->vector + h->places[tensor];
}

/* One piece of the filters of all layers, of the network or, during a product, of its direction. */
static void pack(void *context, size_t piece, size_t worker)
{
    (void)worker;
    const lossi_hessian *h = context;
    for (size_t i = 1; i < h->n_nodes; i++) {
        const lossi_node *node = &h->net->nodes[i], *in = &h->net->nodes[node->inputs[0]];
        if (!node->layer->pack)
            continue;
        size_t forward = lossi_pieces(node->channels), both = forward + lossi_pieces(in->channels);
        if (piece >= both) {
            piece -= both;
            continue;
        }
        int first = h->vector ? FORWARD_TANGENT : FORWARD;
        const lossi_real *w =
            h->vector ? part_of(h, node->weight) : h->net->tensors[node->weight].values;
        lossi_pack p = {h->kernels,
                        node,
                        in,
                        h->lanes,
                        w,
                        NULL,
                        h->layers[i].packed[piece < forward ? first : first + 1]};
        if (piece < forward)
            node->layer->pack(&p, piece);
        else
            node->layer->pack_backward(&p, piece - forward);
        return;
    }
}

static void pack_all(lossi_hessian *h)
{
    size_t pieces = 0;
    for (size_t i = 1; i < h->n_nodes; i++)
        if (h->net->nodes[i].layer->pack)
            pieces += lossi_pieces(h->net->nodes[i].channels) +
                      lossi_pieces(h->net->nodes[h->net->nodes[i].inputs[0]].channels);
    lossi_pool_run(h->pool, pieces, pack, h);
}

void lossi_hessian_set(lossi_hessian *h, const loss_net *net)
{
    h->net = net;
    h->vector = NULL;
    pack_all(h);
    for (size_t i = 1; i < h->n_nodes; i++) {
        const lossi_node *node = &net->nodes[i];
        if (node->mean < 0)
            continue;
        const lossi_real *weight = net->tensors[node->weight].values,
                         *mean = net->tensors[node->mean].values;
        const lossi_real *variance = net->tensors[node->variance].values,
                         *bias = net->tensors[node->bias].values;
        lossi_norm_affine(node->channels, weight, bias, mean, variance, NULL, h->layers[i].scale,
                          h->layers[i].shift);
        lossi_norm_fix_state(node->channels, weight, mean, variance, h->layers[i].state);
    }
}

/* The affine map is linear in weight and bias. Where they do not move, its derivative stays
 * zero. */
static void set_direction(lossi_hessian *h, const lossi_real *vector)
{
    h->vector = vector;
    pack_all(h);
    for (size_t i = 1; i < h->n_nodes; i++) {
        const lossi_node *node = &h->net->nodes[i];
        if (node->mean >= 0 && part_of(h, node->weight))
            lossi_norm_affine(node->channels, part_of(h, node->weight), part_of(h, node->bias),
                              h->net->tensors[node->mean].values,
                              h->net->tensors[node->variance].values, NULL,
                              h->layers[i].scale_tangent, h->layers[i].shift_tangent);
    }
}

/* ---- A chunk -------------------------------------------------------------------------------- */

static lossi_call call_of(const lossi_hessian *h, const lossi_chunk *chunk, const workspace *w,
                          size_t i)
{
    lossi_call call = lossi_chunk_call(chunk, h->kernels, h->net, i);
    call.scale = h->layers[i].scale;
    call.shift = h->layers[i].shift;
    call.state = h->layers[i].state;
    call.sums = w->sums;
    return call;
}

static lossi_tangent tangent_of(const lossi_hessian *h, const workspace *w, const lossi_call *call)
{
    size_t i = call->index;
    const lossi_node *node = call->node;
    lossi_tangent t = {.at = *call,
                       .y = w->tangents + h->outputs.offsets[i],
                       .bias = part_of(h, node->bias),
                       .scale = h->layers[i].scale_tangent,
                       .shift = h->layers[i].shift_tangent};
    for (int k = 0; k < 2; k++)
        if (node->inputs[k] >= 0)
            t.x[k] = w->tangents + h->outputs.offsets[node->inputs[k]];
    return t;
}

static void forward_layer(const lossi_hessian *h, const lossi_chunk *chunk, const workspace *w,
                          size_t i)
{
    lossi_call call = call_of(h, chunk, w, i);
    call.packed = h->layers[i].packed[FORWARD];
    call.node->layer->forward(&call);
    if (!h->vector)
        return;
    lossi_tangent t = tangent_of(h, w, &call);
    t.packed = h->layers[i].packed[FORWARD_TANGENT];
    if (call.node->layer->forward_tangent) {
        call.node->layer->forward_tangent(&t);
        return;
    }
    memcpy(call.x, t.x, sizeof call.x);
    call.y = t.y;
    call.node->layer->forward(&call);
}

/* Where the gradients of a node's inputs go; the last user of an output is the first to write
 * its gradient. */
static void find_input_gradients(const lossi_hessian *h, const lossi_call *call, lossi_real *memory,
                                 lossi_real *dx[2])
{
    const int *inputs = call->node->inputs;
    for (int k = 0; k < 2; k++) {
        if (inputs[k] < 0 || h->gradients.offsets[inputs[k]] == SIZE_MAX)
            continue;
        dx[k] = memory + h->gradients.offsets[inputs[k]];
        if (h->gradients.last_user[inputs[k]] == (int)call->index &&
            (k == 0 || inputs[0] != inputs[1]))
            memset(dx[k], 0, lossi_chunk_size(&h->net->nodes[inputs[k]], h->lanes) * sizeof *dx[k]);
    }
}

/* Where the slot sums up the gradient of a tensor, or its tangent. */
static lossi_real *sum_of(const lossi_hessian *h, lossi_real *slot, int tensor)
{
    return tensor < 0 || h->places[tensor] == SIZE_MAX ? NULL : slot + h->places[tensor];
}

static void backward_layer(const lossi_hessian *h, const lossi_chunk *chunk, const workspace *w,
                           size_t i, lossi_real *slot)
{
    lossi_call call = call_of(h, chunk, w, i);
    lossi_real *dweight = sum_of(h, slot, call.node->weight),
               *dbias = sum_of(h, slot, call.node->bias);
    call.packed = h->layers[i].packed[BACKWARD];
    call.dy = w->gradients + h->gradients.offsets[i];
    find_input_gradients(h, &call, w->gradients, call.dx);
    if (!h->vector) {
        call.dweight = dweight;
        call.dbias = dbias;
    }
    call.node->layer->backward(&call);
    if (!h->vector)
        return;
    lossi_tangent t = tangent_of(h, w, &call);
    t.packed = h->layers[i].packed[BACKWARD_TANGENT];
    t.dy = w->gradient_tangents + h->gradients.offsets[i];
    t.dweight = dweight;
    t.dbias = dbias;
    find_input_gradients(h, &call, w->gradient_tangents, t.dx);
    if (call.node->layer->backward_tangent) {
        call.node->layer->backward_tangent(&t);
        return;
    }
    call.dy = t.dy;
    memcpy(call.dx, t.dx, sizeof call.dx);
    call.node->layer->backward(&call);
}

/* With p the softmax of the logits z, the gradient is (p - onehot) / N and its derivative along
 * z' is p (z' - sum p z') / N. */
static void cross_entropy_tangent(const lossi_maps *m, const lossi_real *logits,
                                  const lossi_real *tangents, double scale, lossi_real *dtangents)
{
    size_t classes = m->channels, lanes = m->lanes;
    memset(dtangents, 0, classes * lanes * sizeof *dtangents);
    for (size_t i = 0; i < m->images; i++) {
        double largest = (double)logits[i], sum = 0, mean = 0;
        for (size_t k = 1; k < classes; k++)
            largest =
                (double)logits[k * lanes + i] > largest ? (double)logits[k * lanes + i] : largest;
        for (size_t k = 0; k < classes; k++) {
            double p = exp((double)logits[k * lanes + i] - largest);
            sum += p;
            mean += p * (double)tangents[k * lanes + i];
        }
        mean /= sum;
        for (size_t k = 0; k < classes; k++) {
            double p = exp((double)logits[k * lanes + i] - largest) / sum;
            dtangents[k * lanes + i] =
                (lossi_real)(p * ((double)tangents[k * lanes + i] - mean) * scale);
        }
    }
}

static void put_images(const lossi_hessian *h, const lossi_chunk *chunk, const workspace *w,
                       size_t first)
{
    for (size_t i = 0; i < h->lanes; i++) {
        if (i < chunk->n)
            loss_dataset_images(h->opt.data, first + i, 1, w->pixels);
        for (size_t j = 0; i < chunk->n && j < h->image_size; j++)
            w->image[j] = (lossi_real)w->pixels[j];
        lossi_put_image(lossi_chunk_output(chunk, 0), h->lanes, i, i < chunk->n ? w->image : NULL,
                        h->image_size);
    }
    memset(w->tangents + h->outputs.offsets[0], 0, h->image_size * h->lanes * sizeof *w->tangents);
}

static void run_chunk(const lossi_hessian *h, size_t k, workspace *w, lossi_real *slot)
{
    size_t first = k * h->lanes, last = h->n_nodes - 1, left = h->n_images - first;
    lossi_chunk chunk = {&h->outputs, w->outputs, w->scratch, h->lanes,
                         left < h->lanes ? left : h->lanes};
    lossi_maps m = {h->net->shape.classes, 1, h->lanes, chunk.n};
    double scale = 1 / (double)h->n_images;
    put_images(h, &chunk, w, first);
    for (size_t i = 1; i <= last; i++)
        forward_layer(h, &chunk, w, i);
    h->kernels->xent(&m, lossi_chunk_output(&chunk, last), loss_dataset_labels(h->opt.data) + first,
                     h->losses + first, w->correct, scale,
                     w->gradients + h->gradients.offsets[last]);
    if (h->vector)
        cross_entropy_tangent(&m, lossi_chunk_output(&chunk, last),
                              w->tangents + h->outputs.offsets[last], scale,
                              w->gradient_tangents + h->gradients.offsets[last]);
    for (size_t i = last; i > 0; i--)
        backward_layer(h, &chunk, w, i, slot);
}

/* ---- All chunks ----------------------------------------------------------------------------- */

static void run_slot(void *context, size_t s, size_t worker)
{
    lossi_hessian *h = context;
    lossi_real *slot = h->slots + s * h->count;
    memset(slot, 0, h->count * sizeof *slot);
    for (size_t k = s; k < h->n_chunks; k += h->n_slots) {
        if (atomic_load_explicit(&h->stopped, memory_order_relaxed))
            return;
        if (h->opt.cancelled && h->opt.cancelled(h->opt.user)) {
            atomic_store(&h->stopped, true);
            return;
        }
        run_chunk(h, k, &h->workspaces[worker], slot);
    }
}

static void sum_slots(void *context, size_t piece, size_t worker)
{
    (void)worker;
    const lossi_hessian *h = context;
    size_t end = (piece + 1) * SUM_PIECE < h->count ? (piece + 1) * SUM_PIECE : h->count;
    for (size_t j = piece * SUM_PIECE; j < end; j++) {
        double sum = 0;
        for (size_t s = 0; s < h->n_slots; s++)
            sum += (double)h->slots[s * h->count + j];
        h->result[j] = (lossi_real)sum;
    }
}

static loss_status run(lossi_hessian *h, double *loss, lossi_real *result)
{
    atomic_store(&h->stopped, false);
    h->result = result;
    lossi_pool_run(h->pool, h->n_slots, run_slot, h);
    if (atomic_load(&h->stopped))
        return lossi_fail(LOSS_ERR_CANCELLED, "stopped on request");
    lossi_pool_run(h->pool, (h->count + SUM_PIECE - 1) / SUM_PIECE, sum_slots, h);
    double sum = 0, square = 0;
    for (size_t i = 0; i < h->n_images; i++)
        sum += h->losses[i];
    for (size_t j = 0; j < h->count; j++)
        square += (double)result[j] * (double)result[j];
    if (loss)
        *loss = sum / (double)h->n_images;
    if (!isfinite(sum))
        return lossi_fail(LOSS_ERR_NOT_FINITE,
                          "the loss of %s over the %zu images is %g; derivatives need a finite one",
                          h->net->model, h->n_images, sum / (double)h->n_images);
    if (!isfinite(square))
        return lossi_fail(LOSS_ERR_NOT_FINITE,
                          "%s of the loss of %s is not finite, though the loss is: %g",
                          h->vector ? "a Hessian-vector product" : "the gradient", h->net->model,
                          sum / (double)h->n_images);
    return LOSS_OK;
}

loss_status lossi_hessian_gradient(lossi_hessian *h, double *loss, lossi_real *gradient)
{
    h->vector = NULL;
    return run(h, loss, gradient);
}

loss_status lossi_hessian_product(lossi_hessian *h, const lossi_real *vector, lossi_real *product)
{
    set_direction(h, vector);
    return run(h, NULL, product);
}
