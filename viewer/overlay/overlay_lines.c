/* The lines on and behind a surface as vectors: what the surface hides of them is left out. The ray
 * from a place to the camera tells, which is what the depth of a pixel tells in a picture. */
#include <math.h>
#include <stdlib.h>

#include "colours.h"
#include "overlay/line_styles.h"
#include "overlay/overlay_parts.h"

typedef struct place {
    double x, y; /* pixels */
} place;

/* A line under way. */
typedef struct pen {
    const session *s;
    const pane *pane;
    const relief *relief; /* NULL: nothing hides */
    const lens *lens;
    mat4 matrix;
    vec3 back, eye;
    double pull, pixel; /* scene units */
    cairo_t *cr;
    place *points; /* that are kept of the polyline */
    size_t n, capacity;
    bool failed;
} pen;

/* Where a place is seen. @return false: nowhere */
static bool see(const pen *p, vec3 at, place *seen)
{
    vec3 clip;
    if (!camera_project(&p->matrix, at, &clip))
        return false;
    seen->x = p->pane->at.x + (clip.x + 1) / 2 * p->pane->at.w;
    seen->y = p->pane->at.y + (1 - clip.y) / 2 * p->pane->at.h;
    return true;
}

/* In a picture of pixels the surface is pushed away from the lines on it by so much depth as it has
 * over two pixels: more where it is seen at a flat angle. */
static double pushed(const pen *p, vec3 at)
{
    enum { PIXELS = 2 };
    static const double most = 0.06;
    const relief *r = p->relief;
    double step = p->pixel, zx = relief_height_at(r, at.x + step, at.y) - at.z,
           zy = relief_height_at(r, at.x, at.y + step) - at.z;
    if (p->pull < 0 || isnan(zx + zy))
        return 0;
    vec3 normal = {-zx / step, -zy / step, 1};
    double facing = fabs(vec_dot(normal, p->back)) / vec_length(normal);
    return fmin(most, PIXELS * p->pixel * sqrt(1 - fmin(1, facing * facing)) / fmax(facing, 1e-3));
}

static bool is_visible(const pen *p, vec3 at)
{
    if (!p->relief)
        return true;
    vec3 hit, from = vec_add(at, vec_scale(p->back, p->pull + pushed(p, at))), way = p->back;
    double far = 8;
    if (!p->lens->camera.orthographic) {
        way = vec_sub(p->eye, from);
        far = vec_length(way);
        way = vec_scale(way, 1 / far);
    }
    ray line = {from, way};
    return !relief_pick(p->relief, &line, p->relief->height * (1 + 1e-6), &hit) ||
           vec_length(vec_sub(hit, from)) > far;
}

/* How far a point is from the line through two others. */
static double away(place at, place a, place b)
{
    double ux = b.x - a.x, uy = b.y - a.y, length = hypot(ux, uy);
    return length > 0 ? fabs(ux * (at.y - a.y) - uy * (at.x - a.x)) / length
                      : hypot(at.x - a.x, at.y - a.y);
}

/* Draws the polyline that is kept, with the points left out that lie on it to a tenth of a pixel.
 */
static void stroke(pen *p)
{
    enum { MOST_STEPS = 32 };
    static const double unseen = 0.1;
    if (p->n > 1) {
        cairo_move_to(p->cr, p->points[0].x, p->points[0].y);
        for (size_t from = 0; from + 1 < p->n;) {
            size_t to = from + 1;
            for (size_t next = to + 1; next < p->n && next <= from + MOST_STEPS; next++) {
                bool fits = true;
                for (size_t i = from + 1; i < next && fits; i++)
                    fits = away(p->points[i], p->points[from], p->points[next]) <= unseen;
                if (!fits)
                    break;
                to = next;
            }
            cairo_line_to(p->cr, p->points[to].x, p->points[to].y);
            from = to;
        }
    }
    p->n = 0;
}

static void keep(pen *p, place at)
{
    if (p->n == p->capacity) {
        size_t capacity = 2 * p->capacity + 256;
        place *grown = realloc(p->points, capacity * sizeof *grown);
        p->failed |= !grown;
        if (!grown)
            return;
        p->points = grown;
        p->capacity = capacity;
    }
    p->points[p->n++] = at;
}

static vec3 between(vec3 a, vec3 b, double t)
{
    return vec_add(vec_scale(a, 1 - t), vec_scale(b, t));
}

