/* The path that training took, on the plane of its checkpoints' two principal components.
 *
 *   cc 04-path.c $(pkg-config --cflags --libs loss) -o 04-path
 *   ./04-path fashion-mnist lenet5 run path.landscape
 *
 * `run` is a folder that 02-train made. What is printed says how far each checkpoint lies off
 * the plane, and that its own loss is not the one that the plane has there. */
#include <stdio.h>

#include <loss/loss.h>

static loss_status print_path(loss_surface *surface)
{
    const loss_path_point *points;
    size_t n;
    loss_status st = loss_surface_paths(surface, LOSS_SPLIT_TEST, &n, &points);
    for (size_t i = 0; !st && i < n; i++)
        printf("epoch %zu at (%.3f, %.3f), %.0f %% off the plane: loss %.4f, on the plane %.4f\n",
               points[i].epoch, points[i].x, points[i].y, 100 * points[i].residual,
               points[i].true_loss, points[i].plane_loss);
    return st;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: %s DATA MODEL RUN FILE.landscape\n", argv[0]);
        return 2;
    }
    loss_dataset *data = NULL;
    loss_net *net = NULL;
    loss_plane *plane = NULL;
    loss_surface *surface = NULL;
    loss_checkpoints run = {0};
    loss_dataset_options options = LOSS_DATASET_OPTIONS_INIT;
    options.split = LOSS_SPLIT_TEST;
    options.limit = 200;
    loss_surface_options grid = LOSS_SURFACE_OPTIONS_INIT;
    grid.x = (loss_axis){-2, 6, 5};
    grid.y = (loss_axis){-2, 2, 5};

    loss_status st = loss_dataset_open(&data, argv[1], &options);
    if (!st)
        st = loss_net_create(&net, argv[2], loss_dataset_shape(data));
    if (!st)
        st = loss_run_checkpoints(&run, argv[3]);
    if (!st)
        st = loss_net_load(net, run.paths[run.n - 1], NULL); /* the origin */
    if (!st)
        st = loss_plane_pca(&plane, net, (const char *const *)run.paths, run.n, NULL);
    if (!st)
        st = loss_surface_open(&surface, argv[4], net, plane, data, &grid);
    if (!st)
        st = loss_surface_evaluate(surface);
    if (!st)
        st = loss_surface_add_path(surface, "run", (const char *const *)run.paths, run.n, NULL);
    if (!st)
        printf("%.1f %% of the checkpoints' variance is on this plane\n",
               100 * (loss_plane_explained(plane, 0) + loss_plane_explained(plane, 1)));
    if (!st)
        st = print_path(surface);
    if (st)
        fprintf(stderr, "%s: %s\n", loss_status_name(st), loss_last_message());

    loss_surface_close(surface);
    loss_plane_free(plane);
    loss_checkpoints_free(&run);
    loss_net_free(net);
    loss_dataset_free(data);
    return st ? 1 : 0;
}
