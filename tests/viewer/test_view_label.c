/* What the colour bar says: the loss by its name where it is not cross-entropy, and its L2 term.
 * And the caption: how many images, of each split that may be shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "../unit/scratch.h"
#include "readers/read.h"

enum { IMAGES = 4 };

static loss_dataset *make_data(loss_split split, size_t limit)
{
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.split = split;
    opt.limit = limit;
    static const float values[IMAGES] = {0, 1, 2, 3},
                       targets[2 * IMAGES] = {1, 0, 1, 0, 0, 1, 0, 1};
    loss_dataset *data;
    loss_arrays arrays = LOSS_ARRAYS_INIT;
    arrays.shape = (loss_shape){1, 1, 1, 2};
    arrays.n = IMAGES;
    arrays.values = values;
    arrays.targets = targets;
    assert_int_equal(loss_dataset_create_arrays(&data, &arrays, &opt), LOSS_OK);
    return data;
}

/* A landscape of this loss, as it is read. */
static void make_grid(grid *g, const char *loss, double l2, const loss_dataset *second)
{
    loss_dataset *data = make_data(LOSS_SPLIT_TRAIN, 0);
    loss_net *net;
    loss_plane *plane;
    loss_surface *surface;
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    opt.x = opt.y = (loss_axis){-1, 1, 3};
    opt.second = second;
    assert_int_equal(loss_net_create(&net, "mlp:size=3", loss_dataset_shape(data)), LOSS_OK);
    assert_int_equal(loss_net_set_loss(net, loss), LOSS_OK);
    assert_int_equal(loss_net_set_l2(net, l2), LOSS_OK);
    assert_int_equal(loss_plane_random(&plane, net, NULL), LOSS_OK);
    const char *path = scratch_path("a.landscape");
    assert_int_equal(loss_surface_open(&surface, path, net, plane, data, &opt), LOSS_OK);
    assert_int_equal(loss_surface_evaluate(surface), LOSS_OK);
    loss_surface_close(surface);
    problem p;
    assert_true(grid_read(g, path, 0, &p));
    assert_int_equal(remove(path), 0);
    loss_plane_free(plane);
    loss_net_free(net);
    loss_dataset_free(data);
}

static void expect(const char *loss, double l2, const char *label)
{
    grid g;
    make_grid(&g, loss, l2, NULL);
    assert_string_equal(grid_label(&g), label);
    grid_free(&g);
}

static void expect_caption(const loss_dataset *second, const char *begin)
{
    grid g;
    make_grid(&g, "mse", 0, second);
    assert_int_equal(strncmp(g.caption, begin, strlen(begin)), 0);
    grid_free(&g);
}

static void test_images(void **state)
{
    (void)state;
    loss_dataset *second = make_data(LOSS_SPLIT_TEST, 3);
    expect_caption(NULL, "4 images of ");
    expect_caption(second, "3 test and 4 training images of ");
    loss_dataset_free(second);
}

static void test_labels(void **state)
{
    (void)state;
    expect("cross-entropy", 0, "loss (nats per image)");
    expect("cross-entropy", 0.0005, "loss (nats per image, with L2 term 0.0005)");
    expect("mse", 0, "loss (mse)");
    expect("bce", 0.25, "loss (bce, with L2 term 0.25)");
    expect("cross-entropy:smoothing=0.1", 0, "loss (cross-entropy:smoothing=0.1)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_labels),
                                       cmocka_unit_test(test_images)};
    return cmocka_run_group_tests_name("view_label", tests, scratch_make, scratch_remove);
}
