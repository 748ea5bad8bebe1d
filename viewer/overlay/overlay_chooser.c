/* The list of files to choose from. */
#include "overlay/chooser_box.h"

#include <math.h>
#include <stdio.h>

#include "overlay/draw.h"
#include "overlay/overlay_parts.h"

enum { ROW = 22, HEAD = 84, FOOT = 30, MARGIN = 16 };

box chooser_box(const layout *l)
{
    double u = l->unit, room = l->width - l->panel.w;
    box b = {0, 0, fmin(600 * u, room - 2 * MARGIN * u), fmin(520 * u, l->height - 2 * MARGIN * u)};
    b.x = (room - b.w) / 2;
    b.y = (l->height - b.h) / 2;
    return b;
}

size_t chooser_rows(const layout *l)
{
    double rows = (chooser_box(l).h / l->unit - HEAD - FOOT) / ROW;
    return rows > 1 ? (size_t)rows : 1;
}

bool chooser_row_at(const layout *l, double x, double y, size_t *row)
{
    box b = chooser_box(l);
    double at = (y - b.y - HEAD * l->unit) / (ROW * l->unit);
    *row = at > 0 ? (size_t)at : 0;
    return box_holds(b, x, y) && at >= 0 && *row < chooser_rows(l);
}

/* A text that ends at the edge of the box. */
static void cut_text(cairo_t *cr, double x, double y, double width, const char *text)
{
    cairo_save(cr);
    cairo_rectangle(cr, x, y - 100, width, 200);
    cairo_clip(cr);
    text_at(cr, x, y, 0, text);
    cairo_restore(cr);
}

static void draw_row(const session *s, const box *b, size_t row, cairo_t *cr)
{
    const chooser *c = &s->chooser;
    const theme *t = theme_of(s->scene.set.theme);
    const chooser_entry *e = &c->entries[c->listed[c->first + row]];
    double u = s->layout.unit, y = b->y + (HEAD + ROW * (double)row) * u;
    char text[700];
    if (c->first + row == c->chosen) {
        rounded(cr, (box){b->x + 8 * u, y, b->w - 16 * u, ROW * u}, 4 * u);
        ink(cr, t->accent, 0.25);
        cairo_fill(cr);
    }
    snprintf(text, sizeof text, "%.690s%s", e->shown, e->is_folder ? "/" : "");
    font(cr, 12.5 * u, e->is_folder);
    ink(cr, t->ink, 1);
    cut_text(cr, b->x + MARGIN * u, y + 15.5 * u, b->w - 2 * MARGIN * u, text);
}

void overlay_chooser(const session *s, cairo_t *cr)
{
    const chooser *c = &s->chooser;
    const theme *t = theme_of(s->scene.set.theme);
    double u = s->layout.unit;
    box b = chooser_box(&s->layout);
    double left = b.x + MARGIN * u, wide = b.w - 2 * MARGIN * u;
    char text[300];
    rounded(cr, b, 10 * u);
    ink(cr, t->panel, 0.98);
    cairo_fill_preserve(cr);
    ink(cr, t->faint, 0.8);
    cairo_set_line_width(cr, u);
    cairo_stroke(cr);
    ink(cr, t->ink, 1);
    font(cr, 16 * u, true);
    text_at(cr, left, b.y + 28 * u, 0, "Open a file");
    font(cr, 12 * u, false);
    ink(cr, t->ink, 0.7);
    cut_text(cr, left, b.y + 48 * u, wide, c->shown_folder ? c->shown_folder : "");
    ink(cr, t->accent, 1);
    snprintf(text, sizeof text, "%s%s", c->filter[0] ? "only names with: " : "type to search",
             c->filter);
    cut_text(cr, left, b.y + 68 * u, wide, text);
    for (size_t row = 0; row < chooser_rows(&s->layout) && c->first + row < c->n_listed; row++)
        draw_row(s, &b, row, cr);
    font(cr, 11 * u, false);
    ink(cr, t->ink, 0.7);
    if (c->message[0])
        snprintf(text, sizeof text, "%s", c->message);
    else
        snprintf(text, sizeof text, "%zu of %zu%s", c->n_listed ? c->chosen + 1 : 0, c->n_listed,
                 c->is_cut ? " (the folder holds more)" : "");
    cut_text(cr, left, b.y + b.h - 12 * u, wide / 2, text);
    text_at(cr, b.x + b.w - MARGIN * u, b.y + b.h - 12 * u, 1,
            "Enter: open   Backspace: up   Escape: close");
}
