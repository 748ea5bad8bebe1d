#include "bench/simulation/surface.h"

#include <stdio.h>
#include <stdlib.h>

static const loss_shape SHAPE = {1, 2, 2, 2};

static const char *path_in(const char *folder)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/simulated.landscape", folder);
    return path;
}

static loss_status make_net(loss_net **net)
{
    loss_builder *b;
    loss_status status = loss_builder_create(&b, SHAPE);
    if (status)
        return status;
    loss_node x = loss_builder_flatten(b, loss_builder_input(b));
    return loss_builder_finish(b, loss_builder_linear(b, x, "fc", SHAPE.classes), "one-layer", net);
}

loss_status simulated_surface_open(simulated_surface *s, const char *folder,
                                   loss_surface_options *opt)
{
    const uint8_t pixels[8] = {0, 50, 100, 150, 200, 250, 25, 75};
    const uint32_t labels[2] = {0, 1};
    *s = (simulated_surface){.n = opt->x.n * opt->y.n};
    remove(path_in(folder));
    loss_status status = make_net(&s->net);
    if (!status)
        status = loss_plane_random(&s->plane, s->net, NULL);
    if (!status)
        status = loss_dataset_create(&s->data, SHAPE, 2, pixels, labels, NULL);
    return status ? status
                  : loss_surface_open(&s->surface, path_in(folder), s->net, s->plane, s->data, opt);
}

void simulated_surface_close(simulated_surface *s, const char *folder)
{
    loss_surface_close(s->surface);
    loss_dataset_free(s->data);
    loss_plane_free(s->plane);
    loss_net_free(s->net);
    remove(path_in(folder));
}

static double loss_of(uint64_t point)
{
    return 1 + 1e-3 * (double)point;
}

loss_outcome simulated_outcome(const loss_task *task, double seconds)
{
    const loss_point point = {true, loss_of(task->point), 0.1, 50, seconds};
    return (loss_outcome){.task = *task, .points = {point, point}, .images = 1};
}

bool simulated_surface_is_whole(const simulated_surface *s)
{
    loss_point *points = calloc(s->n, sizeof *points);
    bool is_whole = points && !loss_surface_points(s->surface, loss_dataset_split(s->data), points);
    for (size_t i = 0; i < s->n && is_whole; i++)
        is_whole = points[i].evaluated && points[i].loss == loss_of(i);
    free(points);
    return is_whole;
}
