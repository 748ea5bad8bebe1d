/* Extreme eigenvalues at the points of a landscape: as loss_curvature_eigen() gives them, in
 * files of either kind, resumed, refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include <loss/loss.h>

#include "scratch.h"

enum { NX = 3, NY = 2, N = NX * NY, IMAGES = 17, CLASSES = 3, SIZE = 4 };

typedef struct world {
    loss_net *net;
    loss_plane *plane;
    loss_dataset *test, *train;
    loss_surface_options opt;
    loss_curvature_options curvature;
} world;

static loss_dataset *make_data(loss_split split)
{
    uint8_t pixels[IMAGES * SIZE * SIZE];
    uint32_t labels[IMAGES];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * i * 37 % 251 + (size_t)split);
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (uint32_t)(i % CLASSES);
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_dataset *data;
    opt.split = split;
    assert_int_equal(loss_dataset_create(&data, (loss_shape){1, SIZE, SIZE, CLASSES}, IMAGES,
                                         pixels, labels, &opt),
                     LOSS_OK);
    return data;
}

static int set_up(void **state)
{
    static world w;
    loss_builder *b;
    scratch_make(state);
    assert_int_equal(loss_builder_create(&b, (loss_shape){1, SIZE, SIZE, CLASSES}), LOSS_OK);
    loss_node x = loss_builder_relu(
        b, loss_builder_conv(b, loss_builder_input(b), "conv", LOSS_CONV(4, 3, 1, 1, true)));
    x = loss_builder_linear(b, loss_builder_flatten(b, x), "fc", CLASSES);
    w = (world){.test = make_data(LOSS_SPLIT_TEST),
                .train = make_data(LOSS_SPLIT_TRAIN),
                .opt = LOSS_SURFACE_OPTIONS_INIT,
                .curvature = LOSS_CURVATURE_OPTIONS_INIT};
    assert_int_equal(loss_builder_finish(b, x, "small", &w.net), LOSS_OK);
    assert_int_equal(loss_plane_random(&w.plane, w.net, NULL), LOSS_OK);
    w.opt.x = (loss_axis){-1, 1, NX};
    w.opt.y = (loss_axis){0, 0.5, NY};
    w.opt.threads = 1;
    w.opt.curvature = &w.curvature;
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    world *w = *state;
    loss_plane_free(w->plane);
    loss_net_free(w->net);
    loss_dataset_free(w->test);
    loss_dataset_free(w->train);
    return scratch_remove(state);
}

static loss_status evaluate(const world *w, const char *name)
{
    loss_surface *surface;
    loss_status status =
        loss_surface_open(&surface, scratch_path(name), w->net, w->plane, w->test, &w->opt);
    if (!status)
        status = loss_surface_evaluate(surface);
    loss_surface_close(surface);
    return status;
}

static void read_curvature(const char *name, loss_split split, loss_point_curvature *curvature)
{
    loss_surface *surface;
    assert_int_equal(loss_surface_read(&surface, scratch_path(name)), LOSS_OK);
    assert_true(loss_surface_has_curvature(surface));
    assert_int_equal(loss_surface_curvature(surface, split, curvature), LOSS_OK);
    loss_surface_close(surface);
}

static size_t count(const loss_point_curvature *curvature)
{
    size_t n = 0;
    for (size_t i = 0; i < N; i++)
        n += curvature[i].evaluated;
    return n;
}

static void assert_same(const loss_point_curvature *a, const loss_point_curvature *b)
{
    for (size_t i = 0; i < N; i++) {
        assert_true(a[i].evaluated == b[i].evaluated);
        assert_memory_equal(&a[i].min, &b[i].min, 4 * sizeof(double)); /* all but the seconds */
    }
}

