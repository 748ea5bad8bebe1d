/* Vertices of the points that triangles need. A cell has two triangles; a larger square is a fan
 * round its middle, through every point of its border that a square beside it has for a corner, so
 * that no gap opens between them. */
#include "scene/mesh.h"

#include <math.h>
#include <stdlib.h>

#include "scene/leaves.h"

void mesh_free(mesh *m)
{
    free(m->vertices);
    free(m->indices);
    *m = (mesh){0};
}

static vertex make_vertex(const relief *r, const occlusion *o, size_t ix, size_t iy)
{
    double zx, zy, z = r->z[iy * r->nx + ix];
    relief_gradient(r, r->z, ix, iy, &zx, &zy);
    double length = sqrt(1 + zx * zx + zy * zy);
    return (vertex){{(float)r->x[ix], (float)r->y[iy], (float)z},
                    {(float)(-zx / length), (float)(-zy / length), (float)(1 / length)},
                    relief_colour(r, iy * r->nx + ix),
                    (float)relief_slope(r, ix, iy),
                    o ? (float)occlusion_at(o, r, ix, iy) : 0,
                    {(float)ix / (float)r->parts, (float)iy / (float)r->parts}};
}

static const uint32_t NO_VERTEX = UINT32_MAX;

/* What is made while the squares are walked through. */
typedef struct maker {
    const relief *r;
    const occlusion *o;
    kept_points k;
    uint8_t *side;    /* [ny][nx] of the squares */
    uint32_t *number; /* [ny][nx] of the vertex of a point */
    mesh *out;
} maker;

/* Numbers the points that squares have for corners or middles. */
static void number_points(maker *m)
{
    size_t nx = m->k.nx, n = nx * m->k.ny;
    uint32_t next = 0;
    for (size_t i = 0; i < n; i++)
        m->number[i] = NO_VERTEX;
    for (size_t i = 0; i < n; i++) {
        size_t side = m->side[i];
        if (!side)
            continue;
        m->number[i] = m->number[i + side] = 0;
        m->number[i + side * nx] = m->number[i + side * nx + side] = 0;
        m->number[i + side / 2 * (nx + 1)] = 0;
        m->out->n_indices += side > 1 ? 12 * side : 6; /* at most */
    }
    for (size_t i = 0; i < n; i++)
        if (!m->number[i])
            m->number[i] = next++;
    m->out->n_vertices = next;
}

static void put_vertices(const maker *m)
{
    for (size_t i = 0; i < m->k.nx * m->k.ny; i++)
        if (m->number[i] != NO_VERTEX)
            m->out->vertices[m->number[i]] =
                make_vertex(m->r, m->o, kept_index(i % m->k.nx, m->k.stride, m->r->nx),
                            kept_index(i / m->k.nx, m->k.stride, m->r->ny));
}

static void put_triangle(mesh *m, uint32_t a, uint32_t b, uint32_t c)
{
    m->indices[m->n_indices++] = a;
    m->indices[m->n_indices++] = b;
    m->indices[m->n_indices++] = c;
}

/* Once round the border, counterclockwise. */
static void put_fan(const maker *m, size_t corner, size_t side)
{
    size_t nx = m->k.nx, at = corner;
    const ptrdiff_t ways[4] = {1, (ptrdiff_t)nx, -1, -(ptrdiff_t)nx};
    uint32_t middle = m->number[corner + side / 2 * (nx + 1)], before = m->number[corner];
    for (int way = 0; way < 4; way++)
        for (size_t i = 0; i < side; i++) {
            at += (size_t)ways[way];
            if (m->number[at] == NO_VERTEX)
                continue;
            put_triangle(m->out, middle, before, m->number[at]);
            before = m->number[at];
        }
}

static void put_triangles(const maker *m)
{
    size_t nx = m->k.nx;
    m->out->n_indices = 0;
    for (size_t i = 0; i < nx * m->k.ny; i++) {
        const uint32_t *at = m->number + i;
        if (m->side[i] > 1) {
            put_fan(m, i, m->side[i]);
        } else if (m->side[i]) {
            put_triangle(m->out, at[0], at[1], at[nx + 1]);
            put_triangle(m->out, at[0], at[nx + 1], at[nx]);
        }
    }
}

bool mesh_make(mesh *m, const relief *r, const occlusion *o, size_t stride, double unseen)
{
    maker make = {.r = r, .o = o, .k = kept_of(r, stride), .out = m};
    size_t n = make.k.nx * make.k.ny;
    *m = (mesh){0};
    make.side = malloc(n * sizeof *make.side);
    make.number = malloc(n * sizeof *make.number);
    bool done = make.side && make.number && leaves_find(r, &make.k, unseen, make.side);
    if (done) {
        number_points(&make);
        m->vertices = malloc((m->n_vertices + 1) * sizeof *m->vertices);
        m->indices = malloc((m->n_indices + 1) * sizeof *m->indices);
        done = m->vertices && m->indices;
    }
    if (done) {
        put_vertices(&make);
        put_triangles(&make);
    } else {
        mesh_free(m);
    }
    free(make.side);
    free(make.number);
    return done;
}
