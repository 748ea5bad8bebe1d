/* The path of training on a map: a line with a mark at each checkpoint, with a dark rim; each run
 * has a colour, which the legend above the map names. Epoch numbers where there is room. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "display.h"
#include "figure/figure_overlay.h"

enum { LABELS_A_RUN = 10, MOST_TRIES = 100 };

static bool is_inside(const figure *f, const loss_path_point *p)
{
    return p->x >= f->x.min && p->x <= f->x.max && p->y >= f->y.min && p->y <= f->y.max;
}

static void draw_line(const figure *f, const frame *r, const loss_path_point *p, size_t n,
                      const double *colour, cairo_t *cr)
{
    for (int pass = 0; pass < 2; pass++) {
        bool open = false;
        for (size_t i = 0; i < n; i++) {
            bool there = isfinite(p[i].x) && isfinite(p[i].y);
            double at[2];
            figure_point(f, r, p[i].x, p[i].y, at);
            if (there && open)
                cairo_line_to(cr, at[0], at[1]);
            else if (there)
                cairo_move_to(cr, at[0], at[1]);
            open = there;
        }
        cairo_set_source_rgb(cr, pass ? colour[0] : 0.1, pass ? colour[1] : 0.1,
                             pass ? colour[2] : 0.1);
        cairo_set_line_width(cr, (pass ? 2 : 5) * r->unit);
        cairo_stroke(cr);
    }
}

static void draw_dot(double x, double y, double unit, const double *colour, cairo_t *cr)
{
    cairo_arc(cr, x, y, 4.5 * unit, 0, 6.2831853);
    cairo_set_source_rgb(cr, colour[0], colour[1], colour[2]);
    cairo_fill_preserve(cr);
    cairo_set_source_rgb(cr, 0.1, 0.1, 0.1);
    cairo_set_line_width(cr, 1.5 * unit);
    cairo_stroke(cr);
}

static void draw_marks(const figure *f, const frame *r, const loss_path_point *p, size_t n,
                       const double *colour, cairo_t *cr)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_inside(f, &p[i]))
            continue;
        double at[2];
        figure_point(f, r, p[i].x, p[i].y, at);
        draw_dot(at[0], at[1], r->unit, colour, cr);
    }
}

/* Labels keep clear of marks, and of the lines between. */
static void take_line(const figure *f, const frame *r, const loss_path_point *p, size_t n,
                      label_room *room)
{
    double before[2] = {NAN, NAN};
    for (size_t i = 0; i < n; i++) {
        double at[2];
        figure_point(f, r, p[i].x, p[i].y, at);
        if (is_inside(f, &p[i]))
            label_room_take(room, box_around(at[0], at[1], 7 * r->unit, 7 * r->unit));
        for (int part = 1; part < 4 && i; part++)
            label_room_take(room, box_around(before[0] + part / 4.0 * (at[0] - before[0]),
                                             before[1] + part / 4.0 * (at[1] - before[1]),
                                             2.5 * r->unit, 2.5 * r->unit));
        before[0] = at[0];
        before[1] = at[1];
    }
}

/* Marks that can hardly be told apart share a label. */
static bool are_one(const figure *f, const frame *r, const loss_path_point *a,
                    const loss_path_point *b)
{
    double at[2], other[2];
    figure_point(f, r, a->x, a->y, at);
    figure_point(f, r, b->x, b->y, other);
    return hypot(other[0] - at[0], other[1] - at[1]) < 8 * r->unit;
}

/* Epochs that are written at: steps of 1, 2 or 5 times a power of ten, so that about
 * LABELS_A_RUN fit. */
static size_t label_step(const loss_path_point *p, size_t n)
{
    size_t epochs = p[n - 1].epoch - p[0].epoch, step = 1;
    for (int k = 0; epochs / step > LABELS_A_RUN; k++)
        step = k % 3 == 1 ? step / 2 * 5 : step * 2;
    return step;
}

/* Writes text beside checkpoint i of a run, unless what lies in its place has a label. @return
 * whether it did */
static bool label_checkpoint(const figure *f, const frame *r, const loss_path_point *p, size_t i,
                             const bool *labelled, size_t n, const char *text, label_room *room,
                             cairo_t *cr)
{
    double at[2];
    if (!is_inside(f, &p[i]))
        return false;
    for (size_t k = 0; k < n; k++)
        if (labelled[k] && are_one(f, r, &p[i], &p[k]))
            return false;
    figure_point(f, r, p[i].x, p[i].y, at);
    return label_beside(at, text, r->unit, room, cr);
}