/* At each point, both splits: what the moved network has. */
static void test_values(void **state)
{
    world *w = *state;
    loss_point_curvature curvature[N];
    w->opt.second = w->train;
    assert_int_equal(evaluate(w, "a.landscape"), LOSS_OK);
    w->opt.second = NULL;
    for (int split = 0; split < 2; split++) {
        const loss_dataset *data = split == LOSS_SPLIT_TEST ? w->test : w->train;
        read_curvature("a.landscape", (loss_split)split, curvature);
        assert_int_equal(count(curvature), N);
        /* The centre is the network itself: ix 1, iy 0. */
        loss_curvature *c;
        loss_eigen_options eigen = LOSS_EIGEN_OPTIONS_INIT;
        loss_eigenvalue values[2];
        eigen.top = 1;
        assert_int_equal(loss_curvature_create(&c, w->net, data, &w->curvature), LOSS_OK);
        assert_int_equal(loss_curvature_eigen(c, &eigen, values, NULL), LOSS_OK);
        assert_true(fabs(curvature[1].max - values[0].value) <= 1e-3 * values[0].value);
        assert_true(fabs(curvature[1].min - values[1].value) <= 1e-2 * values[0].value);
        assert_true(curvature[1].max_residual <= 0.011 * curvature[1].max);
        double ratio = fabs(curvature[1].min) / curvature[1].max;
        assert_true(fabs(loss_point_convexity(&curvature[1]) - ratio) <= 1e-12 * ratio);
        loss_curvature_free(c);
        for (size_t i = 0; i < N; i++)
            assert_true(curvature[i].min < curvature[i].max &&
                        (i == 1 || curvature[i].max != curvature[1].max));
    }
}

/* Added to a file that was made without, resumed after a stop, in other threads: the same bits. */
static bool after_some(void *user)
{
    size_t *asked = user;
    return ++*asked > 150;
}

static void test_added_and_resumed(void **state)
{
    world *w = *state;
    loss_point_curvature whole[N], part[N], after[N];
    assert_int_equal(evaluate(w, "whole.landscape"), LOSS_OK);
    read_curvature("whole.landscape", LOSS_SPLIT_TEST, whole);

    w->opt.curvature = NULL;
    assert_int_equal(evaluate(w, "a.landscape"), LOSS_OK);
    loss_surface *surface;
    assert_int_equal(loss_surface_read(&surface, scratch_path("a.landscape")), LOSS_OK);
    assert_false(loss_surface_has_curvature(surface));
    assert_int_equal(loss_surface_curvature(surface, LOSS_SPLIT_TEST, part), LOSS_ERR_NAME);
    loss_surface_close(surface);

    size_t asked = 0;
    w->opt.curvature = &w->curvature;
    w->opt.cancelled = after_some;
    w->opt.user = &asked;
    assert_int_equal(evaluate(w, "a.landscape"), LOSS_ERR_CANCELLED);
    read_curvature("a.landscape", LOSS_SPLIT_TEST, part);
    assert_true(count(part) > 0 && count(part) < N);
    w->opt.cancelled = NULL;
    w->opt.threads = 3;
    assert_int_equal(evaluate(w, "a.landscape"), LOSS_OK);
    read_curvature("a.landscape", LOSS_SPLIT_TEST, after);
    assert_same(whole, after);
    for (size_t i = 0; i < N; i++)
        assert_true(!part[i].evaluated || part[i].max == after[i].max);
}

static void report(const loss_surface_progress *p, void *user)
{
    size_t *seen = user;
    assert_int_equal(p->total, 2 * N);
    assert_int_equal(p->done, ++seen[0]);
    seen[1] += p->curvature != NULL;
    if (p->curvature)
        assert_true(p->curvature->evaluated && p->curvature->min < p->curvature->max);
}

static void test_progress(void **state)
{
    world *w = *state;
    size_t seen[2] = {0};
    w->opt.progress = report;
    w->opt.user = seen;
    assert_int_equal(evaluate(w, "a.landscape"), LOSS_OK);
    assert_int_equal(seen[0], 2 * N);
    assert_int_equal(seen[1], N);
}

