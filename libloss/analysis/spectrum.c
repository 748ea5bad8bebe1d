/* Hutchinson's trace and stochastic Lanczos quadrature. */
#include "analysis/spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

void lossi_rademacher(uint64_t seed, size_t index, size_t n, lossi_real *v)
{
    lossi_stream stream = lossi_stream_make(seed, LOSSI_RANDOM_PROBE, (uint32_t)index);
    uint32_t words[4];
    for (size_t i = 0; i < n; i++) {
        if (i % 128 == 0)
            lossi_random_words(&stream, i / 128, words);
        v[i] = words[i / 32 % 4] >> (i % 32) & 1 ? 1 : -1;
    }
}

loss_status lossi_hutchinson(const lossi_operator *a, size_t vectors, uint64_t seed,
                             void (*progress)(void *user, const lossi_trace *so_far), void *user,
                             lossi_trace *trace)
{
    lossi_real *v = lossi_alloc(a->n, sizeof *v), *product = lossi_alloc(a->n, sizeof *product);
    loss_status status = v && product ? LOSS_OK : lossi_fail_nomem(a->n * sizeof *v);
    double squares = 0;
    *trace = (lossi_trace){NAN, NAN, 0};
    for (size_t k = 0; k < vectors && !status; k++) {
        lossi_rademacher(seed, k, a->n, v);
        status = a->apply(a->user, v, product);
        double sample = 0;
        for (size_t i = 0; i < a->n && !status; i++)
            sample += (double)v[i] * (double)product[i];
        if (!status && !isfinite(sample))
            status =
                lossi_fail(LOSS_ERR_NOT_FINITE, "product %zu of the operator is not finite", k + 1);
        if (status)
            break;
        /* Welford's: mean and sum of squared deviations grow together. */
        double before = k ? trace->mean : 0, n = (double)(k + 1);
        trace->mean = before + (sample - before) / n;
        squares += (sample - before) * (sample - trace->mean);
        trace->standard_error = k ? sqrt(squares / (n - 1) / n) : NAN;
        trace->done = k + 1;
        if (progress)
            progress(user, trace);
    }
    free(v);
    free(product);
    return status;
}

/* Nodes and weights of one Krylov space. */
static loss_status take_nodes(const lossi_krylov *krylov, double *vectors, double *nodes,
                              double *weights)
{
    loss_status status = lossi_krylov_ritz(krylov, nodes, vectors);
    for (size_t j = 0; j < krylov->k && !status; j++)
        weights[j] = vectors[j * krylov->k] * vectors[j * krylov->k];
    return status;
}

loss_status lossi_quadrature(const lossi_operator *a, size_t vectors, size_t steps, uint64_t seed,
                             void (*progress)(void *user, size_t vector, size_t step), void *user,
                             double *nodes, double *weights, size_t *counts)
{
    size_t most = steps < a->n ? steps : a->n, at = 0;
    lossi_real *v = lossi_alloc(a->n, sizeof *v);
    double *memory = malloc(most * most * sizeof *memory);
    loss_status status = v && memory ? LOSS_OK : lossi_fail_nomem(most * most * sizeof *memory);
    for (size_t k = 0; k < vectors && !status; k++) {
        lossi_krylov krylov;
        lossi_rademacher(seed, k, a->n, v);
        status = lossi_krylov_begin(&krylov, a, most, seed, v);
        while (!status && krylov.k < most && !krylov.is_invariant) {
            status = lossi_krylov_step(&krylov);
            if (!status && progress)
                progress(user, k, krylov.k);
        }
        if (!status)
            status = take_nodes(&krylov, memory, nodes + at, weights + at);
        counts[k] = krylov.k;
        at += krylov.k;
        lossi_krylov_end(&krylov);
    }
    free(v);
    free(memory);
    return status;
}

double lossi_density_at(size_t n, const double *nodes, const double *weights, size_t vectors,
                        double sigma, double at)
{
    const double root_of_two_pi = 2.50662827463100050242;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double z = (at - nodes[i]) / sigma;
        sum += weights[i] * exp(-0.5 * z * z);
    }
    return sum / (root_of_two_pi * sigma * (double)vectors);
}
