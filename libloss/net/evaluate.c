/* Threads take chunks of images from a counter; what a chunk gives does not depend on who
 * computes it, and the per-image losses are summed in image order, so the result has the same
 * bits for any number of threads. */
#include "net/evaluate.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/thread.h"
#include "cpu/cpu.h"
#include "net/forward.h"
#include "net/plan.h"
#include "net/program.h"

struct lossi_evaluator {
    const lossi_kernels *kernels;
    lossi_pool *pool;
    size_t lanes; /* images of a chunk */
    lossi_program *program;
    lossi_real **memory, **scratch; /* [pool size] */
    float **images;                 /* [pool size]: one image as the dataset gives it, [c][h][w] */
    lossi_real **values;            /* [pool size]: the same as the engine's numbers */
    size_t image_size, capacity;
    double *losses;   /* [capacity], per image */
    uint8_t *correct; /* [capacity] */
};

void lossi_evaluator_free(lossi_evaluator *e)
{
    if (!e)
        return;
    for (size_t w = 0; e->values && w < lossi_pool_size(e->pool); w++) {
        free(e->memory[w]);
        free(e->scratch[w]);
        free(e->images[w]);
        free(e->values[w]);
    }
    free(e->memory);
    free(e->scratch);
    free(e->images);
    free(e->values);
    lossi_program_free(e->program);
    lossi_pool_free(e->pool);
    free(e->losses);
    free(e->correct);
    free(e);
}

static loss_status allocate_workers(lossi_evaluator *e)
{
    size_t n = lossi_pool_size(e->pool), memory = lossi_program_memory(e->program),
           scratch = lossi_program_scratch(e->program);
    e->memory = calloc(n, sizeof *e->memory);
    e->scratch = calloc(n, sizeof *e->scratch);
    e->images = calloc(n, sizeof *e->images);
    e->values = e->memory && e->scratch && e->images ? calloc(n, sizeof *e->values) : NULL;
    if (!e->values)
        return lossi_fail_nomem(n * sizeof *e->values);
    for (size_t w = 0; w < n; w++) {
        e->memory[w] = lossi_alloc_huge(memory, sizeof(lossi_real));
        e->scratch[w] = lossi_alloc_huge(scratch, sizeof(lossi_real));
        e->images[w] = lossi_alloc(e->image_size, sizeof(float));
        e->values[w] = lossi_alloc(e->image_size, sizeof(lossi_real));
        if (!e->memory[w] || !e->scratch[w] || !e->images[w] || !e->values[w])
            return lossi_fail_nomem((memory + scratch) * sizeof(lossi_real));
    }
    return LOSS_OK;
}

loss_status lossi_evaluator_create(lossi_evaluator **out, const loss_net *net, size_t threads)
{
    *out = NULL;
    const lossi_kernels *kernels;
    loss_status status = lossi_kernels_choose(&kernels);
    if (status)
        return status;
    lossi_evaluator *e = calloc(1, sizeof *e);
    if (!e)
        return lossi_fail_nomem(sizeof *e);
    e->kernels = kernels;
    e->lanes = lossi_lanes(net, kernels);
    e->image_size = net->shape.channels * net->shape.height * net->shape.width;
    status = lossi_pool_create(&e->pool, threads);
    if (!status)
        status = lossi_program_create(&e->program, net, e->kernels, e->lanes);
    if (!status)
        status = allocate_workers(e);
    if (status)
        lossi_evaluator_free(e);
    else
        *out = e;
    return status;
}

/* A run over n images that come from a dataset or from an array. */
typedef struct job {
    lossi_evaluator *evaluator;
    const loss_net *net;
    size_t n;
    const loss_dataset *data; /* or NULL and */
    const float *images;      /* [n][c][h][w] */
    float *logits;            /* [n][classes]; NULL: losses are wanted instead */
    loss_cancelled cancelled;
    void *user;
    atomic_bool stopped;
} job;

/* Images first .. first + n - 1, and zeros in the places that are left. */
static void put_images(const job *j, size_t first, size_t n, size_t worker, lossi_real *input)
{
    lossi_evaluator *e = j->evaluator;
    for (size_t i = 0; i < e->lanes; i++) {
        const float *image = e->images[worker];
        if (i < n && j->data)
            loss_dataset_images(j->data, first + i, 1, e->images[worker]);
        else if (i < n)
            image = j->images + (first + i) * e->image_size;
        for (size_t k = 0; i < n && k < e->image_size; k++)
            e->values[worker][k] = (lossi_real)image[k];
        lossi_put_image(input, e->lanes, i, i < n ? e->values[worker] : NULL, e->image_size);
    }
}