static void test_refusals(void **state)
{
    world *w = *state;
    loss_point_curvature curvature[N];
    assert_int_equal(evaluate(w, "a.landscape"), LOSS_OK);
    w->curvature.ignore = LOSS_IGNORE_NONE;
    assert_int_equal(evaluate(w, "a.landscape"), LOSS_ERR_MISMATCH);
    assert_non_null(strstr(loss_last_message(), "ignore=biasbn"));
    assert_non_null(strstr(loss_last_message(), "ignore=none"));
    w->curvature.ignore = LOSS_IGNORE_BIASBN;
    loss_eigen_options eigen = LOSS_EIGEN_OPTIONS_INIT;
    w->opt.eigen = &eigen; /* another tolerance */
    assert_int_equal(evaluate(w, "a.landscape"), LOSS_ERR_MISMATCH);
    eigen.steps = 1;
    assert_int_equal(evaluate(w, "b.landscape"), LOSS_ERR_ARGUMENT);
    w->opt.eigen = NULL;
    read_curvature("a.landscape", LOSS_SPLIT_TEST, curvature);
    assert_int_equal(count(curvature), N);
    loss_surface *surface;
    assert_int_equal(loss_surface_read(&surface, scratch_path("a.landscape")), LOSS_OK);
    assert_int_equal(loss_surface_curvature(surface, LOSS_SPLIT_TRAIN, curvature), LOSS_ERR_NAME);
    loss_surface_close(surface);

    sqlite3 *db;
    assert_int_equal(sqlite3_open(scratch_path("a.landscape"), &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "UPDATE curvature SET ix = 77 WHERE ix = 1", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(loss_surface_read(&surface, scratch_path("a.landscape")), LOSS_OK);
    assert_int_equal(loss_surface_curvature(surface, LOSS_SPLIT_TEST, curvature), LOSS_ERR_FORMAT);
    loss_surface_close(surface);
}

/* Far out the loss is not finite: there the eigenvalues are NaN, and the rest goes on. */
static void test_not_finite(void **state)
{
    world *w = *state;
    loss_point_curvature curvature[N];
    w->opt.x = (loss_axis){0, 1e38, NX};
    assert_int_equal(evaluate(w, "a.landscape"), LOSS_OK);
    read_curvature("a.landscape", LOSS_SPLIT_TEST, curvature);
    assert_int_equal(count(curvature), N);
    assert_true(isfinite(curvature[0].max) && isnan(curvature[2].max) && isnan(curvature[2].min) &&
                isnan(curvature[2].max_residual));
}

/* Eigenvectors as directions are stored, with their eigenvalues. */
static void test_hessian_plane(void **state)
{
    world *w = *state;
    loss_eigenvalue values[2];
    loss_surface *surface;
    loss_plane_free(w->plane);
    assert_int_equal(loss_plane_hessian(&w->plane, w->net, w->test, NULL, NULL, values), LOSS_OK);
    w->opt.curvature = NULL;
    assert_int_equal(evaluate(w, "a.landscape"), LOSS_OK);
    assert_int_equal(evaluate(w, "a.landscape"), LOSS_OK); /* goes on */
    assert_int_equal(loss_surface_read(&surface, scratch_path("a.landscape")), LOSS_OK);
    const char *x = loss_surface_metadata(surface, "eigenvalue_x"),
               *y = loss_surface_metadata(surface, "eigenvalue_y");
    assert_true(x && y);
    assert_true(fabs(atof(x) - values[0].value) < 1e-6 * values[0].value &&
                fabs(atof(y) - values[1].value) < 1e-6 * values[0].value);
    loss_plane *back;
    assert_int_equal(loss_surface_plane(surface, w->net, &back), LOSS_OK);
    double number;
    for (int axis = 0; axis < 2; axis++) { /* read back, the plane still has them */
        assert_true(loss_surface_number(surface, axis ? "eigenvalue_y" : "eigenvalue_x", &number));
        assert_true(loss_plane_eigenvalue(back, axis) == number);
    }
    loss_plane_free(back);
    assert_non_null(strstr(loss_surface_metadata(surface, "directions"),
                           "hessian ignore=biasbn, of 17 test images"));
    loss_surface_close(surface);
    sqlite3 *db;
    sqlite3_stmt *select;
    assert_int_equal(sqlite3_open(scratch_path("a.landscape"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT axis, data FROM directions ORDER BY axis", -1,
                                        &select, NULL),
                     SQLITE_OK);
    for (int axis = 0; axis < 2; axis++) {
        assert_int_equal(sqlite3_step(select), SQLITE_ROW);
        size_t size = loss_net_n_parameters(w->net) * sizeof(float);
        assert_int_equal(sqlite3_column_bytes(select, 1), size);
        assert_int_equal(
            memcmp(sqlite3_column_blob(select, 1), loss_plane_direction(w->plane, axis), size), 0);
    }
    sqlite3_finalize(select);
    sqlite3_close(db);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_values),   TEST(test_added_and_resumed), TEST(test_progress),
        TEST(test_refusals), TEST(test_not_finite),        TEST(test_hessian_plane),
    };
    return cmocka_run_group_tests_name("surface curvature", tests, NULL, NULL);
}
