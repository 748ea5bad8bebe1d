/* Bars in the colours of the surface, from a minimum up to where its basin meets a deeper one. */
#include "overlay/barcode.h"

#include <math.h>
#include <stdio.h>

#include "overlay/draw.h"
#include "overlay/overlay_parts.h"
#include "tick_text.h"

static void draw_axis(const session *s, const barcode *b, cairo_t *cr)
{
    const theme *t = theme_of(s->scene.set.theme);
    double u = s->layout.unit, ticks[MOST_TICKS];
    size_t n = loss_scale_ticks(b->scale, (size_t)fmax(2, b->at.h / (60 * u)), ticks, MOST_TICKS);
    font(cr, 12 * u, false);
    cairo_set_line_width(cr, u);
    for (size_t i = 0; i < n; i++) {
        char text[TICK_TEXT];
        double y = b->at.y + b->at.h * (1 - loss_scale_place(b->scale, ticks[i]));
        ink(cr, t->faint, 0.5);
        cairo_move_to(cr, b->at.x, y);
        cairo_line_to(cr, b->at.x + b->at.w, y);
        cairo_stroke(cr);
        ink(cr, t->ink, 1);
        tick_text(ticks[i], text);
        text_at(cr, b->at.x - 7 * u, y + 4.2 * u, 1, text);
    }
}

/* A basin without end goes on in an arrow. */
static void draw_bar(const session *s, const barcode *b, size_t i, cairo_t *cr)
{
    const theme *t = theme_of(s->scene.set.theme);
    const basin *shown = &b->basins->items[i];
    double u = s->layout.unit;
    box bar = barcode_bar(b, i);
    bool is_chosen = b->basins->shown == i + 1, is_pale = b->basins->shown && !is_chosen;
    bar.h = fmax(bar.h, 1.5 * u);
    cairo_save(cr);
    cairo_rectangle(cr, bar.x, bar.y, bar.w, bar.h);
    if (!isfinite(shown->death)) {
        cairo_move_to(cr, bar.x - 2 * u, bar.y);
        cairo_line_to(cr, bar.x + bar.w / 2, bar.y - fmin(bar.w, 12 * u));
        cairo_line_to(cr, bar.x + bar.w + 2 * u, bar.y);
        cairo_close_path(cr);
    }
    cairo_path_t *outline = cairo_copy_path(cr);
    cairo_clip(cr);
    bool has_colours = s->scene.set.texture != TEXTURE_SLOPE && !scene_is_tinted(&s->scene);
    if (!has_colours) { /* those of the surface tell something else */
        ink(cr, t->faint, 1);
        cairo_paint(cr);
    } else if (!isfinite(shown->death)) /* above the scale all has its last colour */
        overlay_gradient(s, (box){bar.x - 3 * u, b->at.y - 12 * u, bar.w + 6 * u, 1e5 * u}, cr);
    if (has_colours)
        overlay_gradient(s, (box){bar.x - 3 * u, b->at.y, bar.w + 6 * u, b->at.h}, cr);
    if (is_pale) {
        ink(cr, t->panel, 0.62);
        cairo_paint(cr);
    }
    cairo_restore(cr);
    cairo_append_path(cr, outline);
    cairo_path_destroy(outline);
    ink(cr, is_chosen ? t->accent : t->ink, is_pale ? 0.5 : 1);
    cairo_set_line_width(cr, (is_chosen ? 2.4 : 1) * u);
    cairo_set_dash(cr, (double[]){3 * u, 2 * u},
                   shown->minimum->is_within_error || shown->minimum->on_border ? 2 : 0, 0);
    cairo_stroke(cr);
    cairo_set_dash(cr, NULL, 0, 0);
}

/* What is pointed at on the surface: its value, up to the bar of its basin. */
static void draw_pointer(const session *s, const barcode *b, cairo_t *cr)
{
    const hover *h = &s->hover;
    double u = s->layout.unit, place = loss_scale_place(b->scale, h->value),
           y = b->at.y + b->at.h * (1 - place);
    if (!(place >= 0 && place <= 1))
        return;
    ink(cr, theme_of(s->scene.set.theme)->accent, 1);
    cairo_set_line_width(cr, 1.6 * u);
    cairo_move_to(cr, b->at.x - 5 * u, y);
    cairo_line_to(cr, b->at.x + b->at.w, y);
    cairo_stroke(cr);
    if (!h->basin || h->basin > b->n)
        return;
    box bar = barcode_bar(b, h->basin - 1);
    cairo_arc(cr, bar.x + bar.w / 2, y, fmax(3 * u, 0.3 * bar.w), 0, 6.28318530717958648);
    cairo_fill(cr);
    cairo_set_line_width(cr, 2.4 * u);
    cairo_rectangle(cr, bar.x, bar.y, bar.w, bar.h);
    cairo_stroke(cr);
}

/* How many bars there are, and of the chosen one its ends. */
static void draw_texts(const session *s, const barcode *b, const box *area, cairo_t *cr)
{
    const theme *t = theme_of(s->scene.set.theme);
    double u = s->layout.unit, x = area->x + 18 * u, y = b->at.y + b->at.h;
    char text[96];
    font(cr, 13 * u, true);
    ink(cr, t->ink, 1);
    text_at(cr, x, area->y + 20 * u, 0, "Basins");
    font(cr, 11.5 * u, false);
    if (!b->basins->critical)
        snprintf(text, sizeof text, "when all points are there");
    else if (!b->basins->n)
        snprintf(text, sizeof text, "none of that persistence");
    else if (b->n < b->basins->n)
        snprintf(text, sizeof text, "%zu of %zu", b->n, b->basins->n);
    else
        snprintf(text, sizeof text, "%zu", b->n);
    ink(cr, t->ink, 0.72);
    text_at(cr, x + 58 * u, area->y + 20 * u, 0, text);
    text_at(cr, x, y + 20 * u, 0, "the most persistent first");
    if (!b->basins->shown)
        return;
    const basin *shown = &b->basins->items[b->basins->shown - 1];
    char birth[TICK_TEXT], death[TICK_TEXT];
    tick_text(shown->birth, birth);
    tick_text(shown->death, death);
    snprintf(text, sizeof text, "%zu: %s to %s", b->basins->shown, birth,
             shown->saddle ? death : "no end");
    ink(cr, t->accent, 1);
    font(cr, 12 * u, true);
    text_at(cr, x, y + 40 * u, 0, text);
}

void overlay_barcode(const session *s, size_t number, cairo_t *cr)
{
    barcode b;
    if (!barcode_make(&b, &s->layout, &s->scene, number))
        return;
    draw_axis(s, &b, cr);
    for (size_t i = 0; i < b.n; i++)
        draw_bar(s, &b, i, cr);
    if (s->hover.is_hit && s->hover_view == number)
        draw_pointer(s, &b, cr);
    draw_texts(s, &b, &s->layout.bars[number], cr);
}
