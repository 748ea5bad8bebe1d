/* Threads take chunks from a counter; what a chunk gives does not depend on who computes it. */
#include "net/engine.h"

#include <stdlib.h>
#include <string.h>

#include "net/loss.h"
#include "net/objective.h"

/* Chunks that a run should have for threads to share; values that a thread adds up at once. */
enum { LEAST_CHUNKS = 4, SUM_PIECE = 4096 };

/* ---- Set up --------------------------------------------------------------------------------- */

loss_status lossi_engine_begin(lossi_engine *e, const loss_net *net, size_t threads)
{
    *e = (lossi_engine){.n_nodes = net->n_nodes, .image_size = lossi_node_size(&net->nodes[0])};
    loss_status status = lossi_backend_choose(&e->backend, &e->kernels);
    if (!status)
        status = lossi_pool_create(&e->pool, threads);
    if (status)
        return status;
    e->n_workers = lossi_pool_size(e->pool);
    e->lanes = lossi_lanes(net, e->kernels);
    return LOSS_OK;
}

size_t lossi_engine_chunks(const lossi_engine *e, size_t n)
{
    return n / e->lanes + (n % e->lanes != 0);
}

void lossi_engine_share(lossi_engine *e, size_t n, bool without_empty_lanes)
{
    while (e->lanes > e->kernels->vector &&
           (n / e->lanes < LEAST_CHUNKS || (without_empty_lanes && n % e->lanes)))
        e->lanes -= e->kernels->vector;
}

/* What all layers share: the largest of each. */
typedef struct needs {
    size_t scratch, sums, inputs;
} needs;

