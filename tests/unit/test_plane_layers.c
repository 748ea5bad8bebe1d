/* Directions that are restricted to some layers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/net.h"
#include "unit/scratch.h"
#include "unit/small_landscape.h"

/* Where a tensor's values lie in a direction. */
static size_t place_of(const loss_net *net, const char *name, size_t *count)
{
    size_t at = 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        *count = net->tensors[i].count;
        if (strcmp(net->tensors[i].name, name) == 0)
            return at;
        at += lossi_tensor_is_trainable(&net->tensors[i]) ? net->tensors[i].count : 0;
    }
    fail_msg("no tensor %s", name);
    return 0;
}

/* Zero everywhere but in one tensor, where it is that of `whole`; NULL: where it is not zero. */
static void assert_restricted(const loss_net *net, const loss_plane *plane, const char *name,
                              const loss_plane *whole)
{
    size_t count, at = place_of(net, name, &count);
    for (int axis = 0; axis < 2; axis++) {
        const float *d = loss_plane_direction(plane, axis);
        double sum = 0;
        for (size_t i = 0; i < loss_net_n_parameters(net); i++) {
            bool is_in = i >= at && i < at + count;
            if (whole)
                assert_true(d[i] == (is_in ? loss_plane_direction(whole, axis)[i] : 0));
            else
                assert_true(is_in || d[i] == 0);
            sum += fabs((double)d[i]);
        }
        assert_true(sum > 0);
    }
}

/* A landscape records the layers, and gives its plane again. */
static void assert_recorded(const world *w)
{
    loss_surface *surface;
    loss_plane *again;
    assert_int_equal(try_open(w, "layers", &surface), LOSS_OK);
    assert_string_equal(loss_surface_metadata(surface, LOSS_KEY_LAYERS), "fc2.*");
    assert_non_null(strstr(loss_surface_metadata(surface, LOSS_KEY_DIRECTIONS), "layers=fc2.*"));
    assert_int_equal(loss_surface_plane(surface, w->net, &again), LOSS_OK);
    assert_string_equal(loss_plane_digest(again), loss_plane_digest(w->plane));
    assert_string_equal(loss_plane_layers(again), "fc2.*");
    loss_plane_free(again);
    loss_surface_close(surface);
    remove(scratch_path("layers"));
}

static void test_random(void **state)
{
    (void)state;
    world w = make_world();
    loss_random_options opt = LOSS_RANDOM_OPTIONS_INIT;
    loss_plane *whole = w.plane, *refused;
    assert_null(loss_plane_layers(whole));
    opt.layers = "fc2.*";
    assert_int_equal(loss_plane_random(&w.plane, w.net, &opt), LOSS_OK);
    assert_restricted(w.net, w.plane, "fc2.weight", whole);
    assert_recorded(&w);
    opt.layers = "nothing,fc2.w*t"; /* the patterns of the shell, with commas */
    loss_plane_free(w.plane);
    assert_int_equal(loss_plane_random(&w.plane, w.net, &opt), LOSS_OK);
    assert_restricted(w.net, w.plane, "fc2.weight", whole);
    opt.layers = "fc3.*";
    assert_int_equal(loss_plane_random(&refused, w.net, &opt), LOSS_ERR_NAME);
    opt.layers = "fc2.bias"; /* which stays under biasbn */
    assert_int_equal(loss_plane_random(&refused, w.net, &opt), LOSS_ERR_NAME);
    assert_non_null(strstr(loss_last_message(), "fc2.bias"));
    opt.ignore = LOSS_IGNORE_NONE;
    assert_int_equal(loss_plane_random(&refused, w.net, &opt), LOSS_OK);
    loss_plane_free(refused);
    loss_plane_free(whole);
    free_world(&w);
}

static void test_hessian(void **state)
{
    (void)state;
    world w = make_world();
    loss_curvature_options opt = LOSS_CURVATURE_OPTIONS_INIT;
    loss_plane_free(w.plane);
    loss_net_initialise(w.net, 1);
    opt.layers = "fc2.*";
    opt.threads = 1;
    assert_int_equal(loss_plane_hessian(&w.plane, w.net, w.test, &opt, NULL, NULL), LOSS_OK);
    assert_restricted(w.net, w.plane, "fc2.weight", NULL);
    assert_recorded(&w);
    free_world(&w);
}

static void test_pca(void **state)
{
    (void)state;
    world w = make_world();
    loss_pca_options opt = LOSS_PCA_OPTIONS_INIT;
    char paths[4][256];
    const char *list[4];
    loss_net *net = make_net(8);
    loss_plane *refused;
    for (size_t i = 0; i < 4; i++) {
        char name[32];
        snprintf(name, sizeof name, "%zu.safetensors", i);
        snprintf(paths[i], sizeof paths[i], "%s", scratch_path(name));
        list[i] = paths[i];
        loss_net_initialise(net, i);
        assert_int_equal(loss_net_save(net, paths[i]), LOSS_OK);
    }
    loss_plane_free(w.plane);
    opt.layers = "fc2.*";
    assert_int_equal(loss_plane_pca(&w.plane, w.net, list, 4, &opt), LOSS_OK);
    assert_restricted(w.net, w.plane, "fc2.weight", NULL);
    assert_true(fabs(loss_plane_norm(w.plane, 0) - 1) < 1e-6);
    assert_recorded(&w);
    opt.layers = "fc1.bias";
    assert_int_equal(loss_plane_pca(&refused, w.net, list, 4, &opt), LOSS_ERR_NAME);
    loss_net_free(net);
    free_world(&w);
}

/* The eigenvalues at the points are of the block that moves; the file says so. */
static void test_curvature(void **state)
{
    (void)state;
    world w = make_world();
    loss_curvature_options opt = LOSS_CURVATURE_OPTIONS_INIT;
    loss_surface *surface;
    char layers[16] = "fc2.*"; /* copied */
    opt.layers = layers;
    w.opt.curvature = &opt;
    assert_int_equal(try_open(&w, "layers", &surface), LOSS_OK);
    memset(layers, 'x', sizeof layers - 1);
    assert_non_null(strstr(loss_surface_metadata(surface, LOSS_KEY_CURVATURE), "layers=fc2.* "));
    assert_int_equal(loss_surface_evaluate(surface), LOSS_OK);
    loss_surface_close(surface);
    opt.layers = "fc1.*"; /* other eigenvalues */
    assert_int_equal(try_open(&w, "layers", &surface), LOSS_ERR_MISMATCH);
    opt.layers = "fc3.*";
    assert_int_equal(try_open(&w, "other", &surface), LOSS_ERR_NAME);
    free_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_random, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_hessian, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_pca, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_curvature, scratch_make, scratch_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
