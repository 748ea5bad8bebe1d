#include "surface/estimate_settle.h"

#include <math.h>
#include <stdlib.h>

#include "estimate/smooth.h"
#include "surface/sql.h"
#include "surface/store_estimate.h"

static const double QUANTILE = 1.959963984540054; /* of 97.5 %, of N(0, 1) */

/* Room for one quantity on the grid. */
typedef struct field {
    size_t nx, ny;
    double *variances, *steadier;
    lossi_valued *measured, *smoothed;
    lossi_process_model model;
} field;

static void free_field(field *f)
{
    free(f->variances);
    free(f->steadier);
    free(f->measured);
    free(f->smoothed);
}

static loss_status make_field(field *f, size_t nx, size_t ny)
{
    size_t n = nx * ny;
    *f = (field){.nx = nx,
                 .ny = ny,
                 .variances = lossi_alloc(n, sizeof *f->variances),
                 .steadier = lossi_alloc(n, sizeof *f->steadier),
                 .measured = lossi_alloc(n, sizeof *f->measured),
                 .smoothed = lossi_alloc(n, sizeof *f->smoothed)};
    return f->variances && f->steadier && f->measured && f->smoothed
               ? LOSS_OK
               : lossi_fail_nomem(n * sizeof *f->measured);
}

/* A point that its own images tell something of. */
static bool is_told(const field *f, size_t point)
{
    return f->measured[point].variance > 0 && !isnan(f->measured[point].value);
}

/* The variance of one image is about the same at neighbouring points; that of a point's mean is
 * told by few images with large losses, so that their mean says more. */
static loss_status smooth(field *f, const loss_estimate *own)
{
    for (size_t i = 0; i < f->nx * f->ny; i++)
        f->variances[i] = is_told(f, i) ? f->measured[i].variance * (double)own[i].images : NAN;
    lossi_smooth_variances(f->nx, f->ny, f->variances, f->steadier);
    for (size_t i = 0; i < f->nx * f->ny; i++)
        if (is_told(f, i))
            f->measured[i].variance = f->steadier[i] / (double)own[i].images;
    return lossi_smooth(f->nx, f->ny, f->measured, &f->model, f->smoothed);
}

/* What is known of a quantity of a point before it is smoothed, and its error. */
typedef struct known {
    double value, error;
} known;

static known known_of(const loss_point *exact, double exact_value, const loss_estimate *own,
                      double own_value, double own_error)
{
    return exact->evaluated ? (known){exact_value, 0}
           : own->evaluated ? (known){own_value, own_error}
                            : (known){(double)NAN, (double)NAN};
}

/* Losses by their logarithms, in which a surface is about as rough where it is low as where it is
 * high. */
static loss_status smooth_losses(field *f, const loss_point *exact, const loss_estimate *own,
                                 loss_estimate *settled)
{
    for (size_t i = 0; i < f->nx * f->ny; i++) {
        known k = known_of(&exact[i], exact[i].loss, &own[i], own[i].loss, own[i].error);
        double error = k.error / k.value; /* of the logarithm */
        bool usable = isfinite(k.value) && k.value > 0 && isfinite(error);
        f->measured[i] = (lossi_valued){usable ? log(k.value) : NAN, error * error};
    }
    loss_status status = smooth(f, own);
    for (size_t i = 0; i < f->nx * f->ny && !status; i++)
        if (is_told(f, i)) {
            double error = sqrt(f->smoothed[i].variance), loss = exp(f->smoothed[i].value);
            settled[i].evaluated = true;
            settled[i].loss = loss;
            settled[i].error = loss * error;
            settled[i].low = loss * exp(-QUANTILE * error);
            settled[i].high = loss * exp(QUANTILE * error);
        }
    return status;
}

static double percent(double value)
{
    return value < 0 ? 0 : value > 100 ? 100 : value;
}