static void run_chunk(void *context, size_t chunk, size_t worker)
{
    job *j = context;
    lossi_evaluator *e = j->evaluator;
    if (atomic_load_explicit(&j->stopped, memory_order_relaxed))
        return;
    if (j->cancelled && j->cancelled(j->user)) {
        atomic_store(&j->stopped, true);
        return;
    }
    size_t first = chunk * e->lanes, classes = j->net->shape.classes;
    size_t n = j->n - first < e->lanes ? j->n - first : e->lanes;
    put_images(j, first, n, worker, lossi_program_input(e->program, e->memory[worker]));
    const lossi_real *logits = lossi_program_run(e->program, e->memory[worker], e->scratch[worker]);
    if (!j->logits) {
        lossi_maps m = {classes, 1, e->lanes, n};
        e->kernels->xent(&m, logits, loss_dataset_labels(j->data) + first, e->losses + first,
                         e->correct + first, 1, NULL);
        return;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < classes; k++)
            j->logits[(first + i) * classes + k] = (float)logits[k * e->lanes + i];
}

static loss_status reserve_images(lossi_evaluator *e, size_t n)
{
    if (n <= e->capacity)
        return LOSS_OK;
    free(e->losses);
    free(e->correct);
    e->losses = lossi_alloc(n, sizeof *e->losses);
    e->correct = lossi_alloc(n, sizeof *e->correct);
    e->capacity = e->losses && e->correct ? n : 0;
    return e->capacity ? LOSS_OK : lossi_fail_nomem(n * sizeof *e->losses);
}

/* Mean, standard error and accuracy of the per-image values, summed in image order. */
static void summarise(const lossi_evaluator *e, size_t n, loss_result *result)
{
    double sum = 0, squares = 0;
    size_t n_correct = 0;
    for (size_t i = 0; i < n; i++) {
        sum += e->losses[i];
        n_correct += e->correct[i];
    }
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (e->losses[i] - mean) * (e->losses[i] - mean);
    result->loss = mean;
    result->standard_error = n > 1 ? sqrt(squares / (double)(n - 1) / (double)n) : NAN;
    result->accuracy = 100 * (double)n_correct / (double)n;
    result->images = n;
}

loss_status lossi_evaluator_run(lossi_evaluator *e, const loss_net *net, const loss_dataset *data,
                                loss_cancelled cancelled, void *user, loss_result *result)
{
    double start = lossi_clock();
    loss_status status = lossi_net_check_data(net, data);
    if (!status)
        status = reserve_images(e, loss_dataset_count(data));
    if (status)
        return status;
    job j = {.evaluator = e,
             .net = net,
             .n = loss_dataset_count(data),
             .data = data,
             .cancelled = cancelled,
             .user = user};
    lossi_program_set(e->program, net, e->pool);
    lossi_pool_run(e->pool, (j.n + e->lanes - 1) / e->lanes, run_chunk, &j);
    if (j.stopped)
        return lossi_fail(LOSS_ERR_CANCELLED, "evaluation stopped on request");
    summarise(e, j.n, result);
    result->seconds = lossi_clock() - start;
    return LOSS_OK;
}

loss_status lossi_evaluator_logits(lossi_evaluator *e, const loss_net *net, size_t n,
                                   const float *images, float *logits)
{
    job j = {.evaluator = e, .net = net, .n = n, .images = images, .logits = logits};
    lossi_program_set(e->program, net, e->pool);
    lossi_pool_run(e->pool, (n + e->lanes - 1) / e->lanes, run_chunk, &j);
    return LOSS_OK;
}

loss_status loss_net_evaluate(const loss_net *net, const loss_dataset *data,
                              const loss_evaluate_options *given, loss_result *result)
{
    loss_evaluate_options opt = LOSS_EVALUATE_OPTIONS_INIT;
    lossi_evaluator *evaluator = NULL;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = lossi_evaluator_create(&evaluator, net, opt.threads);
    if (!status)
        status = lossi_evaluator_run(evaluator, net, data, opt.cancelled, opt.user, result);
    lossi_evaluator_free(evaluator);
    return status;
}

loss_status loss_net_logits(const loss_net *net, size_t n, const float *images, float *logits)
{
    lossi_evaluator *evaluator;
    loss_status status = lossi_evaluator_create(&evaluator, net, 0);
    if (!status)
        status = lossi_evaluator_logits(evaluator, net, n, images, logits);
    lossi_evaluator_free(evaluator);
    return status;
}
