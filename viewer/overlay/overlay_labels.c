/* Texts and marks of a view, none over another: each text takes the first free place of several
 * around what it names. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "overlay/draw.h"
#include "overlay/overlay_parts.h"
#include "scene/axes.h"

enum { MOST_PLACES = 600, FEW = 12 };

typedef struct places {
    const session *s;
    size_t number;
    const box *area;
    mat4 matrix;
    lens lens;
    box taken[MOST_PLACES];
    size_t n;
} places;

static bool is_free(const places *p, box b)
{
    if (b.x < p->area->x || b.y < p->area->y || b.x + b.w > p->area->x + p->area->w ||
        b.y + b.h > p->area->y + p->area->h)
        return false;
    for (size_t i = 0; i < p->n; i++) {
        const box *o = &p->taken[i];
        if (b.x < o->x + o->w && o->x < b.x + b.w && b.y < o->y + o->h && o->y < b.y + b.h)
            return false;
    }
    return true;
}

static void take(places *p, box b)
{
    if (p->n < MOST_PLACES)
        p->taken[p->n++] = b;
}

static bool seen_at(const places *p, vec3 at, double *x, double *y)
{
    vec3 seen;
    if (!camera_project(&p->matrix, at, &seen))
        return false;
    *x = p->area->x + (seen.x + 1) / 2 * p->area->w;
    *y = p->area->y + (1 - seen.y) / 2 * p->area->h;
    return true;
}

static void draw_axis_label(places *p, const axis_label *l, cairo_t *cr)
{
    const theme *t = theme_of(p->s->scene.set.theme);
    double u = p->s->layout.unit, x, y, ox, oy;
    if (!seen_at(p, l->at, &x, &y) ||
        !seen_at(p, vec_add(l->at, vec_scale(l->outward, 0.1)), &ox, &oy))
        return;
    double dx = ox - x, dy = oy - y, length = hypot(dx, dy);
    if (length < 1e-6)
        return;
    font(cr, (l->is_name ? 13 : 12) * u, l->is_name);
    dx /= length;
    dy /= length;
    double w = text_width(cr, l->text), h = 12 * u, reach = 16 * u * l->distance;
    /* The text's nearer side is that far from the axis, whatever way it lies. */
    double half = fabs(dx) * w / 2 + fabs(dy) * h / 2, cx = x + dx * (reach - 4 * u + half),
           cy = y + dy * (reach - 4 * u + half);
    box b = {cx - w / 2 - 2 * u, cy - h / 2 - u, w + 4 * u, h + 2 * u};
    if (!is_free(p, b))
        return;
    take(p, b);
    halo_text(cr, t, u, cx, cy + 4.3 * u, 0.5, l->text);
}

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

/* Only right beside the mark (rings = 1), or also further off, with a line to it. */
static void draw_label(places *p, double x, double y, const char *text, int rings, cairo_t *cr)
{
    static const double turns[] = {-0.4, 0.4, 3.5, 2.75, -1.57, 1.57, -0.9, -2.2, 0.9, 2.2};
    const theme *t = theme_of(p->s->scene.set.theme);
    double u = p->s->layout.unit, w = text_width(cr, text), h = 13 * u;
    for (int ring = 0; ring < rings; ring++)
        for (size_t k = 0; k < sizeof turns / sizeof *turns; k++) {
            double reach = (14 + 20 * ring) * u, dx = cos(turns[k]), dy = sin(turns[k]);
            double ax = x + dx * reach, ay = y + dy * reach,
                   left = dx > 0.3    ? ax
                          : dx < -0.3 ? ax - w
                                      : ax - w / 2;
            box b = {left - 3 * u, ay - h / 2 - 2 * u, w + 6 * u, h + 4 * u};
            if (!is_free(p, b))
                continue;
            take(p, b);
            if (ring) {
                ink(cr, t->ink, 0.7);
                cairo_set_line_width(cr, u);
                cairo_move_to(cr, x + dx * 8 * u, y + dy * 8 * u);
                cairo_line_to(cr, ax, ay);
                cairo_stroke(cr);
            }
            halo_text(cr, t, u, left, ay + 4.4 * u, 0, text);
            return;
        }
}

typedef struct place {
    double x, y;
    bool is_seen, is_hidden, is_labelled;
} place;

/* Epochs of the path, the last first, as it ends where most marks are; marks that can hardly be
 * told apart share one. */
static void draw_epochs(places *p, place *at, bool is_hidden, cairo_t *cr)
{
    const view *v = &p->s->scene.views[p->number];
    double apart = 8 * p->s->layout.unit;
    for (size_t i = v->n_marks; i-- > 0;) {
        bool is_wanted =
            v->marks[i].kind == MARK_PATH && at[i].is_seen && at[i].is_hidden == is_hidden;
        for (size_t k = i + 1; is_wanted && k < v->n_marks; k++)
            is_wanted = !at[k].is_labelled || hypot(at[k].x - at[i].x, at[k].y - at[i].y) > apart;
        if (!is_wanted)
            continue;
        draw_label(p, at[i].x, at[i].y, v->marks[i].text, 1, cr);
        at[i].is_labelled = true;
    }
}

static bool draw_marks(places *p, cairo_t *cr)
{
    const view *v = &p->s->scene.views[p->number];
    double u = p->s->layout.unit;
    place *at = calloc(v->n_marks + 1, sizeof *at);
    if (!at)
        return false;
    for (size_t i = 0; i < v->n_marks; i++) {
        const mark *m = &v->marks[i];
        at[i].is_seen =
            seen_at(p, m->at, &at[i].x, &at[i].y) && box_holds(*p->area, at[i].x, at[i].y);
        if (!at[i].is_seen)
            continue;
        at[i].is_hidden = scene_is_hidden(&p->s->scene, p->number, &p->lens, m->at);
        draw_mark(m, at[i].x, at[i].y, u, at[i].is_hidden, cr);
        take(p, (box){at[i].x - 7 * u, at[i].y - 7 * u, 14 * u, 14 * u});
    }
    font(cr, 12.5 * u, false);
    int passes = v->n_critical <= FEW ? 2 : 1; /* what is in sight chooses first; what is hidden
                                                  has texts only if there is room */
    for (int hidden = 0; hidden < passes; hidden++) {
        draw_epochs(p, at, hidden == 1, cr);
        for (size_t i = 0; i < v->n_marks; i++)
            if (v->marks[i].kind != MARK_PATH && at[i].is_seen &&
                at[i].is_hidden == (hidden == 1) && v->marks[i].text[0])
                draw_label(p, at[i].x, at[i].y, v->marks[i].text, 4, cr);
    }
    free(at);
    return true;
}

bool overlay_labels(const session *s, size_t number, cairo_t *cr)
{
    static _Thread_local places p; /* too large for a stack of unknown size */
    static _Thread_local axes a;
    const box *area = &s->layout.panes[number].at;
    p = (places){.s = s, .number = s->layout.panes[number].view, .area = area};
    p.lens = layout_lens(&s->layout, &s->scene, number);
    p.matrix = camera_matrix(&p.lens);
    axes_make(&a, &s->scene, p.number, &p.lens.camera);
    cairo_save(cr);
    cairo_rectangle(cr, area->x, area->y, area->w, area->h);
    cairo_clip(cr);
    take(&p, overlay_legend(s, number, cr));
    for (int names = 1; names >= 0; names--)
        for (size_t i = 0; i < a.n_labels; i++)
            if (a.labels[i].is_name == (names == 1))
                draw_axis_label(&p, &a.labels[i], cr);
    bool is_whole = draw_marks(&p, cr);
    cairo_restore(cr);
    return is_whole;
}
