/* A chunk goes through the whole network in one thread, step by step (net/steps.h); the losses of
 * the images are summed in their order. */
#include "net/evaluate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/engine.h"
#include "net/objective.h"

/* What a network's values are made into for a step. */
typedef struct ready {
    lossi_real *packed, *scale, *shift; /* NULL: none */
} ready;

struct lossi_evaluator {
    lossi_engine engine;
    lossi_steps steps;
    ready *ready; /* [steps.n], in */
    lossi_real *values;
    lossi_pack *packs; /* [n_packs] */
    size_t n_packs;

    /* The run under way. */
    lossi_feed feed;
    float *logits; /* [n][classes]; NULL: losses are wanted */
};

void lossi_evaluator_free(lossi_evaluator *e)
{
    if (!e)
        return;
    if (e->engine.backend)
        e->engine.backend->release(e->values);
    free(e->ready);
    free(e->packs);
    lossi_steps_free(&e->steps);
    lossi_engine_free(&e->engine);
    free(e);
}

/* The node of a step that makes it an affine map: itself, or what is folded into it; -1: none. */
static int affine_of(const loss_net *net, const lossi_step *s)
{
    return net->nodes[s->node].layer->affine ? s->node : s->folded[LOSSI_FOLD_AFFINE];
}

static void place(lossi_evaluator *e, const loss_net *net, lossi_arena *a)
{
    for (size_t k = 0; k < e->steps.n; k++) {
        const lossi_step *s = &e->steps.at[k];
        lossi_site site = lossi_engine_site(&e->engine, net, (size_t)s->node);
        const lossi_layer *layer = site.node->layer;
        if (affine_of(net, s) >= 0) {
            e->ready[k].scale = lossi_arena_take(a, site.node->dims[0]);
            e->ready[k].shift = lossi_arena_take(a, site.node->dims[0]);
        }
        if (layer->pack)
            e->ready[k].packed = lossi_arena_take(a, layer->packed_count(&site, LOSSI_FORWARD));
    }
}

static loss_status allocate_values(lossi_evaluator *e, const loss_net *net)
{
    lossi_arena arena = {0};
    e->ready = calloc(e->steps.n, sizeof *e->ready);
    e->packs = calloc(e->steps.n, sizeof *e->packs);
    if (!e->ready || !e->packs)
        return lossi_fail_nomem(e->steps.n * sizeof *e->packs);
    place(e, net, &arena);
    arena.memory = e->values = e->engine.backend->allocate(arena.used, sizeof *e->values);
    if (!e->values)
        return lossi_fail(LOSS_ERR_NOMEM,
                          "out of memory: the weights of %s made ready take %.0f MB", net->model,
                          1e-6 * sizeof *e->values * (double)arena.used);
    arena.used = 0;
    place(e, net, &arena);
    return LOSS_OK;
}

loss_status lossi_evaluator_create(lossi_evaluator **out, const loss_net *net, size_t threads)
{
    *out = NULL;
    lossi_evaluator *e = calloc(1, sizeof *e);
    if (!e)
        return lossi_fail_nomem(sizeof *e);
    lossi_engine *engine = &e->engine;
    loss_status status = lossi_engine_begin(engine, net, threads);
    if (!status)
        status = lossi_steps_create(&e->steps, net, true);
    if (!status)
        status = lossi_plan_forward(&engine->outputs, net, &e->steps, engine->lanes);
    if (!status)
        status = lossi_engine_allocate(engine, net, 0, false);
    if (!status)
        status = allocate_values(e, net);
    if (status)
        lossi_evaluator_free(e);
    else
        *out = e;
    return status;
}

/* The affine map of a step, with the bias of the layer that it is folded into. */
static void set_affine(const loss_net *net, const lossi_step *s, const ready *r)
{
    int i = affine_of(net, s);
    lossi_affine a = {.node = &net->nodes[i], .scale = r->scale, .shift = r->shift};
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++)
        a.p[t] = lossi_tensor_of(net, a.node->tensors[t]);
    if (i != s->node)
        a.before = lossi_tensor_of(net, net->nodes[s->node].tensors[LOSSI_BIAS]);
    a.node->layer->affine(&a);
}

void lossi_evaluator_set(lossi_evaluator *e, const loss_net *net)
{
    e->engine.net = net;
    e->n_packs = 0;
    for (size_t k = 0; k < e->steps.n; k++) {
        const lossi_step *s = &e->steps.at[k];
        const ready *r = &e->ready[k];
        if (r->scale)
            set_affine(net, s, r);
        if (r->packed)
            e->packs[e->n_packs++] =
                (lossi_pack){lossi_engine_site(&e->engine, net, (size_t)s->node), LOSSI_FORWARD,
                             lossi_tensor_of(net, net->nodes[s->node].tensors[LOSSI_WEIGHT]),
                             r->scale, r->packed};
    }
    lossi_engine_pack(&e->engine, e->n_packs, e->packs);
}

static void run_step(const lossi_evaluator *e, const lossi_chunk *chunk, size_t k)
{
    const lossi_step *s = &e->steps.at[k];
    const ready *r = &e->ready[k];
    lossi_call call = lossi_engine_call(&e->engine, chunk, (size_t)s->node);
    call.packed = r->packed;
    call.scale = r->scale;
    call.shift = r->shift;
    call.relu = s->folded[LOSSI_FOLD_RELU] >= 0;
    if (s->folded[LOSSI_FOLD_AFFINE] >= 0)
        call.p[LOSSI_BIAS] = r->shift;
    if (s->residual >= 0)
        call.residual = lossi_engine_at(&e->engine, chunk, LOSSI_OUTPUTS, (size_t)s->residual);
    call.node->layer->forward(&call);
}

