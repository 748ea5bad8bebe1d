#include "estimate/process.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

/* Of the spread's square: exact values would else be more than rounding bears. */
static const double JITTER = 1e-9;

void lossi_process_free(lossi_process *p)
{
    free(p->spots);
    free(p->values);
    free(p->factor);
    free(p->deviations);
    free(p->ones);
    *p = (lossi_process){0};
}

loss_status lossi_process_init(lossi_process *p, size_t most)
{
    size_t squared;
    *p = (lossi_process){.most = most};
    if (!lossi_mul(most, most, &squared))
        return lossi_fail_nomem(most);
    p->spots = lossi_alloc(most, sizeof *p->spots);
    p->values = lossi_alloc(most, sizeof *p->values);
    p->factor = lossi_alloc(squared, sizeof *p->factor);
    p->deviations = lossi_alloc(most, sizeof *p->deviations);
    p->ones = lossi_alloc(most, sizeof *p->ones);
    return p->spots && p->values && p->factor && p->deviations && p->ones
               ? LOSS_OK
               : lossi_fail_nomem(squared * sizeof *p->factor);
}

static double covariance(const lossi_process_model *m, lossi_spot a, lossi_spot b)
{
    double dx = a.x - b.x, dy = a.y - b.y, r = sqrt(3 * (dx * dx + dy * dy)) / m->length;
    return m->spread * m->spread * (1 + r) * exp(-r);
}

/* Solves L x = b for n_b columns in place. */
static void solve(const lossi_process *p, size_t n_b, double *b)
{
    cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, (int)p->n,
                (int)n_b, 1, p->factor, (int)p->n, b, (int)p->n);
}

static double dot(const lossi_process *p, const double *a, const double *b)
{
    return cblas_ddot((int)p->n, a, 1, b, 1);
}

bool lossi_process_solve(lossi_process *p, const lossi_process_model *model)
{
    p->model = *model;
    for (size_t j = 0; j < p->n; j++) {
        for (size_t i = j; i < p->n; i++)
            p->factor[j * p->n + i] = covariance(model, p->spots[i], p->spots[j]);
        p->factor[j * p->n + j] += p->values[j].variance + JITTER * model->spread * model->spread;
        p->deviations[j] = p->values[j].value;
        p->ones[j] = 1;
    }
    if (!p->n || LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', (lapack_int)p->n, p->factor,
                                     (lapack_int)p->n) != 0)
        return false;
    solve(p, 1, p->deviations);
    solve(p, 1, p->ones);
    p->weight = dot(p, p->ones, p->ones);
    p->mean = dot(p, p->ones, p->deviations) / p->weight;
    for (size_t i = 0; i < p->n; i++)
        p->deviations[i] -= p->mean * p->ones[i];
    return isfinite(p->mean);
}

double lossi_process_likelihood(const lossi_process *p)
{
    double sum = log(p->weight) + dot(p, p->deviations, p->deviations);
    for (size_t i = 0; i < p->n; i++)
        sum += 2 * log(p->factor[i * p->n + i]);
    return -sum / 2;
}

void lossi_process_tell(const lossi_process *p, size_t n, const lossi_spot *spots, double *room,
                        lossi_valued *told)
{
    double all = p->model.spread * p->model.spread;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < p->n; i++)
            room[k * p->n + i] = covariance(&p->model, p->spots[i], spots[k]);
    solve(p, n, room);
    for (size_t k = 0; k < n; k++) {
        const double *v = room + k * p->n;
        double guessed = 1 - dot(p, p->ones, v);
        told[k] = (lossi_valued){p->mean + dot(p, p->deviations, v),
                                 fmax(all - dot(p, v, v), 0) + guessed * guessed / p->weight};
    }
}
