/* Height field to mesh. Points that are absent or not finite have no vertex: they are left out,
 * not moved. */
#include "surface/mesh.h"

#include <loss/scale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double raw_height(loss_height kind, double loss)
{
    if (kind == LOSS_HEIGHT_LOG)
        return loss > 0 && isfinite(loss) ? log10(loss) : NAN;
    return isfinite(loss) ? loss : NAN;
}

/* Whether the finite losses want logarithms. */
static loss_height automatic(const loss_point *points, size_t n)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++)
        if (points[i].evaluated && isfinite(points[i].loss)) {
            low = fmin(low, points[i].loss);
            high = fmax(high, points[i].loss);
        }
    return loss_scale_of_range(low, high).kind == LOSS_SCALE_LOG ? LOSS_HEIGHT_LOG
                                                                 : LOSS_HEIGHT_FIT;
}

lossi_height_scale lossi_height_scale_fit(loss_height kind, const loss_point *points, size_t n,
                                          double length)
{
    if (kind == LOSS_HEIGHT_AUTO)
        kind = automatic(points, n);
    lossi_height_scale s = {kind, INFINITY, -INFINITY, 1, 0};
    for (size_t i = 0; i < n; i++) {
        double h = points[i].evaluated ? raw_height(kind, points[i].loss) : NAN;
        if (h < s.low)
            s.low = h;
        if (h > s.high)
            s.high = h;
    }
    if (s.low > s.high) /* no point has a height */
        s.low = s.high = 0;
    if (kind != LOSS_HEIGHT_RAW) {
        s.scale = s.high > s.low ? length / (s.high - s.low) : 1;
        s.offset = -s.low * s.scale;
    }
    return s;
}

double lossi_height_of(const lossi_height_scale *s, double loss)
{
    return s->offset + s->scale * raw_height(s->kind, loss);
}

double lossi_height_place(const lossi_height_scale *s, double loss)
{
    double h = raw_height(s->kind, loss);
    return s->high > s->low ? (h - s->low) / (s->high - s->low) : isnan(h) ? NAN : 0;
}

void lossi_mesh_free(lossi_mesh *mesh)
{
    free(mesh->positions);
    free(mesh->normals);
    free(mesh->colours);
    free(mesh->loss);
    free(mesh->standard_error);
    free(mesh->accuracy);
    free(mesh->triangles);
    for (size_t i = 0; i < mesh->n_comments; i++)
        free(mesh->comments[i]);
    free(mesh->comments);
    *mesh = (lossi_mesh){0};
}

static bool allocate(lossi_mesh *mesh, size_t n)
{
    mesh->positions = lossi_alloc(n, 3 * sizeof(float));
    mesh->normals = lossi_alloc(n, 3 * sizeof(float));
    mesh->colours = lossi_alloc(n, 3);
    mesh->loss = lossi_alloc(n, sizeof(double));
    mesh->standard_error = lossi_alloc(n, sizeof(double));
    mesh->accuracy = lossi_alloc(n, sizeof(double));
    mesh->triangles = lossi_alloc(2 * n, 3 * sizeof(uint32_t));
    return mesh->positions && mesh->normals && mesh->colours && mesh->loss &&
           mesh->standard_error && mesh->accuracy && mesh->triangles;
}

enum { NO_VERTEX = -1 };

/* Appends a vertex for each point that has a height; index[i] is point i's. */
static loss_status add_vertices(lossi_mesh *mesh, loss_axis x, loss_axis y,
                                const loss_point *points, const lossi_height_scale *scale,
                                const char *colours, int32_t *index)
{
    for (size_t i = 0; i < x.n * y.n; i++) {
        double z = points[i].evaluated ? lossi_height_of(scale, points[i].loss) : NAN;
        index[i] = NO_VERTEX;
        if (isnan(z))
            continue;
        size_t v = mesh->n_vertices++;
        index[i] = (int32_t)v;
        mesh->positions[3 * v] = (float)loss_axis_at(x, i % x.n);
        mesh->positions[3 * v + 1] = (float)loss_axis_at(y, i / x.n);
        mesh->positions[3 * v + 2] = (float)z;
        mesh->loss[v] = points[i].loss;
        mesh->standard_error[v] = points[i].standard_error;
        mesh->accuracy[v] = points[i].accuracy;
        loss_status status = loss_colour_at(colours, lossi_height_place(scale, points[i].loss),
                                            mesh->colours + 3 * v);
        if (status)
            return status;
    }
    return LOSS_OK;
}

static void add_triangle(lossi_mesh *mesh, int32_t a, int32_t b, int32_t c)
{
    uint32_t *t = mesh->triangles + 3 * mesh->n_triangles++;
    t[0] = (uint32_t)a;
    t[1] = (uint32_t)b;
    t[2] = (uint32_t)c;
}

static void add_triangles(lossi_mesh *mesh, size_t nx, size_t ny, const int32_t *index)
{
    for (size_t iy = 0; iy + 1 < ny; iy++)
        for (size_t ix = 0; ix + 1 < nx; ix++) {
            int32_t a = index[iy * nx + ix], b = index[iy * nx + ix + 1];
            int32_t d = index[(iy + 1) * nx + ix], c = index[(iy + 1) * nx + ix + 1];
            if (a < 0 || b < 0 || c < 0 || d < 0)
                continue;
            add_triangle(mesh, a, b, c);
            add_triangle(mesh, a, c, d);
        }
}

/* Adds each triangle's normal, as long as its area, to its corners; then makes them unit
 * vectors. */
static void add_normals(lossi_mesh *mesh)
{
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        const uint32_t *t = mesh->triangles + 3 * i;
        const float *a = mesh->positions + 3 * t[0], *b = mesh->positions + 3 * t[1],
                    *c = mesh->positions + 3 * t[2];
        for (int k = 0; k < 3; k++) {
            int p = (k + 1) % 3, q = (k + 2) % 3;
            float n = (b[p] - a[p]) * (c[q] - a[q]) - (b[q] - a[q]) * (c[p] - a[p]);
            for (int corner = 0; corner < 3; corner++)
                mesh->normals[3 * t[corner] + (uint32_t)k] += n;
        }
    }
    for (size_t v = 0; v < mesh->n_vertices; v++) {
        float *n = mesh->normals + 3 * v, length = sqrtf(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
        if (length > 0 && isfinite(length))
            for (int k = 0; k < 3; k++)
                n[k] /= length;
        else
            memcpy(n, (float[3]){0, 0, 1}, 3 * sizeof *n);
    }
}

loss_status lossi_mesh_make(lossi_mesh *mesh, loss_axis x, loss_axis y, const loss_point *points,
                            const lossi_height_scale *scale, const char *colours)
{
    *mesh = (lossi_mesh){0};
    size_t n = x.n * y.n;
    int32_t *index = n <= INT32_MAX ? lossi_alloc(n, sizeof *index) : NULL;
    loss_status status = index && allocate(mesh, n) ? LOSS_OK : lossi_fail_nomem(n * 64);
    if (!status)
        status = add_vertices(mesh, x, y, points, scale, colours, index);
    if (!status) {
        add_triangles(mesh, x.n, y.n, index);
        add_normals(mesh);
    } else {
        lossi_mesh_free(mesh);
    }
    free(index);
    return status;
}
