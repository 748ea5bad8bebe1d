/* A filled colour map of a quantity over the plane: each pixel interpolates the four grid points
 * around it. Cells with a corner that is absent or not finite are striped grey, never coloured. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure/figure.h"

/* Places of the grid values on the colour scale, [ny][nx]. NULL: out of memory. */
static double *places_of(const figure *f)
{
    size_t n = f->x.n * f->y.n;
    double *places = malloc(n * sizeof *places);
    for (size_t i = 0; places && i < n; i++)
        places[i] = loss_scale_place(&f->scale, f->fields[0].values[i]);
    return places;
}

/* Interpolated place at (u, v), each 0 to 1 over the grid; NaN if a corner with weight has none. */
static double interpolate(const figure *f, const double *places, double u, double v)
{
    double gx = u * (double)(f->x.n - 1), gy = v * (double)(f->y.n - 1);
    size_t ix = (size_t)gx, iy = (size_t)gy;
    ix = ix + 2 > f->x.n ? f->x.n - 2 : ix;
    iy = iy + 2 > f->y.n ? f->y.n - 2 : iy;
    double a = gx - (double)ix, b = gy - (double)iy;
    const double *row = places + iy * f->x.n + ix, *above = row + f->x.n;
    return (1 - b) * ((1 - a) * row[0] + a * row[1]) + b * ((1 - a) * above[0] + a * above[1]);
}

