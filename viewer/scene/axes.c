/* Ticks stand on the sides that the camera is near, from below on the far ones, so that no surface
 * hides them. */
#include "scene/axes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tick_text.h"

static const double TICK = 0.03; /* length of a tick, scene units */
static const double EDGE_ON =
    0.16; /* an axis seen end-on, of which less than this part shows, gets no text */

static void line(axes *a, vec3 from, vec3 to, uint32_t kind)
{
    if (a->n_lines < MOST_AXIS_LINES)
        a->lines[a->n_lines++] = (segment){{(float)from.x, (float)from.y, (float)from.z},
                                           {(float)to.x, (float)to.y, (float)to.z},
                                           kind};
}

static void text(axes *a, vec3 at, vec3 outward, double distance, bool is_name, const char *words)
{
    if (a->n_labels == MOST_AXIS_LABELS)
        return;
    axis_label *l = &a->labels[a->n_labels++];
    *l = (axis_label){.at = at, .outward = outward, .distance = distance, .is_name = is_name};
    snprintf(l->text, sizeof l->text, "%s", words);
}

/* What the three axes share. */
typedef struct stage {
    axes *a;
    const scene *s;
    const camera *camera;
    const relief *r;
    double x_near, y_near;     /* signs of the sides near the camera */
    double x_side, y_side;     /* of those where the floor has its texts */
    double across_x, across_y; /* how much of the axis shows from here, 0 to 1 */
    bool walls, floor;
    double base; /* z of the floor's texts: seen from straight above they stand at the top, which
                    nothing hides */
} stage;

/* x on the near side along y, or y on the near side along x. */
static void floor_axis(const stage *t, bool is_y, const char *name)
{
    const relief *r = t->r;
    loss_scale range = {LOSS_SCALE_LINEAR, is_y ? r->y_low : r->x_low, is_y ? r->y_high : r->x_high,
                        0};
    double ticks[MOST_TICKS], side = is_y ? t->x_side * r->x_extent : t->y_side * r->y_extent,
                              wall = is_y ? -t->x_near * r->x_extent : -t->y_near * r->y_extent;
    size_t n = loss_scale_ticks(&range, 6, ticks, MOST_TICKS);
    vec3 outward = is_y ? (vec3){t->x_side, 0, 0} : (vec3){0, t->y_side, 0};
    bool has_text = t->s->set.axes && (is_y ? t->across_y : t->across_x) > EDGE_ON;
    for (size_t i = 0; i < n; i++) {
        double at = is_y ? relief_scene_y(r, ticks[i]) : relief_scene_x(r, ticks[i]);
        vec3 near = is_y ? (vec3){side, at, t->base} : (vec3){at, side, t->base};
        vec3 far = is_y ? (vec3){-side, at, t->base} : (vec3){at, -side, t->base};
        vec3 foot = is_y ? (vec3){wall, at, t->base} : (vec3){at, wall, t->base}, top = foot;
        char words[TICK_TEXT];
        top.z = r->height;
        if (t->s->set.grid && t->floor && !(t->base > 0))
            line(t->a, near, far, AXIS_GRID);
        if (t->s->set.grid && t->walls)
            line(t->a, foot, top, AXIS_GRID);
        if (!has_text)
            continue;
        line(t->a, near, vec_add(near, vec_scale(outward, TICK)), AXIS_INK);
        tick_text(ticks[i], words);
        text(t->a, near, outward, 1, false, words);
    }
    if (has_text) {
        vec3 middle = is_y ? (vec3){side, 0, t->base} : (vec3){0, side, t->base};
        text(t->a, middle, outward, 3.1, true, name);
    }
}

static void wall_lines(const stage *t, double z)
{
    double x = t->r->x_extent, y = t->r->y_extent, fx = -t->x_near * x, fy = -t->y_near * y;
    line(t->a, (vec3){-x, fy, z}, (vec3){x, fy, z}, AXIS_GRID);
    line(t->a, (vec3){fx, -y, z}, (vec3){fx, y, z}, AXIS_GRID);
}

