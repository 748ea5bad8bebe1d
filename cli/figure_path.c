/* The path of training on a map: a line with a mark at each checkpoint, white with a dark halo as the centre's cross, and epoch numbers where
 * there is room for them. Further runs have other colours, and their names. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "figure.h"

enum { MOST_LABELS = 64, LABELS_A_RUN = 10, N_COLOURS = 4 };

static const double COLOURS[N_COLOURS][3] = {{1, 1, 1}, {1.0, 0.62, 0.2}, {1.0, 0.45, 0.75}, {0.45, 0.9, 1.0}};

typedef struct box {
    double left, top, width, height;
} box;

typedef struct labels {
    box boxes[MOST_LABELS];
    double x[MOST_LABELS], y[MOST_LABELS]; /* of their marks */
    size_t n;
} labels;

static double x_of(const figure *f, const frame *r, const loss_path_point *p)
{
    return r->left + r->width * (p->x - f->x.min) / (f->x.max - f->x.min);
}

static double y_of(const figure *f, const frame *r, const loss_path_point *p)
{
    return r->top + r->height * (1 - (p->y - f->y.min) / (f->y.max - f->y.min));
}

static bool is_inside(const figure *f, const loss_path_point *p)
{
    return p->x >= f->x.min && p->x <= f->x.max && p->y >= f->y.min && p->y <= f->y.max;
}

static void draw_line(const figure *f, const frame *r, const loss_path_point *p, size_t n, const double *colour, cairo_t *cr)
{
    for (int pass = 0; pass < 2; pass++) {
        bool open = false;
        for (size_t i = 0; i < n; i++) {
            bool there = isfinite(p[i].x) && isfinite(p[i].y);
            if (there && open)
                cairo_line_to(cr, x_of(f, r, &p[i]), y_of(f, r, &p[i]));
            else if (there)
                cairo_move_to(cr, x_of(f, r, &p[i]), y_of(f, r, &p[i]));
            open = there;
        }
        cairo_set_source_rgb(cr, pass ? colour[0] : 0.1, pass ? colour[1] : 0.1, pass ? colour[2] : 0.1);
        cairo_set_line_width(cr, (pass ? 2 : 5) * r->unit);
        cairo_stroke(cr);
    }
}

static void draw_marks(const figure *f, const frame *r, const loss_path_point *p, size_t n, const double *colour, cairo_t *cr)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_inside(f, &p[i]))
            continue;
        cairo_arc(cr, x_of(f, r, &p[i]), y_of(f, r, &p[i]), 4.5 * r->unit, 0, 6.2831853);
        cairo_set_source_rgb(cr, colour[0], colour[1], colour[2]);
        cairo_fill_preserve(cr);
        cairo_set_source_rgb(cr, 0.1, 0.1, 0.1);
        cairo_set_line_width(cr, 1.5 * r->unit);
        cairo_stroke(cr);
    }
}

static bool overlap(const box *a, const box *b)
{
    return a->left < b->left + b->width && b->left < a->left + a->width && a->top < b->top + b->height && b->top < a->top + a->height;
}

static bool is_free(const figure *f, const frame *r, const labels *l, const box *b)
{
    double m = 7 * r->unit;
    if (b->left < r->left + m || b->top < r->top + m || b->left + b->width > r->left + r->width - m ||
        b->top + b->height > r->top + r->height - m)
        return false;
    for (size_t i = 0; i < l->n; i++)
        if (overlap(b, &l->boxes[i]))
            return false;
    for (size_t i = 0; i < f->n_path; i++) { /* nor on a mark, nor on the lines between */
        const loss_path_point *p = &f->path[i];
        double x = x_of(f, r, p), y = y_of(f, r, p);
        bool joined = i && strcmp(p[-1].run, p->run) == 0;
        for (int part = 0; part < (joined ? 4 : 1); part++) {
            double share = part / 4.0, half = part ? m / 3 : m;
            box mark = {x - half, y - half, 2 * half, 2 * half};
            mark.left += part ? share * (x_of(f, r, p - 1) - x) : 0;
            mark.top += part ? share * (y_of(f, r, p - 1) - y) : 0;
            if (overlap(b, &mark))
                return false;
        }
    }
    return true;
}

/* Marks that can hardly be told apart. */
static bool are_one(const frame *r, double x0, double y0, double x1, double y1)
{
    return hypot(x1 - x0, y1 - y0) < 8 * r->unit;
}

