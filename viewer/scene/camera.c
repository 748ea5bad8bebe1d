/* The camera's basis has a closed form in its two angles, so that there is no direction in which
 * it degenerates. */
#include "scene/camera.h"

static const double DEGREE = 3.14159265358979323846 / 180;
static const double FIELD_OF_VIEW = 30; /* degrees, vertical */
static const double LEAST_ZOOM = 0.1, MOST_ZOOM = 50;

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

void camera_basis(const camera *c, vec3 *right, vec3 *up, vec3 *back)
{
    double a = c->azimuth * DEGREE, e = c->elevation * DEGREE;
    *right = (vec3){cos(a), sin(a), 0};
    *up = (vec3){-sin(e) * sin(a), sin(e) * cos(a), cos(e)};
    *back = (vec3){cos(e) * sin(a), -cos(e) * cos(a), sin(e)};
}

/* ---- The lens ------------------------------------------------------------------------------- */

enum { ROUND = 24, MOST_CORNERS = 2 * ROUND };

/* Points that have to be in sight, as the camera has them: right, up, towards it. */
typedef struct corners {
    vec3 at[MOST_CORNERS];
    int n;
} corners;

static void box_corners(const camera *c, const camera_room *room, corners *out)
{
    vec3 right, up, back;
    camera_basis(c, &right, &up, &back);
    out->n = 0;
    for (int k = 0; k < 8; k++) {
        vec3 p = {k & 1 ? room->x : -room->x, k & 2 ? room->y : -room->y,
                  k & 4 ? room->z / 2 : -room->z / 2};
        out->at[out->n++] = (vec3){vec_dot(p, right), vec_dot(p, up), vec_dot(p, back)};
    }
}

/* The cylinder that the box sweeps when it is turned looks the same from all around. */
static void swept_corners(const camera *c, const camera_room *room, corners *out)
{
    double e = c->elevation * DEGREE, radius = hypot(room->x, room->y);
    out->n = 0;
    for (int k = 0; k < ROUND; k++)
        for (int side = -1; side <= 1; side += 2) {
            double turn = 360.0 / ROUND * k * DEGREE, away = radius * sin(turn),
                   z = side * room->z / 2;
            out->at[out->n++] =
                (vec3){radius * cos(turn), away * sin(e) + z * cos(e), z * sin(e) - away * cos(e)};
        }
}

/* What the points take of a view, x and y by turns: low, high. */
static void bounds(const camera *c, const corners *p, double distance, double aspect, double out[4])
{
    double f = 1 / tan(FIELD_OF_VIEW / 2 * DEGREE);
    out[0] = out[2] = (double)INFINITY;
    out[1] = out[3] = -(double)INFINITY;
    for (int i = 0; i < p->n; i++) {
        double far = distance - (c->orthographic ? 0 : p->at[i].z);
        double x = f / aspect * p->at[i].x / far, y = f * p->at[i].y / far;
        out[0] = fmin(out[0], x);
        out[1] = fmax(out[1], x);
        out[2] = fmin(out[2], y);
        out[3] = fmax(out[3], y);
    }
}

/* The least distance at which the points fit, and the shift that puts them in the middle of the
 * room that is left. */
static void fit(const camera *c, const camera_room *room, const corners *p, lens *l)
{
    double seen[4], wide = 2 - 2 * (room->left + room->right) / room->width,
                    high = 2 - 2 * (room->top + room->bottom) / room->height, near = 0, far = 1000;
    for (int i = 0; i < p->n; i++)
        near = fmax(near, p->at[i].z + 0.05);
    for (int step = 0; step < 60; step++) {
        double middle = (near + far) / 2;
        bounds(c, p, middle, l->aspect, seen);
        if (seen[1] - seen[0] <= wide && seen[3] - seen[2] <= high)
            far = middle;
        else
            near = middle;
    }
    l->distance = far;
    bounds(c, p, far, l->aspect, seen);
    l->shift_x = (room->left - room->right) / room->width - (seen[0] + seen[1]) / 2;
    l->shift_y = (room->bottom - room->top) / room->height - (seen[2] + seen[3]) / 2;
}

