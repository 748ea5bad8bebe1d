/* The product's side of `make bench`: does the work that a line of standard input asks for, and
 * answers with the time it took. One process serves all requests, so that bench.py can let it and
 * its peers work in turn.
 *
 *   isa                            the kernel set in use
 *   peak THREADS                   GFLOP/s of multiply-adds on registers
 *   count MODEL                    multiply-adds of convolutions for an image; weights; images of
 *                                  a chunk
 *   set-up MODEL THREADS           seconds of moving the weights and making them ready
 *   forward MODEL IMAGES THREADS   seconds of one evaluation, set-up included
 *   point MODEL IMAGES THREADS     seconds of one grid point: moving the weights, making them
 *                                  ready, images
 *   train MODEL BATCH THREADS      seconds of one step of SGD
 *   chunks MODEL IMAGES            one thread's processor time at a grid point: seconds of moving
 *                                  the weights, of making them ready, and of each chunk
 *   layers MODEL IMAGES            the least time of each step of one thread over all chunks: the
 *                                  kind of its layer, its shapes, multiply-adds of an image, those
 *                                  that the algorithms of the kernels do, seconds; commas between
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <loss/plane.h>
#include <loss/surface.h>

#include "base/clock.h"
#include "base/random.h"
#include "bench/peak.h"
#include "cpu/cpu.h"
#include "net/backprop.h"
#include "net/evaluate.h"
#include "net/layers/convolution.h"
#include "net/plan.h"
#include "train/sgd.h"

static const loss_shape SHAPE = {3, 32, 32, 10};

static void must(loss_status status)
{
    if (status) {
        fprintf(stderr, "bench: %s\n", loss_last_message());
        exit(1);
    }
}

/* What a request needs, kept for the next one of the same model and sizes. */
static struct {
    char key[512];
    loss_net *net, *moved;
    loss_plane *plane;
    loss_dataset *data;
    lossi_evaluator *evaluator;
    lossi_backprop *backprop;
    lossi_sgd sgd;
    float *images;
} job;

static void clear(void)
{
    loss_net_free(job.net);
    loss_net_free(job.moved);
    loss_plane_free(job.plane);
    loss_dataset_free(job.data);
    lossi_evaluator_free(job.evaluator);
    lossi_backprop_free(job.backprop);
    lossi_sgd_free(&job.sgd);
    free(job.images);
    memset(&job, 0, sizeof job);
}

static void make_data(size_t n)
{
    size_t size = n * SHAPE.channels * SHAPE.height * SHAPE.width;
    uint8_t *pixels = malloc(size);
    uint32_t *labels = malloc(n * sizeof *labels);
    lossi_stream s = lossi_stream_make(0, LOSSI_RANDOM_SAMPLE, 0);
    if (!pixels || !labels)
        must(LOSS_ERR_NOMEM);
    for (size_t i = 0; i < size; i++)
        pixels[i] = (uint8_t)(256 * lossi_random_uniform(&s, i));
    for (size_t i = 0; i < n; i++)
        labels[i] = (uint32_t)(i % SHAPE.classes);
    must(loss_dataset_create(&job.data, SHAPE, n, pixels, labels, NULL));
    job.images = malloc(size * sizeof *job.images);
    must(job.images ? loss_dataset_images(job.data, 0, n, job.images) : LOSS_ERR_NOMEM);
    free(pixels);
    free(labels);
}

static void prepare(const char *kind, const char *model, size_t n, size_t threads)
{
    char key[sizeof job.key];
    snprintf(key, sizeof key, "%s %s %zu %zu", kind, model, n, threads);
    if (strcmp(key, job.key) == 0)
        return;
    clear();
    memcpy(job.key, key, sizeof key);
    must(loss_net_create(&job.net, model, SHAPE));
    loss_net_initialise(job.net, 0);
    if (n)
        make_data(n);
    if (strcmp(kind, "train") == 0) {
        must(lossi_backprop_create(&job.backprop, job.net, n, threads));
        must(lossi_sgd_create(&job.sgd, job.net, 0.9, 5e-4, true));
    } else {
        must(loss_plane_random(&job.plane, job.net, NULL));
        must(lossi_net_clone(&job.moved, job.net));
        must(lossi_evaluator_create(&job.evaluator, job.net, threads));
    }
}

static double forward(const char *model, size_t n, size_t threads, bool moves)
{
    prepare("forward", model, n, threads);
    loss_result result = LOSS_RESULT_INIT;
    double start = lossi_clock();
    if (moves)
        must(loss_plane_move(job.plane, job.net, 0.01, -0.01, job.moved));
    must(lossi_evaluator_run(job.evaluator, moves ? job.moved : job.net, job.data, NULL, NULL,
                             &result));
    return lossi_clock() - start;
}

/* What a point costs before its first image. */
static double set_up(const char *model, size_t threads)
{
    prepare("set-up", model, 0, threads);
    double start = lossi_clock();
    must(loss_plane_move(job.plane, job.net, 0.01, -0.01, job.moved));
    lossi_evaluator_set(job.evaluator, job.moved);
    return lossi_clock() - start;
}

static const float *put_image(void *user, size_t i, float *buffer)
{
    (void)user, (void)buffer;
    return job.images + i * SHAPE.channels * SHAPE.height * SHAPE.width;
}

