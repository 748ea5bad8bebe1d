/* What a file of a surface says, point by point: exports of grids that are not square, paths in
 * space, statistics that no network has, eigenvalues that are off the grid. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include <loss/export.h>
#include <loss/file.h>
#include <loss/surface.h>

#include "net/net.h"
#include "scratch.h"

enum { IMAGES = 12, CLASSES = 3, SIZE = 4, NX = 3, NY = 5, RUN = 4 };

typedef struct world {
    loss_net *net;
    loss_plane *plane;
    loss_dataset *data;
    loss_surface_options opt;
} world;

static loss_net *make_net(void)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, (loss_shape){1, SIZE, SIZE, CLASSES}), LOSS_OK);
    loss_node x = loss_builder_conv(b, loss_builder_input(b), "conv",
                                    LOSS_CONV(.channels = 3, .kernel = 3, .padding = 1));
    x = loss_builder_flatten(b, loss_builder_batchnorm(b, x, "bn", NULL));
    x = loss_builder_linear(b, x, "fc", CLASSES);
    assert_int_equal(loss_builder_finish(b, x, "small", &net), LOSS_OK);
    loss_net_initialise(net, 3);
    return net;
}

static int set_up(void **state)
{
    static world w;
    uint8_t pixels[IMAGES * SIZE * SIZE];
    uint32_t labels[IMAGES];
    scratch_make(state);
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * i * 37 % 251);
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (uint32_t)(i % CLASSES);
    w = (world){.net = make_net(), .opt = LOSS_SURFACE_OPTIONS_INIT};
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.split = LOSS_SPLIT_TEST;
    assert_int_equal(loss_dataset_create(&w.data, (loss_shape){1, SIZE, SIZE, CLASSES}, IMAGES,
                                         pixels, labels, &opt),
                     LOSS_OK);
    assert_int_equal(loss_plane_random(&w.plane, w.net, NULL), LOSS_OK);
    w.opt.x = (loss_axis){-1, 1, NX};
    w.opt.y = (loss_axis){0, 1, NY};
    w.opt.threads = 1;
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    world *w = *state;
    loss_plane_free(w->plane);
    loss_net_free(w->net);
    loss_dataset_free(w->data);
    return scratch_remove(state);
}

static loss_surface *evaluated(const world *w)
{
    loss_surface *surface;
    if (loss_surface_open(&surface, scratch_path("a.landscape"), w->net, w->plane, w->data,
                          &w->opt) ||
        loss_surface_evaluate(surface))
        fail_msg("%s", loss_last_message());
    return surface;
}

/* More rows than columns: each row of the table is the point of its place. */
static void test_table(void **state)
{
    loss_surface *surface = evaluated(*state);
    loss_point points[NX * NY];
    char line[512];
    size_t n = 0;
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TEST, points), LOSS_OK);
    assert_int_equal(loss_surface_export(surface, scratch_path("a.csv"), NULL), LOSS_OK);
    FILE *file = fopen(scratch_path("a.csv"), "r");
    assert_true(file && fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        size_t ix, iy;
        double x, y, loss;
        assert_int_equal(sscanf(line, "test,%zu,%zu,%lf,%lf,%lf", &iy, &ix, &x, &y, &loss), 5);
        assert_true(ix < NX && iy < NY && x == (double)ix - 1 && y == (double)iy / 4);
        assert_true(loss == points[iy * NX + ix].loss);
        n++;
    }
    fclose(file);
    assert_int_equal(n, NX * NY);
    loss_surface_close(surface);
}

/* numpy's file has the losses of every point, one after the other. */
static void test_arrays(void **state)
{
    loss_surface *surface = evaluated(*state);
    loss_point points[NX * NY];
    double losses[NX * NY];
    uint8_t *bytes;
    size_t size;
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TEST, points), LOSS_OK);
    for (size_t i = 0; i < (size_t)NX * NY; i++)
        losses[i] = points[i].loss;
    const char *path = scratch_path("a.npz");
    assert_int_equal(loss_surface_export(surface, path, NULL), LOSS_OK);
    assert_int_equal(loss_file_read(path, SIZE_MAX, &bytes, &size), LOSS_OK);
    assert_non_null(memmem(bytes, size, losses, sizeof losses));
    free(bytes);
    loss_surface_close(surface);
}

