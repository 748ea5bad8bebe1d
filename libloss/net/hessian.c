/* Pearlmutter's R operator ("Fast exact multiplication by the Hessian", Neural Computation
 * 1994): the derivative along a direction v of everything that backpropagation computes.
 * Forward, each activation x has its tangent x'; backward, each gradient dx has its dx'; and the
 * tangent of the weights' gradient is H v. ReLU and max pooling are linear wherever they have a
 * derivative.
 *
 * In evaluation mode no image knows of another: a chunk goes through the whole network in one
 * thread, and adds to the sums of its slot; slots are added up in their order. */
#include "net/hessian.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/engine.h"
#include "net/objective.h"

/* Slots: enough for many processors, but not more memory than MOST_SUMS values unless the
 * network is very large. */
enum { LEAST_SLOTS = 4, MOST_SLOTS = 64, MOST_SUMS = 64 << 20 };

/* What a layer's values are made into: its filter for both ways, its affine map; NULL: none. */
typedef struct ready {
    lossi_real *packed[2], *scale, *shift;
} ready;

struct lossi_hessian {
    lossi_engine engine;
    lossi_hessian_options opt;
    size_t n_slots, n_tensors;
    size_t count;       /* values that move */
    size_t *places;     /* [n_tensors]: where a tensor's values are in a vector; SIZE_MAX: it does
                           not move */
    ready *now, *moves; /* [n_nodes]: of the network; of the direction */
    lossi_real *values; /* both lie in it */
    lossi_pack *packs;  /* [2 n_nodes] */
    lossi_real *slots;  /* [n_slots][count] */
    const loss_net *net;

    /* Of some layers. A product runs with zeros for the others, and what it gives for them is
     * dropped: the block of the Hessian. */
    size_t n_block;
    size_t *block;       /* [n_tensors]: where a tensor's values are in a caller's vector; SIZE_MAX:
                            it is not of the block */
    lossi_real *full[2]; /* [count]: vector and result; NULL: the block is all of it */

    /* The run under way. */
    lossi_feed feed;
    const lossi_real *vector; /* NULL: the gradient is wanted */
};

void lossi_hessian_free(lossi_hessian *h)
{
    if (!h)
        return;
    if (h->engine.backend)
        h->engine.backend->release(h->values);
    free(h->now);
    free(h->moves);
    free(h->packs);
    free(h->places);
    free(h->block);
    free(h->full[0]);
    free(h->full[1]);
    free(h->slots);
    lossi_engine_free(&h->engine);
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
        bool moves = lossi_tensor_is_trainable(tensor) &&
                     (h->opt.all_tensors || lossi_tensor_is_filter(tensor));
        h->places[i] = moves ? h->count : SIZE_MAX;
        h->count += moves ? tensor->count : 0;
    }
    return h->count ? LOSS_OK
                    : lossi_fail(LOSS_ERR_SHAPE, "%s has no parameters that move", net->model);
}

/* Whether a name is one of the patterns. */
static bool is_asked_for(const char *patterns, const char *name)
{
    char pattern[256];
    for (const char *at = patterns;; at++) {
        size_t n = strcspn(at, ",");
        snprintf(pattern, sizeof pattern, "%.*s", (int)(n < 255 ? n : 255), at);
        if (fnmatch(pattern, name, 0) == 0)
            return true;
        at += n;
        if (!*at)
            return false;
    }
}

static loss_status choose_block(lossi_hessian *h, const loss_net *net)
{
    const char *layers = h->opt.layers;
    h->block = calloc(net->n_tensors + 1, sizeof *h->block);
    if (!h->block)
        return lossi_fail_nomem(net->n_tensors * sizeof *h->block);
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        bool is_in = h->places[i] != SIZE_MAX && (!layers || is_asked_for(layers, tensor->name));
        h->block[i] = is_in ? h->n_block : SIZE_MAX;
        h->n_block += is_in ? tensor->count : 0;
    }
    if (!h->n_block)
        return lossi_fail(LOSS_ERR_NAME, "%s: no parameter of %s that moves has such a name",
                          layers, net->model);
    if (h->n_block == h->count)
        return LOSS_OK;
    for (int k = 0; k < 2; k++)
        if (!(h->full[k] = lossi_alloc(h->count, sizeof *h->full[k])))
            return lossi_fail_nomem(h->count * sizeof *h->full[k]);
    return LOSS_OK;
}

