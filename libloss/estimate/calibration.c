#include "estimate/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void lossi_calibration_free(lossi_calibration *c)
{
    free(c->chances);
    free(c->weights);
    free(c->factor);
    *c = (lossi_calibration){0};
}

/* Cornish and Fisher's expansion around the normal distribution's quantile. */
double lossi_student_quantile(double degrees)
{
    static const double Z = 1.959963984540054;
    double z3 = Z * Z * Z, z5 = z3 * Z * Z;
    return Z + (z3 + Z) / (4 * degrees) + (5 * z5 + 16 * z3 + 3 * Z) / (96 * degrees * degrees);
}

static double term(const lossi_calibration *c, size_t t, size_t k)
{
    return lossi_panel_term(c->panel, c->terms[t], c->order[k]);
}

/* Design weight of place k: the images that it stands for, as a share of all. */
static double share(const lossi_calibration *c, size_t k)
{
    return 1 / c->chances[k] / (double)c->panel->n_images;
}

static void add_products(const lossi_calibration *c, double *products, double *sums)
{
    size_t n = c->n_terms;
    for (size_t k = 0; k < c->m; k++) {
        double x[LOSSI_MOST_TERMS], d = share(c, k);
        for (size_t t = 0; t < n; t++)
            x[t] = term(c, t, k);
        for (size_t a = 0; a < n; a++) {
            sums[a] += d * x[a];
            for (size_t b = 0; b <= a; b++)
                products[b * n + a] += d * x[a] * x[b];
        }
    }
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < a; b++)
            products[a * n + b] = products[b * n + a];
}

/* The least change of the design weights that gives the terms their means. */
static void find_weights(lossi_calibration *c)
{
    double lacks[LOSSI_MOST_TERMS], sums[LOSSI_MOST_TERMS] = {0};
    add_products(c, c->factor, sums);
    for (size_t t = 0; t < c->n_terms; t++)
        lacks[t] = c->panel->means[c->terms[t]] - sums[t];
    lossi_normal_solve(c->n_terms, c->factor, 1, lacks);
    for (size_t k = 0; k < c->m; k++) {
        double g = 1;
        for (size_t t = 0; t < c->n_terms; t++)
            g += lacks[t] * term(c, t, k);
        c->weights[k] = share(c, k) * g;
    }
}

loss_status lossi_calibration_init(lossi_calibration *c, const lossi_panel *panel,
                                   const uint32_t *order, const double *chances, size_t m,
                                   int left_out)
{
    *c = (lossi_calibration){.panel = panel, .order = order, .m = m};
    for (size_t t = 0; t < panel->n_terms; t++)
        if (left_out < 0 || t != (size_t)left_out + 1)
            c->terms[c->n_terms++] = t;
    c->chances = lossi_alloc(m, sizeof *c->chances);
    c->weights = lossi_alloc(m, sizeof *c->weights);
    c->factor = lossi_alloc(c->n_terms * c->n_terms, sizeof *c->factor);
    if (!c->chances || !c->weights || !c->factor)
        return lossi_fail_nomem(m * sizeof *c->weights);
    memcpy(c->chances, chances, m * sizeof *chances);
    c->quantile = m > c->n_terms ? lossi_student_quantile((double)(m - c->n_terms)) : NAN;
    find_weights(c);
    return LOSS_OK;
}

static bool are_finite(const float *values, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (!isfinite(values[k]))
            return false;
    return true;
}

/* An image without a finite loss makes the mean of all what it is itself. */
static lossi_mean not_finite(const float *values, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += (double)values[k];
    return (lossi_mean){isfinite(sum) ? INFINITY : sum, NAN, NAN, NAN};
}

/* Coefficients of the fit of the values by the terms, in the sample. */
static void fit(const lossi_calibration *c, const float *values, double *b)
{
    memset(b, 0, c->n_terms * sizeof *b);
    for (size_t k = 0; k < c->m; k++) {
        double y = share(c, k) * (double)values[k];
        for (size_t t = 0; t < c->n_terms; t++)
            b[t] += y * term(c, t, k);
    }
    lossi_normal_solve_again(c->n_terms, c->factor, 1, b);
}

/* The error is that of the residuals: what the terms tell of an image is known for all. An image
 * that was certain to be drawn adds none. */
lossi_mean lossi_calibration_mean(const lossi_calibration *c, const float *values)
{
    double b[LOSSI_MOST_TERMS], value = 0, variance = 0;
    if (!are_finite(values, c->m))
        return not_finite(values, c->m);
    fit(c, values, b);
    for (size_t k = 0; k < c->m; k++) {
        double residual = (double)values[k];
        for (size_t t = 0; t < c->n_terms; t++)
            residual -= b[t] * term(c, t, k);
        value += c->weights[k] * (double)values[k];
        residual *= c->weights[k];
        variance += residual * residual * (1 - c->chances[k]);
    }
    double degrees = (double)c->m - (double)c->n_terms;
    double error = degrees > 0 ? sqrt(variance * (double)c->m / degrees) : NAN;
    double half = variance > 0 ? c->quantile * error : 0;
    return (lossi_mean){value, error, value - half, value + half};
}