static needs measure(const lossi_engine *e, const loss_net *net)
{
    needs most = {0, 0, 1};
    for (size_t i = 1; i < net->n_nodes; i++) {
        const lossi_layer *layer = net->nodes[i].layer;
        lossi_site site = lossi_engine_site(e, net, i);
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

loss_status lossi_engine_allocate(lossi_engine *e, const loss_net *net, size_t n_chunks,
                                  bool has_tangents)
{
    needs most = measure(e, net);
    size_t sums;
    e->memory_of_worker = !n_chunks;
    e->n_memories = n_chunks ? n_chunks : e->n_workers;
    e->workers = calloc(e->n_workers, sizeof *e->workers);
    e->most_sums = most.sums;
    e->sums =
        lossi_mul(e->n_memories, most.sums, &sums) ? lossi_alloc(sums, sizeof *e->sums) : NULL;
    bool has_memory =
        e->workers && e->sums && allocate_states(e, net) && allocate_blocks(e, has_tangents);
    for (size_t w = 0; has_memory && w < e->n_workers; w++)
        has_memory = allocate_worker(e, &e->workers[w], &most);
    double values = (double)e->outputs.total + (double)e->gradients.total;
    return has_memory
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_NOMEM, "out of memory: %zu images of %s at once need %.0f MB",
                            e->n_memories * e->lanes, net->model,
                            1e-6 * sizeof(lossi_real) * values * (has_tangents ? 2 : 1) *
                                (double)e->n_memories);
}

loss_status lossi_engine_reserve(lossi_engine *e, size_t n)
{
    if (n <= e->n_losses)
        return LOSS_OK;
    free(e->losses);
    free(e->correct);
    e->losses = lossi_alloc(n, sizeof *e->losses);
    e->correct = lossi_alloc(n, sizeof *e->correct);
    e->n_losses = e->losses && e->correct ? n : 0;
    return e->n_losses ? LOSS_OK : lossi_fail_nomem(n * sizeof *e->losses);
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
    lossi_plan_free(&e->outputs);
    lossi_plan_free(&e->gradients);
    lossi_pool_free(e->pool);
    *e = (lossi_engine){0};
}

lossi_real *lossi_arena_take(lossi_arena *a, size_t n)
{
    lossi_real *at = a->memory ? a->memory + a->used : NULL;
    a->used += lossi_rounded(n);
    return at;
}

/* ---- Chunks --------------------------------------------------------------------------------- */

typedef struct run {
    lossi_engine *engine;
    size_t n_slots;
    lossi_chunk_work work;
    void *pass;
} run;

static bool is_stopped(lossi_engine *e)
{
    if (!atomic_load_explicit(&e->stopped, memory_order_relaxed) && e->cancelled &&
        e->cancelled(e->user))
        atomic_store(&e->stopped, true);
    return atomic_load_explicit(&e->stopped, memory_order_relaxed);
}

static void run_slot(void *context, size_t slot, size_t worker)
{
    const run *r = context;
    lossi_engine *e = r->engine;
    size_t n_chunks = lossi_engine_chunks(e, e->n_images);
    for (size_t k = slot; k < n_chunks && !is_stopped(e); k += r->n_slots) {
        size_t first = k * e->lanes, left = e->n_images - first;
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
    run r = {e, n_slots ? n_slots : lossi_engine_chunks(e, e->n_images), work, pass};
    atomic_store(&e->stopped, false);
    lossi_pool_run(e->pool, r.n_slots, run_slot, &r);
    return atomic_load(&e->stopped) ? lossi_fail(LOSS_ERR_CANCELLED, "stopped on request")
                                    : LOSS_OK;
}

void lossi_engine_feed(const lossi_engine *e, const lossi_chunk *chunk, const lossi_feed *feed)
{
    lossi_real *input = lossi_engine_at(e, chunk, LOSSI_OUTPUTS, 0);
    for (size_t i = 0; i < e->lanes; i++) {
        const float *image =
            i < chunk->n ? feed->image(feed->user, chunk->first + i, chunk->worker->image) : NULL;
        for (size_t j = 0; j < e->image_size; j++)
            input[j * e->lanes + i] = image ? (lossi_real)image[j] : 0;
    }
}

static const float *image_of_dataset(void *user, size_t i, float *buffer)
{
    loss_dataset_images(user, i, 1, buffer);
    return buffer;
}

lossi_feed lossi_feed_of(const loss_dataset *data)
{
    return (lossi_feed){image_of_dataset, (void *)data};
}

/* ---- Calls ---------------------------------------------------------------------------------- */

lossi_real *lossi_engine_at(const lossi_engine *e, const lossi_chunk *chunk, lossi_block block,
                            size_t i)
{
    const lossi_plan *plan =
        block == LOSSI_OUTPUTS || block == LOSSI_TANGENTS ? &e->outputs : &e->gradients;
    return plan->offsets[i] == SIZE_MAX
               ? NULL
               : e->blocks[block] + chunk->memory * plan->total + plan->offsets[i];
}

const lossi_real *lossi_tensor_of(const loss_net *net, int tensor)
{
    return tensor < 0 ? NULL : net->tensors[tensor].values;
}

/* Where a layer's sums of a chunk go. Those of all chunks lie close together, for *_combine;
 * threads may be at different layers. */
static double *sums_of(const lossi_engine *e, const lossi_chunk *chunk, const lossi_node *node)
{
    size_t count = e->memory_of_worker       ? e->most_sums
                   : node->layer->sums_count ? node->layer->sums_count(node)
                                             : 0;
    return e->sums + chunk->memory * count;
}

lossi_call lossi_engine_call(const lossi_engine *e, const lossi_chunk *chunk, size_t i)
{
    const loss_net *net = e->net;
    const lossi_node *node = &net->nodes[i];
    const lossi_layer *layer = node->layer;
    lossi_call call = {
        .kernels = e->kernels,
        .node = node,
        .in = &net->nodes[lossi_node_first(node)],
        .nodes = net->nodes,
        .lanes = e->lanes,
        .n = chunk->n,
        .training =
            e->mode == LOSSI_TRAINING || (e->mode == LOSSI_STATISTICS && layer->forward_combine),
        .seed = e->seed,
        .first_image = chunk->first,
        .index = i,
        .x = chunk->worker->x,
        .y = lossi_engine_at(e, chunk, LOSSI_OUTPUTS, i),
        .dx = chunk->worker->dx,
        .state = e->states[i],
        .sums = sums_of(e, chunk, node),
        .scratch = chunk->worker->scratch,
    };
    lossi_engine_inputs(e, chunk, LOSSI_OUTPUTS, i, call.x);
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++)
        call.p[t] = lossi_tensor_of(net, node->tensors[t]);
    return call;
}

void lossi_engine_inputs(const lossi_engine *e, const lossi_chunk *chunk, lossi_block block,
                         size_t i, const lossi_real **x)
{
    const lossi_node *node = &e->net->nodes[i];
    for (size_t k = 0; k < node->n_inputs; k++)
        x[k] = lossi_engine_at(e, chunk, block, (size_t)node->inputs[k]);
}

/* The gradients of an output's users come in from the last user to the first. */
void lossi_engine_input_gradients(const lossi_engine *e, const lossi_chunk *chunk,
                                  lossi_block block, size_t i, lossi_real **dx)
{
    const lossi_node *node = &e->net->nodes[i];
    for (size_t k = 0; k < node->n_inputs; k++) {
        size_t in = (size_t)node->inputs[k];
        dx[k] = lossi_engine_at(e, chunk, block, in);
        if (dx[k] && e->gradients.last_user[in] == (int)i)
            memset(dx[k], 0, lossi_chunk_size(&e->net->nodes[in], e->lanes) * sizeof *dx[k]);
    }
}

void lossi_engine_want(lossi_engine *e, const uint32_t *labels, const float *targets)
{
    e->labels = labels;
    e->targets = targets;
    e->total = lossi_objective_total(e->net, labels, e->n_images);
}

double lossi_engine_mean(const lossi_engine *e)
{
    double sum = 0;
    for (size_t i = 0; i < e->n_images; i++)
        sum += e->losses[i];
    return sum / e->total + lossi_objective_l2(e->net);
}

void lossi_engine_loss(const lossi_engine *e, const lossi_chunk *chunk, bool has_gradient,
                       bool has_tangent)
{
    size_t last = e->n_nodes - 1, classes = e->net->shape.classes;
    const lossi_loss *loss = e->net->objective.loss;
    lossi_loss_call call = {
        .kernels = e->kernels,
        .objective = &e->net->objective,
        .maps = {classes, 1, e->lanes, chunk->n},
        .outputs = lossi_engine_at(e, chunk, LOSSI_OUTPUTS, last),
        .labels = e->labels ? e->labels + chunk->first : NULL,
        .targets = e->targets ? e->targets + chunk->first * classes : NULL,
        .scale = 1 / e->total,
        .loss = e->losses + chunk->first,
        .correct = e->correct + chunk->first,
    };
    if (has_gradient)
        call.gradient = lossi_engine_at(e, chunk, LOSSI_GRADIENTS, last);
    loss->value(&call);
    if (!has_tangent)
        return;
    call.tangents = lossi_engine_at(e, chunk, LOSSI_TANGENTS, last);
    call.gradient_tangent = lossi_engine_at(e, chunk, LOSSI_GRADIENT_TANGENTS, last);
    loss->tangent(&call);
}

lossi_combine lossi_engine_combine(const lossi_engine *e, size_t i)
{
    const lossi_node *node = &e->net->nodes[i];
    lossi_combine c = {.node = node,
                       .n_images = e->n_images,
                       .n_chunks = lossi_engine_chunks(e, e->n_images),
                       .sums = e->sums,
                       .state = e->states[i],
                       .replaces = e->mode == LOSSI_STATISTICS};
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++)
        c.p[t] = node->tensors[t] < 0 ? NULL : e->net->tensors[node->tensors[t]].values;
    return c;
}

