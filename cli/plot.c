/* lossgrid plot */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "figure.h"
#include "options.h"
#include "overlay.h"
#include "picture.h"
#include "summary.h"
#include "validity.h"

enum { FIELD_LOSS, FIELD_ACCURACY, FIELD_ERROR, FIELD_CONVEXITY };

typedef struct request {
    const char *path, *title, *colours;
    text_list outs;
    int split, field;
    bool has_split, has_field, log, has_low, has_high;
    double low, high;
    size_t size[2];
    const char *contours, *critical;
    int contour_scale;
    bool has_contour_scale;
    bool grid_values;
    overlay_options overlay;
} request;

static const char *fact(const loss_surface *surface, const char *key)
{
    const char *value = loss_surface_metadata(surface, key);
    return value ? value : "?";
}

static const char *split_fact(const loss_surface *surface, const char *key, loss_split split)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%s", key, loss_split_name(split));
    return fact(surface, name);
}

/* |smallest / largest eigenvalue| of the Hessian (Li et al. 2018, section 6). */
static loss_status take_convexity(loss_surface *surface, field *q)
{
    loss_bend *bends = calloc(q->nx * q->ny, sizeof *bends);
    loss_status status = bends ? loss_surface_bends(surface, q->split, bends) : LOSS_ERR_NOMEM;
    for (size_t i = 0; i < q->nx * q->ny && !status; i++)
        q->values[i] = bends[i].evaluated ? fabs(bends[i].min / bends[i].max) : NAN;
    free(bends);
    return status;
}

/* The quantity of a split as a field of the figure. */
static loss_status add_field(figure *f, loss_surface *surface, loss_split split, int kind)
{
    static const char *const labels[2][4] = {
        {"training loss (nats per image)", "training accuracy (%)",
         "standard error of the training loss", "|smallest / largest eigenvalue|, training"},
        {"test loss (nats per image)", "test accuracy (%)", "standard error of the test loss",
         "|smallest / largest eigenvalue|, test"}};
    size_t n = f->x.n * f->y.n;
    field *q = &f->fields[f->n_fields];
    loss_point *points = calloc(n, sizeof *points);
    *q = (field){.on_right = q->on_right,
                 .label = labels[split][kind],
                 .nx = f->x.n,
                 .ny = f->y.n,
                 .split = split,
                 .values = calloc(n, sizeof(double)),
                 .errors = kind == FIELD_LOSS ? calloc(n, sizeof(double)) : NULL};
    f->n_fields++;
    loss_status status =
        points && q->values ? loss_surface_points(surface, split, points) : LOSS_ERR_NOMEM;
    for (size_t i = 0; i < n && !status; i++) {
        const loss_point *p = &points[i];
        double value = kind == FIELD_LOSS       ? p->loss
                       : kind == FIELD_ACCURACY ? p->accuracy
                                                : p->standard_error;
        q->values[i] = p->evaluated && isfinite(p->loss) && isfinite(value) ? value : NAN;
        if (q->errors)
            q->errors[i] = p->standard_error;
    }
    free(points);
    return !status && kind == FIELD_CONVEXITY ? take_convexity(surface, q) : status;
}

/* Widens low .. high by a value that the scale can show. */
static void include(const figure *f, double value, double *low, double *high)
{
    if (!isfinite(value) || (f->log && value <= 0))
        return;
    *low = value < *low ? value : *low;
    *high = value > *high ? value : *high;
}

/* Room around curves, whose ends would else lie on the frame. */
static void add_margins(const figure *f, double *low, double *high)
{
    double share = 0.04;
    if (f->log) {
        double factor = pow(*high / *low, share);
        *low /= factor;
        *high *= factor;
    } else {
        double margin = share * (*high - *low);
        *low -= margin;
        *high += margin;
    }
}

/* The range of all fields' values that the scale can show; of curves with their errors. What the
 * user gave wins. */
