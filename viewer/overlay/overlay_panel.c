/* Buttons and sliders, and the list of keys. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "overlay/draw.h"
#include "overlay/overlay_parts.h"

static void draw_slider(const session *s, const widget *w, const theme *t, cairo_t *cr)
{
    double u = s->layout.unit, fraction = panel_fraction(&s->scene, w);
    box track = panel_track(&s->layout, w);
    double y = track.y + track.h / 2, at = track.x + fraction * track.w;
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_width(cr, 3.5 * u);
    ink(cr, t->faint, 0.55);
    cairo_move_to(cr, track.x, y);
    cairo_line_to(cr, track.x + track.w, y);
    cairo_stroke(cr);
    ink(cr, t->accent, 1);
    cairo_move_to(cr, track.x, y);
    cairo_line_to(cr, at, y);
    cairo_stroke(cr);
    cairo_arc(cr, at, y, 6 * u, 0, 6.28318530717958648);
    cairo_fill(cr);
    char text[64];
    panel_value_text(&s->scene, w, text);
    ink(cr, t->ink, 1);
    text_at(cr, w->at.x + w->at.w, y + 4.2 * u, 1, text);
    text_at(cr, w->at.x, y + 4.2 * u, 0, w->label);
}

static void arrow(cairo_t *cr, double x, double y, double size)
{
    cairo_move_to(cr, x - size, y - 2 * fabs(size));
    cairo_line_to(cr, x + size, y);
    cairo_line_to(cr, x - size, y + 2 * fabs(size));
    cairo_stroke(cr);
}

static void draw_choice(const session *s, const widget *w, const theme *t, bool is_hot, cairo_t *cr)
{
    double u = s->layout.unit, y = w->at.y + w->at.h / 2, left = w->at.x + 84 * u;
    box b = {left, w->at.y, w->at.x + w->at.w - left, w->at.h};
    char text[64];
    rounded(cr, b, 5 * u);
    ink(cr, t->faint, is_hot ? 0.45 : 0.22);
    cairo_fill(cr);
    ink(cr, t->ink, 1);
    text_at(cr, w->at.x, y + 4.2 * u, 0, w->label);
    setting_text(&s->scene.set, w->set, text);
    text_at(cr, b.x + b.w / 2, y + 4.2 * u, 0.5, text);
    ink(cr, t->ink, 0.6);
    cairo_set_line_width(cr, 1.5 * u);
    arrow(cr, b.x + 9 * u, y, -2 * u);
    arrow(cr, b.x + b.w - 9 * u, y, 2 * u);
}

static void draw_button(const session *s, const widget *w, const theme *t, bool is_on, bool is_hot,
                        cairo_t *cr)
{
    double u = s->layout.unit;
    rounded(cr, w->at, 5 * u);
    if (is_on)
        ink(cr, t->accent, is_hot ? 1 : 0.88);
    else
        ink(cr, t->faint, is_hot ? 0.45 : 0.22);
    cairo_fill(cr);
    ink(cr,
        is_on ? (s->scene.set.theme == THEME_DARK ? (rgb){0.05, 0.06, 0.08} : (rgb){1, 1, 1})
              : t->ink,
        1);
    double size = w->set ? 12 : 10;
    font(cr, size * u, false);
    text_at(cr, w->at.x + w->at.w / 2, w->at.y + w->at.h / 2 + 0.35 * size * u, 0.5, w->label);
    font(cr, 12 * u, false);
}

void overlay_panel(const session *s, cairo_t *cr)
{
    const theme *t = theme_of(s->scene.set.theme);
    double u = s->layout.unit;
    const box *b = &s->layout.panel;
    if (!(b->w > 0))
        return;
    cairo_rectangle(cr, b->x, b->y, b->w, b->h);
    ink(cr, t->panel, 0.94);
    cairo_fill(cr);
    ink(cr, t->faint, 0.6);
    cairo_set_line_width(cr, u);
    cairo_move_to(cr, b->x, 0);
    cairo_line_to(cr, b->x, b->h);
    cairo_stroke(cr);
    font(cr, 14 * u, true);
    ink(cr, t->ink, 1);
    text_at(cr, b->x + 10 * u, 25 * u, 0, "lossview");
    font(cr, 11 * u, false);
    ink(cr, t->ink, 0.65);
    text_at(cr, b->x + b->w - 14 * u, 25 * u, 1, "H: keys   Tab: hide");
    font(cr, 12 * u, false);
    for (size_t i = 0; i < s->n_widgets; i++) {
        const widget *w = &s->widgets[i];
        bool is_hot = s->hot == (int)i;
        if (!w->set || w->set->kind == SETTING_FLAG)
            draw_button(s, w, t, w->set && setting_get(&s->scene.set, w->set) > 0, is_hot, cr);
        else if (w->set->kind == SETTING_CHOICE)
            draw_choice(s, w, t, is_hot, cr);
        else
            draw_slider(s, w, t, cr);
    }
}

/* In two columns, of long names of keys and of short ones; in a window that has no room for
 * sentences with the labels of the panel. */
void overlay_help(const session *s, cairo_t *cr)
{
    const theme *t = theme_of(s->scene.set.theme);
    char keys[HELP_KEYS], what[HELP_TEXT];
    size_t n = 0;
    double u = s->layout.unit;
    bool is_short = s->layout.width < 1200 * u;
    while (session_help(n, is_short, keys, what))
        n++;
    size_t left = session_help_actions(), rows = left > n - left ? left : n - left;
    double width = is_short ? 790 : 1180,
           fit = fmin((s->layout.height - 12 * u) / (((double)rows * 19 + 62) * u),
                      (s->layout.width - 20 * u) / (width * u));
    u *= fmin(fit, 1);
    box b = {0, 0, width * u, ((double)rows * 19 + 60) * u};
    b.x = (s->layout.width - b.w) / 2;
    b.y = (s->layout.height - b.h) / 2;
    rounded(cr, b, 10 * u);
    ink(cr, t->panel, 0.97);
    cairo_fill_preserve(cr);
    ink(cr, t->faint, 0.8);
    cairo_set_line_width(cr, u);
    cairo_stroke(cr);
    ink(cr, t->ink, 1);
    font(cr, 16 * u, true);
    text_at(cr, b.x + 20 * u, b.y + 30 * u, 0, "Keys and mouse");
    font(cr, 11.5 * u, false);
    ink(cr, t->ink, 0.65);
    text_at(cr, b.x + b.w - 20 * u, b.y + 30 * u, 1,
            "with Shift a key goes back; H or a click closes this");
    for (size_t i = 0; i < n; i++) {
        session_help(i, is_short, keys, what);
        bool is_left = i < left;
        double x = b.x + (is_left    ? 20
                          : is_short ? 470
                                     : 540) *
                             u,
               y = b.y + (56 + 19 * (double)(is_left ? i : i - left)) * u,
               wide = is_left ? 190 : 50;
        font(cr, 12 * u, true);
        ink(cr, t->accent, 1);
        text_at(cr, x, y, 0, keys);
        font(cr, 12 * u, false);
        ink(cr, t->ink, 1);
        text_at(cr, x + wide * u, y, 0, what);
    }
}