static void place_values(const lossi_hessian *h, const loss_net *net, ready *into, lossi_arena *a)
{
    for (size_t i = 1; i < net->n_nodes; i++) {
        lossi_site site = lossi_engine_site(&h->engine, net, i);
        const lossi_layer *layer = site.node->layer;
        for (lossi_way way = LOSSI_FORWARD; way <= LOSSI_BACKWARD && layer->pack; way++)
            into[i].packed[way] = lossi_arena_take(a, layer->packed_count(&site, way));
        if (layer->affine) {
            into[i].scale = lossi_arena_take(a, site.node->dims[0]);
            into[i].shift = lossi_arena_take(a, site.node->dims[0]);
        }
    }
}

static loss_status allocate_values(lossi_hessian *h, const loss_net *net)
{
    lossi_arena arena = {0};
    size_t n = net->n_nodes, sums;
    h->now = calloc(n, sizeof *h->now);
    h->moves = calloc(n, sizeof *h->moves);
    h->packs = calloc(2 * n, sizeof *h->packs);
    if (lossi_mul(h->n_slots, h->count, &sums))
        h->slots = lossi_alloc(sums, sizeof *h->slots);
    if (!h->now || !h->moves || !h->packs || !h->slots)
        return lossi_fail_nomem(h->n_slots * h->count * sizeof *h->slots);
    place_values(h, net, h->now, &arena);
    place_values(h, net, h->moves, &arena);
    arena.memory = h->values = h->engine.backend->allocate(arena.used, sizeof *h->values);
    if (!h->values)
        return lossi_fail_nomem(arena.used * sizeof *h->values);
    arena.used = 0;
    place_values(h, net, h->now, &arena);
    place_values(h, net, h->moves, &arena);
    return LOSS_OK;
}

/* Slots depend on the network and the number of images alone. */
static void choose_slots(lossi_hessian *h)
{
    size_t n = MOST_SUMS / h->count, n_chunks = lossi_engine_chunks(&h->engine, h->engine.n_images);
    n = n < LEAST_SLOTS ? LEAST_SLOTS : n > MOST_SLOTS ? MOST_SLOTS : n;
    h->n_slots = n < n_chunks ? n : n_chunks;
}

static loss_status set_up(lossi_hessian *h, const loss_net *net)
{
    lossi_engine *e = &h->engine;
    loss_status status = lossi_engine_begin(e, net, h->opt.threads);
    if (!status)
        status = place_tensors(h, net);
    if (!status)
        status = choose_block(h, net);
    if (status)
        return status;
    e->n_images = loss_dataset_count(h->opt.data);
    e->cancelled = h->opt.cancelled;
    e->user = h->opt.user;
    lossi_engine_share(e, e->n_images, false);
    choose_slots(h);
    status = lossi_plan_training(&e->outputs, net, e->lanes);
    if (!status)
        status = lossi_plan_gradients(&e->gradients, net, e->lanes);
    if (!status)
        status = lossi_engine_allocate(e, net, 0, true);
    if (!status)
        status = lossi_engine_reserve(e, e->n_images);
    return status ? status : allocate_values(h, net);
}

