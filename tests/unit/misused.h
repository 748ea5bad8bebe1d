/* What the tests of misuse call functions with: small and right, but for what is wrong. */
#ifndef MISUSED_H
#define MISUSED_H

#include <loss/loss.h>

#include "scratch.h"

#define REFUSED(call) assert_int_equal(call, LOSS_ERR_ARGUMENT)

enum { MISUSED_IMAGES = 4, MISUSED_CHECKPOINTS = 3 };

static struct {
    loss_dataset *data;
    loss_net *net, *other; /* other: for what a call changes */
    loss_plane *plane;
    loss_surface *surface; /* 3 x 2 points, evaluated */
    loss_curvature *curvature;
    loss_curvature *with_all; /* of all parameters */
    const char *checkpoints[MISUSED_CHECKPOINTS];
    char names[MISUSED_CHECKPOINTS][512];
} use;

static inline loss_status misused_net(loss_net **net)
{
    loss_builder *b;
    loss_status status = loss_builder_create(&b, (loss_shape){1, 2, 2, 3});
    if (status)
        return status;
    loss_node x = loss_builder_flatten(b, loss_builder_input(b));
    return loss_builder_finish(b, loss_builder_linear(b, x, "fc", 3), "small", net);
}

static inline int misused_make_surface(void)
{
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    opt.x.n = 3;
    opt.y.n = 2;
    return loss_surface_open(&use.surface, scratch_path("s.landscape"), use.net, use.plane,
                             use.data, &opt) ||
           loss_surface_evaluate(use.surface);
}

static inline int misused_make(void **state)
{
    static const uint8_t pixels[MISUSED_IMAGES * 4] = {9, 8, 7, 6, 5, 4, 3, 2, 1};
    static const uint32_t labels[MISUSED_IMAGES] = {0, 1, 2, 0};
    loss_curvature_options all = LOSS_CURVATURE_OPTIONS_INIT;
    all.ignore = LOSS_IGNORE_NONE;
    int failed = scratch_make(state) ||
                 loss_dataset_create(&use.data, (loss_shape){1, 2, 2, 3}, MISUSED_IMAGES, pixels,
                                     labels, NULL) ||
                 misused_net(&use.net) || misused_net(&use.other);
    for (int i = 0; i < MISUSED_CHECKPOINTS && !failed; i++) {
        snprintf(use.names[i], sizeof use.names[i], "%s/epoch-%03d.safetensors", scratch_folder, i);
        use.checkpoints[i] = use.names[i];
        loss_net_initialise(use.net, (uint64_t)i);
        failed = loss_net_save(use.net, use.names[i]) != LOSS_OK;
    }
    return failed || loss_plane_random(&use.plane, use.net, NULL) || misused_make_surface() ||
           loss_curvature_create(&use.curvature, use.net, use.data, NULL) ||
           loss_curvature_create(&use.with_all, use.net, use.data, &all);
}

static inline int misused_unmake(void **state)
{
    loss_curvature_free(use.with_all);
    loss_curvature_free(use.curvature);
    loss_surface_close(use.surface);
    loss_plane_free(use.plane);
    loss_net_free(use.other);
    loss_net_free(use.net);
    loss_dataset_free(use.data);
    return scratch_remove(state);
}

#endif