static void set_range(figure *f, const request *r)
{
    double low = INFINITY, high = -INFINITY;
    bool is_line = f->y.n == 1;
    for (size_t k = 0; k < f->n_fields; k++) {
        const field *q = &f->fields[k];
        if (q->on_right)
            continue;
        for (size_t i = 0; i < q->n_lines * q->nx; i++)
            include(f, q->lines[i], &low, &high);
        for (size_t i = 0; i < f->x.n * f->y.n; i++) {
            include(f, q->values[i], &low, &high);
            if (is_line && q->errors) {
                include(f, q->values[i] - q->errors[i], &low, &high);
                include(f, q->values[i] + q->errors[i], &low, &high);
            }
        }
    }
    if (!(low <= high)) { /* nothing to show */
        low = f->log ? 0.1 : 0;
        high = 1;
    } else if (is_line) {
        add_margins(f, &low, &high);
    }
    f->low = r->has_low ? r->low : low;
    f->high = r->has_high ? r->high : high;
}

/* Repeated lines [n_lines][nx]: their mean and standard deviation become the curve and its band,
 * in the first row's place. */
static void summarise_lines(field *q)
{
    q->n_lines = q->ny;
    q->ny = 1;
    q->lines = q->values;
    q->values = calloc(q->nx, sizeof *q->values);
    free(q->errors);
    q->errors = calloc(q->nx, sizeof *q->errors);
    for (size_t i = 0; q->values && q->errors && i < q->nx; i++) {
        double sum = 0, squares = 0, n = 0;
        for (size_t k = 0; k < q->n_lines; k++) {
            double value = q->lines[k * q->nx + i];
            if (isfinite(value)) {
                sum += value;
                n++;
            }
        }
        q->values[i] = sum / n; /* NaN for none */
        for (size_t k = 0; k < q->n_lines; k++)
            if (isfinite(q->lines[k * q->nx + i]))
                squares += (q->lines[k * q->nx + i] - q->values[i]) *
                           (q->lines[k * q->nx + i] - q->values[i]);
        q->errors[i] = n > 1 ? sqrt(squares / (n - 1)) : NAN;
    }
}