loss_status lossi_hessian_create(lossi_hessian **out, const loss_net *net,
                                 const lossi_hessian_options *opt)
{
    *out = NULL;
    const loss_function *function = &net->objective.function;
    loss_status status = lossi_net_check_loss(net, opt->data);
    if (!status && function->value && !function->tangent)
        status = lossi_fail(LOSS_ERR_ARGUMENT, "%s has no tangent, which curvature needs",
                            loss_net_loss(net));
    if (status)
        return status;
    lossi_hessian *h = calloc(1, sizeof *h);
    if (!h)
        return lossi_fail_nomem(sizeof *h);
    h->opt = *opt;
    h->n_tensors = net->n_tensors;
    h->feed = lossi_feed_of(opt->data);
    status = set_up(h, net);
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
    return h->n_block;
}

size_t lossi_hessian_parameters(const lossi_hessian *h)
{
    return loss_net_n_parameters(h->net);
}

void lossi_hessian_take(const lossi_hessian *h, const float *direction, lossi_real *vector)
{
    for (size_t i = 0; i < h->n_tensors; i++) {
        const lossi_tensor *tensor = &h->net->tensors[i];
        for (size_t j = 0; h->block[i] != SIZE_MAX && j < tensor->count; j++)
            vector[h->block[i] + j] = (lossi_real)direction[j];
        direction += lossi_tensor_is_trainable(tensor) ? tensor->count : 0;
    }
}

void lossi_hessian_put(const lossi_hessian *h, const lossi_real *vector, float *direction)
{
    for (size_t i = 0; i < h->n_tensors; i++) {
        const lossi_tensor *tensor = &h->net->tensors[i];
        for (size_t j = 0; lossi_tensor_is_trainable(tensor) && j < tensor->count; j++)
            *direction++ = h->block[i] == SIZE_MAX ? 0 : (float)vector[h->block[i] + j];
    }
}

/* The direction's part for a tensor; NULL where it does not move, or for the gradient. */
static const lossi_real *part_of(const lossi_hessian *h, int tensor)
{
    return !h->vector || tensor < 0 || h->places[tensor] == SIZE_MAX
               ? NULL
               : h->vector + h->places[tensor];
}

/* Makes the filters of the network ready or, during a product, those of its direction. */
static void pack(lossi_hessian *h, const ready *into)
{
    size_t n = 0;
    for (size_t i = 1; i < h->net->n_nodes; i++) {
        lossi_site site = lossi_engine_site(&h->engine, h->net, i);
        int weight = site.node->tensors[LOSSI_WEIGHT];
        const lossi_real *w = h->vector ? part_of(h, weight) : lossi_tensor_of(h->net, weight);
        for (lossi_way way = LOSSI_FORWARD; way <= LOSSI_BACKWARD && site.node->layer->pack; way++)
            h->packs[n++] = (lossi_pack){site, way, w, NULL, into[i].packed[way]};
    }
    lossi_engine_pack(&h->engine, n, h->packs);
}

/* The affine map of node i, or its tangent: it is linear in what moves of its tensors. */
static void set_affine(const lossi_hessian *h, size_t i, const ready *into)
{
    lossi_affine a = {.node = &h->net->nodes[i], .scale = into[i].scale, .shift = into[i].shift};
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++) {
        const lossi_real *part = part_of(h, a.node->tensors[t]);
        a.p[t] = part ? part : lossi_tensor_of(h->net, a.node->tensors[t]);
    }
    a.node->layer->affine(&a);
}

void lossi_hessian_set(lossi_hessian *h, const loss_net *net)
{
    h->net = h->engine.net = net;
    h->vector = NULL;
    pack(h, h->now);
    for (size_t i = 1; i < net->n_nodes; i++) {
        const lossi_node *node = &net->nodes[i];
        const lossi_real *p[LOSSI_MOST_TENSORS];
        for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++)
            p[t] = lossi_tensor_of(net, node->tensors[t]);
        if (node->layer->affine)
            set_affine(h, i, h->now);
        if (node->layer->fix_state)
            node->layer->fix_state(node, p, h->engine.states[i]);
    }
}

/* Where an affine map does not move, its tangent stays zero. */
static void set_direction(lossi_hessian *h, const lossi_real *vector)
{
    h->vector = vector;
    pack(h, h->moves);
    for (size_t i = 1; i < h->net->n_nodes; i++)
        if (h->net->nodes[i].layer->affine && part_of(h, h->net->nodes[i].tensors[LOSSI_WEIGHT]))
            set_affine(h, i, h->moves);
}

