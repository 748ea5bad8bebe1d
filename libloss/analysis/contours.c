/* Contour lines, traced from face to face.
 *
 * A line enters a face by an edge whose first corner (counterclockwise) is above the level and
 * whose second is not, and leaves by one the other way round, so the higher side is on its left.
 * A value equal to the level counts as below: no line ever runs through a grid point undecided
 * (symbolic perturbation), and each edge is crossed once or not at all. */
#include <stdlib.h>
#include <string.h>

#include "analysis/faces.h"
#include "base/base.h"

typedef struct line {
    double level;
    size_t first, n_points; /* of the points of all lines */
    bool is_closed;
} line;

struct loss_contours {
    line *lines;
    double (*points)[2];
    size_t n_lines, n_points, line_capacity, point_capacity;
};

/* One call's work. */
typedef struct tracer {
    lossi_faces faces;
    double *x, *y;    /* coordinates of the axes */
    uint8_t *entered; /* [faces] bit k: a line was traced that enters by edge k */
    uint8_t *above;   /* [points] of the grid: whether it is above the level */
    size_t *crossed;  /* the faces with corners above the level and others, ascending */
    size_t n_crossed, capacity;
    double level;
    loss_contours *out;
} tracer;

/* Bit k: corner k is above. */
static unsigned corners_above(const tracer *t, const size_t corners[4])
{
    unsigned above = 0;
    for (size_t k = 0; k < t->faces.n_edges; k++)
        above |= (unsigned)t->above[corners[k]] << k;
    return above;
}

/* In a square whose corners alternate: whether its two high corners are joined, that is whether
 * the bilinear surface's saddle, (a c - b d) / (a + c - b - d) for values relative to the level,
 * is above the level (Nielson and Hamann 1991). a and c are high, so the denominator is
 * positive. Ratios, since products might overflow. */
static bool high_corners_are_joined(const tracer *t, const size_t corners[4], unsigned above)
{
    const double *z = t->faces.grid->z;
    size_t high = above & 1 ? 0 : 1;
    double a = z[corners[high]] - t->level, c = z[corners[high + 2]] - t->level;
    double b = t->level - z[corners[high ^ 1]], d = t->level - z[corners[(high ^ 1) + 2]];
    return b == 0 || d == 0 || a / b > d / c;
}

/* The edge by which a line leaves that enters by `entry`: it goes round the low corners behind
 * the entry's end, or, in a square whose low corners are joined, round the high corner before
 * it. */
static size_t exit_edge(const tracer *t, const size_t corners[4], unsigned above, size_t entry)
{
    size_t n = t->faces.n_edges;
    if (n == 4 && (above == 5 || above == 10) && !high_corners_are_joined(t, corners, above))
        return (entry + 3) % 4;
    size_t edge = (entry + 1) % n;
    while (!(above >> (edge + 1) % n & 1))
        edge = (edge + 1) % n;
    return edge;
}

/* Where a value lies between two others; in halves where their difference overflows. */
static double share_of(double value, double from, double to)
{
    return isfinite(to - from) ? (value - from) / (to - from)
                               : (value / 2 - from / 2) / (to / 2 - from / 2);
}

static double between(double from, double to, double share)
{
    return share == 1            ? to
           : isfinite(to - from) ? from + share * (to - from)
                                 : 2 * (from / 2 + share * (to / 2 - from / 2));
}

/* Where the level crosses the edge between two grid points. The same bits from both sides of the
 * edge. */
static void crossing(const tracer *t, size_t p, size_t q, double point[2])
{
    size_t nx = t->faces.grid->x.n, from = p < q ? p : q, to = p < q ? q : p;
    const double *z = t->faces.grid->z;
    double share = share_of(t->level, z[from], z[to]);
    point[0] = between(t->x[from % nx], t->x[to % nx], share);
    point[1] = between(t->y[from / nx], t->y[to / nx], share);
}

static bool same_point(const double a[2], const double b[2])
{
    return a[0] == b[0] && a[1] == b[1];
}

/* Adds a point to the line under way, unless it repeats the last one: that happens at grid
 * points exactly on the level. */
static bool add_point(loss_contours *out, size_t first, const double point[2])
{
    void *points = out->points;
    if (out->n_points > first && same_point(point, out->points[out->n_points - 1]))
        return true;
    if (!lossi_reserve(&points, &out->point_capacity, out->n_points, sizeof *out->points))
        return false;
    out->points = points;
    memcpy(out->points[out->n_points++], point, sizeof *out->points);
    return true;
}

/* Ends the line under way; one that is a single point is taken back. */
static bool add_line(loss_contours *out, size_t first, double level, bool is_closed)
{
    if (is_closed && out->n_points - first > 1 &&
        same_point(out->points[first], out->points[out->n_points - 1]))
        out->n_points--;
    if (out->n_points - first < 2) {
        out->n_points = first;
        return true;
    }
    void *lines = out->lines;
    if (!lossi_reserve(&lines, &out->line_capacity, out->n_lines, sizeof *out->lines))
        return false;
    out->lines = lines;
    out->lines[out->n_lines++] = (line){level, first, out->n_points - first, is_closed};
    return true;
}

/* Follows the line that enters a face by an edge, to the border or back to where it began.
 * @return false when memory is out. */
