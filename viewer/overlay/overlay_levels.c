/* Losses on some of the lines of equal loss: small plates that lie on their lines, at places that
 * are in sight and where no other line is near. With lines on the floor they are there. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "overlay/draw.h"
#include "overlay/overlay_parts.h"
#include "tick_text.h"

enum { MOST_LABELS = 12, MOST_TRIED = 64, MOST_PIECES = 20000, SEVERAL = 255 };

/* Lines as they are seen, and which level runs where: squares of the pane, a few units wide. */
typedef struct line_map {
    const places *p;
    const segment *lines; /* by level, ascending */
    size_t n, stride;     /* of very many lines only some pieces are looked at */
    size_t width, height;
    double cell;
    uint8_t *levels; /* [height][width] level + 1, SEVERAL, or 0 */
} line_map;

/* NULL if it is outside. */
static uint8_t *cell_at(const line_map *m, double x, double y)
{
    double column = (x - m->p->area.x) / m->cell, row = (y - m->p->area.y) / m->cell;
    bool inside = column >= 0 && row >= 0 && column < (double)m->width && row < (double)m->height;
    return inside ? &m->levels[(size_t)row * m->width + (size_t)column] : NULL;
}

static vec3 point_of(const float at[3])
{
    return (vec3){(double)at[0], (double)at[1], (double)at[2]};
}

static void map_segment(const line_map *m, const segment *s)
{
    double a[2], b[2];
    if (!places_see(m->p, point_of(s->a), &a[0], &a[1]) ||
        !places_see(m->p, point_of(s->b), &b[0], &b[1]))
        return;
    int steps = (int)fmin(2 * hypot(b[0] - a[0], b[1] - a[1]) / m->cell, 1e4) + 1;
    for (int i = 0; i <= steps; i++) {
        double t = (double)i / steps;
        uint8_t *cell = cell_at(m, a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])),
                own = (uint8_t)(s->level + 1);
        if (cell)
            *cell = *cell && *cell != own ? SEVERAL : own;
    }
}

static bool map_make(line_map *m, const places *p, const segment *lines, size_t n)
{
    double cell = 3 * p->unit;
    *m = (line_map){.p = p, .lines = lines, .n = n, .stride = n / MOST_PIECES + 1, .cell = cell};
    m->width = (size_t)(p->area.w / cell) + 1;
    m->height = (size_t)(p->area.h / cell) + 1;
    m->levels = calloc(m->width * m->height, 1);
    for (size_t i = 0; m->levels && i < n; i += m->stride)
        map_segment(m, &lines[i]);
    return m->levels != NULL;
}

/* Whether no line of another level runs through a box. */
static bool is_alone(const line_map *m, box b, size_t level)
{
    for (double y = b.y; y <= b.y + b.h; y += m->cell)
        for (double x = b.x; x <= b.x + b.w; x += m->cell) {
            const uint8_t *cell = cell_at(m, x, y);
            if (cell && *cell && *cell != level + 1)
                return false;
        }
    return true;
}

typedef struct candidate {
    vec3 at;
    double x, y, worth;
} candidate;

static bool is_near_border(const relief *r, vec3 at)
{
    return fabs(at.x) > 0.88 * r->x_extent || fabs(at.y) > 0.88 * r->y_extent;
}

/* What a place is worth: room around it, not at the border, and near to the label of the
 * level before.
 * @return false: the label has no room there */
static bool weigh(const line_map *m, candidate *c, size_t level, box size, const double *before)
{
    const places *p = m->p;
    double u = p->unit;
    if (!places_see(p, c->at, &c->x, &c->y))
        return false;
    box b = {c->x - size.w / 2, c->y - size.h / 2, size.w, size.h};
    if (!places_are_free(p, b) || !is_alone(m, b, level))
        return false;
    for (int k = 1; k <= 4; k++) {
        double wider = 4 * k * u;
        box around = {b.x - wider, b.y - wider, b.w + 2 * wider, b.h + 2 * wider};
        if (!is_alone(m, around, level))
            break;
        c->worth += 1;
    }
    if (is_near_border(&p->scene->views[p->view].relief, c->at))
        c->worth -= 4; /* where the ticks have their numbers */
    if (before)
        c->worth -= 4 * hypot(c->x - before[0], c->y - before[1]) / p->area.w;
    return true;
}

static int most_worth_first(const void *a, const void *b)
{
    const candidate *p = a, *q = b;
    if (p->worth < q->worth || p->worth > q->worth)
        return p->worth < q->worth ? 1 : -1;
    return p->x != q->x ? (p->x > q->x) - (p->x < q->x) : (p->y > q->y) - (p->y < q->y);
}

/* The best place of a level's pieces that the surface does not hide. @return false: none */
static bool find_place(const line_map *m, size_t first, size_t end, box size, const double *before,
                       candidate *found)
{
    candidate all[MOST_TRIED];
    size_t n = 0, step = (end - first) / MOST_TRIED + 1, level = m->lines[first].level;
    for (size_t i = first; i < end; i += step) {
        const segment *s = &m->lines[i];
        vec3 middle = vec_scale(vec_add(point_of(s->a), point_of(s->b)), 0.5);
        all[n] = (candidate){.at = middle};
        n += weigh(m, &all[n], level, size, before);
    }
    qsort(all, n, sizeof *all, most_worth_first);
    for (size_t i = 0; i < n; i++)
        if (!scene_is_hidden(m->p->scene, m->p->view, &m->p->lens, all[i].at)) {
            *found = all[i];
            return true;
        }
    return false;
}

static void draw_plate(const places *p, box b, const char *text, cairo_t *cr)
{
    const theme *t = theme_of(p->scene->set.theme);
    rounded(cr, b, 3 * p->unit);
    ink(cr, t->panel, 0.78);
    cairo_fill(cr);
    ink(cr, t->ink, 1);
    text_at(cr, b.x + b.w / 2, b.y + b.h / 2 + 3.8 * p->unit, 0.5, text);
}

/* Labels the levels that have none yet. @return false: out of memory */
static bool label_lines(places *p, const segment *lines, size_t n, bool has_label[MOST_LEVELS],
                        cairo_t *cr)
{
    const scene *s = p->scene;
    line_map m;
    size_t every = s->n_levels / (MOST_LABELS + 1) + 1;
    double before[2];
    bool has_before = false;
    if (!n)
        return true;
    if (!map_make(&m, p, lines, n))
        return false;
    for (size_t first = 0, end; first < n; first = end) {
        size_t level = lines[first].level;
        for (end = first; end < n && lines[end].level == level;)
            end++;
        if (level % every || has_label[level])
            continue;
        char text[TICK_TEXT];
        candidate found;
        tick_text(s->levels[level], text);
        box size = {0, 0, text_width(cr, text) + 7 * p->unit, 14 * p->unit};
        if (!find_place(&m, first, end, size, has_before ? before : NULL, &found))
            continue;
        box b = {found.x - size.w / 2, found.y - size.h / 2, size.w, size.h};
        places_take(p, b);
        draw_plate(p, b, text, cr);
        before[0] = found.x;
        before[1] = found.y;
        has_label[level] = has_before = true;
    }
    free(m.levels);
    return true;
}

bool overlay_levels(places *p, cairo_t *cr)
{
    const view *v = &p->scene->views[p->view];
    bool has_label[MOST_LEVELS] = {false};
    if (!p->scene->set.level_labels)
        return true;
    font(cr, 10.5 * p->unit, false);
    return label_lines(p, v->floor_lines, v->n_floor_lines, has_label, cr) &&
           label_lines(p, v->lines, v->n_lines, has_label, cr);
}