/* ---- A chunk -------------------------------------------------------------------------------- */

static lossi_call call_of(const lossi_hessian *h, const lossi_chunk *chunk, size_t i, lossi_way way)
{
    lossi_call call = lossi_engine_call(&h->engine, chunk, i);
    call.packed = h->now[i].packed[way];
    call.scale = h->now[i].scale;
    call.shift = h->now[i].shift;
    return call;
}

static lossi_tangent tangent_of(const lossi_hessian *h, const lossi_chunk *chunk,
                                const lossi_call *call, lossi_way way)
{
    size_t i = call->index;
    lossi_tangent t = {.at = *call,
                       .x = chunk->worker->x_tangents,
                       .y = lossi_engine_at(&h->engine, chunk, LOSSI_TANGENTS, i),
                       .dx = chunk->worker->dx_tangents,
                       .packed = h->moves[i].packed[way],
                       .scale = h->moves[i].scale,
                       .shift = h->moves[i].shift};
    lossi_engine_inputs(&h->engine, chunk, LOSSI_TANGENTS, i, t.x);
    for (size_t k = 0; k < LOSSI_MOST_TENSORS; k++)
        t.p[k] = part_of(h, call->node->tensors[k]);
    return t;
}

static void forward_layer(const lossi_hessian *h, const lossi_chunk *chunk, size_t i)
{
    lossi_call call = call_of(h, chunk, i, LOSSI_FORWARD);
    const lossi_layer *layer = call.node->layer;
    layer->forward(&call);
    if (!h->vector)
        return;
    lossi_tangent t = tangent_of(h, chunk, &call, LOSSI_FORWARD);
    if (layer->forward_tangent) {
        layer->forward_tangent(&t);
        return;
    }
    call.x = t.x;
    call.y = t.y;
    layer->forward(&call);
}

/* Where the slot adds up the gradients of a layer's tensors, or their tangents. */
static void set_sums(const lossi_hessian *h, const lossi_chunk *chunk, const lossi_node *node,
                     lossi_real **dp)
{
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++) {
        int tensor = node->tensors[t];
        if (tensor >= 0 && h->places[tensor] != SIZE_MAX)
            dp[t] = h->slots + chunk->slot * h->count + h->places[tensor];
    }
}

static void backward_layer(const lossi_hessian *h, const lossi_chunk *chunk, size_t i)
{
    const lossi_engine *e = &h->engine;
    lossi_call call = call_of(h, chunk, i, LOSSI_BACKWARD);
    const lossi_layer *layer = call.node->layer;
    call.dy = lossi_engine_at(e, chunk, LOSSI_GRADIENTS, i);
    lossi_engine_input_gradients(e, chunk, LOSSI_GRADIENTS, i, call.dx);
    if (!h->vector)
        set_sums(h, chunk, call.node, call.dp);
    layer->backward(&call);
    if (!h->vector)
        return;
    lossi_tangent t = tangent_of(h, chunk, &call, LOSSI_BACKWARD);
    t.dy = lossi_engine_at(e, chunk, LOSSI_GRADIENT_TANGENTS, i);
    lossi_engine_input_gradients(e, chunk, LOSSI_GRADIENT_TANGENTS, i, t.dx);
    set_sums(h, chunk, call.node, t.dp);
    if (layer->backward_tangent) {
        layer->backward_tangent(&t);
        return;
    }
    call.dy = t.dy;
    call.dx = t.dx;
    layer->backward(&call);
}

