/* A chunk goes through the whole network in one thread, step by step (net/steps.h); the losses of
 * the images are summed in their order. */
#include "net/evaluate.h"

#include <stdlib.h>

#include "base/clock.h"
#include "net/outcome.h"
#include "net/ready.h"

struct lossi_evaluator {
    lossi_engine engine;
    lossi_steps steps;
    lossi_weights weights;
    float *logits;    /* [n][classes]; NULL: losses are wanted */
    lossi_kept *kept; /* NULL: nothing is */
    size_t kept_set;
    bool uses_kept;              /* in the run under way */
    const lossi_kept *are_ready; /* the weights of its fixed steps are; NULL: those of none */
    atomic_size_t n_run;         /* steps of chunks */
    void (*begins)(void *user, size_t step); /* NULL: nobody watches */
    void *watcher;
};

void lossi_evaluator_free(lossi_evaluator *e)
{
    if (!e)
        return;
    lossi_weights_free(&e->weights, &e->engine);
    lossi_steps_free(&e->steps);
    lossi_engine_free(&e->engine);
    free(e);
}

loss_status lossi_evaluator_create(lossi_evaluator **out, const loss_net *net, size_t threads)
{
    *out = NULL;
    lossi_evaluator *e = calloc(1, sizeof *e);
    if (!e)
        return lossi_fail_nomem(sizeof *e);
    lossi_engine_options opt = {.threads = threads, .steps = &e->steps};
    loss_status status = lossi_steps_create(&e->steps, net, true);
    if (!status)
        status = lossi_engine_create(&e->engine, net, &opt);
    if (!status)
        status = lossi_weights_create(&e->weights, &e->engine, net, &e->steps, false);
    if (status)
        lossi_evaluator_free(e);
    else
        *out = e;
    return status;
}

void lossi_evaluator_set(lossi_evaluator *e, const loss_net *net)
{
    lossi_weights_set(&e->weights, &e->engine, net, NULL, NULL, NULL);
    e->are_ready = NULL;
}

void lossi_evaluator_keep(lossi_evaluator *e, lossi_kept *kept, size_t set)
{
    e->kept = kept;
    e->kept_set = set;
}

size_t lossi_evaluator_steps_run(const lossi_evaluator *e)
{
    return atomic_load(&e->n_run);
}

const lossi_steps *lossi_evaluator_steps(const lossi_evaluator *e)
{
    return &e->steps;
}

void lossi_evaluator_watch(lossi_evaluator *e, void (*begins)(void *user, size_t step), void *user)
{
    e->begins = begins;
    e->watcher = user;
}

size_t lossi_evaluator_chunks(const lossi_evaluator *e, size_t n)
{
    return lossi_engine_chunks(&e->engine, n);
}

size_t lossi_evaluator_bytes(const lossi_evaluator *e)
{
    return e->weights.n_values * sizeof *e->weights.values;
}

static void run_step(const lossi_evaluator *e, const lossi_chunk *chunk, size_t k)
{
    const lossi_step *s = &e->steps.at[k];
    lossi_call call =
        lossi_call_of(&e->engine, chunk, (size_t)s->node, &e->weights.at[k], LOSSI_FORWARD);
    lossi_bounds bounds;
    if (s->folded[LOSSI_FOLD_BOUNDS] >= 0) {
        const lossi_node *bounding = &e->engine.net->nodes[s->folded[LOSSI_FOLD_BOUNDS]];
        bounds = bounding->layer->bounds(bounding);
        call.bounds = &bounds;
    }
    if (s->folded[LOSSI_FOLD_AFFINE] >= 0)
        call.p[LOSSI_BIAS] = call.shift;
    if (s->residual >= 0)
        call.residual = lossi_block_at(&e->engine, chunk, LOSSI_OUTPUTS, (size_t)s->residual);
    call.node->layer->forward(&call);
}

/* All steps. */
static void run_steps(const lossi_evaluator *e, const lossi_chunk *chunk)
{
    lossi_engine_feed(&e->engine, chunk);
    for (size_t k = 0; k < e->steps.n; k++) {
        if (e->begins)
            e->begins(e->watcher, k);
        run_step(e, chunk, k);
    }
    if (e->begins)
        e->begins(e->watcher, e->steps.n);
}

static void run_and_save(const lossi_evaluator *e, const lossi_kept_chunk *c)
{
    const lossi_chunk *chunk = c->chunk;
    const lossi_fixed *fixed = lossi_kept_fixed(e->kept);
    loss_status status = LOSS_OK;
    lossi_engine_feed(&e->engine, chunk);
    for (size_t k = 0; k < e->steps.n && !status; k++) {
        run_step(e, chunk, k);
        if (fixed->kept[k])
            status = lossi_kept_save(e->kept, c, k);
    }
    lossi_kept_end(e->kept, c, !status && !lossi_engine_has_failed(&e->engine));
    if (status)
        lossi_engine_fail(&e->engine, chunk->first);
}