static uint32_t pixel_of(const char *colours, double place, int px, int py, int stripe)
{
    uint8_t rgb[3];
    if (isnan(place))
        memset(rgb, (px + py) / stripe % 2 ? 205 : 230, 3);
    else
        loss_colour_at(colours, place, rgb);
    return (uint32_t)255 << 24 | (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

/* Paints an image of w x h pixels, whose places come from a function, over a rectangle. */
typedef double (*place_function)(const figure *f, const double *places, double u, double v);

static void paint(const figure *f, const frame *r, place_function place, const double *places,
                  cairo_t *cr)
{
    double dots = f->unit > 0 ? 300.0 / 72 : 1; /* a unit on paper is a point, else a pixel */
    int w = (int)ceil(r->width * dots), h = (int)ceil(r->height * dots);
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    if (cairo_surface_status(image) == CAIRO_STATUS_SUCCESS) {
        int stride = cairo_image_surface_get_stride(image), stripe = (int)(8 * r->unit * dots) + 1;
        unsigned char *data = cairo_image_surface_get_data(image);
        for (int py = 0; py < h; py++)
            for (int px = 0; px < w; px++) {
                double u = (px + 0.5) / w, v = 1 - (py + 0.5) / h;
                uint32_t pixel = pixel_of(f->colours, place(f, places, u, v), px, py, stripe);
                memcpy(data + (size_t)py * (size_t)stride + (size_t)px * 4, &pixel, 4);
            }
        cairo_surface_mark_dirty(image);
    }
    cairo_save(cr);
    cairo_translate(cr, r->left, r->top);
    cairo_scale(cr, r->width / w, r->height / h);
    cairo_set_source_surface(cr, image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_NEAREST);
    cairo_rectangle(cr, 0, 0, w, h);
    cairo_fill(cr);
    cairo_restore(cr);
    cairo_surface_destroy(image);
}

static double bar_place(const figure *f, const double *places, double u, double v)
{
    (void)f;
    (void)places;
    (void)u;
    return v;
}

static void outline(const frame *r, cairo_t *cr)
{
    cairo_set_source_rgb(cr, 0.13, 0.13, 0.13);
    cairo_set_line_width(cr, 1.6 * r->unit);
    cairo_rectangle(cr, r->left, r->top, r->width, r->height);
    cairo_stroke(cr);
}

/* Pointed ends, where values lie beyond the colours. */
static void draw_pointed_end(const figure *f, const frame *bar, bool is_high, cairo_t *cr)
{
    const field *q = &f->fields[0];
    uint8_t rgb[3];
    bool is_beyond = false;
    for (size_t i = 0; i < q->nx * q->ny; i++)
        is_beyond |= is_high ? q->values[i] > f->scale.high : q->values[i] < f->scale.low;
    if (!is_beyond || loss_colour_at(f->colours, is_high, rgb))
        return;
    double y = is_high ? bar->top : bar->top + bar->height, tip = (is_high ? -0.8 : 0.8);
    cairo_move_to(cr, bar->left, y);
    cairo_line_to(cr, bar->left + bar->width / 2, y + tip * bar->width);
    cairo_line_to(cr, bar->left + bar->width, y);
    cairo_close_path(cr);
    cairo_set_source_rgb(cr, rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0);
    cairo_fill_preserve(cr);
    cairo_set_source_rgb(cr, 0.13, 0.13, 0.13);
    cairo_set_line_width(cr, 1.6 * bar->unit);
    cairo_stroke(cr);
}

static void draw_colour_bar(const figure *f, const frame *r, cairo_t *cr)
{
    frame bar = {r->left + r->width + 30 * r->unit, r->top, 30 * r->unit, r->height, r->unit};
    double ticks[MOST_TICKS], places[MOST_TICKS];
    size_t n = figure_scale_ticks(f, ticks, places);
    paint(f, &bar, bar_place, NULL, cr);
    draw_pointed_end(f, &bar, false, cr);
    draw_pointed_end(f, &bar, true, cr);
    outline(&bar, cr);
    figure_draw_side_axis(&bar, bar.left + bar.width, true, ticks, places, n, f->fields[0].label,
                          cr);
}

static void draw_y_axis(const figure *f, const frame *r, cairo_t *cr)
{
    double ticks[MOST_TICKS], places[MOST_TICKS];
    size_t n = loss_ticks(f->y.min, f->y.max, false, 8, ticks, MOST_TICKS);
    for (size_t i = 0; i < n; i++)
        places[i] = figure_along(f->y, ticks[i]);
    figure_draw_side_axis(r, r->left, false, ticks, places, n, f->y_label, cr);
}

/* The trained weights: a white cross with a dark halo. */
static void mark_centre(const figure *f, const frame *r, cairo_t *cr)
{
    if (f->x.min > 0 || f->x.max < 0 || f->y.min > 0 || f->y.max < 0)
        return;
    double x = r->left + r->width * figure_along(f->x, 0),
           y = r->top + r->height * (1 - figure_along(f->y, 0)), arm = 11 * r->unit;
    for (int pass = 0; pass < 2; pass++) {
        double ink = pass ? 1 : 0.1;
        cairo_set_source_rgb(cr, ink, ink, ink);
        cairo_set_line_width(cr, (pass ? 2.5 : 6) * r->unit);
        cairo_move_to(cr, x - arm, y);
        cairo_line_to(cr, x + arm, y);
        cairo_move_to(cr, x, y - arm);
        cairo_line_to(cr, x, y + arm);
        cairo_stroke(cr);
    }
}

/* The other solutions of the plane: white rings with a dark halo. */
static void mark_solutions(const figure *f, const frame *r, cairo_t *cr)
{
    for (size_t k = 1; k < f->n_solutions; k++) {
        double a = k == 1, b = k == 2;
        if (f->x.min > a || f->x.max < a || f->y.min > b || f->y.max < b)
            continue;
        for (int pass = 0; pass < 2; pass++) {
            double ink = pass ? 1 : 0.1;
            cairo_set_source_rgb(cr, ink, ink, ink);
            cairo_set_line_width(cr, (pass ? 2.5 : 6) * r->unit);
            cairo_arc(cr, r->left + r->width * figure_along(f->x, a),
                      r->top + r->height * (1 - figure_along(f->y, b)), 9 * r->unit, 0, 6.2831853);
            cairo_stroke(cr);
        }
    }
}

/* One scale for both axes, so that a round basin looks round. */
static void equalise_scales(const figure *f, frame *r)
{
    double width = f->x.max / 2 - f->x.min / 2, height = f->y.max / 2 - f->y.min / 2; /* halved */
    if (!f->has_one_scale)
        return;
    double scale = r->width / width < r->height / height ? r->width / width : r->height / height;
    if (!isfinite(scale)) /* axes of the smallest doubles */
        return;
    r->left += (r->width - scale * width) / 2;
    r->top += (r->height - scale * height) / 2;
    r->width = scale * width;
    r->height = scale * height;
}

bool figure_draw_map(const figure *f, cairo_t *cr)
{
    frame r = figure_frame(f, 185);
    double *places = places_of(f);
    if (!places)
        return false;
    r.top += figure_legend_height(f, r.unit);
    r.height -= figure_legend_height(f, r.unit);
    equalise_scales(f, &r);
    paint(f, &r, interpolate, places, cr);
    free(places);
    figure_draw_contours(f, &r, cr);
    figure_draw_path(f, &r, cr);
    mark_centre(f, &r, cr);
    mark_solutions(f, &r, cr);
    bool is_whole = figure_draw_marks(f, &r, cr);
    outline(&r, cr);
    figure_draw_x_axis(f, &r, cr);
    draw_y_axis(f, &r, cr);
    draw_colour_bar(f, &r, cr);
    figure_draw_legend(f, &r, cr);
    figure_draw_title_and_captions(f, &r, cr);
    return is_whole;
}