static bool label_run(const figure *f, const frame *r, const loss_path_point *p, size_t n,
                      bool with_name, label_room *room, cairo_t *cr)
{
    char text[160], last[32] = "";
    size_t step = label_step(p, n);
    bool *labelled = calloc(n, sizeof *labelled);
    if (!labelled)
        return false;
    if (n > 1 && are_one(f, r, &p[0], &p[n - 1]))
        snprintf(last, sizeof last, "\342\200\223%zu",
                 p[n - 1].epoch); /* from the first to the last, in one place */
    snprintf(text, sizeof text, "%.90s%s%zu%s", with_name ? display(p[0].run) : "",
             with_name ? ": " : "", p[0].epoch, last);
    labelled[0] = label_checkpoint(f, r, p, 0, labelled, n, text, room, cr);
    size_t tries = 0; /* each looks at the whole path, which a hostile file makes long */
    for (size_t i = n;
         i-- > 1 && tries < MOST_TRIES;) { /* the last ones first: the others have more room */
        if (i + 1 < n && p[i].epoch % step)
            continue;
        snprintf(text, sizeof text, "%zu", p[i].epoch);
        labelled[i] = label_checkpoint(f, r, p, i, labelled, n, text, room, cr);
        tries++;
    }
    free(labelled);
    return true;
}

/* The end of the run that begins at number `first`. */
static size_t end_of_run(const figure *f, size_t first)
{
    size_t next = first + 1;
    while (next < f->n_path && strcmp(f->path[next].run, f->path[first].run) == 0)
        next++;
    return next;
}

enum { LEGEND_LINE = 30, A_ROW = 3, MOST_ROWS = 2 };

static size_t count_runs(const figure *f)
{
    size_t n = 0;
    for (size_t first = 0; first < f->n_path; first = end_of_run(f, first))
        n++;
    return n;
}

/* The runs, and what the marks are, in rows of three. */
double figure_legend_height(const figure *f, double unit)
{
    size_t rows = (count_runs(f) + 1 + A_ROW - 1) / A_ROW;
    return f->n_path ? (double)((rows < MOST_ROWS ? rows : MOST_ROWS) * LEGEND_LINE + 6) * unit : 0;
}

void figure_draw_legend(const figure *f, const frame *r, cairo_t *cr)
{
    double u = r->unit, top = r->top - figure_legend_height(f, u), left = 115 * u,
           column = (f->width - 2 * left) / A_ROW;
    size_t n = count_runs(f), most = A_ROW * MOST_ROWS - 1, k = 0;
    char text[128];
    if (!n)
        return;
    figure_font(cr, 18 * u, false);
    for (size_t first = 0; first < f->n_path && k < n && k < most;
         first = end_of_run(f, first), k++) {
        double x = left + (double)(k % A_ROW) * column,
               y = top + (20 + LEGEND_LINE * (double)(k / A_ROW)) * u;
        const double *colour = loss_run_colour(k);
        for (int pass = 0; pass < 2; pass++) {
            cairo_move_to(cr, x, y - 6 * u);
            cairo_rel_line_to(cr, 40 * u, 0);
            cairo_set_source_rgb(cr, pass ? colour[0] : 0.1, pass ? colour[1] : 0.1,
                                 pass ? colour[2] : 0.1);
            cairo_set_line_width(cr, (pass ? 2 : 5) * u);
            cairo_stroke(cr);
        }
        draw_dot(x + 20 * u, y - 6 * u, u, colour, cr);
        cairo_set_source_rgb(cr, 0.13, 0.13, 0.13);
        snprintf(text, sizeof text, "%.24s%s", display(f->path[first].run),
                 k + 1 == most && n > most ? ", ..." : "");
        figure_text(cr, x + 50 * u, y, 0, text);
    }
    figure_font(cr, 16 * u, false);
    figure_text(cr, left + (double)(k % A_ROW) * column,
                top + (20 + LEGEND_LINE * (double)(k / A_ROW)) * u, 0,
                "dots: checkpoints, with epochs");
}

void figure_draw_path(const figure *f, const frame *r, cairo_t *cr)
{
    cairo_save(cr);
    cairo_rectangle(cr, r->left, r->top, r->width, r->height);
    cairo_clip(cr);
    for (size_t first = 0, next, k = 0; first < f->n_path; first = next, k++) {
        next = end_of_run(f, first);
        draw_line(f, r, f->path + first, next - first, loss_run_colour(k), cr);
        draw_marks(f, r, f->path + first, next - first, loss_run_colour(k), cr);
    }
    cairo_restore(cr);
}

bool figure_label_path(const figure *f, const frame *r, label_room *room, cairo_t *cr)
{
    bool several = f->n_path && end_of_run(f, 0) < f->n_path, is_whole = true;
    figure_font(cr, 18 * r->unit, true);
    for (size_t first = 0; first < f->n_path; first = end_of_run(f, first))
        take_line(f, r, f->path + first, end_of_run(f, first) - first, room);
    for (size_t first = 0; first < f->n_path; first = end_of_run(f, first))
        is_whole =
            label_run(f, r, f->path + first, end_of_run(f, first) - first, several, room, cr) &&
            is_whole;
    return is_whole;
}