/* Each vertex of a path in space is the checkpoint of its row in the table. */
static void test_path_in_space(void **state)
{
    world *w = *state;
    static char names[RUN][128];
    const char *paths[RUN];
    loss_surface *surface = evaluated(w);
    loss_net *net = make_net();
    for (size_t t = 0; t < RUN; t++) {
        snprintf(names[t], sizeof names[t], "%s/epoch-%03zu.safetensors", scratch_folder, t);
        assert_int_equal(loss_plane_move(w->plane, w->net, 0.8 * (double)t / RUN - 0.7,
                                         0.9 - 0.2 * (double)t, net),
                         LOSS_OK);
        assert_int_equal(loss_net_save(net, paths[t] = names[t]), LOSS_OK);
    }
    assert_int_equal(loss_surface_add_path(surface, "run", paths, RUN, NULL), LOSS_OK);
    loss_export_options opt = LOSS_EXPORT_OPTIONS_INIT;
    opt.height = LOSS_HEIGHT_RAW;
    const char *path = scratch_path("path.ply");
    if (loss_surface_export_path(surface, path, &opt))
        fail_msg("%s", loss_last_message());
    const loss_path_point *p;
    size_t n;
    assert_int_equal(loss_surface_paths(surface, LOSS_SPLIT_TEST, &n, &p), LOSS_OK);
    assert_int_equal(n, RUN);
    char line[512] = "";
    FILE *file = fopen(path, "r");
    while (strcmp(line, "end_header\n") != 0)
        assert_non_null(fgets(line, sizeof line, file));
    for (size_t i = 0; i < RUN; i++) {
        double x, y, z, loss, own;
        int r, g, b;
        assert_non_null(fgets(line, sizeof line, file));
        assert_int_equal(
            sscanf(line, "%lf %lf %lf %d %d %d %lf %lf", &x, &y, &z, &r, &g, &b, &loss, &own), 8);
        assert_true(fabs(x - p[i].x) < 1e-6 && fabs(y - p[i].y) < 1e-6);
        assert_true(fabs(z - p[i].plane_loss) < 1e-6 && fabs(loss - p[i].plane_loss) < 1e-6);
        assert_true(fabs(own - p[i].true_loss) < 1e-6);
        assert_true(i == 0 || p[i].plane_loss != p[0].plane_loss);
    }
    for (size_t i = 1; i < RUN; i++) {
        size_t from, to;
        assert_non_null(fgets(line, sizeof line, file));
        assert_int_equal(sscanf(line, "%zu %zu", &from, &to), 2);
        assert_true(from == i - 1 && to == i);
    }
    assert_null(fgets(line, sizeof line, file));
    fclose(file);
    loss_net_free(net);
    loss_surface_close(surface);
}

static void test_path_of_nothing(void **state)
{
    loss_surface *surface = evaluated(*state);
    const char *paths[] = {"a"};
    assert_int_equal(loss_surface_add_path(NULL, "run", paths, 1, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_surface_add_path(surface, NULL, paths, 1, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_surface_add_path(surface, "run", NULL, 1, NULL), LOSS_ERR_ARGUMENT);
    loss_surface_close(surface);
}

/* The model's own loss is recorded where both axes have the centre, and nowhere else. */
static void test_centre(void **state)
{
    world *w = *state;
    for (int k = 0; k < 4; k++) {
        double x = k & 1 ? 0 : 0.5, y = k & 2 ? 0 : 0.5;
        w->opt.x = (loss_axis){x, x + 1, 2};
        w->opt.y = (loss_axis){y, y + 1, 2};
        loss_surface *surface = evaluated(w);
        assert_true((loss_surface_metadata(surface, "model_loss_test") != NULL) == (k == 3));
        loss_surface_close(surface);
        assert_int_equal(unlink(scratch_path("a.landscape")), 0);
    }
}

/* Whichever channel's running variance turns negative: there is no such network. */
static void test_negative_variance(void **state)
{
    world *w = *state;
    for (size_t channel = 0; channel < 3; channel++) {
        loss_net *other = make_net();
        for (size_t i = 0; i < other->n_tensors; i++)
            if (other->tensors[i].kind == LOSS_TENSOR_RUNNING_VAR)
                other->tensors[i].values[channel] =
                    (lossi_real)2.000001; /* the origin has 1: at -1 it is -1e-6, which eps would
                                             hide */
        loss_plane *line;
        loss_surface *surface;
        loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
        loss_point points[NX];
        opt.x = (loss_axis){-1, 1, NX};
        opt.y = (loss_axis){0, 0, 1};
        opt.bn = LOSS_BN_STATES;
        assert_int_equal(loss_plane_between(&line, w->net, other, NULL, NULL), LOSS_OK);
        const char *path = scratch_path("line.landscape");
        if (loss_surface_open(&surface, path, w->net, line, w->data, &opt) ||
            loss_surface_evaluate(surface))
            fail_msg("%s", loss_last_message());
        assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TEST, points), LOSS_OK);
        assert_true(isnan(points[0].loss) && isfinite(points[1].loss) && isfinite(points[2].loss));
        loss_surface_close(surface);
        assert_int_equal(unlink(path), 0);
        loss_plane_free(line);
        loss_net_free(other);
    }
}

/* Eigenvalues at a place that the grid does not have are refused, on each side of it. */
static void test_eigenvalues_off_the_grid(void **state)
{
    world *w = *state;
    static const int places[][2] = {{1, 1}, {-1, 0}, {0, -1}, {NY, 0}, {0, NX}};
    loss_curvature_options curvature = LOSS_CURVATURE_OPTIONS_INIT;
    loss_point_curvature out[NX * NY];
    w->opt.curvature = &curvature;
    loss_surface_close(evaluated(w));
    for (size_t i = 1; i < sizeof places / sizeof *places; i++) {
        char change[100];
        sqlite3 *db;
        loss_surface *surface;
        snprintf(change, sizeof change,
                 "UPDATE curvature SET iy = %d, ix = %d WHERE iy = %d AND ix = %d", places[i][0],
                 places[i][1], places[i - 1][0], places[i - 1][1]);
        assert_int_equal(sqlite3_open(scratch_path("a.landscape"), &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, change, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_changes(db), 1);
        sqlite3_close(db);
        loss_status status = loss_surface_read(&surface, scratch_path("a.landscape"));
        if (!status)
            status = loss_surface_curvature(surface, LOSS_SPLIT_TEST, out);
        assert_int_equal(status, LOSS_ERR_FORMAT);
        loss_surface_close(surface);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_arrays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_path_in_space, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_path_of_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_centre, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_negative_variance, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_eigenvalues_off_the_grid, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