/* ---- Filters and sums ----------------------------------------------------------------------- */

lossi_site lossi_engine_site(const lossi_engine *e, const loss_net *net, size_t i)
{
    const lossi_node *node = &net->nodes[i];
    return (lossi_site){e->kernels, node, &net->nodes[lossi_node_first(node)], e->lanes};
}

/* What threads take pieces of. */
typedef struct jobs {
    const lossi_pack *packs;
    const lossi_sum *sums;
} jobs;

static void pack_piece(void *context, size_t piece, size_t worker)
{
    (void)worker;
    const lossi_pack *pack = ((const jobs *)context)->packs;
    for (size_t n; piece >= (n = lossi_pieces(&pack->site, pack->way)); pack++)
        piece -= n;
    pack->site.node->layer->pack(pack, piece);
}

void lossi_engine_pack(lossi_engine *e, size_t n, const lossi_pack *packs)
{
    jobs j = {.packs = packs};
    size_t pieces = 0;
    for (size_t i = 0; i < n; i++)
        pieces += lossi_pieces(&packs[i].site, packs[i].way);
    lossi_pool_run(e->pool, pieces, pack_piece, &j);
}

static size_t sum_pieces(const lossi_sum *sum)
{
    return (sum->count + SUM_PIECE - 1) / SUM_PIECE;
}

static void sum_piece(void *context, size_t piece, size_t worker)
{
    (void)worker;
    const lossi_sum *s = ((const jobs *)context)->sums;
    for (size_t n; piece >= (n = sum_pieces(s)); s++)
        piece -= n;
    size_t begin = piece * SUM_PIECE,
           end = begin + SUM_PIECE < s->count ? begin + SUM_PIECE : s->count;
    for (size_t j = begin; j < end; j++) {
        lossi_real sum = 0;
        double wide = 0;
        for (size_t r = 0; r < s->n && !s->in_double; r++)
            sum += s->from[r * s->stride + j];
        for (size_t r = 0; r < s->n && s->in_double; r++)
            wide += (double)s->from[r * s->stride + j];
        s->to[j] = s->in_double ? (lossi_real)wide : sum;
    }
}

void lossi_engine_sum(lossi_engine *e, size_t n, const lossi_sum *sums)
{
    jobs j = {.sums = sums};
    size_t pieces = 0;
    for (size_t i = 0; i < n; i++)
        pieces += sum_pieces(&sums[i]);
    lossi_pool_run(e->pool, pieces, sum_piece, &j);
}
