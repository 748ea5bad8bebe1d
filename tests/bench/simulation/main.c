/* Simulates the scheduler on more processors than there are (docs/scale.md):
 *
 *   simulate crew FOLDER                  one process: threads, images and networks of
 * docs/scale.md simulate ranks FOLDER                 lossgrid-mpi: cores and threads of a rank
 *   simulate crew FOLDER NETWORK IMAGES THREADS MEMORY      one of them; bytes of memory
 *   simulate ranks FOLDER NETWORK IMAGES RANKS THREADS
 *   simulate commits FOLDER               seconds of claims and of commits in that folder: measured
 *
 * FOLDER holds a landscape file meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/simulation/ranks.h"
#include "bench/simulation/surface.h"

/* What rank 0 and the caller's thread spend, as measured by `simulate commits` on an ext4 disk,
 * 2026-11-28: processor time of a claim, of a commit and of a point in it, and what a commit waits
 * for the disk. */
static const double CLAIM = 7e-5, COMMIT = 0.012, INSERT = 5e-6;
/* Assumed: what MPI takes for a message of 200 bytes, and a network of a cluster. */
static const double MESSAGE = 5e-6, LATENCY = 20e-6;
static const double PAUSE = 2e-4; /* cli/mpi/messages.c */

static const uint64_t GIB = 1 << 30;

static simulated_point point_of(const char *network, size_t images)
{
    simulated_point point = {simulated_network_find(network), images, 1};
    if (point.network && images)
        return point;
    fprintf(stderr, "simulate: %s, %zu images: expected resnet20, resnet56 or vgg11\n", network,
            images);
    exit(2);
}

static void must(loss_status status)
{
    if (status) {
        fprintf(stderr, "simulate: %s\n", loss_last_message());
        exit(1);
    }
}

static void print(const char *network, size_t images, size_t n_threads, const simulated_result *r)
{
    printf("%-9s %6zu %7zu %7zu x %-4zu %9.1f %7.2f %8.2f %8zu%s\n", network, images, n_threads,
           r->members, r->threads, r->seconds, 100 * simulated_efficiency(r, n_threads),
           100 * r->caller / r->seconds, r->commits, r->is_right ? "" : "  WRONG");
    fflush(stdout);
}

static void run_crew(const char *folder, const char *network, size_t images, size_t threads,
                     uint64_t memory)
{
    simulated_result result;
    const simulated_process process = {
        point_of(network, images), threads, 51, memory, CLAIM, COMMIT, INSERT};
    must(simulated_process_run(&process, folder, &result));
    print(network, images, threads, &result);
}

static void run_ranks(const char *folder, const char *network, size_t images, size_t ranks,
                      size_t threads)
{
    simulated_result result;
    const simulated_ranks with = {.point = point_of(network, images),
                                  .ranks = ranks,
                                  .threads = threads,
                                  .side = 51,
                                  .claim = CLAIM,
                                  .commit = COMMIT,
                                  .insert = INSERT,
                                  .message = MESSAGE,
                                  .latency = LATENCY,
                                  .pause = PAUSE};
    must(simulated_ranks_run(&with, folder, &result));
    print(network, images, ranks * threads, &result);
}

static void run_all_crews(const char *folder)
{
    static const char *const NETWORKS[] = {"resnet20", "resnet56", "vgg11"};
    static const size_t IMAGES[] = {16, 64, 128, 256, 1000}, THREADS[] = {2, 16, 32, 64, 128, 256};
    for (size_t k = 0; k < 3; k++)
        for (size_t t = 0; t < 6; t++)
            for (size_t i = 0; i < 5; i++)
                run_crew(folder, NETWORKS[k], IMAGES[i], THREADS[t], 32 * GIB);
}

static void run_all_ranks(const char *folder)
{
    static const size_t CORES[] = {10, 100, 1000, 10000}, THREADS[] = {1, 10, 25, 50, 100};
    for (size_t c = 0; c < 4; c++)
        for (size_t t = 0; t < 5; t++)
            if (THREADS[t] <= CORES[c])
                run_ranks(folder, "resnet56", 50000, CORES[c] / THREADS[t], THREADS[t]);
}

/* ---- Measuring ------------------------------------------------------------------------------ */

static double clock_of(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Commits of a few points at a time: processor time, and elapsed time. */
static void measure_commits(const char *folder, size_t points)
{
    simulated_surface s;
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    opt.x.n = opt.y.n = 51;
    must(simulated_surface_open(&s, folder, &opt));
    loss_claim claim = LOSS_CLAIM_TASK;
    double claims = 0, commits = 0, elapsed = 0;
    size_t n_tasks = 0, n_commits = 0;
    while (claim != LOSS_CLAIM_DONE) {
        loss_outcome outcomes[256];
        loss_task task;
        size_t n = 0;
        double start = clock_of(CLOCK_THREAD_CPUTIME_ID), began;
        while (n < points && !loss_surface_claim(s.surface, &claim, &task) &&
               claim == LOSS_CLAIM_TASK)
            outcomes[n++] = simulated_outcome(&task, 0);
        double claimed = clock_of(CLOCK_THREAD_CPUTIME_ID);
        began = clock_of(CLOCK_MONOTONIC);
        must(loss_surface_hand_in(s.surface, outcomes, n));
        elapsed += clock_of(CLOCK_MONOTONIC) - began;
        commits += clock_of(CLOCK_THREAD_CPUTIME_ID) - claimed;
        claims += claimed - start;
        n_tasks += n;
        n_commits += n > 0;
    }
    printf(
        "%zu points a commit: a claim %.3g s, a commit %.3g s of processor time, %.3g s elapsed\n",
        points, claims / (double)n_tasks, commits / (double)n_commits, elapsed / (double)n_commits);
    simulated_surface_close(&s, folder);
}

static size_t number(const char *text)
{
    return strtoull(text, NULL, 10);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (argc == 3 && strcmp(what, "crew") == 0) {
        run_all_crews(argv[2]);
    } else if (argc == 7 && strcmp(what, "crew") == 0) {
        run_crew(argv[2], argv[3], number(argv[4]), number(argv[5]), number(argv[6]));
    } else if (argc == 3 && strcmp(what, "ranks") == 0) {
        run_all_ranks(argv[2]);
    } else if (argc == 7 && strcmp(what, "ranks") == 0) {
        run_ranks(argv[2], argv[3], number(argv[4]), number(argv[5]), number(argv[6]));
    } else if (argc == 3 && strcmp(what, "commits") == 0) {
        measure_commits(argv[2], 1);
        measure_commits(argv[2], 200);
    } else {
        fprintf(stderr, "Usage: simulate crew|ranks|commits FOLDER [NETWORK IMAGES ...]\n");
        return 2;
    }
    return 0;
}
