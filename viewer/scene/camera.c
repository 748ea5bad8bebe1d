/* The camera's basis has a closed form in its two angles, so that there is no direction in which
 * it degenerates. */
#include "scene/camera.h"

static const double DEGREE = 3.14159265358979323846 / 180;
static const double FIELD_OF_VIEW = 30; /* degrees, vertical */
static const double RADIUS =
    1.42; /* of the sphere that is in sight at zoom 1: the scene with its labels */
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

static double distance(const camera *c, double aspect)
{
    static const double square = 1.15; /* views narrower than this are fitted by their width */
    double narrow = aspect < square ? aspect / square : 1;
    return RADIUS / sin(FIELD_OF_VIEW / 2 * DEGREE) / narrow / c->zoom;
}

static vec3 target(const camera *c)
{
    return (vec3){c->target[0], c->target[1], c->target[2]};
}

vec3 camera_position(const camera *c, double aspect)
{
    vec3 right, up, back;
    camera_basis(c, &right, &up, &back);
    return vec_add(target(c), vec_scale(back, distance(c, aspect)));
}

double camera_extent(const camera *c, double aspect)
{
    return 2 * distance(c, aspect) * tan(FIELD_OF_VIEW / 2 * DEGREE);
}

mat4 camera_matrix(const camera *c, double aspect)
{
    vec3 r, u, b, p = camera_position(c, aspect);
    camera_basis(c, &r, &u, &b);
    mat4 view = {{r.x, u.x, b.x, 0, r.y, u.y, b.y, 0, r.z, u.z, b.z, 0, -vec_dot(r, p),
                  -vec_dot(u, p), -vec_dot(b, p), 1}};
    double d = distance(c, aspect), reach = 4 + vec_length(target(c));
    double near = d - reach > 0.02 * d ? d - reach : 0.02 * d, far = d + reach;
    mat4 projection = {{0}};
    if (c->orthographic) {
        double half = camera_extent(c, aspect) / 2;
        near = -reach - d; /* parallel rays see behind the camera's place too */
        projection.m[0] = 1 / (half * aspect);
        projection.m[5] = 1 / half;
        projection.m[10] = -2 / (far - near);
        projection.m[14] = -(far + near) / (far - near);
        projection.m[15] = 1;
    } else {
        double f = 1 / tan(FIELD_OF_VIEW / 2 * DEGREE);
        projection.m[0] = f / aspect;
        projection.m[5] = f;
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

ray camera_ray(const camera *c, double aspect, double x, double y)
{
    vec3 right, up, back;
    camera_basis(c, &right, &up, &back);
    double half = camera_extent(c, aspect) / 2, d = distance(c, aspect);
    vec3 across = vec_add(vec_scale(right, x * half * aspect), vec_scale(up, y * half));
    if (c->orthographic) {
        vec3 start = vec_add(vec_add(target(c), across), vec_scale(back, d + 4));
        return (ray){start, vec_scale(back, -1)};
    }
    vec3 direction = vec_sub(across, vec_scale(back, d));
    return (ray){camera_position(c, aspect), vec_scale(direction, 1 / vec_length(direction))};
}

void camera_orbit(camera *c, double azimuth, double elevation)
{
    c->azimuth = remainder(c->azimuth + azimuth, 360);
    c->elevation = clamp(c->elevation + elevation, -90, 90);
}

void camera_pan(camera *c, double aspect, double dx, double dy)
{
    vec3 right, up, back;
    camera_basis(c, &right, &up, &back);
    double extent = camera_extent(c, aspect);
    vec3 t = vec_sub(target(c), vec_add(vec_scale(right, dx * extent), vec_scale(up, dy * extent)));
    c->target[0] = clamp(t.x, -3, 3);
    c->target[1] = clamp(t.y, -3, 3);
    c->target[2] = clamp(t.z, -3, 3);
}

void camera_magnify(camera *c, double factor)
{
    c->zoom = clamp(c->zoom * factor, LEAST_ZOOM, MOST_ZOOM);
}
