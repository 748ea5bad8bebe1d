/* The loss on a grid of a plane through a network's weights: two random directions, normalised
 * filter by filter.
 *
 *   cc 03-landscape.c $(pkg-config --cflags --libs loss) -o 03-landscape
 *   ./03-landscape fashion-mnist lenet5 run/epoch-003.safetensors lenet5.landscape lenet5.ply
 *
 * Stopped and started again, it goes on where it was: every point is in lenet5.landscape as soon
 * as it is done. */
#include <stdio.h>
#include <stdlib.h>

#include <loss/loss.h>

static void report(const loss_surface_progress *p, void *user)
{
    (void)user;
    fprintf(stderr, "\r%zu of %zu points, %.0f s left ", p->done, p->total, p->seconds_left);
}

/* The grid as an array: where is it lowest? */
static loss_status print_lowest(loss_surface *surface)
{
    loss_axis x = loss_surface_x(surface), y = loss_surface_y(surface);
    loss_point *points = calloc(x.n * y.n, sizeof *points), *lowest = points; /* [ny][nx] */
    if (!points)
        return LOSS_ERR_NOMEM;
    loss_status st = loss_surface_points(surface, LOSS_SPLIT_TEST, points);
    for (size_t i = 1; !st && i < x.n * y.n; i++)
        if (points[i].loss < lowest->loss)
            lowest = &points[i];
    size_t at = (size_t)(lowest - points);
    if (!st)
        printf("lowest at (%g, %g): loss %.6f, accuracy %.2f %%\n", loss_axis_at(x, at % x.n),
               loss_axis_at(y, at / x.n), lowest->loss, lowest->accuracy);
    free(points);
    return st;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: %s DATA MODEL WEIGHTS OUT.landscape OUT.ply\n", argv[0]);
        return 2;
    }
    loss_dataset *data = NULL;
    loss_net *net = NULL;
    loss_plane *plane = NULL;
    loss_surface *surface = NULL;
    loss_dataset_options d = LOSS_DATASET_OPTIONS_INIT;
    d.split = LOSS_SPLIT_TEST;
    d.limit = 200;
    loss_surface_options s = LOSS_SURFACE_OPTIONS_INIT;
    s.x = (loss_axis){-1, 1, 9};
    s.y = s.x;
    s.progress = report;

    loss_status st = loss_dataset_open(&data, argv[1], &d);
    if (!st)
        st = loss_net_create(&net, argv[2], loss_dataset_shape(data));
    if (!st)
        st = loss_net_load(net, argv[3], NULL);
    if (!st)
        st = loss_plane_random(&plane, net, NULL); /* filter-normalised, seed 0 */
    if (!st)
        st = loss_surface_open(&surface, argv[4], net, plane, data,
                               &s); /* goes on with what is there */
    if (!st)
        st = loss_surface_evaluate(surface);
    if (!st)
        st = loss_surface_export(surface, argv[5], NULL);
    if (!st)
        st = print_lowest(surface);
    if (st)
        fprintf(stderr, "%s: %s\n", loss_status_name(st), loss_last_message());

    loss_surface_close(surface);
    loss_plane_free(plane);
    loss_net_free(net);
    loss_dataset_free(data);
    return st ? 1 : 0;
}
