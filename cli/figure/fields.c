/* Fields of a figure, from the points of a landscape. */
#include "figure/fields.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "line_stats.h"
#include "loss_label.h"
#include "report/imported.h"

const char *quantity_label(const figure *f, quantity which)
{
    const char *axis = quantity_words_of(which)->axis;
    return axis ? axis : f->loss_label;
}

static double value_of(const loss_point *p, quantity which)
{
    double value = which == QUANTITY_ACCURACY ? p->accuracy
                   : which == QUANTITY_ERROR  ? p->standard_error
                                              : p->loss;
    return isfinite(p->loss) && isfinite(value) ? value : NAN;
}

static loss_status take_points(loss_surface *surface, field *q, quantity which)
{
    size_t n = q->nx * q->ny;
    loss_point *points = calloc(n, sizeof *points);
    loss_status status = points ? loss_surface_points(surface, q->split, points) : LOSS_ERR_NOMEM;
    /* What is missing from an imported file will not come. */
    bool is_whole = loss_surface_metadata(surface, LOSS_KEY_REPEAT) != NULL || imported_is(surface);
    if (!status && !is_whole)
        status = loss_points_interpolate(q->nx, q->ny, points, &q->n_interpolated);
    if (!status && q->errors && which == QUANTITY_ACCURACY)
        status = loss_surface_accuracy_errors(surface, q->split, q->errors);
    for (size_t i = 0; i < n && !status; i++) {
        q->values[i] = is_whole && !points[i].evaluated ? NAN : value_of(&points[i], which);
        if (q->errors && which == QUANTITY_LOSS)
            q->errors[i] = points[i].standard_error;
    }
    free(points);
    return status;
}

static loss_status take_convexity(loss_surface *surface, field *q)
{
    loss_point_curvature *curvature = calloc(q->nx * q->ny, sizeof *curvature);
    loss_status status =
        curvature ? loss_surface_curvature(surface, q->split, curvature) : LOSS_ERR_NOMEM;
    for (size_t i = 0; i < q->nx * q->ny && !status; i++)
        q->values[i] = loss_point_convexity(&curvature[i]);
    free(curvature);
    return status;
}

/* What the values are: "test loss (nats per image)", and of an imported file no more than it says.
 */
static const char *label_of(figure *f, const loss_surface *surface, field *q, quantity which)
{
    const quantity_words *words = quantity_words_of(which);
    const char *of_split = imported_tells_split(surface) ? words->of_split[q->split] : words->alone;
    if (!words->ends_with_label)
        return of_split;
    if (imported_is(surface))
        snprintf(f->loss_label, sizeof f->loss_label, "%s", imported_values(surface));
    else
        loss_label(surface, f->loss_label);
    snprintf(q->text, sizeof q->text, "%s%s", of_split, f->loss_label);
    return q->text;
}

loss_status fields_add(figure *f, loss_surface *surface, loss_split split, quantity which)
{
    size_t n = f->x.n * f->y.n;
    bool has_errors = which == QUANTITY_LOSS || (which == QUANTITY_ACCURACY && f->y.n > 1);
    field *q = &f->fields[f->n_fields++];
    *q = (field){.nx = f->x.n,
                 .ny = f->y.n,
                 .split = split,
                 .is_loss = which == QUANTITY_LOSS,
                 .word = quantity_words_of(which)->word,
                 .unit = quantity_words_of(which)->unit,
                 .values = calloc(n, sizeof(double)),
                 .errors = has_errors ? calloc(n, sizeof(double)) : NULL};
    q->label = label_of(f, surface, q, which);
    if (!q->values || (has_errors && !q->errors))
        return LOSS_ERR_NOMEM;
    return which == QUANTITY_CONVEXITY ? take_convexity(surface, q)
                                       : take_points(surface, q, which);
}

