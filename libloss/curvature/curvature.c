/* The Hessian of a network's loss (net/hessian.h) as the operator that the methods of analysis/
 * take. */
#include "curvature/curvature.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/spectrum.h"
#include "base/clock.h"
#include "base/random.h"
#include "net/hessian.h"

struct loss_curvature {
    lossi_hessian *hessian;
    loss_dataset *batch; /* NULL: all images of the caller's */
    loss_curvature_options opt;
    lossi_operator operator;

    /* The call under way. */
    loss_curvature_progress progress;
    double start;
};

static loss_status apply(void *user, const lossi_real *x, lossi_real *y)
{
    loss_curvature *c = user;
    return lossi_hessian_product(c->hessian, x, y);
}

/* The images of a mini-batch. */
static loss_status pick_batch(loss_dataset **out, const loss_dataset *data,
                              const loss_curvature_options *opt)
{
    size_t n = loss_dataset_count(data);
    if (opt->batch > n || opt->batch_number >= n / opt->batch)
        return lossi_fail(LOSS_ERR_ARGUMENT, "mini-batch %zu of %zu images; there are %zu images",
                          opt->batch_number, opt->batch, n);
    size_t *order = lossi_alloc(n, sizeof *order);
    if (!order)
        return lossi_fail_nomem(n * sizeof *order);
    lossi_stream stream = lossi_stream_make(opt->seed, LOSSI_RANDOM_SHUFFLE, 0);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    for (size_t i = n - 1; i > 0; i--) { /* Fisher and Yates */
        size_t j = lossi_random_below(&stream, i, i + 1), swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
    loss_status status =
        loss_dataset_pick(out, data, opt->batch, order + opt->batch_number * opt->batch);
    free(order);
    return status;
}

loss_status loss_curvature_create(loss_curvature **out, const loss_net *net,
                                  const loss_dataset *data, const loss_curvature_options *given)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(net && data);
    loss_curvature_options opt = LOSS_CURVATURE_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status && (unsigned)opt.ignore > LOSS_IGNORE_NONE)
        status = lossi_fail(LOSS_ERR_ARGUMENT, "ignore %d; expected 0 or 1", (int)opt.ignore);
    if (status)
        return status;
    loss_curvature *c = calloc(1, sizeof *c);
    if (!c)
        return lossi_fail_nomem(sizeof *c);
    c->opt = opt;
    if (opt.batch)
        status = pick_batch(&c->batch, data, &opt);
    lossi_hessian_options hessian = {c->batch ? c->batch : data,
                                     opt.ignore == LOSS_IGNORE_NONE,
                                     opt.threads,
                                     opt.cancelled,
                                     opt.user,
                                     opt.layers};
    if (!status)
        status = lossi_hessian_create(&c->hessian, net, &hessian);
    if (status) {
        loss_dataset_free(c->batch);
        free(c);
        return status;
    }
    c->operator=(lossi_operator){lossi_hessian_count(c->hessian), apply, c};
    *out = c;
    return LOSS_OK;
}

void loss_curvature_free(loss_curvature *c)
{
    if (!c)
        return;
    lossi_hessian_free(c->hessian);
    loss_dataset_free(c->batch);
    free(c);
}

void lossi_curvature_set(loss_curvature *c, const loss_net *net)
{
    lossi_hessian_set(c->hessian, net);
}

size_t loss_curvature_rows(const loss_curvature *c)
{
    return c ? c->operator.n : 0;
}

loss_status loss_curvature_gradient(loss_curvature *c, double *loss, float *gradient)
{
    LOSSI_REQUIRE(c);
    lossi_real *values = lossi_alloc(c->operator.n, sizeof *values);
    if (!values)
        return lossi_fail_nomem(c->operator.n * sizeof * values);
    loss_status status = lossi_hessian_gradient(c->hessian, loss, values);
    if (!status && gradient)
        lossi_hessian_put(c->hessian, values, gradient);
    free(values);
    return status;
}

loss_status loss_curvature_hvp(loss_curvature *c, const float *direction, float *product)
{
    LOSSI_REQUIRE(c && direction && product);
    size_t n = c->operator.n;
    lossi_real *x = lossi_alloc(n, sizeof *x), *y = lossi_alloc(n, sizeof *y);
    loss_status status = x && y ? LOSS_OK : lossi_fail_nomem(n * sizeof *x);
    if (!status) {
        lossi_hessian_take(c->hessian, direction, x);
        status = lossi_hessian_product(c->hessian, x, y);
    }
    if (!status)
        lossi_hessian_put(c->hessian, y, product);
    free(x);
    free(y);
    return status;
}

/* ---- Progress ------------------------------------------------------------------------------- */

static void begin(loss_curvature *c, size_t most)
{
    c->progress = (loss_curvature_progress){.most = most, .value = NAN, .standard_error = NAN};
    c->start = lossi_clock();
}

static void report(loss_curvature *c, size_t done)
{
    loss_curvature_progress *p = &c->progress;
    p->done = done;
    p->seconds = lossi_clock() - c->start;
    p->seconds_left = p->seconds / (double)done * (double)(p->most > done ? p->most - done : 0);
    if (c->opt.progress)
        c->opt.progress(p, c->opt.user);
}

static void report_eigen(void *user, size_t done, double worst)
{
    loss_curvature *c = user;
    c->progress.value = worst;
    report(c, done);
}