static void add_caption(figure *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_caption(figure *f, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    char *copy = malloc(sizeof text);
    if (copy && f->n_captions < MOST_CAPTIONS) {
        snprintf(copy, sizeof text, "%s", text);
        f->captions[f->n_captions++] = copy;
    } else {
        free(copy);
    }
}

/* The data set's name: the last part of its path. */
static void data_name(const loss_surface *surface, char name[128])
{
    const char *path = fact(surface, "data");
    size_t length = strlen(path);
    while (length && path[length - 1] == '/')
        length--;
    size_t start = length;
    while (start && path[start - 1] != '/')
        start--;
    if (length == start) /* the caller's own arrays */
        snprintf(name, 128, "%s", fact(surface, "data_format"));
    else
        snprintf(name, 128, "%.*s", (int)(length - start > 100 ? 100 : length - start),
                 path + start);
}

/* Whether the centre is the model: " (the model's own)". */
static const char *centre_text(const loss_surface *surface, loss_split split, double centre,
                               char text[64])
{
    double difference = validity_centre(surface, split, centre);
    if (isnan(difference))
        return "";
    if (difference == 0)
        return " (the model's own)";
    snprintf(text, 64, " (the model's own: %.4g)", centre - difference);
    return text;
}

/* The centre, the lowest point and what is missing of one field's split. */
static loss_status add_figures(figure *f, loss_surface *surface, const field *q)
{
    summary s;
    loss_status status = summary_of(surface, q->split, &s);
    if (status)
        return status;
    char model[64], centre[224] = "", lowest[96] = "", missing[160] = "";
    bool is_line = f->y.n == 1;
    size_t n_not_positive = 0;
    for (size_t i = 0; f->log && i < q->nx * q->ny; i++)
        n_not_positive += q->values[i] <= 0;
    if (s.has_centre)
        snprintf(centre, sizeof centre,
                 "centre (%s): loss %.4g \302\261 %.2g%s, accuracy %.4g %%; ",
                 is_line ? "dashed" : "cross", s.centre.loss, s.centre.standard_error,
                 centre_text(surface, q->split, s.centre.loss, model), s.centre.accuracy);
    if (s.evaluated > s.not_finite)
        snprintf(lowest, sizeof lowest, "lowest loss %.4g at (%.3g, %.3g)", s.min, s.min_x,
                 s.min_y);
    if (s.evaluated < s.total || s.not_finite || n_not_positive)
        snprintf(missing, sizeof missing, "; %s: %zu of %zu points not evaluated, %zu not finite%s",
                 is_line ? "left out" : "striped", s.total - s.evaluated, s.total, s.not_finite,
                 n_not_positive ? ", those of 0 on the log scale" : "");
    bool has_two = f->n_fields > 1 && !f->fields[1].on_right;
    if (s.has_barrier)
        snprintf(lowest, sizeof lowest, "barrier %.4g above the mean of the ends, at %.3g",
                 s.barrier, s.barrier_at);
    add_caption(f, "%s%s%s%s%s", has_two ? loss_split_name(q->split) : "", has_two ? ": " : "",
                centre, lowest, missing);
    return LOSS_OK;
}

/* What was measured: network, images, BatchNorm mode, directions; then the figures of each split
 * shown. */
static void bn_text(const loss_surface *surface, char text[128])
{
    const char *mode = fact(surface, "bn");
    if (strcmp(mode, "states") == 0)
        snprintf(text, 128, "running statistics move along");
    else if (strcmp(mode, "recalibrate") == 0)
        snprintf(text, 128, "statistics of %s training images at each point",
                 fact(surface, "bn_images"));
    else
        snprintf(text, 128, "centre's running statistics");
}

/* Lengths and angle of the axes. */
static void axes_text(const figure *f, const loss_surface *surface, char text[256])
{
    double cosine = strtod(fact(surface, "cosine"), NULL);
    int n = snprintf(text, 256, "norm%s %.3g", f->y.n > 1 ? "s" : "",
                     strtod(fact(surface, "norm_x"), NULL));
    if (f->y.n > 1)
        n += snprintf(text + n, 256 - (size_t)n, ", %.3g", strtod(fact(surface, "norm_y"), NULL));
    n += snprintf(text + n, 256 - (size_t)n, " (weights %.3g)",
                  strtod(fact(surface, "weights_norm"), NULL));
    if (f->y.n > 1)
        snprintf(text + n, 256 - (size_t)n, ", cosine %.3f", fabs(cosine) < 5e-4 ? 0 : cosine);
}

/* How far each path lies off the plane, and that its losses are not those of the map. */
static loss_status add_path_captions(figure *f, loss_surface *surface, loss_split split)
{
    enum { MOST_TOLD = 4 };
    path_report reports[MOST_RUNS];
    size_t n;
    loss_status status = validity_paths(surface, split, reports, &n);
    for (size_t i = 0; i < n && i < MOST_TOLD && !status; i++) {
        const path_report *r = &reports[i];
        char held[64] = "", worst[64] = "";
        if (r->worst_epoch != r->farthest_epoch)
            snprintf(worst, sizeof worst, ", at most %.3g %% (epoch %zu)", 100 * r->worst_residual,
                     r->worst_epoch);
        if (isfinite(r->held))
            snprintf(held, sizeof held, ", the plane holds %.2g %% of all its variance",
                     100 * r->held);
        add_caption(
            f, "path of %s: %zu checkpoints%s; off it by %.3g %% of the distance at epoch %zu%s",
            r->run, r->n, held, 100 * r->farthest_residual, r->farthest_epoch, worst);
        if (isfinite(r->gap))
            add_caption(f,
                        "its checkpoints' own losses are not those of the map: they differ by up "
                        "to %.3g (epoch %zu)",
                        r->gap, r->gap_epoch);
    }
    if (n > MOST_TOLD)
        add_caption(f, "and %zu more paths", n - MOST_TOLD);
    return status;
}

/* What the ratio is of, and where it lies. */
static void add_convexity_caption(figure *f, const loss_surface *surface)
{
    const field *q = &f->fields[0];
    size_t n = q->nx * (q->n_lines ? q->n_lines : q->ny), done = 0;
    const double *values = q->n_lines ? q->lines : q->values;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++)
        if (isfinite(values[i])) {
            done++;
            low = fmin(low, values[i]);
            high = fmax(high, values[i]);
        }
    add_caption(f, "Hessian (%s) at %zu of %zu points: ratio from %.3g (nearly convex) to %.3g",
                fact(surface, "curvature"), done, n, done ? low : NAN, done ? high : NAN);
}