loss_status fields_add_difference(figure *f, loss_surface *surface, quantity which)
{
    loss_status status = fields_add(f, surface, LOSS_SPLIT_TEST, which);
    if (!status)
        status = fields_add(f, surface, LOSS_SPLIT_TRAIN, which);
    if (status)
        return status;
    field *q = &f->fields[f->n_fields - 2], *other = &f->fields[--f->n_fields];
    for (size_t i = 0; i < q->nx * q->ny; i++) {
        q->values[i] -= other->values[i];
        if (q->errors && other->errors) /* of means over different images */
            q->errors[i] = hypot(q->errors[i], other->errors[i]);
    }
    free(other->values);
    free(other->errors);
    *other = (field){0};
    snprintf(q->text, sizeof q->text, "test \342\210\222 training %s",
             which == QUANTITY_LOSS ? f->loss_label : "accuracy (percentage points)");
    q->label = q->text;
    q->word = "difference";
    q->is_loss = false;
    q->is_difference = true;
    return LOSS_OK;
}

loss_status fields_summarise_lines(field *q)
{
    double *mean = calloc(q->nx, sizeof *mean), *deviation = calloc(q->nx, sizeof *deviation);
    if (!mean || !deviation) {
        free(mean);
        free(deviation);
        return LOSS_ERR_NOMEM;
    }
    q->n_lines = q->ny;
    q->ny = 1;
    q->lines = q->values;
    q->values = mean;
    free(q->errors);
    q->errors = deviation;
    line_stats(q->lines, q->n_lines, q->nx, mean, deviation);
    return LOSS_OK;
}

/* Widens low .. high by values of which `errors` lie above and below; NULL: none. */
static void include(const figure *f, const double *values, const double *errors, size_t n,
                    double *low, double *high)
{
    for (size_t i = 0; i < n; i++)
        for (int side = errors ? -1 : 0; side <= (errors ? 1 : 0); side++) {
            double value = side ? values[i] + side * errors[i] : values[i];
            if (!isfinite(value) || (f->scale.kind == LOSS_SCALE_LOG && value <= 0))
                continue;
            *low = fmin(*low, value);
            *high = fmax(*high, value);
        }
}

/* Range of the fields that the scale is for; low > high: they have no value. */
static void find_range(const figure *f, bool with_bands, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t k = 0; k < f->n_fields; k++) {
        const field *q = &f->fields[k];
        if (q->on_right)
            continue;
        include(f, q->lines, NULL, q->n_lines * q->nx, low, high);
        include(f, q->values, with_bands ? q->errors : NULL, q->nx * q->ny, low, high);
    }
}

/* Room around curves, whose ends would else lie on the frame. */
static void add_margins(loss_scale *s)
{
    static const double share = 0.04;
    double low = loss_scale_value(s, -share), high = loss_scale_value(s, 1 + share);
    s->low = low;
    s->high = high;
}

/* 0 in the middle. */
static loss_scale scale_of_difference(const figure *f, const scale_request *r, double reach)
{
    const field *q = &f->fields[0];
    loss_scale s = loss_scale_about_zero(reach, loss_typical_size(q->values, q->nx * q->ny));
    if (r->has_log && !r->log)
        s.kind = LOSS_SCALE_LINEAR;
    return s;
}

void fields_set_scale(figure *f, quantity which, const scale_request *r)
{
    double low, high;
    bool is_line = f->y.n == 1;
    f->scale = (loss_scale){.kind = LOSS_SCALE_LINEAR};
    find_range(f, false, &low, &high);
    low = r->has_low ? r->low : low;
    high = r->has_high ? r->high : high;
    f->scale.kind = r->has_log ? (r->log ? LOSS_SCALE_LOG : LOSS_SCALE_LINEAR)
                    : quantity_words_of(which)->is_loss ? loss_scale_of_range(low, high).kind
                                                        : LOSS_SCALE_LINEAR;
    find_range(f, is_line, &f->scale.low, &f->scale.high);
    if (f->fields[0].is_difference)
        f->scale = scale_of_difference(f, r, fmax(fabs(f->scale.low), fabs(f->scale.high)));
    if (!(f->scale.low <= f->scale.high)) { /* nothing to show */
        f->scale.low = f->scale.kind == LOSS_SCALE_LOG ? 0.1 : 0;
        f->scale.high = 1;
    } else if (is_line) {
        add_margins(&f->scale);
    }
    f->scale.low = r->has_low ? r->low : f->scale.low;
    f->scale.high = r->has_high ? r->high : f->scale.high;
}