static double train(const char *model, size_t n, size_t threads)
{
    prepare("train", model, n, threads);
    lossi_batch batch = {.n = n, .labels = loss_dataset_labels(job.data), .image = put_image};
    double loss, start = lossi_clock();
    size_t correct;
    must(lossi_backprop_run(job.backprop, job.net, &batch, &loss, &correct));
    lossi_sgd_step(&job.sgd, job.net, job.backprop, 1e-3);
    return lossi_clock() - start;
}

/* ---- The parts of a point ------------------------------------------------------------------- */

static double thread_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

enum { MOST_CHUNKS = 4096 };
static struct {
    double began[MOST_CHUNKS];
    size_t n;
} chunks;

/* It is asked before each chunk. */
static bool note_chunk(void *user)
{
    (void)user;
    if (chunks.n < MOST_CHUNKS)
        chunks.began[chunks.n++] = thread_clock();
    return false;
}

static void print_chunks(const char *model, size_t n)
{
    prepare("forward", model, n, 1);
    loss_result result = LOSS_RESULT_INIT;
    double start = thread_clock();
    must(loss_plane_move(job.plane, job.net, 0.01, -0.01, job.moved));
    double moved = thread_clock();
    chunks.n = 0;
    must(lossi_evaluator_run(job.evaluator, job.moved, job.data, note_chunk, NULL, &result));
    double end = thread_clock();
    printf("%.6g %.6g", moved - start, chunks.began[0] - moved);
    for (size_t i = 0; i < chunks.n; i++)
        printf(" %.6g", (i + 1 < chunks.n ? chunks.began[i + 1] : end) - chunks.began[i]);
    printf("\n");
}

/* ---- Its layers ----------------------------------------------------------------------------- */

enum { MOST_STEPS = 4096 };
static struct {
    double began, least[MOST_STEPS];
} steps;

/* The step before has ended. */
static void note_step(void *user, size_t k)
{
    (void)user;
    double now = thread_clock();
    if (k && k <= MOST_STEPS && now - steps.began < steps.least[k - 1])
        steps.least[k - 1] = now - steps.began;
    steps.began = now;
}

/* Shapes as channels x height x width. */
static void print_layer(const lossi_site *site, double seconds)
{
    const lossi_node *node = site->node;
    const size_t *from = site->in->dims, *to = node->dims;
    double images = (double)site->lanes, direct = 0, products;
    if (node->layer->macs)
        direct = node->layer->macs(node, site->in);
    products = node->layer->macs == lossi_convolution_macs
                   ? lossi_convolution_products(site) / images
                   : direct;
    printf("%s %zux%zux%zu %zux%zux%zu %.6g %.6g %.6g", node->layer->name, from[0], from[1],
           from[2], to[0], to[1], to[2], direct, products, seconds / images);
}

static void print_layers(const char *model, size_t n)
{
    prepare("forward", model, n, 1);
    loss_result result = LOSS_RESULT_INIT;
    const lossi_steps *all = lossi_evaluator_steps(job.evaluator);
    const lossi_kernels *kernels;
    must(lossi_kernels_choose(&kernels));
    for (size_t k = 0; k < MOST_STEPS; k++)
        steps.least[k] = INFINITY;
    lossi_evaluator_watch(job.evaluator, note_step, NULL);
    must(lossi_evaluator_run(job.evaluator, job.net, job.data, NULL, NULL, &result));
    lossi_evaluator_watch(job.evaluator, NULL, NULL);
    for (size_t k = 0; k < all->n && k < MOST_STEPS; k++) {
        const lossi_node *node = &job.net->nodes[all->at[k].node];
        lossi_site site = {kernels, node, &job.net->nodes[lossi_node_first(node)],
                           lossi_lanes(job.net, kernels)};
        fputs(k ? "," : "", stdout);
        print_layer(&site, steps.least[k]);
    }
    printf("\n");
}

static void count(const char *model)
{
    loss_net *net;
    const lossi_kernels *kernels;
    must(lossi_kernels_choose(&kernels));
    must(loss_net_create(&net, model, SHAPE));
    printf("%.0f %zu %zu\n", loss_net_macs(net), loss_net_n_parameters(net),
           lossi_lanes(net, kernels));
    loss_net_free(net);
}

int main(void)
{
    char line[512], what[32], model[384];
    while (fgets(line, sizeof line, stdin)) {
        size_t n = 0, threads = 0;
        if (strcmp(line, "isa\n") == 0)
            printf("%s\n", loss_isa());
        else if (sscanf(line, "peak %zu", &threads) == 1)
            printf("%.6g\n", bench_peak(threads));
        else if (sscanf(line, "count %383s", model) == 1)
            count(model);
        else if (sscanf(line, "chunks %383s %zu", model, &n) == 2 && n)
            print_chunks(model, n);
        else if (sscanf(line, "layers %383s %zu", model, &n) == 2 && n)
            print_layers(model, n);
        else if (sscanf(line, "set-up %383s %zu", model, &threads) == 2)
            printf("%.6g\n", set_up(model, threads));
        else if (sscanf(line, "%31s %383s %zu %zu", what, model, &n, &threads) == 4 && n)
            printf("%.6g\n", strcmp(what, "train") == 0
                                 ? train(model, n, threads)
                                 : forward(model, n, threads, strcmp(what, "point") == 0));
        else
            printf("? %s", line);
        fflush(stdout);
    }
    clear();
    return 0;
}