static loss_status add_captions(figure *f, loss_surface *surface, bool is_convexity)
{
    char bn[128], axes[256], explained[128] = "";
    bn_text(surface, bn);
    if (loss_surface_metadata(surface, "explained_x"))
        snprintf(explained, sizeof explained, "; they explain %.3g %% + %.3g %% of the variance%s",
                 100 * strtod(fact(surface, "explained_x"), NULL),
                 100 * strtod(fact(surface, "explained_y"), NULL),
                 strcmp(fact(surface, "ignore"), "none") == 0 ? ""
                                                              : " (without biases and BatchNorm)");
    axes_text(f, surface, axes);
    char name[128], images[256] = "";
    data_name(surface, name);
    for (size_t k = 0; k < f->n_fields && !f->fields[k].on_right; k++) {
        loss_split split = f->fields[k].split;
        size_t length = strlen(images);
        snprintf(images + length, sizeof images - length, "%s%s %s images (%s)", k ? ", " : "",
                 split_fact(surface, "images", split), loss_split_name(split),
                 split_fact(surface, "selection", split));
    }
    add_caption(f, "%s on %s of %s; BatchNorm: %s", fact(surface, "model"), images, name, bn);
    add_caption(f, "directions: %s%s", fact(surface, "directions"), explained);
    add_caption(f, "%s; %s kernels, libloss %s", axes, fact(surface, "isa"),
                fact(surface, "version"));
    if (is_convexity)
        add_convexity_caption(f, surface);
    if (f->fields[0].n_lines)
        add_caption(f,
                    "thin: %zu directions, of this seed and those after it; thick: their mean; "
                    "band: \302\261 one standard deviation",
                    f->fields[0].n_lines);
    loss_status status = LOSS_OK;
    for (size_t k = 0; k < f->n_fields && !f->fields[k].on_right && !status; k++)
        status = add_figures(f, surface, &f->fields[k]);
    if (!status && f->x.n > 1 && f->y.n > 1) {
        status = add_path_captions(f, surface, f->fields[0].split);
        if (!status)
            status = loss_surface_paths(surface, f->fields[0].split, &f->n_path, &f->path);
    }
    return status;
}

static loss_status add_overlay(figure *f, const request *r)
{
    char caption[256];
    loss_status status = overlay_make(&f->overlay, f, &r->overlay);
    if (status)
        return status;
    overlay_caption(f->overlay, caption, sizeof caption);
    if (*caption)
        add_caption(f, "%s", caption);
    return LOSS_OK;
}

static void figure_free(figure *f)
{
    for (size_t k = 0; k < f->n_fields; k++) {
        free(f->fields[k].values);
        free(f->fields[k].errors);
        free(f->fields[k].lines);
    }
    for (size_t i = 0; i < f->n_captions; i++)
        free(f->captions[i]);
    overlay_free(f->overlay);
}

static void draw(void *user, cairo_t *cr)
{
    const figure *f = user;
    if (f->x.n > 1 && f->y.n > 1)
        figure_draw_map(f, cr);
    else
        figure_draw_curves(f, cr);
}

