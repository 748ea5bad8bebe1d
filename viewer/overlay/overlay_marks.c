/* Marks, and what is written beside them: epochs of a path, and what critical points are, on plates
 * with a line to their mark. Nothing lies over anything else. */
#include <math.h>
#include <stdlib.h>

#include "overlay/draw.h"
#include "overlay/overlay_parts.h"

enum { FEW = 12, MOST_PLATES = 16 };
static const double MARK = 7; /* radius, units */

static rgb colour_of(const mark *m)
{
    switch (m->kind) {
    case MARK_MINIMUM: return (rgb){0.16, 0.62, 0.96};
    case MARK_SADDLE: return (rgb){1, 0.80, 0.16};
    case MARK_MAXIMUM: return (rgb){0.93, 0.25, 0.20};
    case MARK_CENTRE: return (rgb){1, 1, 1};
    case MARK_PATH: return rgb_of_run(m->run);
    default: return (rgb){0.95, 0.95, 0.98};
    }
}

static void polygon(cairo_t *cr, double x, double y, double r, int corners, double turn)
{
    for (int i = 0; i < corners; i++) {
        double a = turn + 6.28318530717958648 * i / corners;
        cairo_line_to(cr, x + r * cos(a), y + r * sin(a));
    }
    cairo_close_path(cr);
}

/* Minimum: triangle down; maximum: triangle up; saddle: diamond; centre: a cross; path: a dot.
 * Shapes, not colours alone. Hollow: within the sampling error. */
static void draw_mark(const mark *m, double x, double y, double u, bool is_hidden, cairo_t *cr)
{
    static const double down = 1.57079632679489662;
    mark_kind kind = m->kind;
    if (kind == MARK_CENTRE) {
        for (int pass = 0; pass < 2; pass++) {
            ink(cr, pass ? colour_of(m) : (rgb){0.08, 0.08, 0.1}, is_hidden ? 0.5 : 1);
            cairo_set_line_width(cr, (pass ? 2 : 4.6) * u);
            cairo_move_to(cr, x - 7 * u, y);
            cairo_line_to(cr, x + 7 * u, y);
            cairo_move_to(cr, x, y - 7 * u);
            cairo_line_to(cr, x, y + 7 * u);
            cairo_stroke(cr);
        }
        return;
    }
    if (kind == MARK_PATH || kind == MARK_PATH_TRUE)
        cairo_arc(cr, x, y, (kind == MARK_PATH ? 4 : 3.2) * u, 0, 6.28318530717958648);
    else
        polygon(cr, x, y, kind == MARK_SADDLE ? 7 * u : 7.5 * u, kind == MARK_SADDLE ? 4 : 3,
                kind == MARK_MAXIMUM ? -down : down);
    if (m->is_hollow) { /* a dark line with a coloured one within */
        ink(cr, (rgb){0.08, 0.08, 0.1}, is_hidden ? 0.5 : 1);
        cairo_set_line_width(cr, 3.8 * u);
        cairo_stroke_preserve(cr);
        ink(cr, colour_of(m), is_hidden ? 0.35 : 1);
        cairo_set_line_width(cr, 2 * u);
        cairo_stroke(cr);
        return;
    }
    ink(cr, colour_of(m), is_hidden ? 0.35 : 1);
    cairo_fill_preserve(cr);
    ink(cr, (rgb){0.08, 0.08, 0.1}, is_hidden ? 0.5 : 1);
    cairo_set_line_width(cr, 1.4 * u);
    cairo_stroke(cr);
}

typedef struct place {
    double x, y;
    bool is_seen, is_hidden, is_labelled;
} place;

/* Only right beside the mark. */
static void draw_epoch(places *p, const place *at, const char *text, cairo_t *cr)
{
    static const double turns[] = {-0.4, 0.4, 3.5, 2.75, -1.57, 1.57, -0.9, -2.2, 0.9, 2.2};
    const theme *t = theme_of(p->scene->set.theme);
    double u = p->unit, w = text_width(cr, text), h = 13 * u, reach = 14 * u;
    for (size_t k = 0; k < sizeof turns / sizeof *turns; k++) {
        double dx = cos(turns[k]), x = at->x + dx * reach, y = at->y + sin(turns[k]) * reach,
               left = dx > 0.3    ? x
                      : dx < -0.3 ? x - w
                                  : x - w / 2;
        box b = {left - 3 * u, y - h / 2 - 2 * u, w + 6 * u, h + 4 * u};
        if (!places_are_free(p, b))
            continue;
        places_take(p, b);
        halo_text(cr, t, u, left, y + 4.4 * u, 0, text);
        return;
    }
}

