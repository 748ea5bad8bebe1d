/* Title, hover box, messages; and the order in which everything is drawn. */
#include "overlay/overlay.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "overlay/draw.h"
#include "overlay/overlay_parts.h"

/* A text cut to a width, with an ellipsis; on a surface with a halo. */
static void fitted(const session *s, cairo_t *cr, double x, double y, double width,
                   const char *text)
{
    char cut[700];
    snprintf(cut, sizeof cut, "%s", text);
    size_t n = strlen(cut);
    while (n > 4 && text_width(cr, cut) > width) {
        do
            n--;
        while (n > 4 && ((unsigned char)cut[n] & 0xC0) == 0x80);
        snprintf(cut + n, sizeof cut - n, "\342\200\246");
    }
    if (layout_is_overfull(&s->layout, &s->scene))
        halo_text(cr, theme_of(s->scene.set.theme), s->layout.unit, x, y, 0, cut);
    else
        text_at(cr, x, y, 0, cut);
}

enum { PROGRESS_TEXT = 400 };

/* What of the surface and its marks is not yet there, estimated, or not to be relied upon. */
static void progress_text(const scene *c, const view *v, char text[PROGRESS_TEXT])
{
    const grid *g = &v->grid;
    const char *estimated = g->splits[scene_split(c, v)].estimated;
    size_t n = 0;
    text[0] = 0;
#define ADD(...)                                                                                   \
    n += (size_t)snprintf(text + n, n < PROGRESS_TEXT ? PROGRESS_TEXT - n : 0, __VA_ARGS__)
    if (g->n_evaluated < g->n_total)
        ADD("%zu of %zu points (%.0f %%)%s", g->n_evaluated, g->n_total,
            100 * (double)g->n_evaluated / (double)g->n_total,
            g->n_interpolated ? ", between them interpolated" : "");
    else if (g->n_not_finite)
        ADD("%zu points are not finite: left out", g->n_not_finite);
    if (v->n_below)
        ADD("%s%zu points are 0 or less: left out", n ? "; " : "", v->n_below);
    if (estimated)
        ADD("%s%s", n ? "; " : "", estimated);
    if (v->n_hollow) /* then there are marks: all points are evaluated */
        ADD("%shollow marks (%zu of %zu): within the sampling error", n ? "; " : "", v->n_hollow,
            v->n_critical);
#undef ADD
}

static void draw_title(const session *s, cairo_t *cr)
{
    const scene *c = &s->scene;
    const theme *t = theme_of(c->set.theme);
    double u = s->layout.unit, part = s->layout.title.w / (double)(c->n_views ? c->n_views : 1);
    for (size_t i = 0; i < c->n_views; i++) {
        const grid *g = &c->views[i].grid;
        double x = part * (double)i + 18 * u, width = part - 36 * u, y = 28 * u;
        char text[700], progress[PROGRESS_TEXT];
        ink(cr, t->ink, 1);
        font(cr, 17 * u, true);
        scene_title(c, i, text);
        fitted(s, cr, x, y, width, text);
        font(cr, 12 * u, false);
        ink(cr, t->ink, 0.72);
        if (g->caption)
            fitted(s, cr, x, y += 19 * u, width, g->caption);
        scene_notes(c, i, text);
        if (text[0])
            fitted(s, cr, x, y += 17 * u, width, text);
        progress_text(c, &c->views[i], progress);
        if (!progress[0])
            continue;
        ink(cr, t->accent, 1);
        fitted(s, cr, x, y += 17 * u, width, progress);
        if (g->n_evaluated < g->n_total) {
            ink(cr, t->faint, 0.5);
            rounded(cr, (box){x, y + 6 * u, 220 * u, 5 * u}, 2.5 * u);
            cairo_fill(cr);
            ink(cr, t->accent, 1);
            rounded(cr,
                    (box){x, y + 6 * u,
                          fmax(5, 220 * (double)g->n_evaluated / (double)g->n_total) * u, 5 * u},
                    2.5 * u);
            cairo_fill(cr);
        }
    }
}

static void number(double value, const char *format, char text[48])
{
    if (isnan(value))
        snprintf(text, 48, "\342\200\224");
    else
        snprintf(text, 48, format, value);
}