static loss_status make_figure(figure *f, loss_surface *surface, const request *r)
{
    static const char *const line_labels[] = {"loss (nats per image)", "accuracy (%)",
                                              "standard error", "|smallest / largest eigenvalue|"};
    loss_split split = (loss_split)r->split;
    if (!r->has_split && !loss_surface_has_split(surface, split))
        split = LOSS_SPLIT_TRAIN;
    f->x = loss_surface_x(surface);
    f->y = loss_surface_y(surface);
    f->log = r->log;
    f->colours = r->colours;
    f->x_label = "direction 1 (multiples)";
    f->y_label = "direction 2 (multiples)";
    const char *solutions = loss_surface_metadata(surface, "solutions");
    f->n_solutions = solutions ? strtoul(solutions, NULL, 10) : 0;
    loss_status status = add_field(f, surface, split, r->field);
    bool is_repeated = loss_surface_metadata(surface, "repeat") != NULL,
         is_line = f->x.n == 1 || f->y.n == 1 || is_repeated;
    if (f->n_solutions) {
        f->x_label = f->n_solutions > 2 ? "towards the second solution (ring at 1)"
                                        : "from the origin (0) to the other solution (1)";
        f->y_label = "towards the third solution (ring at 1)";
    }
    if (is_repeated)
        f->x_label = "along the direction (multiples)";
    loss_split other = split == LOSS_SPLIT_TEST ? LOSS_SPLIT_TRAIN : LOSS_SPLIT_TEST;
    if (!status && is_line && !r->has_split && loss_surface_has_split(surface, other))
        status = add_field(f, surface, other, r->field);
    size_t n_losses = f->n_fields;
    for (size_t k = 0; k < n_losses && is_line && !is_repeated && !r->has_field && !status; k++) {
        f->fields[f->n_fields].on_right = true;
        status = add_field(f, surface, f->fields[k].split, FIELD_ACCURACY);
    }
    if (is_line)
        f->y_label = line_labels[r->field];
    for (size_t k = 0; k < f->n_fields && is_repeated && !status; k++) {
        summarise_lines(&f->fields[k]);
        if (!f->fields[k].values || !f->fields[k].errors)
            return LOSS_ERR_NOMEM;
    }
    if (is_line && f->x.n == 1 &&
        !is_repeated) /* a line along y is drawn over its own coordinate */
        f->x = f->y;
    if (is_line)
        f->y = (loss_axis){0, 0, 1};
    for (size_t k = 0; k < f->n_fields && is_line; k++) {
        f->fields[k].nx = f->x.n;
        f->fields[k].ny = 1;
    }
    if (status)
        return status;
    set_range(f, r);
    status = add_captions(f, surface, r->field == FIELD_CONVEXITY);
    if (!status && !is_line)
        status = add_overlay(f, r);
    return status;
}

static int run(const request *r)
{
    uint8_t rgb[3];
    char title[256];
    loss_surface *surface = NULL;
    figure f = {.width = (double)r->size[0], .height = (double)r->size[1]};
    loss_status status = loss_colour_at(r->colours, 0, rgb);
    if (!status)
        status = loss_surface_read(&surface, r->path);
    if (!status)
        status = make_figure(&f, surface, r);
    int result = status ? report_failure(status) : EXIT_OK;
    if (!status) {
        snprintf(title, sizeof title, "Loss landscape of %s", fact(surface, "model"));
        f.title = r->title ? r->title : title;
    }
    for (size_t i = 0; i < r->outs.n && result == EXIT_OK; i++)
        if (!picture_write(r->outs.items[i], f.width, f.height,
                           loss_surface_metadata(surface, "created"), draw, &f))
            result = EXIT_FAILED;
    figure_free(&f);
    loss_surface_close(surface);
    return result;
}

