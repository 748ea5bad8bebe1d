/* Mini-batches one after the other: each has a Hessian of its own. */
#include "commands/curvature_batches.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"

typedef struct spread {
    double mean, deviation, least, most;
} spread;

/* Of eigenvalue i of all batches; values are [n][wanted]. */
static spread spread_of(const loss_eigenvalue *values, size_t n, size_t wanted, size_t i)
{
    spread s = {0, NAN, INFINITY, -INFINITY};
    double squares = 0;
    for (size_t k = 0; k < n; k++) {
        double value = values[k * wanted + i].value;
        s.mean += value / (double)n;
        s.least = fmin(s.least, value);
        s.most = fmax(s.most, value);
    }
    for (size_t k = 0; k < n; k++) {
        double apart = values[k * wanted + i].value - s.mean;
        squares += apart * apart;
    }
    if (n > 1)
        s.deviation = sqrt(squares / (double)(n - 1));
    return s;
}

static loss_status find(const batches_request *r, const loss_net *net, const loss_dataset *data,
                        size_t number, loss_eigenvalue *values)
{
    loss_curvature *c;
    loss_curvature_options opt = *r->curvature;
    opt.batch = r->size;
    opt.batch_number = number;
    r->begin(r->user);
    loss_status status = loss_curvature_create(&c, net, data, &opt);
    if (!status)
        status = loss_curvature_eigen(c, r->eigen, values, NULL);
    loss_curvature_free(c);
    return status;
}

static void print(const batches_request *r, const loss_eigenvalue *values, size_t wanted)
{
    bool have_converged = true;
    printf("%zu mini-batches of %zu images:\n", r->n, r->size);
    for (size_t k = 0; k < r->n * wanted; k++)
        have_converged &= values[k].has_converged;
    for (size_t i = 0; i < wanted; i++) {
        spread s = spread_of(values, r->n, wanted, i);
        printf("%-10s %-13.6g deviation %.4g, %.6g to %.6g; of all images %.6g\n",
               i < r->eigen->top ? "largest" : "smallest", s.mean, s.deviation, s.least, s.most,
               r->whole[i].value);
    }
    if (!have_converged)
        printf("%-10s some have not converged: give more --steps\n", "");
    fflush(stdout);
}

static void add(json *j, const batches_request *r, const loss_eigenvalue *values, size_t wanted)
{
    cJSON *object = json_object(j, j->root, "batches");
    json_number(j, object, "count", (double)r->n);
    json_number(j, object, "images", (double)r->size);
    cJSON *lists[] = {json_list(j, object, "top"), json_list(j, object, "smallest")};
    for (size_t i = 0; i < wanted; i++) {
        spread s = spread_of(values, r->n, wanted, i);
        cJSON *item = json_object(j, lists[i >= r->eigen->top], NULL);
        bool have_converged = true;
        json_number(j, item, "mean", s.mean);
        if (isfinite(s.deviation))
            json_number(j, item, "standard_deviation", s.deviation);
        json_number(j, item, "least", s.least);
        json_number(j, item, "most", s.most);
        cJSON *list = json_list(j, item, "values");
        for (size_t k = 0; k < r->n; k++) {
            json_number(j, list, NULL, values[k * wanted + i].value);
            have_converged &= values[k * wanted + i].has_converged;
        }
        json_bool(j, item, "converged", have_converged);
    }
}

loss_status curvature_batches(const batches_request *r, const loss_net *net,
                              const loss_dataset *data, json *j)
{
    size_t wanted = r->eigen->top + r->eigen->smallest;
    loss_eigenvalue *values = calloc(r->n * wanted + 1, sizeof *values);
    loss_status status = values ? LOSS_OK : LOSS_ERR_NOMEM;
    for (size_t k = 0; k < r->n && !status; k++)
        status = find(r, net, data, k, values + k * wanted);
    progress_end();
    if (!status && j)
        add(j, r, values, wanted);
    else if (!status)
        print(r, values, wanted);
    free(values);
    return status;
}
