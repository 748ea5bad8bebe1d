/* What the colour bar says: the loss by its name where it is not cross-entropy, and its L2 term. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "../unit/scratch.h"
#include "read.h"

enum { IMAGES = 4 };

static loss_dataset *make_data(void)
{
    static const float values[IMAGES] = {0, 1, 2, 3},
                       targets[2 * IMAGES] = {1, 0, 1, 0, 0, 1, 0, 1};
    loss_dataset *data;
    loss_arrays arrays = LOSS_ARRAYS_INIT;
    arrays.shape = (loss_shape){1, 1, 1, 2};
    arrays.n = IMAGES;
    arrays.values = values;
    arrays.targets = targets;
    assert_int_equal(loss_dataset_create_arrays(&data, &arrays, NULL), LOSS_OK);
    return data;
}

/* The label of a landscape of this loss. */
static void expect(const char *loss, double l2, const char *label)
{
    loss_dataset *data = make_data();
    loss_net *net;
    loss_plane *plane;
    loss_surface *surface;
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    opt.x = opt.y = (loss_axis){-1, 1, 3};
    assert_int_equal(loss_net_create(&net, "mlp:size=3", loss_dataset_shape(data)), LOSS_OK);
    assert_int_equal(loss_net_set_loss(net, loss), LOSS_OK);
    assert_int_equal(loss_net_set_l2(net, l2), LOSS_OK);
    assert_int_equal(loss_plane_random(&plane, net, NULL), LOSS_OK);
    const char *path = scratch_path("a.landscape");
    assert_int_equal(loss_surface_open(&surface, path, net, plane, data, &opt), LOSS_OK);
    assert_int_equal(loss_surface_evaluate(surface), LOSS_OK);
    loss_surface_close(surface);
    grid g;
    problem p;
    assert_true(grid_read(&g, path, 0, &p));
    assert_string_equal(grid_label(&g), label);
    grid_free(&g);
    assert_int_equal(remove(path), 0);
    loss_plane_free(plane);
    loss_net_free(net);
    loss_dataset_free(data);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_labels)};
    return cmocka_run_group_tests_name("view_label", tests, scratch_make, scratch_remove);
}
