#include "estimate/panel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "estimate/normal.h"

void lossi_panel_free(lossi_panel *panel)
{
    free(panel->scales);
    free(panel->means);
    free(panel->products);
    *panel = (lossi_panel){0};
}

static void find_scales(lossi_panel *p)
{
    p->scales[0] = 1;
    for (size_t t = 1; t < p->n_terms; t++) {
        double sum = 0;
        for (size_t i = 0; i < p->n_images; i++)
            sum += fabs((double)p->values[t - 1][i]);
        p->scales[t] = sum > 0 ? sum / (double)p->n_images : 1;
    }
}

static double product_of(const lossi_panel *p, size_t a, size_t b)
{
    double sum = 0;
    for (size_t i = 0; i < p->n_images; i++)
        sum += lossi_panel_term(p, a, i) * lossi_panel_term(p, b, i);
    return sum / (double)p->n_images;
}

loss_status lossi_panel_init(lossi_panel *p, size_t n_images, size_t n_points,
                             const float *const *values)
{
    size_t n = n_points + 1;
    *p = (lossi_panel){.n_images = n_images, .n_points = n_points, .values = values, .n_terms = n};
    p->scales = lossi_alloc(n, sizeof *p->scales);
    p->means = lossi_alloc(n, sizeof *p->means);
    p->products = lossi_alloc(n * n, sizeof *p->products);
    if (!p->scales || !p->means || !p->products)
        return lossi_fail_nomem(n * n * sizeof *p->products);
    find_scales(p);
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b <= a; b++)
            p->products[a * n + b] = p->products[b * n + a] = product_of(p, a, b);
    memcpy(p->means, p->products, n * sizeof *p->means); /* products with the term 1 */
    return LOSS_OK;
}

/* Coefficients of the fit of term `left_out` by the others, [n_terms]; its own is 0. */
static void fit_without(const lossi_panel *p, size_t left_out, double *coefficients)
{
    size_t n = p->n_terms, kept = 0, rows[LOSSI_MOST_TERMS];
    double a[LOSSI_MOST_TERMS * LOSSI_MOST_TERMS], b[LOSSI_MOST_TERMS];
    for (size_t t = 0; t < n; t++)
        if (t != left_out)
            rows[kept++] = t;
    for (size_t i = 0; i < kept; i++) {
        for (size_t j = 0; j < kept; j++)
            a[i * kept + j] = p->products[rows[i] * n + rows[j]];
        b[i] = p->products[rows[i] * n + left_out];
    }
    lossi_normal_solve(kept, a, 1, b);
    coefficients[left_out] = 0;
    for (size_t i = 0; i < kept; i++)
        coefficients[rows[i]] = b[i];
}

void lossi_panel_residuals(const lossi_panel *p, float *residuals)
{
    double c[LOSSI_MOST_TERMS];
    for (size_t k = 0; k < p->n_points; k++) {
        fit_without(p, k + 1, c);
        for (size_t i = 0; i < p->n_images; i++) {
            double r = lossi_panel_term(p, k + 1, i);
            for (size_t t = 0; t < p->n_terms; t++)
                r -= c[t] * lossi_panel_term(p, t, i);
            residuals[k * p->n_images + i] = (float)r;
        }
    }
}
