/* The legend of the paths. */
#include <math.h>
#include <stdio.h>

#include "overlay/draw.h"
#include "overlay/overlay_parts.h"

enum { ROW = 18, MOST_ROWS = 8, SWATCH = 26 };

/* A line with a dot on it. */
static void swatch(cairo_t *cr, double x, double y, double u, rgb line, rgb dot, double size)
{
    for (int pass = 0; pass < 2; pass++) {
        ink(cr, pass ? line : (rgb){0.08, 0.08, 0.1}, 1);
        cairo_set_line_width(cr, (pass ? 2.4 : 4) * u);
        cairo_move_to(cr, x, y);
        cairo_line_to(cr, x + SWATCH * u, y);
        cairo_stroke(cr);
    }
    cairo_arc(cr, x + SWATCH * u / 2, y, size * u, 0, 6.28318530717958648);
    ink(cr, dot, 1);
    cairo_fill_preserve(cr);
    ink(cr, (rgb){0.08, 0.08, 0.1}, 1);
    cairo_set_line_width(cr, 1.4 * u);
    cairo_stroke(cr);
}

static bool has_mark(const view *v, mark_kind kind)
{
    for (size_t i = 0; i < v->n_marks; i++)
        if (v->marks[i].kind == kind)
            return true;
    return false;
}

/* Text of row i; "" past the last. */
static void row_text(const view *v, size_t i, size_t n_runs, char text[160])
{
    const grid *g = &v->grid;
    text[0] = 0;
    if (i < n_runs)
        snprintf(text, 160, "%.100s%s", g->runs[i],
                 i + 1 == n_runs && n_runs < g->n_runs ? ", and more runs"
                 : i == 0                              ? ": on the surface, with epochs"
                                                       : "");
    else if (i == n_runs && has_mark(v, MARK_PATH_TRUE))
        snprintf(text, 160, "the checkpoints' own losses, off the plane");
}

box overlay_legend(const session *s, size_t number, cairo_t *cr)
{
    const pane *shown = &s->layout.panes[number];
    const view *v = &s->scene.views[shown->view];
    const theme *t = theme_of(s->scene.set.theme);
    const box *area = &shown->at;
    double u = s->layout.unit, width = 0;
    size_t n_runs = v->grid.n_runs < MOST_ROWS ? v->grid.n_runs : MOST_ROWS, n = 0;
    char text[160];
    if (shown->is_map || !s->scene.set.path || !has_mark(v, MARK_PATH))
        return (box){0};
    font(cr, 12 * u, false);
    for (row_text(v, n, n_runs, text); text[0]; row_text(v, ++n, n_runs, text))
        width = fmax(width, text_width(cr, text));
    box b = {area->x + 14 * u, area->y + area->h - ((double)n * ROW + 12) * u,
             width + (SWATCH + 12) * u, (double)n * ROW * u};
    if (b.w > area->w || b.h > area->h / 3) /* no room */
        return (box){0};
    for (size_t i = 0; i < n; i++) {
        double y = b.y + ((double)i + 0.5) * ROW * u;
        bool is_run = i < n_runs;
        rgb own =
            s->scene.set.theme == THEME_DARK ? (rgb){0.95, 0.95, 0.98} : (rgb){0.25, 0.25, 0.32};
        row_text(v, i, n_runs, text);
        swatch(cr, b.x, y, u, is_run ? rgb_of_run(i) : own,
               is_run ? rgb_of_run(i) : (rgb){0.95, 0.95, 0.98}, is_run ? 4 : 3.2);
        ink(cr, t->ink, 1);
        text_at(cr, b.x + (SWATCH + 10) * u, y + 4.2 * u, 0, text);
    }
    return b;
}
