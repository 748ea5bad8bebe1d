/* Threads take chunks from a counter; what a chunk gives does not depend on who computes it. */
#include "net/engine.h"

#include <stdio.h>
#include <stdlib.h>

#include "net/calls.h"
#include "net/objective.h"
#include "net/outcome.h"

/* Chunks that a run should have for threads to share. */
enum { LEAST_CHUNKS = 4 };

/* ---- Memory --------------------------------------------------------------------------------- */

/* What all layers share: the largest of each. */
typedef struct needs {
    size_t scratch, sums, inputs;
} needs;

static needs measure(const lossi_engine *e, const loss_net *net)
{
    needs most = {0, 0, 1};
    for (size_t i = 1; i < net->n_nodes; i++) {
        const lossi_layer *layer = net->nodes[i].layer;
        lossi_site site = lossi_site_of(e, net, i);
        if (layer->scratch_count)
            most.scratch = lossi_larger(most.scratch, layer->scratch_count(&site));
        if (layer->sums_count)
            most.sums = lossi_larger(most.sums, layer->sums_count(&net->nodes[i]));
        most.inputs = lossi_larger(most.inputs, net->nodes[i].n_inputs);
    }
    return most;
}

static bool allocate_worker(const lossi_engine *e, lossi_worker *w, const needs *most)
{
    w->scratch = e->backend->allocate(most->scratch, sizeof *w->scratch);
    w->image = lossi_alloc(e->image_size, sizeof *w->image);
    w->x = calloc(2 * most->inputs, sizeof *w->x);
    w->dx = calloc(2 * most->inputs, sizeof *w->dx);
    if (!w->scratch || !w->image || !w->x || !w->dx)
        return false;
    w->x_tangents = w->x + most->inputs;
    w->dx_tangents = w->dx + most->inputs;
    return true;
}

static bool allocate_states(lossi_engine *e, const loss_net *net)
{
    e->states = calloc(net->n_nodes, sizeof *e->states);
    for (size_t i = 1; e->states && i < net->n_nodes; i++) {
        const lossi_node *node = &net->nodes[i];
        if (node->layer->state_count &&
            !(e->states[i] = lossi_alloc(node->layer->state_count(node), sizeof(double))))
            return false;
    }
    return e->states;
}

static size_t block_size(const lossi_engine *e, lossi_block block)
{
    return block == LOSSI_OUTPUTS || block == LOSSI_TANGENTS ? e->outputs.total
                                                             : e->gradients.total;
}

static bool allocate_blocks(lossi_engine *e, bool has_tangents)
{
    for (lossi_block b = 0; b < (has_tangents ? LOSSI_N_BLOCKS : LOSSI_TANGENTS); b++) {
        size_t count;
        if (!lossi_mul(e->n_memories, block_size(e, b), &count) ||
            !(e->blocks[b] = e->backend->allocate(count, sizeof(lossi_real))))
            return false;
    }
    return true;
}

static loss_status allocate(lossi_engine *e, const loss_net *net, const lossi_engine_options *opt)
{
    needs most = measure(e, net);
    size_t sums;
    e->memory_of_worker = !opt->keeps;
    e->n_memories = opt->keeps ? lossi_engine_chunks(e, opt->n_images) : e->n_workers;
    e->workers = calloc(e->n_workers, sizeof *e->workers);
    e->most_sums = most.sums;
    e->sums =
        lossi_mul(e->n_memories, most.sums, &sums) ? lossi_alloc(sums, sizeof *e->sums) : NULL;
    bool has_memory =
        e->workers && e->sums && allocate_states(e, net) && allocate_blocks(e, opt->has_tangents);
    for (size_t w = 0; has_memory && w < e->n_workers; w++)
        has_memory = allocate_worker(e, &e->workers[w], &most);
    double values = (double)e->outputs.total + (double)e->gradients.total;
    return has_memory
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_NOMEM, "out of memory: %zu images of %s at once need %.0f MB",
                            e->n_memories * e->lanes, net->model,
                            1e-6 * sizeof(lossi_real) * values * (opt->has_tangents ? 2 : 1) *
                                (double)e->n_memories);
}

/* Of a pass that only goes forward, an output lives until its last user has run. */
static loss_status plan(lossi_engine *e, const loss_net *net, const lossi_engine_options *opt)
{
    lossi_steps steps = {0};
    loss_status status;
    if (opt->goes_back) {
        status = lossi_plan_training(&e->outputs, net, e->lanes);
        return status ? status : lossi_plan_gradients(&e->gradients, net, e->lanes);
    }
    status = opt->steps ? LOSS_OK : lossi_steps_create(&steps, net, false);
    if (!status)
        status = lossi_plan_forward(&e->outputs, net, opt->steps ? opt->steps : &steps, e->lanes);
    lossi_steps_free(&steps);
    return status;
}

static void choose_lanes(lossi_engine *e, const loss_net *net, const lossi_engine_options *opt)
{
    e->lanes = lossi_lanes(net, e->kernels);
    while (e->lanes > e->kernels->vector &&
           ((opt->shares && opt->n_images / e->lanes < LEAST_CHUNKS) ||
            (opt->fills && opt->n_images % e->lanes)))
        e->lanes -= e->kernels->vector;
}

