/* lossgrid plot */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "captions.h"
#include "choices.h"
#include "cli.h"
#include "command.h"
#include "display.h"
#include "fields.h"
#include "overlay.h"
#include "picture.h"

typedef struct request {
    const char *path, *title, *colours;
    text_list outs;
    int split, quantity;
    bool has_split, has_quantity, log, has_low, has_high;
    double low, high;
    size_t size[2];
    const char *contours, *critical;
    int contour_scale;
    bool has_contour_scale, grid_values;
    overlay_options overlay;
} request;

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

static bool draw(void *user, cairo_t *cr)
{
    const figure *f = user;
    return f->is_map ? figure_draw_map(f, cr) : figure_draw_curves(f, cr);
}

/* What a line shows: both splits unless one is asked for, and the accuracy beside the loss unless a
 * quantity is. */
static loss_status add_line_fields(figure *f, loss_surface *surface, const request *r,
                                   loss_split split, bool is_repeated)
{
    loss_split other = split == LOSS_SPLIT_TEST ? LOSS_SPLIT_TRAIN : LOSS_SPLIT_TEST;
    loss_status status = LOSS_OK;
    if (!r->has_split && loss_surface_has_split(surface, other))
        status = fields_add(f, surface, other, (quantity)r->quantity);
    size_t n = f->n_fields;
    for (size_t k = 0; k < n && !is_repeated && !r->has_quantity && !status; k++) {
        status = fields_add(f, surface, f->fields[k].split, QUANTITY_ACCURACY);
        f->fields[f->n_fields - 1].on_right = true;
    }
    for (size_t k = 0; k < f->n_fields && is_repeated && !status; k++)
        status = fields_summarise_lines(&f->fields[k]);
    return status;
}

/* The figure's axes from now on: a line has one, along whichever direction it goes. */
static void straighten(figure *f, bool is_repeated)
{
    if (f->x.n == 1 && !is_repeated)
        f->x = f->y;
    f->y = (loss_axis){0, 0, 1};
    for (size_t k = 0; k < f->n_fields; k++) {
        f->fields[k].nx = f->x.n;
        f->fields[k].ny = 1;
    }
}

static void set_labels(figure *f, const request *r, bool is_repeated)
{
    f->x_label = is_repeated          ? "along the direction (multiples)"
                 : f->n_solutions > 2 ? "towards the second solution (ring at 1)"
                 : f->n_solutions     ? "from the origin (0) to the other solution (1)"
                                      : "direction 1 (multiples)";
    f->y_label = !f->is_map       ? quantity_label(f, (quantity)r->quantity)
                 : f->n_solutions ? "towards the third solution (ring at 1)"
                                  : "direction 2 (multiples)";
}

static loss_status add_overlay(figure *f, loss_surface *surface, const request *r)
{
    char caption[256];
    loss_status status = loss_surface_paths(surface, f->fields[0].split, &f->n_path, &f->path);
    if (!status)
        status = overlay_make(&f->overlay, f, &r->overlay);
    if (status)
        return status;
    overlay_caption(f->overlay, caption, sizeof caption);
    if (*caption)
        figure_add_caption(f, "%s", caption);
    return LOSS_OK;
}

static loss_status make_figure(figure *f, loss_surface *surface, const request *r)
{
    loss_split split = (loss_split)r->split;
    uint64_t n_solutions = 0;
    bool is_repeated = loss_surface_metadata(surface, LOSS_KEY_REPEAT) != NULL;
    if (!r->has_split)
        split = loss_surface_split(surface, split);
    f->x = loss_surface_x(surface);
    f->y = loss_surface_y(surface);
    f->is_map = f->x.n > 1 && f->y.n > 1 && !is_repeated;
    f->has_convexity = r->quantity == QUANTITY_CONVEXITY;
    f->log = r->log;
    f->colours = r->colours;
    loss_surface_count(surface, LOSS_KEY_SOLUTIONS, &n_solutions);
    f->n_solutions = n_solutions <= 3 ? (size_t)n_solutions : 0; /* a plane has no more */
    set_labels(f, r, is_repeated);
    loss_status status = fields_add(f, surface, split, (quantity)r->quantity);
    if (!status && !f->is_map)
        status = add_line_fields(f, surface, r, split, is_repeated);
    if (status)
        return status;
    if (!f->is_map)
        straighten(f, is_repeated);
    fields_set_range(f);
    f->low = r->has_low ? r->low : f->low;
    f->high = r->has_high ? r->high : f->high;
    status = captions_add(f, surface);
    if (!status && f->is_map)
        status = add_overlay(f, surface, r);
    return !status && f->failed ? LOSS_ERR_NOMEM : status;
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
        snprintf(title, sizeof title, "Loss landscape of %s",
                 loss_surface_text(surface, LOSS_KEY_MODEL, "?"));
        f.title = display(r->title ? r->title : title);
    }
    for (size_t i = 0; i < r->outs.n && result == EXIT_OK; i++)
        result = picture_write(r->outs.items[i], f.width, f.height,
                               loss_surface_metadata(surface, LOSS_KEY_CREATED), draw, &f);
    figure_free(&f);
    loss_surface_close(surface);
    return result;
}

