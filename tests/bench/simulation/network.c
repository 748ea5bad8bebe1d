#include "bench/simulation/network.h"

#include <string.h>

#include "base/random.h"

/* Processor time of one thread of a virtual machine (AMD EPYC, Zen 4), set avx512, 2026-11-28:
 *     for m in 'resnet20 960' 'resnet56 480' 'vgg11 960'; do
 *         for i in 1 2 3 4 5 6 7 8; do echo chunks $m; done; done | build/release/tests/bench/bench
 * The medians of the first two numbers, the mean of the others, and their 20 middle 20-quantiles.
 * Other programs used the machine, which makes the spread of the times a large one, but for VGG-11,
 * which was measured again on 2026-11-29, on a quiet machine, when its chunks had become smaller.
 */
static const simulated_network NETWORKS[] = {
    {"resnet20", 16, 4174912 + 1078888, 0.000229, 0.000752, 0.005422, {0.906, 0.920, 0.928, 0.936,
                                                                       0.943, 0.947, 0.956, 0.961,
                                                                       0.969, 0.976, 0.985, 0.996,
                                                                       1.006, 1.021, 1.032, 1.049,
                                                                       1.069, 1.095, 1.124, 1.181}},
    {"resnet56",
     16,
     13475392 + 3412072,
     0.000707,
     0.002485,
     0.014362,
     {0.955, 0.960, 0.967, 0.971, 0.977, 0.981, 0.985, 0.987, 0.990, 0.993,
      0.998, 1.002, 1.005, 1.008, 1.010, 1.014, 1.019, 1.029, 1.039, 1.107}},
    {"vgg11", 32, 105552640 + 36902440, 0.006270, 0.016379, 0.026965, {0.971, 0.976, 0.980, 0.982,
                                                                       0.983, 0.985, 0.987, 0.988,
                                                                       0.993, 0.996, 0.997, 0.998,
                                                                       1.000, 1.002, 1.007, 1.011,
                                                                       1.020, 1.024, 1.030, 1.054}},
};

const simulated_network *simulated_network_find(const char *name)
{
    for (size_t i = 0; i < sizeof NETWORKS / sizeof *NETWORKS; i++)
        if (strcmp(NETWORKS[i].name, name) == 0)
            return &NETWORKS[i];
    return NULL;
}

size_t simulated_chunks(const simulated_point *point)
{
    return (point->images + point->network->lanes - 1) / point->network->lanes;
}

/* Empty lanes of the last chunk are computed, too. */
static double chunk_seconds(const simulated_point *point, size_t task, size_t chunk)
{
    lossi_stream s = lossi_stream_make(0, LOSSI_RANDOM_SAMPLE, (uint32_t)task);
    size_t which = (size_t)(N_RELATIVE * lossi_random_uniform(&s, chunk));
    double relative = point->network->relative[which < N_RELATIVE ? which : N_RELATIVE - 1];
    return point->network->chunk * (1 + point->spread * (relative - 1));
}

double simulated_seconds(const simulated_point *point, size_t number, size_t threads, double *work)
{
    enum { MOST_THREADS = 1024 };
    double free_at[MOST_THREADS] = {0}, end = 0;
    size_t n = threads < MOST_THREADS ? threads : MOST_THREADS;
    const simulated_network *net = point->network;
    *work += net->move + net->ready;
    for (size_t k = 0; k < simulated_chunks(point); k++) {
        size_t first = 0;
        for (size_t t = 1; t < n; t++)
            if (free_at[t] < free_at[first])
                first = t;
        double seconds = chunk_seconds(point, number, k);
        *work += seconds;
        free_at[first] += seconds;
        end = free_at[first] > end ? free_at[first] : end;
    }
    return net->move + net->ready / (double)n + end;
}