/* The box beside the mouse. */
static void draw_hover(const session *s, cairo_t *cr)
{
    const hover *h = &s->hover;
    const theme *t = theme_of(s->scene.set.theme);
    double u = s->layout.unit;
    if (!h->is_hit)
        return;
    char lines[5][160], a[48], b[48];
    size_t n = 0;
    snprintf(lines[n++], 160, "x %.4g   y %.4g", h->x, h->y);
    snprintf(lines[n++], 160, "%s %.5g", scene_value_name(&s->scene, s->hover_view), h->value);
    number(h->loss, "%.5g", a);
    number(h->error, " \302\261 %.2g", b);
    if (s->scene.views[s->hover_view].grid.quantity != GRID_HEIGHT)
        snprintf(lines[n++], 160, "grid point (%.4g, %.4g): loss %s%s", h->grid_x, h->grid_y, a,
                 isnan(h->error) ? "" : b);
    if (!isnan(h->accuracy))
        snprintf(lines[n++], 160, "accuracy there %.2f %%", h->accuracy);
    if (!isnan(h->convexity))
        snprintf(lines[n++], 160, "convexity there %.3g", h->convexity);
    font(cr, 12 * u, false);
    double width = 0, height = (double)n * 18 * u + 10 * u;
    for (size_t i = 0; i < n; i++)
        width = fmax(width, text_width(cr, lines[i]));
    width += 20 * u;
    double x = s->mouse_x + 18 * u, y = s->mouse_y + 18 * u;
    if (x + width > s->layout.width - s->layout.panel.w)
        x = s->mouse_x - 12 * u - width;
    if (y + height > s->layout.height)
        y = s->mouse_y - 12 * u - height;
    rounded(cr, (box){x, y, width, height}, 6 * u);
    ink(cr, t->panel, 0.93);
    cairo_fill_preserve(cr);
    ink(cr, t->faint, 0.8);
    cairo_set_line_width(cr, u);
    cairo_stroke(cr);
    ink(cr, t->ink, 1);
    for (size_t i = 0; i < n; i++)
        text_at(cr, x + 10 * u, y + (20 + 18 * (double)i) * u, 0, lines[i]);
}

/* Breaks a sentence into lines; returns how many. */
static size_t wrap(cairo_t *cr, const char *text, double width, char lines[6][256])
{
    size_t n = 0, length = 0;
    const char *word = text;
    lines[0][0] = 0;
    while (*word && n < 6) {
        size_t end = strcspn(word, " ");
        char longer[256];
        snprintf(longer, sizeof longer, "%s%s%.*s", lines[n], length ? " " : "",
                 (int)(end > 200 ? 200 : end), word);
        if (length && text_width(cr, longer) > width) {
            if (++n == 6)
                break;
            length = 0;
            lines[n][0] = 0;
            continue;
        }
        memcpy(lines[n], longer, sizeof longer);
        length = strlen(longer);
        word += end + (word[end] == ' ');
    }
    return n < 6 ? n + 1 : 6;
}

static void draw_banner(const session *s, const char *text, bool is_trouble, cairo_t *cr)
{
    const theme *t = theme_of(s->scene.set.theme);
    double u = s->layout.unit, room = s->layout.width - s->layout.panel.w,
           width = fmin(room - 40 * u, 640 * u);
    char lines[6][256];
    font(cr, 14 * u, false);
    size_t n = wrap(cr, text, width - 40 * u, lines);
    box b = {(room - width) / 2, s->layout.height - (36 + 20 * (double)n) * u, width,
             (18 + 20 * (double)n) * u};
    rounded(cr, b, 8 * u);
    ink(cr, is_trouble ? (rgb){0.72, 0.13, 0.12} : t->accent, 0.95);
    cairo_fill(cr);
    ink(cr, (rgb){1, 1, 1}, 1);
    for (size_t i = 0; i < n; i++)
        text_at(cr, b.x + b.w / 2, b.y + (23 + 20 * (double)i) * u, 0.5, lines[i]);
}

static void draw_invitation(const session *s, cairo_t *cr)
{
    const theme *t = theme_of(s->scene.set.theme);
    double u = s->layout.unit, x = (s->layout.width - s->layout.panel.w) / 2,
           y = s->layout.height / 2;
    ink(cr, t->ink, 0.85);
    font(cr, 22 * u, true);
    text_at(cr, x, y - 10 * u, 0.5, "Drop a landscape or another surface here");
    font(cr, 14 * u, false);
    text_at(cr, x, y + 20 * u, 0.5, "Ctrl+O: choose one; two are shown side by side; H: the keys");
}

bool overlay_draw(const session *s, cairo_t *cr)
{
    const scene *c = &s->scene;
    bool is_whole = true;
    for (size_t i = 0; i < s->layout.n_panes; i++)
        is_whole = (c->views[s->layout.panes[i].view].curves ? overlay_curves
                                                             : overlay_labels)(s, i, cr) &&
                   is_whole;
    for (size_t i = 0; i < c->n_views; i++) {
        overlay_strip(s, i, cr);
        overlay_barcode(s, i, cr);
    }
    overlay_pointer(s, cr);
    if (!c->n_views)
        draw_invitation(s, cr);
    if (s->layout.title.w > 0)
        draw_title(s, cr);
    if (s->layout.bar.w > 0)
        overlay_bar(s, cr);
    draw_hover(s, cr);
    overlay_panel(s, cr);
    if (c->message[0])
        draw_banner(s, c->message, true, cr);
    else if (s->notice[0])
        draw_banner(s, s->notice, false, cr);
    if (s->chooser.is_open)
        overlay_chooser(s, cr);
    if (c->set.help)
        overlay_help(s, cr);
    return is_whole;
}