static const command_text TEXT = {
    .name = "plot",
    .usage = "FILE.landscape --out FILE.png [--out ...] [options]",
    .summary =
        "Draws a landscape: a filled colour map with contour lines, critical points, axes and "
        "colour bar, or curves if it is\n"
        "a line.",
    .examples =
        "  lossgrid plot resnet20.landscape --log --out resnet20.png\n"
        "  lossgrid plot resnet20.landscape --field convexity --out convexity.png\n"
        "  lossgrid plot resnet20.landscape --field accuracy --out accuracy.pdf --out "
        "accuracy.svg\n"
        "  lossgrid plot resnet20.landscape --contours 0.5,1,2,5 --critical 0.1 --out resnet20.png",
};

/* @return -1 to go on */
static int check_request(const request *r)
{
    if (!r->path || !r->outs.n)
        return usage_error(TEXT.name, r->path ? "where to? Give --out FILE.png"
                                              : "which landscape? Give FILE.landscape");
    char endings[64];
    for (size_t i = 0; i < r->outs.n; i++)
        if (!picture_is_known(r->outs.items[i]))
            return usage_error(TEXT.name, "--out=%s: its ending names no picture; expected %s",
                               r->outs.items[i],
                               options_list(picture_endings(), endings, sizeof endings));
    if (r->has_low && r->has_high && !(r->low < r->high))
        return usage_error(TEXT.name, "--min %g is not below --max %g", r->low, r->high);
    if (r->log && ((r->has_low && r->low <= 0) || (r->has_high && r->high <= 0)))
        return usage_error(TEXT.name, "--log wants --min and --max above 0");
    return -1;
}

int command_plot(int argc, char **argv)
{
    request r = {.colours = loss_colour_maps()[0],
                 .split = LOSS_SPLIT_TEST,
                 .size = {1200, 1000},
                 .contours = "10"};
    char endings[64], out_help[128];
    snprintf(out_help, sizeof out_help, "picture to write (%s); may be given several times",
             options_list(picture_endings(), endings, sizeof endings));
    const option_spec options[] = {
        OPT_TEXTS("out", "FILE", out_help, &r.outs),
        OPT_CHOICE("field", "F", quantity_names,
                   "loss, accuracy, standard-error or, after surface --curvature, convexity (loss; "
                   "a line: loss and accuracy)",
                   &r.quantity, .given = &r.has_quantity),
        OPT_CHOICE("split", "S", choices_split(), "train or test (test; a line shows both)",
                   &r.split, .given = &r.has_split),
        OPT_FLAG("log", "logarithmic colours or heights: for steep walls", &r.log),
        OPT_TEXT("colours", "MAP", choices_colours_help(), &r.colours),
        OPT_NUMBER("min", "X", "lowest value of the colours", &r.low, .given = &r.has_low),
        OPT_NUMBER("max", "X", "highest value of the colours", &r.high, .given = &r.has_high),
        OPT_TEXT("contours", "N|L,L,..",
                 "contour lines: at most N round levels, these levels, or none (10)", &r.contours),
        OPT_CHOICE("contour-scale", "S", choices_level_scale(),
                   "of N levels: linear, log or quantile (as the colours)", &r.contour_scale,
                   .given = &r.has_contour_scale),
        OPT_TEXT("critical", "P",
                 "mark minima, saddles and maxima of at least this persistence, in units of the\n  "
                 "                           field (with --log in powers of ten), or none (a "
                 "twentieth of the colours' range)",
                 &r.critical),
        OPT_FLAG("grid-values", "say the value of the grid point beside that of each mark",
                 &r.grid_values),
        OPT_SIZE("size", "WxH", "pixels (1200x1000)", r.size),
        OPT_TEXT("title", "TEXT", "title instead of the model's name", &r.title),
    };
    size_t n_operands = 0;
    int result = command_parse(&TEXT, OPTION_TABLE(options, 1), argc, argv, &r.path, &n_operands);
    if (result < 0)
        result = check_request(&r);
    if (result < 0)
        result = overlay_parse(r.contours, r.has_contour_scale, r.contour_scale, r.log, r.critical,
                               &r.overlay);
    r.overlay.grid_values = r.grid_values;
    return result >= 0 ? result : run(&r);
}
