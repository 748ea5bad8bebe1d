/* Principal components with few rows in memory at a time: the same bits as with all of them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "linear_net.h"
#include "plane/plane.h"
#include "scratch.h"

enum { N = 7 };
static const loss_shape SHAPE = {1, 4, 4, 3};
static const char *paths[N];

/* Checkpoint t; the origin is the last. */
static loss_net *make_run(void)
{
    static char names[N][128];
    loss_net *net = make_linear_net(SHAPE);
    for (size_t t = 0; t < N; t++) {
        for (size_t i = 0; i < net->n_tensors; i++)
            for (size_t j = 0; j < net->tensors[i].count; j++)
                net->tensors[i].values[j] = (lossi_real)sin((double)((t + 2) * (j + 3) + i * t));
        snprintf(names[t], sizeof names[t], "%s/%zu.safetensors", scratch_folder, t);
        assert_int_equal(loss_net_save(net, paths[t] = names[t]), LOSS_OK);
    }
    return net;
}

static void count(const loss_pca_progress *p, void *user)
{
    size_t *seen = user;
    assert_int_equal(p->done, ++seen[0]);
    seen[1] = p->total;
}

/* With `held` rows at a time; *reads: checkpoints read, as many as were foretold. */
static loss_plane *pca(const loss_net *net, size_t held, size_t *reads)
{
    size_t seen[2] = {0}, n_values = (size_t)16 * 3; /* biases are left out */
    loss_pca_options opt = LOSS_PCA_OPTIONS_INIT;
    loss_plane *plane = NULL;
    opt.progress = count;
    opt.user = seen;
    size_t bytes = held * n_values * sizeof(lossi_real) + 1;
    if (lossi_plane_pca(&plane, net, paths, N, &opt, bytes))
        fail_msg("%s", loss_last_message());
    assert_int_equal(seen[0], seen[1]);
    *reads = seen[0];
    return plane;
}

static void test_blocks(void **state)
{
    (void)state;
    loss_net *net = make_run();
    size_t reads;
    loss_plane *all = pca(net, N, &reads);
    /* Beside those two reads of each, every block reads all from its first on. */
    static const size_t expected[] = {42, 42, 30, 26, 24, 23, 22, 21, 21};
    for (size_t held = 0; held <= N + 1; held++) {
        loss_plane *plane = pca(net, held, &reads);
        assert_int_equal(reads, expected[held]);
        assert_string_equal(loss_plane_digest(plane), loss_plane_digest(all));
        for (int axis = 0; axis < 2; axis++)
            assert_true(loss_plane_explained(plane, axis) == loss_plane_explained(all, axis));
        loss_plane_free(plane);
    }
    loss_plane_free(all);
    loss_net_free(net);
}

/* Wherever in a checkpoint it is, a value that is not finite is seen. */
static void test_not_finite(void **state)
{
    (void)state;
    loss_net *net = make_run(), *bad = make_linear_net(SHAPE);
    for (size_t j = 0; j < net->tensors[0].count; j += net->tensors[0].count - 1) {
        assert_int_equal(loss_net_load(bad, paths[3], NULL), LOSS_OK);
        bad->tensors[0].values[j] = (lossi_real)NAN;
        const char *path = scratch_path("bad.safetensors"), *with_bad[] = {paths[0], path};
        assert_int_equal(loss_net_save(bad, path), LOSS_OK);
        loss_plane *plane;
        assert_int_equal(loss_plane_pca(&plane, net, with_bad, 2, NULL), LOSS_ERR_ARGUMENT);
        assert_null(plane);
        assert_non_null(strstr(loss_last_message(), "fc.weight has a value that is not finite"));
    }
    loss_net_free(bad);
    loss_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_blocks, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_not_finite, scratch_make, scratch_remove)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