static bool trace(tracer *t, size_t face, size_t edge)
{
    size_t first = t->out->n_points, corners[4], n = t->faces.n_edges;
    double point[2];
    bool goes_on = true;
    lossi_face_corners(&t->faces, face, corners);
    crossing(t, corners[edge], corners[(edge + 1) % n], point);
    bool added = add_point(t->out, first, point);
    while (added && goes_on && !(t->entered[face] >> edge & 1)) {
        t->entered[face] |= (uint8_t)(1u << edge);
        lossi_face_corners(&t->faces, face, corners);
        size_t out = exit_edge(t, corners, corners_above(t, corners), edge);
        crossing(t, corners[out], corners[(out + 1) % n], point);
        added = add_point(t->out, first, point);
        goes_on = lossi_face_behind(&t->faces, face, out, &face, &edge);
    }
    return added && add_line(t->out, first, t->level, goes_on);
}

/* Adds the faces of a cell that the level crosses. @return false when memory is out. */
static bool add_crossed(tracer *t, size_t cell)
{
    size_t n_parts = t->faces.triangles ? 2 : 1, corners[4];
    unsigned all = (1u << t->faces.n_edges) - 1;
    for (size_t part = 0; part < n_parts && t->faces.whole[cell]; part++) {
        size_t face = n_parts * cell + part;
        void *crossed = t->crossed;
        lossi_face_corners(&t->faces, face, corners);
        unsigned above = corners_above(t, corners);
        if (above == 0 || above == all)
            continue;
        if (!lossi_reserve(&crossed, &t->capacity, t->n_crossed, sizeof *t->crossed))
            return false;
        t->crossed = crossed;
        t->crossed[t->n_crossed++] = face;
    }
    return true;
}

/* Of a fine grid a level crosses few faces; all others are looked at once, and quickly. */
static bool find_crossed(tracer *t)
{
    const loss_grid *g = t->faces.grid;
    size_t nx = g->x.n;
    for (size_t i = 0; i < nx * g->y.n; i++)
        t->above[i] = g->z[i] > t->level;
    t->n_crossed = 0;
    for (size_t y = 0; y + 1 < g->y.n; y++)
        for (size_t x = 0; x + 1 < nx; x++) {
            const uint8_t *at = t->above + y * nx + x;
            int n_above = at[0] + at[1] + at[nx] + at[nx + 1];
            if (n_above % 4 && !add_crossed(t, y * (nx - 1) + x))
                return false;
        }
    return true;
}

/* Traces the lines not traced yet that enter faces: only from the border, or all. */
static bool trace_all(tracer *t, bool from_border)
{
    size_t n = t->faces.n_edges, corners[4], other, other_edge;
    for (size_t i = 0; i < t->n_crossed; i++) {
        size_t face = t->crossed[i];
        lossi_face_corners(&t->faces, face, corners);
        unsigned above = corners_above(t, corners);
        for (size_t edge = 0; edge < n; edge++) {
            bool enters = (above >> edge & 1) && !(above >> (edge + 1) % n & 1) &&
                          !(t->entered[face] >> edge & 1);
            if (enters &&
                !(from_border && lossi_face_behind(&t->faces, face, edge, &other, &other_edge)) &&
                !trace(t, face, edge))
                return false;
        }
    }
    return true;
}

static bool trace_levels(tracer *t, const double *levels, size_t n_levels)
{
    for (size_t i = 0; i < n_levels; i++) {
        t->level = levels[i];
        if (!find_crossed(t) || !trace_all(t, true) || !trace_all(t, false))
            return false;
        for (size_t k = 0; k < t->n_crossed; k++) /* no line runs through others */
            t->entered[t->crossed[k]] = 0;
    }
    return true;
}

loss_status loss_contours_create(loss_contours **out, const loss_grid *grid, const double *levels,
                                 size_t n_levels, loss_contour_cells cells)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(grid && (levels || !n_levels));
    LOSSI_REQUIRE_COUNT(n_levels, sizeof *levels);
    loss_status status = lossi_grid_check(grid);
    if (status)
        return status;
    if (cells != LOSS_CONTOUR_SQUARES && cells != LOSS_CONTOUR_TRIANGLES)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "contours of cells %d; expected 0 (squares) or 1 (triangles)",
                          (int)cells);
    for (size_t i = 0; i < n_levels; i++)
        if (!isfinite(levels[i]))
            return lossi_fail(LOSS_ERR_ARGUMENT, "level %zu is %g; expected a finite number", i,
                              levels[i]);
    tracer t = {.x = lossi_axis_places(grid->x),
                .y = lossi_axis_places(grid->y),
                .out = calloc(1, sizeof **out)};
    bool done =
        t.x && t.y && t.out && lossi_faces_make(&t.faces, grid, cells == LOSS_CONTOUR_TRIANGLES);
    t.entered = done ? calloc(t.faces.n, 1) : NULL;
    t.above = done ? lossi_alloc(grid->x.n * grid->y.n, 1) : NULL;
    done = t.entered && t.above && trace_levels(&t, levels, n_levels);
    free(t.x);
    free(t.y);
    free(t.entered);
    free(t.above);
    free(t.crossed);
    lossi_faces_free(&t.faces);
    if (done) {
        *out = t.out;
        return LOSS_OK;
    }
    size_t bytes = t.out ? t.out->n_points * 2 * sizeof t.out->points : 0;
    loss_contours_free(t.out);
    return lossi_fail_nomem(bytes + grid->x.n * grid->y.n);
}

void loss_contours_free(loss_contours *contours)
{
    if (!contours)
        return;
    free(contours->lines);
    free(contours->points);
    free(contours);
}

size_t loss_contours_count(const loss_contours *contours)
{
    return contours ? contours->n_lines : 0;
}

loss_contour loss_contours_line(const loss_contours *contours, size_t i)
{
    if (!contours || i >= loss_contours_count(contours))
        return (loss_contour){0};
    const line *l = &contours->lines[i];
    return (loss_contour){l->level, l->n_points, l->is_closed,
                          (const double(*)[2])(contours->points + l->first)};
}
