/* A plane whose two directions are one, or nearly: a network still has one finite place on it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <loss/loss.h>

/* Directions x and 0.7 x + sine times another, rounded to floats; the network is at twice x. */
static void place_of(double sine, loss_projection *at)
{
    loss_net *origin = NULL, *net = NULL;
    loss_plane *plane = NULL;
    loss_shape shape = {1, 32, 32, 10};
    assert_int_equal(loss_net_create(&origin, "lenet5", shape), LOSS_OK);
    size_t n = loss_net_n_parameters(origin);
    float *x = calloc(n, sizeof *x), *y = calloc(n, sizeof *y);
    assert_true(x && y);
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)sin((double)i);
        y[i] = (float)(0.7 * (double)x[i] + sine * cos((double)i));
    }
    assert_int_equal(loss_plane_create(&plane, origin, x, y), LOSS_OK);
    assert_int_equal(loss_net_create(&net, "lenet5", shape), LOSS_OK);
    assert_int_equal(loss_plane_move(plane, origin, 2, 0, net), LOSS_OK);
    assert_int_equal(loss_plane_project(plane, origin, net, 2, at), LOSS_OK);
    free(x);
    free(y);
    loss_plane_free(plane);
    loss_net_free(net);
    loss_net_free(origin);
}

static void test_parallel(void **state)
{
    (void)state;
    static const double sines[] = {0, 1e-9, 1e-8};
    loss_projection at;
    for (int i = 0; i < 3; i++) { /* rounding makes them differ: all of it lies along the first */
        place_of(sines[i], &at);
        assert_true(fabs(at.x - 2) < 1e-4 && at.y == 0 && at.residual < 1e-4);
    }
    place_of(1, &at);
    assert_true(fabs(at.x - 2) < 1e-4 && fabs(at.y) < 1e-4 && at.residual < 1e-4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parallel)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