/* A piece whose ends are both seen by the camera: cut where it goes behind the surface. */
static void put_piece(pen *p, vec3 a, vec3 b)
{
    static const double apart = 2.5; /* pixels between places that are asked for */
    enum { HALVINGS = 6 };
    place from, to;
    if (!see(p, a, &from) || !see(p, b, &to)) {
        stroke(p);
        return;
    }
    double length = hypot(to.x - from.x, to.y - from.y);
    int steps = length > apart ? (int)fmin(ceil(length / apart), 2000) : 1;
    bool was = is_visible(p, a);
    if (was && !p->n)
        keep(p, from);
    for (int i = 1; i <= steps; i++) {
        double low = (double)(i - 1) / steps, high = (double)i / steps;
        bool is = is_visible(p, between(a, b, high));
        place seen;
        for (int k = 0; k < HALVINGS && is != was; k++) {
            double middle = (low + high) / 2;
            *(is_visible(p, between(a, b, middle)) == was ? &low : &high) = middle;
        }
        if (!see(p, between(a, b, is != was ? high : (double)i / steps), &seen)) {
            stroke(p);
            return;
        }
        if (is || was)
            keep(p, seen);
        if (was && !is)
            stroke(p);
        if (is && !was && see(p, between(a, b, (double)i / steps), &seen))
            keep(p, seen);
        was = is;
    }
}

static vec3 end_of(const float at[3])
{
    return (vec3){(double)at[0], (double)at[1], (double)at[2]};
}

static bool goes_on(const segment *a, const segment *b)
{
    return a->level == b->level && a->b[0] == b->a[0] && a->b[1] == b->a[1] && a->b[2] == b->a[2];
}

static void set_colour(const pen *p, const line_style *style, uint32_t level)
{
    const scene *c = &p->s->scene;
    const float *own = style->colours[level < N_LINE_COLOURS ? level : N_LINE_COLOURS - 1];
    double colour[3] = {(double)own[0], (double)own[1], (double)own[2]};
    if (style->is_mapped && level < c->n_levels) {
        uint8_t steps[LOSS_COLOUR_STEPS][3];
        double at = loss_scale_place(&c->scale, c->levels[level]);
        colours_table(scene_colours(c), steps);
        for (int k = 0; k < 3; k++)
            colour[k] =
                steps[(int)(fmax(0, fmin(1, at)) * (LOSS_COLOUR_STEPS - 1) + 0.5)][k] / 255.0;
    }
    cairo_set_source_rgba(p->cr, colour[0], colour[1], colour[2], (double)own[3]);
}

/* All lines of a level are one path: where its pieces meet or cross nothing is drawn twice. */
static void put_lines(pen *p, const line_style *style, const segment *lines, size_t n)
{
    uint32_t levels = 0;
    for (size_t i = 0; i < n; i++)
        levels = lines[i].level >= levels ? lines[i].level + 1 : levels;
    p->pull = style->pull;
    cairo_set_line_width(p->cr, style->width);
    cairo_set_line_cap(p->cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_ROUND);
    for (uint32_t level = 0; level < levels; level++) {
        const segment *before = NULL;
        if (!(style->colours[level < N_LINE_COLOURS ? level : N_LINE_COLOURS - 1][3] > 0))
            continue;
        for (size_t i = 0; i < n; i++) {
            if (lines[i].level != level)
                continue;
            if (!before || !goes_on(before, &lines[i]))
                stroke(p);
            put_piece(p, end_of(lines[i].a), end_of(lines[i].b));
            before = &lines[i];
        }
        stroke(p);
        set_colour(p, style, level);
        cairo_stroke(p->cr);
    }
}

bool overlay_lines(const session *s, size_t number, cairo_t *cr)
{
    static const line_kind kinds[] = {LINES_AXES, LINES_FLOOR, LINES_CONTOURS, LINES_PATH};
    const pane *shown = &s->layout.panes[number];
    const view *v = &s->scene.views[shown->view];
    lens l = layout_lens(&s->layout, &s->scene, number);
    pen p = {.s = s,
             .pane = shown,
             .relief = v->has_relief ? &v->relief : NULL,
             .lens = &l,
             .matrix = camera_matrix(&l),
             .eye = camera_position(&l),
             .pixel = camera_extent(&l) / shown->at.h,
             .cr = cr};
    vec3 right, up;
    camera_basis(&l.camera, &right, &up, &p.back);
    axes *a = malloc(sizeof *a);
    if (!a)
        return false;
    axes_make(a, &s->scene, shown->view, &l.camera);
    cairo_save(cr);
    cairo_rectangle(cr, shown->at.x, shown->at.y, shown->at.w, shown->at.h);
    cairo_clip(cr);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t n;
        const segment *lines = line_segments(v, a, kinds[k], &n);
        line_style style = line_style_of(s, kinds[k], &l.camera);
        if (n && line_is_vector(s, kinds[k], n))
            put_lines(&p, &style, lines, n);
    }
    cairo_restore(cr);
    free(a);
    free(p.points);
    return !p.failed;
}
