/* Lanczos 1950 with full reorthogonalisation: each new vector is made orthogonal to all before
 * it, twice ("twice is enough", Kahan and Parlett), so that no eigenvalue shows up again as a
 * ghost of rounding. Vectors are stored as the engine's numbers, worked on in double. */
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/lanczos.h"
#include "base/random.h"

/* A next vector shorter than this share of T is the operator's rounding: the space is invariant. */
static const double NOTHING = LOSSI_REAL_IS_FLOAT ? 1e-6 : 1e-12;

void lossi_krylov_end(lossi_krylov *s)
{
    for (size_t i = 0; s->basis && i < s->capacity; i++)
        free(s->basis[i]);
    free(s->basis);
    free(s->alpha);
    free(s->beta);
    free(s->w);
    free(s->product);
    *s = (lossi_krylov){0};
}

static double norm_of(const double *w, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += w[i] * w[i];
    return sqrt(sum);
}

/* Takes from w its part along v. @return its length */
static double take_off(double *w, const lossi_real *v, size_t n)
{
    double dot = 0;
    for (size_t i = 0; i < n; i++)
        dot += w[i] * (double)v[i];
    for (size_t i = 0; i < n; i++)
        w[i] -= dot * (double)v[i];
    return dot;
}

/* w / norm becomes vector number i. */
static loss_status append(lossi_krylov *s, size_t i, double norm)
{
    if (!s->basis[i] && !(s->basis[i] = lossi_alloc(s->a->n, sizeof **s->basis)))
        return lossi_fail(
            LOSS_ERR_NOMEM,
            "out of memory: %zu vectors of %zu values, %.0f MB, are in use; fewer steps take less",
            i, s->a->n, 1e-6 * sizeof **s->basis * (double)i * (double)s->a->n);
    for (size_t j = 0; j < s->a->n; j++)
        s->basis[i][j] = (lossi_real)(s->w[j] / norm);
    return LOSS_OK;
}

/* A random vector, orthogonal to those there are, becomes the next. */
static loss_status draw(lossi_krylov *s)
{
    enum { PART = 1024 };
    float part[PART];
    size_t n = s->a->n;
    lossi_stream stream = lossi_stream_make(s->seed, LOSSI_RANDOM_START, (uint32_t)s->n_starts++);
    for (size_t first = 0; first < n; first += PART) {
        size_t count = n - first < PART ? n - first : PART;
        lossi_random_normal_at(&stream, first, part, count);
        for (size_t i = 0; i < count; i++)
            s->w[first + i] = (double)part[i];
    }
    double norm = norm_of(s->w, n);
    for (int pass = 0; pass < 3; pass++) {
        for (size_t i = 0; i < n;
             i++) /* what is left may be small: at full length rounding is small again */
            s->w[i] /= norm;
        for (size_t i = 0; i < s->k; i++)
            take_off(s->w, s->basis[i], n);
        norm = norm_of(s->w, n);
    }
    return append(s, s->k, norm);
}

loss_status lossi_krylov_begin(lossi_krylov *s, const lossi_operator *a, size_t capacity,
                               uint64_t seed, const lossi_real *first)
{
    *s = (lossi_krylov){.a = a, .seed = seed, .capacity = capacity};
    s->basis = calloc(capacity, sizeof *s->basis);
    s->alpha = calloc(capacity, sizeof *s->alpha);
    s->beta = calloc(capacity, sizeof *s->beta);
    s->w = lossi_alloc(a->n, sizeof *s->w);
    s->product = lossi_alloc(a->n, sizeof *s->product);
    loss_status status = s->basis && s->alpha && s->beta && s->w && s->product
                             ? LOSS_OK
                             : lossi_fail_nomem(a->n * sizeof *s->w);
    for (size_t i = 0; i < a->n && first && !status; i++)
        s->w[i] = (double)first[i];
    if (!status)
        status = first ? append(s, 0, norm_of(s->w, a->n)) : draw(s);
    if (status)
        lossi_krylov_end(s);
    return status;
}

loss_status lossi_krylov_step(lossi_krylov *s)
{
    size_t k = s->k, n = s->a->n;
    loss_status status = s->a->apply(s->a->user, s->basis[k], s->product);
    if (status)
        return status;
    double length = 0;
    for (size_t i = 0; i < n; i++) {
        s->w[i] = (double)s->product[i];
        length += s->w[i] * s->w[i];
    }
    if (!isfinite(length))
        return lossi_fail(LOSS_ERR_NOT_FINITE, "product %zu of the operator is not finite", k + 1);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = k + 1; i-- > 0;) {
            double dot = take_off(s->w, s->basis[i], n);
            if (i == k)
                s->alpha[k] += dot;
        }
    s->beta[k] = norm_of(s->w, n);
    s->k++;
    s->scale = fmax(s->scale, fmax(fabs(s->alpha[k]), s->beta[k]));
    s->is_invariant = s->beta[k] <= NOTHING * s->scale || s->k == n;
    if (s->is_invariant) {
        s->beta[k] = 0;
        return LOSS_OK;
    }
    return s->k < s->capacity ? append(s, s->k, s->beta[k]) : LOSS_OK;
}

loss_status lossi_krylov_restart(lossi_krylov *s)
{
    s->is_invariant = false;
    return draw(s);
}

/* dsteqr (implicit QL) calls no kernel of the BLAS, so that eigenvalues do not depend on the core
 * that OpenBLAS takes the processor for. It is fast enough for spaces of a few hundred vectors. */
loss_status lossi_krylov_ritz(const lossi_krylov *s, double *values, double *vectors)
{
    double *below = malloc((s->k + 1) * sizeof *below);
    if (!below)
        return lossi_fail_nomem(s->k * sizeof *below);
    memcpy(values, s->alpha, s->k * sizeof *values);
    memcpy(below, s->beta, s->k * sizeof *below);
    lapack_int k = (lapack_int)s->k,
               info = LAPACKE_dsteqr(LAPACK_COL_MAJOR, 'I', k, values, below, vectors, k);
    free(below);
    return info ? lossi_fail(LOSS_ERR_NOMEM, "LAPACK's dsteqr on %zu rows gave up with %d", s->k,
                             (int)info)
                : LOSS_OK;
}