static void run_chunk(void *pass, const lossi_chunk *chunk)
{
    const lossi_hessian *h = pass;
    const lossi_engine *e = &h->engine;
    lossi_real *sums = h->slots + chunk->slot * h->count;
    if (chunk->number == chunk->slot) /* the slot's first */
        memset(sums, 0, h->count * sizeof *sums);
    lossi_engine_feed(e, chunk, &h->feed);
    memset(lossi_engine_at(e, chunk, LOSSI_TANGENTS, 0), 0,
           e->image_size * e->lanes * sizeof(lossi_real));
    for (size_t i = 1; i < e->n_nodes; i++)
        forward_layer(h, chunk, i);
    lossi_engine_loss(e, chunk, true, h->vector);
    for (size_t i = e->n_nodes; i-- > 1;)
        backward_layer(h, chunk, i);
}

/* ---- All chunks ----------------------------------------------------------------------------- */

static loss_status check(const lossi_hessian *h, double loss, const lossi_real *result)
{
    double square = 0;
    for (size_t j = 0; j < h->count; j++)
        square += (double)result[j] * (double)result[j];
    if (!isfinite(loss))
        return lossi_fail(LOSS_ERR_NOT_FINITE,
                          "the loss of %s over the %zu images is %g; derivatives need a finite one",
                          h->net->model, h->engine.n_images, loss);
    if (!isfinite(square))
        return lossi_fail(
            LOSS_ERR_NOT_FINITE, "%s of the loss of %s is not finite, though the loss is: %g",
            h->vector ? "a Hessian-vector product" : "the gradient", h->net->model, loss);
    return LOSS_OK;
}

/* The gradient of lambda / 2 |w|^2 is lambda w, its Hessian lambda times the identity. */
static void add_l2(const lossi_hessian *h, lossi_real *result)
{
    lossi_real lambda = (lossi_real)h->net->objective.l2;
    for (size_t i = 0; i < h->n_tensors && lambda != 0; i++) {
        if (h->places[i] == SIZE_MAX)
            continue;
        const lossi_real *from =
            h->vector ? h->vector + h->places[i] : lossi_net_values_const(h->net, i);
        for (size_t j = 0; j < h->net->tensors[i].count; j++)
            result[h->places[i] + j] += lambda * from[j];
    }
}

static loss_status run(lossi_hessian *h, double *loss, lossi_real *result)
{
    lossi_engine *e = &h->engine;
    lossi_engine_want(e, loss_dataset_labels(h->opt.data), loss_dataset_targets(h->opt.data));
    loss_status status = lossi_engine_run(e, h->n_slots, run_chunk, h);
    if (status)
        return status;
    lossi_engine_sum(
        e, 1, &(lossi_sum){h->slots, h->n_slots, h->count, h->count, result, .in_double = true});
    add_l2(h, result);
    double mean = lossi_engine_mean(e);
    if (loss)
        *loss = mean;
    return check(h, mean, result);
}

/* Between a vector of the block and one of everything that moves; the rest of that stays. */
static void copy_block(const lossi_hessian *h, lossi_real *block, lossi_real *full, bool to_full)
{
    for (size_t i = 0; i < h->n_tensors; i++) {
        if (h->block[i] == SIZE_MAX)
            continue;
        lossi_real *a = block + h->block[i], *b = full + h->places[i];
        size_t size = h->net->tensors[i].count * sizeof *a;
        if (to_full)
            memcpy(b, a, size);
        else
            memcpy(a, b, size);
    }
}

static loss_status run_block(lossi_hessian *h, double *loss, lossi_real *result)
{
    loss_status status = run(h, loss, h->full[1] ? h->full[1] : result);
    if (!status && h->full[1])
        copy_block(h, result, h->full[1], false);
    return status;
}

loss_status lossi_hessian_gradient(lossi_hessian *h, double *loss, lossi_real *gradient)
{
    h->vector = NULL;
    return run_block(h, loss, gradient);
}

loss_status lossi_hessian_product(lossi_hessian *h, const lossi_real *vector, lossi_real *product)
{
    if (h->full[0])
        copy_block(h, (lossi_real *)vector, h->full[0], true);
    set_direction(h, h->full[0] ? h->full[0] : vector);
    return run_block(h, NULL, product);
}