/* The corner that is seen furthest to the left: nothing of the surface is left of it. From the
 * front that is a near one, else one of the two outer ones. */
static vec3 leftmost(const stage *t, vec3 right, vec3 back)
{
    static const double distance = 5.5; /* of the camera, about */
    vec3 best = {0, 0, 0};
    double least = (double)INFINITY;
    for (int k = 0; k < 4; k++) {
        vec3 p = {(k & 1 ? 1 : -1) * t->x_near * t->r->x_extent,
                  (k & 2 ? -1 : 1) * t->y_near * t->r->y_extent, 0};
        double far = t->camera->orthographic ? 1 : distance - vec_dot(p, back);
        double x = vec_dot(p, right) / far;
        if (x < least - 1e-9) {
            least = x;
            best = p;
        }
    }
    return best;
}

static void height_axis(const stage *t)
{
    vec3 right, up, back;
    const relief *r = t->r;
    double ticks[MOST_TICKS];
    size_t n = loss_scale_ticks(&r->scale, 5, ticks, MOST_TICKS);
    camera_basis(t->camera, &right, &up, &back);
    vec3 edge = leftmost(t, right, back);
    double side = vec_dot(edge, right) < 0 ? -1 : 1;
    vec3 outward = vec_scale(right, side), high = edge;
    high.z = r->height;
    for (size_t i = 0; i < n; i++) {
        vec3 at = edge;
        char words[TICK_TEXT];
        at.z = r->height * loss_scale_place(&r->scale, ticks[i]);
        if (t->s->set.grid)
            wall_lines(t, at.z);
        if (!t->s->set.axes)
            continue;
        line(t->a, at, vec_add(at, vec_scale(outward, TICK)), AXIS_INK);
        tick_text(ticks[i], words);
        text(t->a, at, outward, 1, false, words);
    }
    if (t->s->set.axes) {
        line(t->a, edge, high, AXIS_INK);
        text(t->a, high, (vec3){0, 0, 1}, 1.1, true, scene_value_name(t->s, 0));
    }
}

static void outline(const stage *t, uint32_t kind)
{
    double x = t->r->x_extent, y = t->r->y_extent;
    const vec3 corners[4] = {
        {-x, -y, t->base}, {x, -y, t->base}, {x, y, t->base}, {-x, y, t->base}};
    for (int i = 0; i < 4; i++)
        line(t->a, corners[i], corners[(i + 1) % 4], kind);
}

/* The side of an axis that is near the camera; of one that is seen end-on, which has none, the
 * right one, as the height's numbers are at the left. */
static double near_side(double towards, double to_right)
{
    static const double end_on = 1e-9;
    double of = fabs(towards) > end_on ? towards : to_right;
    return of < 0 ? -1 : 1;
}

void axes_make(axes *a, const scene *s, size_t number, const camera *c)
{
    const view *v = &s->views[number];
    vec3 right, up, back;
    a->n_lines = a->n_labels = 0;
    if (!v->has_relief || (!s->set.axes && !s->set.grid))
        return;
    camera_basis(c, &right, &up, &back);
    stage t = {.a = a,
               .s = s,
               .r = &v->relief,
               .camera = c,
               .x_near = near_side(right.y, right.x),
               .y_near = near_side(-right.x, right.y),
               .across_x = hypot(right.x, up.x),
               .across_y = hypot(right.y, up.y)};
    /* From below the surface covers what is beside the near sides. */
    bool is_below = c->elevation < 0;
    t.x_side = is_below && fabs(right.y) > 1e-9 ? -t.x_near : t.x_near;
    t.y_side = is_below && fabs(right.x) > 1e-9 ? -t.y_near : t.y_near;
    t.walls = fabs(c->elevation) < 80;
    t.floor = fabs(c->elevation) > 3;
    t.base = c->elevation >= 80 ? v->relief.height : 0;
    outline(&t, s->set.axes ? AXIS_INK : AXIS_GRID);
    floor_axis(&t, false, v->grid.x_label);
    floor_axis(&t, true, v->grid.y_label);
    if (t.walls)
        height_axis(&t);
}