/* Epochs of the path, the last first, as it ends where most marks are; marks that can hardly be
 * told apart share one. */
static void draw_epochs(places *p, place *at, bool is_hidden, cairo_t *cr)
{
    const view *v = &p->scene->views[p->view];
    double apart = 8 * p->unit;
    font(cr, 12.5 * p->unit, false);
    for (size_t i = v->n_marks; i-- > 0;) {
        bool is_wanted =
            v->marks[i].kind == MARK_PATH && at[i].is_seen && at[i].is_hidden == is_hidden;
        for (size_t k = i + 1; is_wanted && k < v->n_marks; k++)
            is_wanted = !at[k].is_labelled || hypot(at[k].x - at[i].x, at[k].y - at[i].y) > apart;
        if (!is_wanted)
            continue;
        draw_epoch(p, &at[i], v->marks[i].text, cr);
        at[i].is_labelled = true;
    }
}

/* A plate of one or two lines of text, and a line to its mark; faint where the surface hides that.
 * @return whether there was room */
static bool draw_plate(places *p, const mark *m, const place *at, cairo_t *cr)
{
    const theme *t = theme_of(p->scene->set.theme);
    double u = p->unit, alpha = at->is_hidden ? 0.5 : 1, width, from[2], to[2];
    box b;
    font(cr, 11 * u, false);
    width = text_width(cr, m->detail);
    font(cr, 12 * u, true);
    width = fmax(width, text_width(cr, m->text)) + 14 * u;
    if (!places_find_beside(p, at->x, at->y, MARK * u, width, (m->detail[0] ? 36 : 21) * u, &b))
        return false;
    places_leader(at->x, at->y, MARK * u, b, from, to);
    for (int pass = 0; pass < 2; pass++) { /* seen on any colour */
        ink(cr, pass ? t->ink : t->halo, (pass ? 0.85 : 0.7) * alpha);
        cairo_set_line_width(cr, (pass ? 1.2 : 3.2) * u);
        cairo_move_to(cr, from[0], from[1]);
        cairo_line_to(cr, to[0], to[1]);
        cairo_stroke(cr);
    }
    rounded(cr, b, 4.5 * u);
    ink(cr, t->panel, 0.86 * alpha);
    cairo_fill_preserve(cr);
    ink(cr, t->ink, 0.55 * alpha);
    cairo_set_line_width(cr, u);
    cairo_stroke(cr);
    ink(cr, t->ink, alpha);
    text_at(cr, b.x + 7 * u, b.y + 15 * u, 0, m->text);
    font(cr, 11 * u, false);
    ink(cr, t->ink, 0.8 * alpha);
    text_at(cr, b.x + 7 * u, b.y + 29.5 * u, 0, m->detail);
    return true;
}

static void draw_all(places *p, place *at, cairo_t *cr)
{
    const view *v = &p->scene->views[p->view];
    for (size_t i = 0; i < v->n_marks; i++) {
        const mark *m = &v->marks[i];
        double r = MARK * p->unit;
        at[i].is_seen =
            places_see(p, m->at, &at[i].x, &at[i].y) && box_holds(p->area, at[i].x, at[i].y);
        if (!at[i].is_seen)
            continue;
        at[i].is_hidden = scene_is_hidden(p->scene, p->view, &p->lens, m->at);
        draw_mark(m, at[i].x, at[i].y, p->unit, at[i].is_hidden, cr);
        places_take(p, (box){at[i].x - r, at[i].y - r, 2 * r, 2 * r});
    }
}

/* What is in sight chooses first; what is hidden has texts only if there is room. Marks come with
 * the most persistent first, and more plates than some would hide what they are about. */
static void draw_texts(places *p, place *at, bool is_hidden, cairo_t *cr)
{
    const view *v = &p->scene->views[p->view];
    if (is_hidden && v->n_critical > FEW)
        return;
    draw_epochs(p, at, is_hidden, cr);
    for (size_t i = 0, n = 0; i < v->n_marks && n < MOST_PLATES; i++)
        if (v->marks[i].kind != MARK_PATH && at[i].is_seen && at[i].is_hidden == is_hidden &&
            v->marks[i].text[0])
            n += draw_plate(p, &v->marks[i], &at[i], cr);
}

bool overlay_marks(places *p, cairo_t *cr)
{
    place *at = calloc(p->scene->views[p->view].n_marks + 1, sizeof *at);
    if (!at)
        return false;
    draw_all(p, at, cr);
    draw_texts(p, at, false, cr);
    bool is_whole = overlay_levels(p, cr);
    draw_texts(p, at, true, cr);
    free(at);
    return is_whole;
}
