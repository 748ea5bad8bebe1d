/* A small landscape that is filled in a moment: a network of two layers, 17 images, 4 x 3 points.
 * For tests of what filling a file does to it. */
#ifndef SMALL_LANDSCAPE_H
#define SMALL_LANDSCAPE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/surface.h>

#include "scratch.h"

enum { NX = 4, NY = 3, N = NX * NY, IMAGES = 17, CLASSES = 3, SIZE = 4 };

typedef struct world {
    loss_net *net;
    loss_plane *plane;
    loss_dataset *test, *train;
    loss_surface_options opt;
} world;

static inline loss_net *make_net(size_t hidden)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, (loss_shape){1, SIZE, SIZE, CLASSES}), LOSS_OK);
    loss_node x = loss_builder_relu(
        b, loss_builder_linear(b, loss_builder_flatten(b, loss_builder_input(b)), "fc1", hidden));
    assert_int_equal(
        loss_builder_finish(b, loss_builder_linear(b, x, "fc2", CLASSES), "two-layers", &net),
        LOSS_OK);
    return net;
}

static inline loss_dataset *make_data(loss_split split, size_t limit)
{
    uint8_t pixels[IMAGES * SIZE * SIZE];
    uint32_t labels[IMAGES];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 37 % 251 + (size_t)split);
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (uint32_t)(i % CLASSES);
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_dataset *data;
    opt.split = split;
    opt.limit = limit;
    assert_int_equal(loss_dataset_create(&data, (loss_shape){1, SIZE, SIZE, CLASSES}, IMAGES,
                                         pixels, labels, &opt),
                     LOSS_OK);
    return data;
}

static inline world make_world(void)
{
    world w = {make_net(8), NULL, make_data(LOSS_SPLIT_TEST, 0), make_data(LOSS_SPLIT_TRAIN, 9),
               LOSS_SURFACE_OPTIONS_INIT};
    assert_int_equal(loss_plane_random(&w.plane, w.net, NULL), LOSS_OK);
    w.opt.x = (loss_axis){-1, 1, NX};
    w.opt.y = (loss_axis){-0.5, 0.5, NY};
    w.opt.threads = 1;
    return w;
}

static inline void free_world(world *w)
{
    loss_plane_free(w->plane);
    loss_net_free(w->net);
    loss_dataset_free(w->test);
    loss_dataset_free(w->train);
}

static inline loss_status try_open(const world *w, const char *name, loss_surface **surface)
{
    return loss_surface_open(surface, scratch_path(name), w->net, w->plane, w->test, &w->opt);
}

static inline loss_status evaluate(const world *w, const char *name)
{
    loss_surface *surface;
    loss_status status = try_open(w, name, &surface);
    if (!status)
        status = loss_surface_evaluate(surface);
    loss_surface_close(surface);
    return status;
}

static inline size_t count_points(const char *name, loss_point points[N])
{
    loss_surface *surface;
    size_t n = 0;
    assert_int_equal(loss_surface_read(&surface, scratch_path(name)), LOSS_OK);
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TEST, points), LOSS_OK);
    for (int i = 0; i < N; i++)
        n += points[i].evaluated;
    loss_surface_close(surface);
    return n;
}

static inline void assert_same_points(const loss_point a[N], const loss_point b[N])
{
    for (int i = 0; i < N; i++) {
        assert_true(a[i].evaluated && b[i].evaluated && a[i].accuracy == b[i].accuracy);
        assert_memory_equal(&a[i].loss, &b[i].loss, sizeof a[i].loss);
        assert_memory_equal(&a[i].standard_error, &b[i].standard_error, sizeof a[i].loss);
    }
}

#endif
