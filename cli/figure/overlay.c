/* Contour lines and critical points of a map: what the user asked for, and the analysis. */
#include "figure/overlay.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

int overlay_parse(const char *contours, const char *critical, overlay_options *o)
{
    int result = levels_parse("plot", "contours", contours, &o->levels);
    if (result >= 0)
        return result;
    o->has_criticals = !critical || strcmp(critical, "none") != 0;
    if (critical && o->has_criticals) {
        o->has_persistence = true;
        if (!loss_number_parse(critical, NULL, &o->persistence) || !isfinite(o->persistence) ||
            o->persistence < 0)
            return usage_error(
                "plot", "--critical=%s: expected a persistence of at least 0, or none", critical);
    }
    return -1;
}

/* The field's values as the colours show them. */
static double *shown_values(const figure *f)
{
    size_t n = f->x.n * f->y.n;
    double *z = calloc(n, sizeof *z);
    for (size_t i = 0; z && i < n; i++)
        z[i] = loss_scale_stretch(&f->scale, f->fields[0].values[i]);
    return z;
}

/* Values of the levels: round ones of the colours' scale, unless another spread was asked for. */
static loss_status level_values(const figure *f, const overlay_options *o, double *levels,
                                size_t *n)
{
    loss_grid raw = {f->x, f->y, f->fields[0].values};
    loss_level_scale spread = o->has_scale                      ? o->scale
                              : f->scale.kind == LOSS_SCALE_LOG ? LOSS_LEVELS_LOG
                                                                : LOSS_LEVELS_LINEAR;
    double low = spread == LOSS_LEVELS_LOG && f->scale.low <= 0 ? NAN : f->scale.low;
    *n = 0;
    if (!o->levels.n || (!o->levels.is_list && (!(f->scale.low < f->scale.high) ||
                                                (spread == LOSS_LEVELS_LOG && f->scale.high <= 0))))
        return LOSS_OK;
    if (!o->has_scale && !o->levels.is_list) {
        *n = loss_scale_levels(&f->scale, o->levels.n, levels);
        return LOSS_OK;
    }
    return levels_make(&o->levels, &raw, spread, low, f->scale.high, levels, n);
}

/* Levels within the colours' range, as the colours show them. */
static loss_status shown_levels(const figure *f, const overlay_options *options, double *levels,
                                size_t *n)
{
    loss_status status = level_values(f, options, levels, n);
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        double shown = loss_scale_stretch(&f->scale, levels[i]);
        if (!isnan(shown))
            levels[kept++] = shown;
    }
    *n = kept;
    return status;
}

loss_status overlay_make(overlay **out, const figure *f, const overlay_options *options)
{
    double levels[MOST_LEVELS], *z = shown_values(f);
    size_t n_levels;
    overlay *o = calloc(1, sizeof *o);
    *out = o;
    if (!o || !z) {
        free(z);
        return LOSS_ERR_NOMEM;
    }
    o->scale = f->scale;
    o->grid_values = options->grid_values;
    double range =
        loss_scale_stretch(&f->scale, f->scale.high) - loss_scale_stretch(&f->scale, f->scale.low);
    o->persistence = options->has_persistence ? options->persistence : range / 20;
    loss_grid grid = {f->x, f->y, z};
    loss_criticals_options known = LOSS_CRITICALS_OPTIONS_INIT;
    known.errors = f->fields[0].errors;
    known.values = f->fields[0].values;
    loss_status status = shown_levels(f, options, levels, &n_levels);
    if (!status)
        status = loss_contours_create(&o->lines, &grid, levels, n_levels, LOSS_CONTOUR_SQUARES);
    o->is_unfinished = f->fields[0].n_interpolated > 0;
    if (!status && options->has_criticals && !o->is_unfinished)
        status = loss_criticals_create(&o->criticals, &grid, &known);
    size_t n = o->criticals ? loss_criticals_count(o->criticals, o->persistence) : 0;
    o->n_marks = n < MOST_MARKS ? n : MOST_MARKS;
    free(z);
    return status;
}

void overlay_free(overlay *o)
{
    if (!o)
        return;
    loss_contours_free(o->lines);
    loss_criticals_free(o->criticals);
    free(o);
}

double overlay_value(const overlay *o, double value)
{
    return loss_scale_unstretch(&o->scale, value);
}

void overlay_mark_text(const overlay *o, const loss_critical *point, char text[MARK_TEXT])
{
    static const char *const names[] = {"min", "saddle", "max"};
    char grid[32] = "";
    if (o->grid_values)
        snprintf(grid, sizeof grid, " (grid: %.3g)", overlay_value(o, point->grid_value));
    snprintf(text, MARK_TEXT, "%s %.3g%s", names[point->kind], overlay_value(o, point->value),
             grid);
}

/* How many of the marks have a persistence within the sampling error. */
static size_t count_hollow(const overlay *o)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n_marks; i++)
        n += loss_criticals_points(o->criticals)[i].is_within_error;
    return n;
}

void overlay_caption(const overlay *o, char *text, size_t size)
{
    char most[64] = "", hollow[96] = "";
    size_t n = o->criticals ? loss_criticals_count(o->criticals, o->persistence) : 0;
    snprintf(text, size, "%s", o->is_unfinished ? "no marks before all points are evaluated" : "");
    if (n > o->n_marks)
        snprintf(most, sizeof most, ", the first %zu of %zu", o->n_marks, n);
    if (count_hollow(o))
        snprintf(hollow, sizeof hollow, "; hollow (%zu): within the sampling error",
                 count_hollow(o));
    if (o->criticals)
        snprintf(text, size,
                 "marks: \342\226\274 minimum, \342\227\206 saddle, \342\226\262 maximum, of "
                 "persistence %.2g%s or more%s; "
                 "small at the border%s%s",
                 o->persistence, o->scale.kind == LOSS_SCALE_LINEAR ? "" : " decades", most, hollow,
                 o->grid_values ? "; grid: the grid point's own value" : "");
}