/* Whether a mark has a label already, its own or that of one in its place. */
static bool is_labelled(const frame *r, const labels *l, double x, double y)
{
    for (size_t i = 0; i < l->n; i++)
        if (are_one(r, l->x[i], l->y[i], x, y))
            return true;
    return false;
}

/* Writes text beside a checkpoint, on one of eight sides, if there is room. */
static void draw_label(const figure *f, const frame *r, labels *l, const loss_path_point *p, const char *text, cairo_t *cr)
{
    static const double sides[8][2] = {{1, 0}, {0, -1}, {-1, 0}, {0, 1}, {0.8, -0.8}, {-0.8, -0.8}, {0.8, 0.8}, {-0.8, 0.8}};
    cairo_text_extents_t e;
    double x = x_of(f, r, p), y = y_of(f, r, p);
    if (!is_inside(f, p) || l->n == MOST_LABELS || is_labelled(r, l, x, y))
        return;
    cairo_text_extents(cr, text, &e);
    for (int k = 0; k < 8; k++) {
        double away = 15 * r->unit;
        box b = {x + sides[k][0] * (away + e.width / 2) - e.width / 2, y + sides[k][1] * (away + e.height / 2) - e.height / 2, e.width,
                 e.height};
        if (!is_free(f, r, l, &b))
            continue;
        l->boxes[l->n] = b;
        l->x[l->n] = x;
        l->y[l->n++] = y;
        cairo_move_to(cr, b.left - e.x_bearing, b.top - e.y_bearing);
        cairo_text_path(cr, text);
        cairo_set_source_rgb(cr, 0.1, 0.1, 0.1);
        cairo_set_line_width(cr, 5 * r->unit);
        cairo_stroke_preserve(cr);
        cairo_set_source_rgb(cr, 1, 1, 1);
        cairo_fill(cr);
        return;
    }
}

/* Epochs that are written at: steps of 1, 2 or 5 times a power of ten, so that about LABELS_A_RUN fit. */
static size_t label_step(const loss_path_point *p, size_t n)
{
    size_t epochs = p[n - 1].epoch - p[0].epoch, step = 1;
    for (int k = 0; epochs / step > LABELS_A_RUN; k++)
        step = k % 3 == 1 ? step / 2 * 5 : step * 2;
    return step;
}

static void draw_labels(const figure *f, const frame *r, labels *l, const loss_path_point *p, size_t n, bool with_name, cairo_t *cr)
{
    char text[160], last[32] = "";
    size_t step = label_step(p, n);
    if (n > 1 && are_one(r, x_of(f, r, &p[0]), y_of(f, r, &p[0]), x_of(f, r, &p[n - 1]), y_of(f, r, &p[n - 1])))
        snprintf(last, sizeof last, "\342\200\223%zu", p[n - 1].epoch); /* from the first to the last, in one place */
    figure_font(cr, 18 * r->unit, true);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    snprintf(text, sizeof text, "%.90s%s%zu%s", with_name ? p[0].run : "", with_name ? ": " : "", p[0].epoch, last);
    draw_label(f, r, l, &p[0], text, cr);
    for (size_t back = 1; back < n; back++) { /* the last ones first: the others have more room */
        const loss_path_point *at = &p[n - back];
        snprintf(text, sizeof text, "%zu", at->epoch);
        if (back == 1 || at->epoch % step == 0)
            draw_label(f, r, l, at, text, cr);
    }
}

void figure_draw_path(const figure *f, const frame *r, cairo_t *cr)
{
    labels l = {.n = 0};
    bool several = f->n_path && strcmp(f->path[0].run, f->path[f->n_path - 1].run) != 0;
    cairo_save(cr);
    cairo_rectangle(cr, r->left, r->top, r->width, r->height);
    cairo_clip(cr);
    for (int pass = 0; pass < 2; pass++) /* labels above all lines */
        for (size_t first = 0, next, k = 0; first < f->n_path; first = next, k++) {
            const loss_path_point *p = f->path + first;
            for (next = first + 1; next < f->n_path && strcmp(f->path[next].run, p->run) == 0;)
                next++;
            if (pass) {
                draw_labels(f, r, &l, p, next - first, several, cr);
                continue;
            }
            draw_line(f, r, p, next - first, COLOURS[k % N_COLOURS], cr);
            draw_marks(f, r, p, next - first, COLOURS[k % N_COLOURS], cr);
        }
    cairo_restore(cr);
}