static void report_trace(void *user, const lossi_trace *so_far)
{
    loss_curvature *c = user;
    c->progress.value = so_far->mean;
    c->progress.standard_error = so_far->standard_error;
    report(c, so_far->done);
}

static void report_density(void *user, size_t vector, size_t step)
{
    (void)vector, (void)step;
    loss_curvature *c = user;
    report(c, c->progress.done + 1);
}

/* ---- Eigenvalues and trace ------------------------------------------------------------------ */

loss_status loss_curvature_eigen(loss_curvature *c, const loss_eigen_options *given,
                                 loss_eigenvalue *values, float *vectors)
{
    LOSSI_REQUIRE(c && values);
    loss_eigen_options opt = LOSS_EIGEN_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status && (!(opt.tolerance > 0) || opt.top > c->operator.n || opt.smallest> c->operator.n))
        status = lossi_fail(LOSS_ERR_ARGUMENT,
                            "%zu largest and %zu smallest of %zu eigenvalues to a tolerance of %g; "
                            "expected at most all "
                            "of them, and a tolerance above 0",
                            opt.top, opt.smallest, c->operator.n, opt.tolerance);
    if (status)
        return status;
    size_t wanted = opt.top + opt.smallest, n = c->operator.n, total,
           n_parameters = lossi_hessian_parameters(c->hessian);
    lossi_eigen_options search = {.top = opt.top,
                                  .smallest = opt.smallest,
                                  .steps = opt.steps,
                                  .tolerance = opt.tolerance,
                                  .seed = c->opt.seed,
                                  .progress = report_eigen,
                                  .user = c};
    lossi_eigenpair *pairs = calloc(wanted + 1, sizeof *pairs);
    lossi_real *found = lossi_mul(wanted, n, &total) ? lossi_alloc(total, sizeof *found) : NULL;
    if (!pairs || !found)
        status = lossi_fail_nomem(wanted * n * sizeof *found);
    begin(c, (opt.steps < n ? opt.steps : n) + wanted);
    if (!status)
        status = lossi_eigen(&c->operator, & search, pairs, found, NULL);
    for (size_t i = 0; i < wanted && !status; i++) {
        values[i] = (loss_eigenvalue){pairs[i].value, pairs[i].residual, pairs[i].has_converged};
        if (vectors)
            lossi_hessian_put(c->hessian, found + i * n, vectors + i * n_parameters);
    }
    free(pairs);
    free(found);
    return status;
}

loss_status loss_curvature_trace(loss_curvature *c, size_t vectors, loss_trace *trace)
{
    LOSSI_REQUIRE(c && trace);
    *trace = (loss_trace){NAN, NAN, 0};
    if (!vectors)
        return lossi_fail(LOSS_ERR_ARGUMENT, "a trace from 0 random vectors; expected at least 1");
    lossi_trace found;
    begin(c, vectors);
    loss_status status =
        lossi_hutchinson(&c->operator, vectors, c->opt.seed, report_trace, c, &found);
    *trace = (loss_trace){found.mean, found.standard_error, found.done};
    return status;
}

/* ---- Density -------------------------------------------------------------------------------- */

struct loss_density {
    size_t vectors, n;       /* nodes of all vectors */
    size_t *counts;          /* [vectors] */
    double *nodes, *weights; /* [n], vector after vector */
};

void loss_density_free(loss_density *d)
{
    if (!d)
        return;
    free(d->counts);
    free(d->nodes);
    free(d->weights);
    free(d);
}

loss_status loss_curvature_density(loss_density **out, loss_curvature *c, size_t vectors,
                                   size_t steps)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(c);
    size_t total;
    if (!vectors || !steps || !lossi_mul(vectors, steps, &total))
        return lossi_fail(
            LOSS_ERR_ARGUMENT,
            "a density from %zu random vectors and %zu steps; expected at least 1 of each", vectors,
            steps);
    loss_density *d = calloc(1, sizeof *d);
    if (!d)
        return lossi_fail_nomem(sizeof *d);
    d->vectors = vectors;
    d->counts = calloc(vectors, sizeof *d->counts);
    d->nodes = lossi_alloc(total, sizeof *d->nodes);
    d->weights = lossi_alloc(total, sizeof *d->weights);
    loss_status status =
        d->counts && d->nodes && d->weights ? LOSS_OK : lossi_fail_nomem(total * sizeof *d->nodes);
    begin(c, vectors * (steps < c->operator.n ? steps : c->operator.n));
    if (!status)
        status = lossi_quadrature(&c->operator, vectors, steps, c->opt.seed, report_density, c,
                                  d->nodes, d->weights, d->counts);
    for (size_t k = 0; k < vectors && !status; k++)
        d->n += d->counts[k];
    if (status)
        loss_density_free(d);
    else
        *out = d;
    return status;
}

size_t loss_density_vectors(const loss_density *d)
{
    return d ? d->vectors : 0;
}

size_t loss_density_nodes(const loss_density *d, size_t k, const double **nodes,
                          const double **weights)
{
    if (!d || !nodes || !weights || k >= loss_density_vectors(d))
        return 0;
    size_t at = 0;
    for (size_t i = 0; i < k; i++)
        at += d->counts[i];
    *nodes = d->nodes + at;
    *weights = d->weights + at;
    return d->counts[k];
}

double loss_density_at(const loss_density *d, double sigma, double at)
{
    return d ? lossi_density_at(d->n, d->nodes, d->weights, d->vectors, sigma, at) : NAN;
}
