/* The colour bar: what the colours mean. In the mode of slopes it is about slopes; where bands
 * or lines are drawn it shows them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "overlay/draw.h"
#include "overlay/overlay_parts.h"
#include "tick_text.h"

void overlay_gradient(const session *s, box b, cairo_t *cr)
{
    const scene *c = &s->scene;
    uint8_t table[LOSS_COLOUR_STEPS][3];
    colours_table(scene_colours(c), table);
    cairo_pattern_t *p = cairo_pattern_create_linear(0, b.y + b.h, 0, b.y);
    for (int i = 0; i < LOSS_COLOUR_STEPS; i++)
        cairo_pattern_add_color_stop_rgb(p, (double)i / (LOSS_COLOUR_STEPS - 1),
                                         table[i][0] / 255.0, table[i][1] / 255.0,
                                         table[i][2] / 255.0);
    cairo_rectangle(cr, b.x, b.y, b.w, b.h);
    cairo_set_source(cr, p);
    cairo_fill(cr);
    cairo_pattern_destroy(p);
}

/* Each band in the colour of its middle, as the surface has it. */
static void bands(const session *s, box b, cairo_t *cr)
{
    const scene *c = &s->scene;
    uint8_t table[LOSS_COLOUR_STEPS][3];
    colours_table(scene_colours(c), table);
    size_t n;
    const double *levels = scene_colour_levels(c, &n);
    const loss_scale *scale = scene_colour_scale(c);
    for (size_t i = 0; i <= n; i++) {
        double low = i ? loss_scale_place(scale, levels[i - 1]) : 0,
               high = i < n ? loss_scale_place(scale, levels[i]) : 1;
        const uint8_t *colour = table[(int)((low + high) / 2 * (LOSS_COLOUR_STEPS - 1) + 0.5)];
        cairo_set_source_rgb(cr, colour[0] / 255.0, colour[1] / 255.0, colour[2] / 255.0);
        cairo_rectangle(cr, b.x, b.y + b.h * (1 - high), b.w, b.h * (high - low));
        cairo_fill(cr);
    }
}

static void level_lines(const session *s, box b, cairo_t *cr)
{
    const scene *c = &s->scene;
    ink(cr, theme_of(THEME_LIGHT)->ink, 0.8);
    cairo_set_line_width(cr, s->layout.unit);
    for (size_t i = 0; i < c->n_levels; i++) {
        double y = b.y + b.h * (1 - loss_scale_place(&c->scale, c->levels[i]));
        cairo_move_to(cr, b.x, y);
        cairo_line_to(cr, b.x + b.w, y);
    }
    cairo_stroke(cr);
}

/* A pointed end beyond the bar, where values are cut off. */
static void pointed_end(const session *s, box b, cairo_t *cr)
{
    const scene *c = &s->scene;
    uint8_t table[LOSS_COLOUR_STEPS][3];
    const uint8_t *colour = table[LOSS_COLOUR_STEPS - 1];
    colours_table(scene_colours(c), table);
    cairo_move_to(cr, b.x, b.y);
    cairo_line_to(cr, b.x + b.w / 2, b.y - b.w);
    cairo_line_to(cr, b.x + b.w, b.y);
    cairo_close_path(cr);
    cairo_set_source_rgb(cr, colour[0] / 255.0, colour[1] / 255.0, colour[2] / 255.0);
    cairo_fill_preserve(cr);
    ink(cr, theme_of(c->set.theme)->ink, 1);
    cairo_set_line_width(cr, 1.2 * s->layout.unit);
    cairo_stroke(cr);
}

void overlay_bar(const session *s, cairo_t *cr)
{
    const scene *c = &s->scene;
    const theme *t = theme_of(c->set.theme);
    double u = s->layout.unit, ticks[MOST_TICKS], height = fmin(s->layout.bar.h - 90 * u, 460 * u);
    box b = {s->layout.bar.x + 8 * u, s->layout.bar.y + (s->layout.bar.h - height) / 2, 16 * u,
             height};
    bool is_slope = c->set.texture == TEXTURE_SLOPE, is_height = !is_slope && !scene_is_tinted(c);
    loss_scale range =
        is_slope ? (loss_scale){LOSS_SCALE_LINEAR, 0, c->steepest, 0} : *scene_colour_scale(c);
    if (height < 40 * u)
        return;
    if (layout_is_overfull(&s->layout, c)) { /* on a surface */
        rounded(cr, (box){b.x - 6 * u, b.y - 30 * u, s->layout.bar.w - 5 * u, height + 60 * u},
                8 * u);
        ink(cr, t->panel, 0.82);
        cairo_fill(cr);
    }
    if (c->set.texture == TEXTURE_BANDS)
        bands(s, b, cr);
    else
        overlay_gradient(s, b, cr);
    if (is_height && (c->set.contours || c->set.floor || c->set.texture == TEXTURE_ISOLINES))
        level_lines(s, b, cr);
    if (is_height && c->full_high > c->scale.high)
        pointed_end(s, b, cr);
    cairo_rectangle(cr, b.x, b.y, b.w, b.h);
    ink(cr, t->ink, 1);
    cairo_set_line_width(cr, 1.2 * u);
    cairo_stroke(cr);
    font(cr, 12 * u, false);
    size_t n = loss_scale_ticks(&range, (size_t)fmax(2, height / (60 * u)), ticks, MOST_TICKS);
    double widest = 0;
    for (size_t i = 0; i < n; i++) {
        char text[TICK_TEXT];
        double y = b.y + b.h * (1 - loss_scale_place(&range, ticks[i]));
        tick_text(ticks[i], text);
        cairo_move_to(cr, b.x + b.w, y);
        cairo_line_to(cr, b.x + b.w + 5 * u, y);
        cairo_stroke(cr);
        text_at(cr, b.x + b.w + 9 * u, y + 4.2 * u, 0, text);
        widest = fmax(widest, text_width(cr, text));
    }
    char what[128], label[160];
    scene_colour_quantity(c, SIZE_MAX, what);
    snprintf(label, sizeof label, is_slope ? "slope of the %s per unit" : "%s", what);
    cairo_save(cr);
    cairo_translate(cr, b.x + b.w + 9 * u + widest + 17 * u, b.y + b.h / 2);
    cairo_rotate(cr, -1.57079632679489662);
    text_at(cr, 0, 0, 0.5, label);
    cairo_restore(cr);
}
