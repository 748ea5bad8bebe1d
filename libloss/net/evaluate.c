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
    float *logits; /* [n][classes]; NULL: losses are wanted */
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
    lossi_weights_set(&e->weights, &e->engine, net, NULL, NULL);
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

static void run_chunk(void *pass, const lossi_chunk *chunk)
{
    const lossi_evaluator *e = pass;
    const lossi_engine *engine = &e->engine;
    lossi_engine_feed(engine, chunk);
    for (size_t k = 0; k < e->steps.n; k++)
        run_step(e, chunk, k);
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

static loss_status run(lossi_evaluator *e, const loss_net *net, const lossi_batch *batch,
                       float *logits)
{
    e->logits = logits;
    lossi_engine_start(&e->engine, net, LOSSI_EVALUATION, batch);
    lossi_evaluator_set(e, net);
    return lossi_engine_run(&e->engine, 0, run_chunk, e);
}

loss_status lossi_evaluator_run(lossi_evaluator *e, const loss_net *net, const loss_dataset *data,
                                loss_cancelled cancelled, void *user, loss_result *result)
{
    double start = lossi_clock();
    lossi_batch batch = lossi_batch_of(data);
    batch.cancelled = cancelled;
    batch.cancelled_user = user;
    loss_status status = lossi_net_check_loss(net, data);
    if (!status)
        status = lossi_outcome_reserve(&e->engine, batch.n);
    if (!status)
        status = run(e, net, &batch, NULL);
    if (status)
        return status;
    lossi_outcome_summarise(&e->engine, result);
    result->seconds = lossi_clock() - start;
    return LOSS_OK;
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