/* An output that is kept is put where its step would have put it, when that would have run: only
 * then is the place free. @return how many steps were run */
static size_t load_and_run(const lossi_evaluator *e, const lossi_kept_chunk *c)
{
    const lossi_chunk *chunk = c->chunk;
    const lossi_fixed *fixed = lossi_kept_fixed(e->kept);
    size_t n = 0;
    loss_status status = LOSS_OK;
    if (fixed->reads_images)
        lossi_engine_feed(&e->engine, chunk);
    for (size_t k = 0; k < e->steps.n && !status; k++) {
        if (fixed->kept[k])
            status = lossi_kept_load(e->kept, c, k);
        if (fixed->is_fixed[k])
            continue;
        run_step(e, chunk, k);
        n++;
    }
    if (status)
        lossi_engine_fail(&e->engine, chunk->first);
    return n;
}

static void run_chunk(void *pass, const lossi_chunk *chunk)
{
    lossi_evaluator *e = pass;
    const lossi_engine *engine = &e->engine;
    size_t n = e->steps.n;
    lossi_kept_chunk c = {.set = e->kept_set, .engine = engine, .chunk = chunk};
    switch (e->uses_kept ? lossi_kept_begin(e->kept, &c) : LOSSI_KEPT_NOT) {
    case LOSSI_KEPT_NOT: run_steps(e, chunk); break;
    case LOSSI_KEPT_SAVE: run_and_save(e, &c); break;
    case LOSSI_KEPT_LOAD: n = load_and_run(e, &c); break;
    }
    atomic_fetch_add_explicit(&e->n_run, n, memory_order_relaxed);
    if (!e->logits) {
        lossi_outcome_take(engine, chunk, false, false);
        return;
    }
    size_t classes = engine->net->shape.classes;
    const lossi_real *logits = lossi_block_at(engine, chunk, LOSSI_OUTPUTS, engine->n_nodes - 1);
    for (size_t i = 0; i < chunk->n; i++)
        for (size_t k = 0; k < classes; k++)
            e->logits[(chunk->first + i) * classes + k] = (float)logits[k * engine->lanes + i];
}

/* Weights of fixed steps are made ready once. */
static void set_weights(lossi_evaluator *e, const loss_net *net)
{
    const lossi_fixed *fixed = e->kept ? lossi_kept_fixed(e->kept) : NULL;
    e->uses_kept = fixed && !e->logits && lossi_fixed_is_of(fixed, net);
    bool are_ready = e->uses_kept && e->are_ready == e->kept;
    lossi_weights_set(&e->weights, &e->engine, net, NULL, NULL, are_ready ? fixed->is_fixed : NULL);
    e->are_ready = e->uses_kept ? e->kept : NULL;
}

static loss_status run(lossi_evaluator *e, const loss_net *net, const lossi_batch *batch,
                       float *logits)
{
    e->logits = logits;
    lossi_engine_start(&e->engine, net, LOSSI_EVALUATION, batch);
    set_weights(e, net);
    return lossi_engine_run(&e->engine, 0, run_chunk, e);
}

static loss_status run_batch(lossi_evaluator *e, const loss_net *net, const lossi_batch *batch,
                             loss_result *result)
{
    double start = lossi_clock();
    loss_status status = lossi_outcome_reserve(&e->engine, batch->n);
    if (!status)
        status = run(e, net, batch, NULL);
    if (status)
        return status;
    lossi_outcome_summarise(&e->engine, result);
    result->seconds = lossi_clock() - start;
    return LOSS_OK;
}

loss_status lossi_evaluator_run(lossi_evaluator *e, const loss_net *net, const loss_dataset *data,
                                loss_cancelled cancelled, void *user, loss_result *result)
{
    lossi_batch batch = lossi_batch_of(data);
    batch.cancelled = cancelled;
    batch.cancelled_user = user;
    loss_status status = lossi_net_check_loss(net, data);
    return status ? status : run_batch(e, net, &batch, result);
}

loss_status lossi_evaluator_run_some(lossi_evaluator *e, const loss_net *net,
                                     const loss_dataset *data, const uint32_t *images, size_t n,
                                     loss_cancelled cancelled, void *user, loss_result *result)
{
    lossi_batch batch;
    lossi_some some = {0};
    loss_status status = lossi_net_check_loss(net, data);
    if (!status)
        status = lossi_batch_of_some(&batch, &some, data, images, n);
    if (!status) {
        batch.cancelled = cancelled;
        batch.cancelled_user = user;
        status = run_batch(e, net, &batch, result);
    }
    lossi_some_free(&some);
    return status;
}

const double *lossi_evaluator_losses(const lossi_evaluator *e)
{
    return e->engine.losses;
}

const uint8_t *lossi_evaluator_correct(const lossi_evaluator *e)
{
    return e->engine.correct;
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
    return run(e, net, &(lossi_batch){.n = n, .image = image_of_array, .user = &a}, logits);
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
