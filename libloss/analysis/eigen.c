/* Eigenvalues at both ends of a spectrum from one Krylov space. */
#include <math.h>
#include <stdlib.h>

#include "analysis/lanczos.h"

typedef struct search {
    const lossi_operator *a;
    const lossi_eigen_options *opt;
    lossi_krylov krylov;
    double *values, *vectors; /* [k], [k][k]: of T */
    size_t block;             /* first vector of the last start */
} search;

/* Which column of the Ritz pairs, ascending, the wanted pair i is. */
static size_t column_of(const search *s, size_t i)
{
    return i < s->opt->top ? s->krylov.k - 1 - i : i - s->opt->top;
}

/* How far a Ritz pair is from being one of A: the length of A u - value u, from T alone (Paige
 * 1971). */
static double estimate(const search *s, size_t column)
{
    size_t k = s->krylov.k;
    return s->krylov.beta[k - 1] * fabs(s->vectors[(k - 1) + column * k]);
}

static bool belongs_to_last_block(const search *s, size_t column)
{
    double square = 0;
    for (size_t i = s->block; i < s->krylov.k; i++)
        square += s->vectors[i + column * s->krylov.k] * s->vectors[i + column * s->krylov.k];
    return square > 0.5;
}

/* The same relative to the value, or to a hundredth of the largest one where that is more: the
 * tolerance is about this. */
static double relative(const search *s, size_t column)
{
    double largest = fmax(fabs(s->values[0]), fabs(s->values[s->krylov.k - 1]));
    double size = fmax(fabs(s->values[column]), 0.01 * largest), residual = estimate(s, column);
    return residual > 0 ? residual / size : 0;
}

/* The largest relative residual of the wanted pairs and, after a new start, of the two extreme
 * pairs of the block that it began, which could still grow into wanted ones. *has_news: a wanted
 * pair belongs to that block. */
static double worst_residual(const search *s, bool *has_news)
{
    size_t k = s->krylov.k, low = k, high = 0;
    double worst = 0;
    *has_news = false;
    for (size_t i = 0; i < s->opt->top + s->opt->smallest; i++) {
        worst = fmax(worst, relative(s, column_of(s, i)));
        *has_news = *has_news || belongs_to_last_block(s, column_of(s, i));
    }
    for (size_t j = 0; j < k && s->block; j++)
        if (belongs_to_last_block(s, j)) {
            low = low < k ? low : j;
            high = j;
        }
    if (low < k)
        worst = fmax(worst, fmax(s->opt->smallest ? relative(s, low) : 0,
                                 s->opt->top ? relative(s, high) : 0));
    return worst;
}

/* Grows the space until the wanted pairs are there, or the steps are used up. */
static loss_status grow(search *s)
{
    const lossi_eigen_options *opt = s->opt;
    size_t wanted = opt->top + opt->smallest, most = opt->steps < s->a->n ? opt->steps : s->a->n;
    loss_status status = lossi_krylov_begin(&s->krylov, s->a, most, opt->seed, NULL);
    while (!status) {
        status = lossi_krylov_step(&s->krylov);
        if (!status)
            status = lossi_krylov_ritz(&s->krylov, s->values, s->vectors);
        if (status)
            break;
        size_t k = s->krylov.k;
        bool has_news = true;
        double worst = k < wanted ? INFINITY : worst_residual(s, &has_news);
        if (opt->progress)
            opt->progress(opt->user, k, worst);
        bool is_enough = worst <= opt->tolerance && !(s->krylov.is_invariant && has_news);
        if (k == most || is_enough)
            break;
        if (s->krylov.is_invariant) {
            s->block = k;
            status = lossi_krylov_restart(&s->krylov);
        }
    }
    return status;
}

/* u = V s, of unit length, its largest component positive. */
static void make_vector(const search *s, size_t column, lossi_real *u)
{
    size_t k = s->krylov.k, n = s->a->n;
    double *w = s->krylov.w, square = 0, largest = 0;
    for (size_t j = 0; j < n; j++)
        w[j] = 0;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < n; j++)
            w[j] += s->vectors[i + column * k] * (double)s->krylov.basis[i][j];
    for (size_t j = 0; j < n; j++) {
        square += w[j] * w[j];
        largest = fabs(w[j]) > fabs(largest) ? w[j] : largest;
    }
    double factor = (largest < 0 ? -1 : 1) / sqrt(square);
    for (size_t j = 0; j < n; j++)
        u[j] = (lossi_real)(factor * w[j]);
}

/* The pair's value is u' A u, and its residual is what one more product says, not what T
 * promises. */
static loss_status measure(search *s, size_t i, lossi_real *u, lossi_eigenpair *pair)
{
    size_t n = s->a->n;
    lossi_real *product = s->krylov.product;
    make_vector(s, column_of(s, i), u);
    loss_status status = s->a->apply(s->a->user, u, product);
    double value = 0, square = 0;
    for (size_t j = 0; j < n && !status; j++)
        value += (double)u[j] * (double)product[j];
    for (size_t j = 0; j < n && !status; j++) {
        double rest = (double)product[j] - value * (double)u[j];
        square += rest * rest;
    }
    pair->value = value;
    pair->residual = sqrt(square);
    pair->has_converged = relative(s, column_of(s, i)) <= s->opt->tolerance;
    return status;
}

loss_status lossi_eigen(const lossi_operator *a, const lossi_eigen_options *opt,
                        lossi_eigenpair *pairs, lossi_real *vectors, size_t *products)
{
    size_t wanted = opt->top + opt->smallest, most = opt->steps < a->n ? opt->steps : a->n;
    if (products)
        *products = 0;
    if (!wanted || wanted > a->n)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%zu eigenvalues asked for of %zu; expected 1 to all",
                          wanted, a->n);
    if (most < wanted)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "%zu eigenvalues in at most %zu steps: expected at least as many steps",
                          wanted, opt->steps);
    search s = {.a = a,
                .opt = opt,
                .values = malloc(most * sizeof(double)),
                .vectors = malloc(most * most * sizeof(double))};
    loss_status status =
        s.values && s.vectors ? grow(&s) : lossi_fail_nomem(most * most * sizeof(double));
    for (size_t i = 0; i < wanted && !status; i++)
        status = measure(&s, i, vectors + i * a->n, &pairs[i]);
    if (products && !status)
        *products = s.krylov.k + wanted;
    lossi_krylov_end(&s.krylov);
    free(s.values);
    free(s.vectors);
    return status;
}