int command_plot(int argc, char **argv)
{
    static const char *const splits[] = {"train", "test", NULL};
    static const char *const fields[] = {"loss", "accuracy", "standard-error", "convexity", NULL};
    request r = {
        .colours = "viridis", .split = LOSS_SPLIT_TEST, .size = {1200, 1000}, .contours = "10"};
    static const char *const scales[] = {"linear", "log", "quantile", NULL};
    const option_spec options[] = {
        {"out", "FILE", "picture to write (.png .svg .pdf); may be given several times",
         OPTION_TEXTS, &r.outs, NULL, NULL},
        {"field", "F",
         "loss, accuracy, standard-error or, after surface --curvature, convexity (loss; a line: "
         "loss and accuracy)",
         OPTION_CHOICE, &r.field, fields, &r.has_field},
        {"split", "S", "train or test (test; a line shows both)", OPTION_CHOICE, &r.split, splits,
         &r.has_split},
        {"log", NULL, "logarithmic colours or heights: for steep walls", OPTION_FLAG, &r.log, NULL,
         NULL},
        {"colours", "MAP", "viridis, cividis, magma, coolwarm or terrain (viridis)", OPTION_TEXT,
         &r.colours, NULL, NULL},
        {"min", "X", "lowest value of the colours", OPTION_NUMBER, &r.low, NULL, &r.has_low},
        {"max", "X", "highest value of the colours", OPTION_NUMBER, &r.high, NULL, &r.has_high},
        {"contours", "N|L,L,..",
         "contour lines: at most N round levels, these levels, or none (10)", OPTION_TEXT,
         &r.contours, NULL, NULL},
        {"contour-scale", "S", "of N levels: linear, log or quantile (as the colours)",
         OPTION_CHOICE, &r.contour_scale, scales, &r.has_contour_scale},
        {"critical", "P",
         "mark minima, saddles and maxima of at least this persistence, in units of the\n"
         "                             field (with --log in powers of ten), or none (a twentieth "
         "of the colours' range)",
         OPTION_TEXT, &r.critical, NULL, NULL},
        {"grid-values", NULL, "say the value of the grid point beside that of each mark",
         OPTION_FLAG, &r.grid_values, NULL, NULL},
        {"size", "WxH", "pixels (1200x1000)", OPTION_SIZE, &r.size, NULL, NULL},
        {"title", "TEXT", "title instead of the model's name", OPTION_TEXT, &r.title, NULL, NULL},
    };
    const command_spec command = {
        "plot",
        "FILE.landscape --out FILE.png [--out ...] [options]",
        "Draws a landscape: a filled colour map with contour lines, critical points, axes and "
        "colour bar, or curves if it is\n"
        "a line.",
        NULL,
        "  lossgrid plot resnet20.landscape --log --out resnet20.png\n"
        "  lossgrid plot resnet20.landscape --field convexity --out convexity.png\n"
        "  lossgrid plot resnet20.landscape --field accuracy --out accuracy.pdf --out "
        "accuracy.svg\n"
        "  lossgrid plot resnet20.landscape --contours 0.5,1,2,5 --critical 0.1 --out resnet20.png",
        options,
        sizeof options / sizeof *options,
        1};
    size_t n_operands = 0;
    int result = options_parse(&command, argc, argv, &r.path, &n_operands);
    if (result >= 0)
        return result;
    if (!r.path || !r.outs.n)
        return usage_error(command.name, r.path ? "where to? Give --out FILE.png"
                                                : "which landscape? Give FILE.landscape");
    for (size_t i = 0; i < r.outs.n; i++)
        if (!picture_is_known(r.outs.items[i]))
            return usage_error(command.name,
                               "--out=%s: its ending names no picture; expected .png, .svg or .pdf",
                               r.outs.items[i]);
    if (r.has_low && r.has_high && !(r.low < r.high))
        return usage_error(command.name, "--min %g is not below --max %g", r.low, r.high);
    if (r.log && ((r.has_low && r.low <= 0) || (r.has_high && r.high <= 0)))
        return usage_error(command.name, "--log wants --min and --max above 0");
    result = overlay_parse(r.contours, r.has_contour_scale, r.contour_scale, r.log, r.critical,
                           &r.overlay);
    r.overlay.grid_values = r.grid_values;
    return result >= 0 ? result : run(&r);
}