loss_status lossi_engine_create(lossi_engine *e, const loss_net *net,
                                const lossi_engine_options *opt)
{
    *e = (lossi_engine){.n_nodes = net->n_nodes, .image_size = lossi_node_size(&net->nodes[0])};
    e->failure = calloc(1, sizeof *e->failure);
    if (!e->failure)
        return lossi_fail_nomem(sizeof *e->failure);
    pthread_mutex_init(&e->failure->lock, NULL);
    loss_status status = lossi_backend_choose(&e->backend, &e->kernels);
    if (!status)
        status = lossi_pool_create(&e->pool, opt->threads);
    if (status)
        return status;
    e->n_workers = lossi_pool_size(e->pool);
    choose_lanes(e, net, opt);
    status = plan(e, net, opt);
    if (!status)
        status = allocate(e, net, opt);
    if (!status)
        status = lossi_outcome_reserve(e, opt->n_images);
    return status;
}

void lossi_engine_free(lossi_engine *e)
{
    for (size_t w = 0; e->workers && w < e->n_workers; w++) {
        e->backend->release(e->workers[w].scratch);
        free(e->workers[w].image);
        free(e->workers[w].x);
        free(e->workers[w].dx);
    }
    for (size_t i = 0; e->states && i < e->n_nodes; i++)
        free(e->states[i]);
    for (size_t b = 0; e->backend && b < LOSSI_N_BLOCKS; b++)
        e->backend->release(e->blocks[b]);
    free(e->workers);
    free(e->states);
    free(e->sums);
    free(e->losses);
    free(e->correct);
    if (e->failure)
        pthread_mutex_destroy(&e->failure->lock);
    free(e->failure);
    lossi_plan_free(&e->outputs);
    lossi_plan_free(&e->gradients);
    lossi_pool_free(e->pool);
    *e = (lossi_engine){0};
}

/* ---- Chunks --------------------------------------------------------------------------------- */

void lossi_engine_start(lossi_engine *e, const loss_net *net, lossi_mode mode,
                        const lossi_batch *batch)
{
    e->net = net;
    e->mode = mode;
    e->batch = *batch;
    e->total = lossi_objective_total(net, batch->labels, batch->n);
}

typedef struct run {
    lossi_engine *engine;
    size_t n_slots;
    lossi_chunk_work work;
    void *pass;
} run;

static bool is_stopped(lossi_engine *e)
{
    if (!atomic_load_explicit(&e->stopped, memory_order_relaxed) && e->batch.cancelled &&
        e->batch.cancelled(e->batch.cancelled_user))
        atomic_store(&e->stopped, true);
    return atomic_load_explicit(&e->stopped, memory_order_relaxed) ||
           atomic_load_explicit(&e->failure->happened, memory_order_relaxed);
}

static void run_slot(void *context, size_t slot, size_t worker)
{
    const run *r = context;
    lossi_engine *e = r->engine;
    size_t n_chunks = lossi_engine_chunks(e, e->batch.n);
    for (size_t k = slot; k < n_chunks && !is_stopped(e); k += r->n_slots) {
        size_t first = k * e->lanes, left = e->batch.n - first;
        lossi_chunk chunk = {k,
                             slot,
                             first,
                             left < e->lanes ? left : e->lanes,
                             e->memory_of_worker ? worker : k,
                             &e->workers[worker]};
        r->work(r->pass, &chunk);
    }
}

loss_status lossi_engine_run(lossi_engine *e, size_t n_slots, lossi_chunk_work work, void *pass)
{
    run r = {e, n_slots ? n_slots : lossi_engine_chunks(e, e->batch.n), work, pass};
    atomic_store(&e->stopped, false);
    atomic_store(&e->failure->happened, false);
    lossi_pool_run(e->pool, r.n_slots, run_slot, &r);
    if (atomic_load(&e->failure->happened))
        return lossi_fail(e->failure->status, "%s", e->failure->message);
    return atomic_load(&e->stopped) ? lossi_fail(LOSS_ERR_CANCELLED, "stopped on request")
                                    : LOSS_OK;
}

/* ---- Images --------------------------------------------------------------------------------- */

void lossi_engine_fail(const lossi_engine *e, size_t image)
{
    lossi_failure *f = e->failure;
    pthread_mutex_lock(&f->lock);
    if (!atomic_load(&f->happened) || image < f->image) {
        f->status = loss_last_status();
        f->image = image;
        snprintf(f->message, sizeof f->message, "%s", loss_last_message());
    }
    atomic_store(&f->happened, true);
    pthread_mutex_unlock(&f->lock);
}

bool lossi_engine_has_failed(const lossi_engine *e)
{
    return atomic_load(&e->failure->happened);
}

void lossi_engine_feed(const lossi_engine *e, const lossi_chunk *chunk)
{
    lossi_real *input = lossi_block_at(e, chunk, LOSSI_OUTPUTS, 0);
    for (size_t i = 0; i < e->lanes; i++) {
        const float *image =
            i < chunk->n ? e->batch.image(e->batch.user, chunk->first + i, chunk->worker->image)
                         : NULL;
        if (!image && i < chunk->n)
            lossi_engine_fail(e, chunk->first + i);
        for (size_t j = 0; j < e->image_size; j++)
            input[j * e->lanes + i] = image ? (lossi_real)image[j] : 0;
    }
}

static void feed_chunk(void *engine, const lossi_chunk *chunk)
{
    lossi_engine_feed(engine, chunk);
}

loss_status lossi_engine_feed_all(lossi_engine *e)
{
    return lossi_engine_run(e, 0, feed_chunk, e);
}