static loss_status smooth_accuracies(field *f, const loss_point *exact, const loss_estimate *own,
                                     loss_estimate *settled)
{
    for (size_t i = 0; i < f->nx * f->ny; i++) {
        known k =
            known_of(&exact[i], exact[i].accuracy, &own[i], own[i].accuracy, own[i].accuracy_error);
        bool usable = isfinite(k.value) && isfinite(k.error);
        f->measured[i] = (lossi_valued){usable ? k.value : NAN, k.error * k.error};
    }
    loss_status status = smooth(f, own);
    for (size_t i = 0; i < f->nx * f->ny && !status; i++)
        if (is_told(f, i) && settled[i].evaluated) {
            double error = sqrt(f->smoothed[i].variance), value = f->smoothed[i].value;
            settled[i].accuracy = percent(value);
            settled[i].accuracy_error = error;
            settled[i].accuracy_low = percent(value - QUANTILE * error);
            settled[i].accuracy_high = percent(value + QUANTILE * error);
        }
    return status;
}

/* Own estimates with their own intervals, for what is not smoothed. */
static void begin(size_t n, const loss_estimate *own, loss_estimate *settled)
{
    for (size_t i = 0; i < n; i++) {
        settled[i] = own[i];
        settled[i].evaluated = false;
        settled[i].accuracy_low = percent(own[i].accuracy - QUANTILE * own[i].accuracy_error);
        settled[i].accuracy_high = percent(own[i].accuracy + QUANTILE * own[i].accuracy_error);
    }
}

loss_status lossi_estimate_smooth(size_t nx, size_t ny, const loss_point *exact,
                                  const loss_estimate *own, loss_estimate *settled, char **choice)
{
    field losses, accuracies;
    loss_status status = make_field(&losses, nx, ny), second = make_field(&accuracies, nx, ny);
    *choice = NULL;
    status = status ? status : second;
    begin(nx * ny, own, settled);
    if (!status)
        status = smooth_losses(&losses, exact, own, settled);
    if (!status)
        status = smooth_accuracies(&accuracies, exact, own, settled);
    if (!status) {
        *choice = lossi_format("%.6g,%.6g,%.6g,%.6g", losses.model.length, losses.model.spread,
                               accuracies.model.length, accuracies.model.spread);
        status = *choice ? LOSS_OK : lossi_fail_nomem(64);
    }
    free_field(&losses);
    free_field(&accuracies);
    return status;
}

static loss_status write_all(loss_surface *s, loss_split split, const loss_estimate *settled,
                             const char *choice)
{
    char key[LOSSI_KEY_SIZE];
    loss_status status = lossi_store_begin(s->store);
    if (status)
        return status;
    for (size_t i = 0; i < s->x.n * s->y.n && !status; i++)
        if (settled[i].evaluated)
            status =
                lossi_store_settle_estimate(s->store, split, i / s->x.n, i % s->x.n, &settled[i]);
    status = lossi_sql_end(s->store, status);
    if (!status)
        status = lossi_store_put_fact(
            s->store, lossi_split_key(key, LOSS_KEY_ESTIMATE_SMOOTHING, split), choice, true);
    return status;
}

loss_status lossi_estimate_settle(loss_surface *s, loss_split split)
{
    size_t n = s->x.n * s->y.n;
    loss_point *exact = lossi_alloc(n, sizeof *exact);
    loss_estimate *own = lossi_alloc(n, sizeof *own), *settled = lossi_alloc(n, sizeof *settled);
    char *choice = NULL;
    loss_status status = exact && own && settled ? LOSS_OK : lossi_fail_nomem(n * sizeof *settled);
    if (!status)
        status = lossi_store_read_points(s->store, split, s->x.n, s->y.n, exact);
    if (!status)
        status = lossi_store_read_own_estimates(s->store, split, s->x.n, s->y.n, own);
    if (!status)
        status = lossi_estimate_smooth(s->x.n, s->y.n, exact, own, settled, &choice);
    if (!status)
        status = write_all(s, split, settled, choice);
    free(exact);
    free(own);
    free(settled);
    free(choice);
    return status;
}