static void run_chunk(void *pass, const lossi_chunk *chunk)
{
    const lossi_evaluator *e = pass;
    const lossi_engine *engine = &e->engine;
    lossi_engine_feed(engine, chunk, &e->feed);
    for (size_t k = 0; k < e->steps.n; k++)
        run_step(e, chunk, k);
    if (!e->logits) {
        lossi_engine_loss(engine, chunk, false, false);
        return;
    }
    size_t classes = engine->net->shape.classes;
    const lossi_real *logits = lossi_engine_at(engine, chunk, LOSSI_OUTPUTS, engine->n_nodes - 1);
    for (size_t i = 0; i < chunk->n; i++)
        for (size_t k = 0; k < classes; k++)
            e->logits[(chunk->first + i) * classes + k] = (float)logits[k * engine->lanes + i];
}

/* Mean, standard error and accuracy of the per-image values, summed in image order. A weighted mean
 * is a ratio of two sums: its error is that of what the images have more or less than their share.
 * The L2 term is the same for every choice of images. */
static void summarise(const lossi_engine *e, loss_result *result)
{
    double sum = 0, squares = 0;
    size_t n_correct = 0, n = e->n_images;
    for (size_t i = 0; i < n; i++) {
        sum += e->losses[i];
        n_correct += e->correct[i];
    }
    double mean = sum / e->total;
    for (size_t i = 0; i < n; i++) {
        double off = e->losses[i] - lossi_objective_weight(e->net, e->labels, i) * mean;
        squares += off * off;
    }
    result->loss = mean + lossi_objective_l2(e->net);
    result->standard_error =
        n > 1 ? sqrt(squares / (double)(n - 1) / (double)n) / (e->total / (double)n) : NAN;
    result->accuracy = e->labels ? 100 * (double)n_correct / (double)n : NAN;
    result->images = n;
}

loss_status lossi_evaluator_run(lossi_evaluator *e, const loss_net *net, const loss_dataset *data,
                                loss_cancelled cancelled, void *user, loss_result *result)
{
    double start = lossi_clock();
    loss_status status = lossi_net_check_loss(net, data);
    if (!status)
        status = lossi_engine_reserve(&e->engine, loss_dataset_count(data));
    if (status)
        return status;
    e->feed = lossi_feed_of(data);
    e->logits = NULL;
    e->engine.net = net;
    e->engine.n_images = loss_dataset_count(data);
    lossi_engine_want(&e->engine, loss_dataset_labels(data), loss_dataset_targets(data));
    e->engine.cancelled = cancelled;
    e->engine.user = user;
    lossi_evaluator_set(e, net);
    status = lossi_engine_run(&e->engine, 0, run_chunk, e);
    if (status)
        return status;
    summarise(&e->engine, result);
    result->seconds = lossi_clock() - start;
    return LOSS_OK;
}

const double *lossi_evaluator_losses(const lossi_evaluator *e)
{
    return e->engine.losses;
}

/* Images in an array. */
typedef struct array {
    const float *images;
    size_t size;
} array;

static const float *image_of_array(void *user, size_t i, float *buffer)
{
    (void)buffer;
    const array *a = user;
    return a->images + i * a->size;
}

loss_status lossi_evaluator_logits(lossi_evaluator *e, const loss_net *net, size_t n,
                                   const float *images, float *logits)
{
    array a = {images, e->engine.image_size};
    e->feed = (lossi_feed){image_of_array, &a};
    e->logits = logits;
    e->engine.n_images = n;
    e->engine.cancelled = NULL;
    lossi_evaluator_set(e, net);
    return lossi_engine_run(&e->engine, 0, run_chunk, e);
}

loss_status loss_net_evaluate(const loss_net *net, const loss_dataset *data,
                              const loss_evaluate_options *given, loss_result *result)
{
    LOSSI_REQUIRE(net && data && result);
    loss_evaluate_options opt = LOSS_EVALUATE_OPTIONS_INIT;
    loss_result whole = LOSS_RESULT_INIT;
    lossi_evaluator *evaluator = NULL;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = LOSSI_OPTIONS(whole, result);
    if (!status)
        status = lossi_evaluator_create(&evaluator, net, opt.threads);
    if (!status)
        status = lossi_evaluator_run(evaluator, net, data, opt.cancelled, opt.user, &whole);
    if (!status)
        lossi_put_result(result, &whole, sizeof whole);
    lossi_evaluator_free(evaluator);
    return status;
}

loss_status loss_net_logits(const loss_net *net, size_t n, const float *images, float *logits)
{
    LOSSI_REQUIRE(net && images && logits);
    LOSSI_REQUIRE_COUNT(n, lossi_node_size(&net->nodes[0]) * sizeof *images);
    LOSSI_REQUIRE_COUNT(n, net->shape.classes * sizeof *logits);
    lossi_evaluator *evaluator;
    loss_status status = lossi_evaluator_create(&evaluator, net, 0);
    if (!status)
        status = lossi_evaluator_logits(evaluator, net, n, images, logits);
    lossi_evaluator_free(evaluator);
    return status;
}
