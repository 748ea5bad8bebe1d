/* A vertex for each grid point that is kept, also where there is no height: triangles leave
 * those out. */
#include "scene/mesh.h"

#include <math.h>
#include <stdlib.h>

void mesh_free(mesh *m)
{
    free(m->vertices);
    free(m->indices);
    *m = (mesh){0};
}

/* Number of the i-th row or column that is kept. */
static size_t kept(size_t i, size_t stride, size_t n)
{
    return i * stride < n - 1 ? i * stride : n - 1;
}

static size_t n_kept(size_t n, size_t stride)
{
    return (n - 2) / stride + 2;
}

static void make_vertex(const relief *r, const occlusion *o, size_t ix, size_t iy, vertex *v)
{
    double zx, zy, z = r->z[iy * r->nx + ix];
    relief_gradient(r, r->z, ix, iy, &zx, &zy);
    double length = sqrt(1 + zx * zx + zy * zy);
    *v = (vertex){{(float)r->x[ix], (float)r->y[iy], isnan(z) ? 0 : (float)z},
                  {(float)(-zx / length), (float)(-zy / length), (float)(1 / length)},
                  (float)relief_slope(r, ix, iy),
                  o ? (float)occlusion_at(o, r, ix, iy) : 0,
                  {(float)ix / (float)r->parts, (float)iy / (float)r->parts}};
}

bool mesh_make(mesh *m, const relief *r, const occlusion *o, size_t stride)
{
    size_t nx = n_kept(r->nx, stride), ny = n_kept(r->ny, stride);
    *m = (mesh){.n_vertices = nx * ny};
    m->vertices = malloc(nx * ny * sizeof *m->vertices);
    m->indices = malloc(6 * (nx - 1) * (ny - 1) * sizeof *m->indices);
    if (!m->vertices || !m->indices) {
        mesh_free(m);
        return false;
    }
    for (size_t j = 0; j < ny; j++)
        for (size_t i = 0; i < nx; i++) {
            vertex *v = &m->vertices[j * nx + i];
            size_t ix = kept(i, stride, r->nx), iy = kept(j, stride, r->ny);
            make_vertex(r, o, ix, iy, v);
        }
    for (size_t j = 0; j + 1 < ny; j++)
        for (size_t i = 0; i + 1 < nx; i++) {
            size_t x0 = kept(i, stride, r->nx), x1 = kept(i + 1, stride, r->nx);
            size_t y0 = kept(j, stride, r->ny) * r->nx, y1 = kept(j + 1, stride, r->ny) * r->nx;
            if (isnan(r->z[y0 + x0] + r->z[y0 + x1] + r->z[y1 + x0] + r->z[y1 + x1]))
                continue;
            uint32_t a = (uint32_t)(j * nx + i), b = a + 1, d = a + (uint32_t)nx, c = d + 1;
            const uint32_t both[6] = {a, b, c, a, c, d};
            for (int k = 0; k < 6; k++)
                m->indices[m->n_indices++] = both[k];
        }
    return true;
}
