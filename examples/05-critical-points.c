/* Minima with their basins, saddles and maxima of a landscape, and the contour line through each
 * saddle: where two basins become one.
 *
 *   cc 05-critical-points.c $(pkg-config --cflags --libs loss) -o 05-critical-points
 *   ./05-critical-points lenet5.landscape 0.1
 *
 * The analysis takes any array of values on a grid; it needs no file and no network. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <loss/loss.h>

/* Losses [ny][nx] of the split that the file has, NaN where there is none. */
static loss_status read_grid(loss_surface *surface, double *z, size_t n)
{
    loss_split split =
        loss_surface_has_split(surface, LOSS_SPLIT_TEST) ? LOSS_SPLIT_TEST : LOSS_SPLIT_TRAIN;
    loss_point *points = calloc(n, sizeof *points);
    if (!points)
        return LOSS_ERR_NOMEM;
    loss_status st = loss_surface_points(surface, split, points);
    for (size_t i = 0; !st && i < n; i++)
        z[i] = points[i].evaluated ? points[i].loss : NAN;
    free(points);
    return st;
}

static loss_status print_contour_at(const loss_grid *grid, double level)
{
    loss_contours *lines;
    loss_status st = loss_contours_create(&lines, grid, &level, 1, LOSS_CONTOUR_SQUARES);
    for (size_t i = 0; !st && i < loss_contours_count(lines); i++) {
        loss_contour line = loss_contours_line(lines, i);
        printf("    its contour: %zu points, %s\n", line.n_points,
               line.is_closed ? "closed" : "from border to border");
    }
    loss_contours_free(lines);
    return st;
}

/* How much of the grid leads to a minimum before a deeper one is met. */
static loss_status print_basin(const loss_grid *grid, const loss_criticals *set, size_t number)
{
    size_t n = 0, all = grid->x.n * grid->y.n;
    bool *inside = malloc(all * sizeof *inside);
    loss_status st = inside ? loss_criticals_basin(set, grid, number, inside, &n) : LOSS_ERR_NOMEM;
    if (!st)
        printf("    its basin: %zu of %zu grid points\n", n, all);
    free(inside);
    return st;
}

static loss_status print_critical_points(const loss_grid *grid, double persistence)
{
    loss_criticals *set;
    loss_status st = loss_criticals_create(&set, grid, NULL);
    if (st)
        return st;
    const loss_critical *points = loss_criticals_points(set);
    for (size_t i = 0; !st && i < loss_criticals_count(set, persistence); i++) {
        const loss_critical *p = &points[i];
        printf("%s at (%.3f, %.3f): loss %.4f, persistence %.4g%s\n",
               loss_critical_kind_name(p->kind), p->x, p->y, p->value, p->persistence,
               p->on_border ? ", at the border" : "");
        if (p->kind == LOSS_CRITICAL_SADDLE && !p->on_border)
            st = print_contour_at(grid, p->grid_value);
        if (p->kind == LOSS_CRITICAL_MINIMUM)
            st = print_basin(grid, set, i);
    }
    printf("%zu minima in all, Euler characteristic %ld\n",
           loss_criticals_count_kind(set, LOSS_CRITICAL_MINIMUM, 0), loss_criticals_euler(set));
    loss_criticals_free(set);
    return st;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s FILE.landscape PERSISTENCE\n", argv[0]);
        return 2;
    }
    loss_surface *surface;
    double *z = NULL;
    loss_status st = loss_surface_read(&surface, argv[1]);
    if (!st) {
        loss_grid grid = {loss_surface_x(surface), loss_surface_y(surface), NULL};
        size_t n = grid.x.n * grid.y.n;
        grid.z = z = calloc(n, sizeof *z);
        st = z ? read_grid(surface, z, n) : LOSS_ERR_NOMEM;
        if (!st)
            st = print_critical_points(&grid, strtod(argv[2], NULL));
    }
    if (st)
        fprintf(stderr, "%s: %s\n", loss_status_name(st), loss_last_message());
    free(z);
    loss_surface_close(surface);
    return st ? 1 : 0;
}
