/* Points of a plane that moves some layers: with what precedes them computed once, and whole. */
#ifndef KEPT_SAME_H
#define KEPT_SAME_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <loss/loss.h>
#include <loss/tasks.h>

typedef struct kept_case {
    const char *layers;
    size_t images, threads;
    uint64_t memory; /* of what is kept; 0: enough */
    bool on_disk;
} kept_case;

/* Images and labels that look random, [n]. */
static inline loss_dataset *kept_data(loss_shape shape, size_t n, loss_split split)
{
    size_t size = shape.channels * shape.height * shape.width;
    uint8_t *pixels = malloc(n * size);
    uint32_t *labels = malloc(n * sizeof *labels);
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_dataset *data;
    uint32_t random = 1 + (uint32_t)split;
    assert_true(pixels && labels);
    for (size_t i = 0; i < n * size; i++)
        pixels[i] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
    for (size_t i = 0; i < n; i++)
        labels[i] = (uint32_t)(i % shape.classes);
    opt.split = split;
    assert_int_equal(loss_dataset_create(&data, shape, n, pixels, labels, &opt), LOSS_OK);
    free(pixels);
    free(labels);
    return data;
}

static inline void assert_same_bits(double a, double b)
{
    assert_memory_equal(&a, &b, sizeof a);
}

/* The network at the point, evaluated by itself. */
static inline void assert_point(const loss_net *net, const loss_plane *plane, loss_net *moved,
                                const loss_dataset *data, double x, double y, const loss_point *p)
{
    loss_result whole = LOSS_RESULT_INIT;
    loss_evaluate_options opt = LOSS_EVALUATE_OPTIONS_INIT;
    opt.threads = 1;
    assert_int_equal(loss_plane_move(plane, net, x, y, moved), LOSS_OK);
    assert_int_equal(loss_net_evaluate(moved, data, &opt, &whole), LOSS_OK);
    assert_true(p->evaluated);
    assert_same_bits(p->loss, whole.loss);
    assert_same_bits(p->standard_error, whole.standard_error);
    assert_same_bits(p->accuracy, whole.accuracy);
}

/* Points of both splits, and the network itself.
 *  @param moved  another network of the graph; its values are lost */
static inline void assert_kept_same(const loss_net *net, loss_net *moved, loss_shape shape,
                                    const kept_case *c, loss_kept *kept)
{
    loss_random_options random = LOSS_RANDOM_OPTIONS_INIT;
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    loss_plane *plane;
    loss_surface *surface;
    loss_dataset *test = kept_data(shape, c->images, LOSS_SPLIT_TEST),
                 *train = kept_data(shape, c->images / 2 + 1, LOSS_SPLIT_TRAIN);
    random.layers = c->layers;
    assert_int_equal(loss_plane_random(&plane, net, &random), LOSS_OK);
    opt.x = (loss_axis){-0.5, 0.5, 2};
    opt.y = (loss_axis){-0.25, 0.25, 2};
    opt.threads = c->threads;
    opt.second = train;
    opt.kept_memory = c->memory;
    opt.kept_on_disk = c->on_disk;
    assert_int_equal(loss_surface_open(&surface, NULL, net, plane, test, &opt), LOSS_OK);
    for (size_t i = 0; i <= 4; i += 2) { /* twice on the grid, then the network itself */
        loss_task task = {.point = i, .wants = LOSS_WANT_TEST | LOSS_WANT_TRAIN};
        loss_outcome outcome;
        double x = i == 4 ? 0 : loss_axis_at(opt.x, i % 2),
               y = i == 4 ? 0 : loss_axis_at(opt.y, i / 2);
        assert_int_equal(loss_surface_compute(surface, &task, &outcome), LOSS_OK);
        assert_point(net, plane, moved, test, x, y, &outcome.points[LOSS_SPLIT_TEST]);
        assert_point(net, plane, moved, train, x, y, &outcome.points[LOSS_SPLIT_TRAIN]);
    }
    *kept = (loss_kept)LOSS_KEPT_INIT;
    assert_int_equal(loss_surface_kept(surface, kept), LOSS_OK);
    loss_surface_close(surface);
    loss_plane_free(plane);
    loss_dataset_free(test);
    loss_dataset_free(train);
}

#endif