lens camera_lens(const camera *c, const camera_room *room)
{
    static const double round_below = 55, map_above = 80; /* degrees */
    double t = clamp((fabs(c->elevation) - round_below) / (map_above - round_below), 0, 1);
    lens l = {.camera = *c, .aspect = room->width / room->height}, map = l;
    corners p;
    swept_corners(c, room, &p);
    fit(c, room, &p, &l);
    box_corners(c, room, &p);
    fit(c, room, &p, &map);
    t = t * t * (3 - 2 * t);
    l.distance = (l.distance + t * (map.distance - l.distance)) / c->zoom;
    l.shift_x += t * (map.shift_x - l.shift_x);
    l.shift_y += t * (map.shift_y - l.shift_y);
    l.target = (vec3){c->target[0], c->target[1], c->target[2] + room->z / 2};
    l.reach = 1 + hypot(hypot(room->x, room->y), room->z) +
              vec_length((vec3){c->target[0], c->target[1], c->target[2]});
    return l;
}

vec3 camera_position(const lens *l)
{
    vec3 right, up, back;
    camera_basis(&l->camera, &right, &up, &back);
    return vec_add(l->target, vec_scale(back, l->distance));
}

double camera_extent(const lens *l)
{
    return 2 * l->distance * tan(FIELD_OF_VIEW / 2 * DEGREE);
}

mat4 camera_matrix(const lens *l)
{
    vec3 r, u, b, p = camera_position(l);
    camera_basis(&l->camera, &r, &u, &b);
    mat4 view = {{r.x, u.x, b.x, 0, r.y, u.y, b.y, 0, r.z, u.z, b.z, 0, -vec_dot(r, p),
                  -vec_dot(u, p), -vec_dot(b, p), 1}};
    double d = l->distance, near = d - l->reach > 0.02 * d ? d - l->reach : 0.02 * d,
           far = d + l->reach;
    mat4 projection = {{0}};
    if (l->camera.orthographic) {
        double half = camera_extent(l) / 2;
        near = -l->reach - d; /* parallel rays see behind the camera's place too */
        projection.m[0] = 1 / (half * l->aspect);
        projection.m[5] = 1 / half;
        projection.m[10] = -2 / (far - near);
        projection.m[12] = l->shift_x;
        projection.m[13] = l->shift_y;
        projection.m[14] = -(far + near) / (far - near);
        projection.m[15] = 1;
    } else {
        double f = 1 / tan(FIELD_OF_VIEW / 2 * DEGREE);
        projection.m[0] = f / l->aspect;
        projection.m[5] = f;
        projection.m[8] = -l->shift_x;
        projection.m[9] = -l->shift_y;
        projection.m[10] = -(far + near) / (far - near);
        projection.m[11] = -1;
        projection.m[14] = -2 * far * near / (far - near);
    }
    return mat_multiply(projection, view);
}

bool camera_project(const mat4 *matrix, vec3 p, vec3 *seen)
{
    const double *m = matrix->m;
    double w = m[3] * p.x + m[7] * p.y + m[11] * p.z + m[15];
    if (!(w > 1e-9))
        return false;
    *seen = (vec3){(m[0] * p.x + m[4] * p.y + m[8] * p.z + m[12]) / w,
                   (m[1] * p.x + m[5] * p.y + m[9] * p.z + m[13]) / w,
                   (m[2] * p.x + m[6] * p.y + m[10] * p.z + m[14]) / w};
    return true;
}

ray camera_ray(const lens *l, double x, double y)
{
    vec3 right, up, back;
    camera_basis(&l->camera, &right, &up, &back);
    double half = camera_extent(l) / 2, d = l->distance;
    vec3 across = vec_add(vec_scale(right, (x - l->shift_x) * half * l->aspect),
                          vec_scale(up, (y - l->shift_y) * half));
    if (l->camera.orthographic) {
        vec3 start = vec_add(vec_add(l->target, across), vec_scale(back, d + l->reach));
        return (ray){start, vec_scale(back, -1)};
    }
    vec3 direction = vec_sub(across, vec_scale(back, d));
    return (ray){camera_position(l), vec_scale(direction, 1 / vec_length(direction))};
}

void camera_orbit(camera *c, double azimuth, double elevation)
{
    c->azimuth = remainder(c->azimuth + azimuth, 360);
    c->elevation = clamp(c->elevation + elevation, -90, 90);
}

void camera_pan(camera *c, const lens *l, double dx, double dy)
{
    vec3 right, up, back;
    camera_basis(&l->camera, &right, &up, &back);
    double extent = camera_extent(l);
    vec3 t = vec_sub((vec3){c->target[0], c->target[1], c->target[2]},
                     vec_add(vec_scale(right, dx * extent), vec_scale(up, dy * extent)));
    c->target[0] = clamp(t.x, -3, 3);
    c->target[1] = clamp(t.y, -3, 3);
    c->target[2] = clamp(t.z, -3, 3);
}

void camera_magnify(camera *c, double factor)
{
    c->zoom = clamp(c->zoom * factor, LEAST_ZOOM, MOST_ZOOM);
}
