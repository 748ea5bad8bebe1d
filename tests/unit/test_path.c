/* Training paths on a surface: what is stored, what is not computed again, what is refused; the
 * plane of a file; automatic names. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include <loss/export.h>
#include <loss/surface.h>
#include <loss/train.h>

#include "net/net.h"
#include "scratch.h"

enum { IMAGES = 15, SIDE = 12, RUN = 6 };
static const loss_shape SHAPE = {1, SIDE, SIDE, 10};
static const char MODEL[] = "resnet20:width=0.125";

typedef struct fixture {
    loss_dataset *data, *train;
    loss_net *net; /* the last checkpoint */
    const char *paths[RUN];
    loss_plane *plane;
} fixture;

static loss_dataset *make_data(loss_split split)
{
    static uint8_t pixels[IMAGES * SIDE * SIDE];
    static uint32_t labels[IMAGES];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)((i * i + 37 * i) % 251 + (size_t)split);
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (uint32_t)(i % 10);
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_dataset *data;
    opt.split = split;
    assert_int_equal(loss_dataset_create(&data, SHAPE, IMAGES, pixels, labels, &opt), LOSS_OK);
    return data;
}

static loss_net *make_net(void)
{
    loss_net *net;
    assert_int_equal(loss_net_create(&net, MODEL, SHAPE), LOSS_OK);
    return net;
}

/* Checkpoint t: a bent path, with running statistics of its own. */
static void fill(loss_net *net, size_t t)
{
    double s = (double)t / (RUN - 1);
    loss_net_initialise(net, 3);
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t j = 0; j < net->tensors[i].count; j++) {
            double w = (double)net->tensors[i].values[j],
                   shift = 0.05 * (1 - s) * sin((double)(j + i)) +
                           0.03 * sin(3 * s) * cos((double)(7 * j));
            net->tensors[i].values[j] =
                (lossi_real)(w + shift + 0.004 * sin((double)(t * (j + 1))));
        }
}

static const char *path_of(size_t t)
{
    static char names[RUN + 1][128];
    snprintf(names[t], sizeof names[t], "%s/epoch-%03zu.safetensors", scratch_folder, t);
    return names[t];
}

static int set_up(void **state)
{
    if (scratch_make(state))
        return -1;
    static fixture f;
    f = (fixture){.data = make_data(LOSS_SPLIT_TEST),
                  .train = make_data(LOSS_SPLIT_TRAIN),
                  .net = make_net()};
    for (size_t t = 0; t < RUN; t++) {
        fill(f.net, t);
        if (loss_net_save(f.net, f.paths[t] = path_of(t)))
            return -1;
    }
    *state = &f;
    return loss_plane_pca(&f.plane, f.net, f.paths, RUN, NULL) ? -1 : 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    loss_plane_free(f->plane);
    loss_net_free(f->net);
    loss_dataset_free(f->data);
    loss_dataset_free(f->train);
    return scratch_remove(state);
}

static loss_surface_options grid(void)
{
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    opt.x = opt.y = (loss_axis){-0.5, 0.5, 3};
    return opt;
}

static loss_surface *open_surface(const fixture *f, const loss_surface_options *opt)
{
    loss_surface *surface;
    if (loss_surface_open(&surface, scratch_path("a.landscape"), f->net, f->plane, f->data, opt))
        fail_msg("%s", loss_last_message());
    return surface;
}

static void test_rows(void **state)
{
    const fixture *f = *state;
    loss_surface_options opt = grid();
    opt.second = f->train;
    loss_surface *surface = open_surface(f, &opt);
    const loss_path_point *p;
    size_t n;
    assert_int_equal(loss_surface_paths(surface, LOSS_SPLIT_TEST, &n, &p), LOSS_OK);
    assert_int_equal(n, 0);
    if (loss_surface_add_path(surface, "sgd", f->paths, RUN, NULL))
        fail_msg("%s", loss_last_message());
    loss_net *net = make_net(), *moved = make_net();
    for (int k = 0; k < 2; k++) {
        assert_int_equal(loss_surface_paths(surface, (loss_split)k, &n, &p), LOSS_OK);
        assert_int_equal(n, RUN);
        for (size_t t = 0; t < RUN; t++) {
            loss_projection at;
            loss_result own = LOSS_RESULT_INIT, below = LOSS_RESULT_INIT;
            fill(net, t);
            assert_int_equal(loss_plane_project(f->plane, f->net, net, 2, &at), LOSS_OK);
            assert_int_equal(loss_net_evaluate(net, k ? f->data : f->train, NULL, &own), LOSS_OK);
            assert_int_equal(loss_plane_move(f->plane, f->net, at.x, at.y, moved), LOSS_OK);
            assert_int_equal(loss_net_evaluate(moved, k ? f->data : f->train, NULL, &below),
                             LOSS_OK);
            assert_string_equal(p[t].run, "sgd");
            assert_int_equal(p[t].epoch, t);
            assert_true(p[t].x == at.x && p[t].y == at.y && p[t].residual == at.residual &&
                        p[t].distance == at.distance);
            assert_true(p[t].true_loss == own.loss && p[t].true_accuracy == own.accuracy &&
                        p[t].plane_loss == below.loss);
        }
        assert_true(p[0].x >= 0 && p[0].y >= 0 && p[0].residual > 0 && p[0].residual < 1);
        assert_true(p[0].true_loss != p[0].plane_loss);
        assert_true(p[RUN - 1].x == 0 && p[RUN - 1].y == 0 && p[RUN - 1].residual == 0 &&
                    p[RUN - 1].true_loss == p[RUN - 1].plane_loss);
    }
    loss_net_free(net);
    loss_net_free(moved);
    loss_surface_close(surface);
}

/* The share of the variance that the plane holds, from all differences of pairs: sum of |w_s -
 * w_t|^2, and of what is in the plane. */
static void test_share_of_variance(void **state)
{
    const fixture *f = *state;
    loss_surface_options opt = grid();
    loss_surface *surface = open_surface(f, &opt);
    double total = 0, held = 0;
    loss_net *a = make_net(), *b = make_net();
    assert_int_equal(loss_surface_add_path(surface, "run", f->paths, RUN, NULL), LOSS_OK);
    for (size_t s = 0; s < RUN; s++)
        for (size_t t = 0; t < s; t++) {
            loss_projection at;
            fill(a, s);
            fill(b, t);
            assert_int_equal(loss_plane_project(f->plane, a, b, 2, &at), LOSS_OK);
            total += at.distance * at.distance;
            held += at.distance * at.distance * (1 - at.residual * at.residual);
        }
    const char *text = loss_surface_metadata(surface, "path_held_run");
    assert_non_null(text);
    assert_true(fabs(strtod(text, NULL) - held / total) < 1e-6);
    loss_net_free(a);
    loss_net_free(b);
    loss_surface_close(surface);
}

typedef struct watch {
    size_t calls, done_before, stop_after;
} watch;

static void count(const loss_path_progress *p, void *user)
{
    watch *w = user;
    w->calls++;
    w->done_before = p->done_before;
    assert_true(p->done <= p->total && p->point->run);
}

static bool stop(void *user)
{
    const watch *w = user;
    return w->stop_after && w->calls >= w->stop_after;
}

static void test_resumes(void **state)
{
    const fixture *f = *state;
    loss_surface_options opt = grid();
    watch w = {0, 0, 2};
    loss_path_options path = LOSS_PATH_OPTIONS_INIT;
    opt.cancelled = stop;
    opt.user = path.user = &w;
    path.progress = count;
    loss_surface *surface = open_surface(f, &opt);
    assert_int_equal(loss_surface_add_path(surface, "run", f->paths, RUN, &path),
                     LOSS_ERR_CANCELLED);
    const loss_path_point *p;
    size_t n;
    assert_int_equal(loss_surface_paths(surface, LOSS_SPLIT_TEST, &n, &p), LOSS_OK);
    assert_int_equal(n, 2);
    assert_null(loss_surface_metadata(surface, "path_held_run"));
    w = (watch){0, 0, 0};
    assert_int_equal(loss_surface_add_path(surface, "run", f->paths, RUN, &path), LOSS_OK);
    assert_int_equal(w.calls, RUN - 2);
    assert_int_equal(w.done_before, 2);
    w.calls = 0;
    assert_int_equal(loss_surface_add_path(surface, "run", f->paths, RUN, &path), LOSS_OK);
    assert_int_equal(w.calls, 0);
    assert_int_equal(loss_surface_add_path(surface, "again", f->paths, 3, &path), LOSS_OK);
    assert_int_equal(loss_surface_paths(surface, LOSS_SPLIT_TEST, &n, &p), LOSS_OK);
    assert_int_equal(n, RUN + 3);
    assert_string_equal(p[0].run, "again");
    assert_true(p[0].x == p[3].x &&
                p[0].true_loss == p[3].true_loss); /* the same checkpoint, the same bits */
    loss_surface_close(surface);
}

static void test_refusals(void **state)
{
    const fixture *f = *state;
    loss_surface_options opt = grid();
    loss_surface *surface = open_surface(f, &opt), *look;
    const char *twice[2] = {f->paths[0], f->paths[0]};
    loss_net *other;
    assert_int_equal(loss_surface_add_path(surface, "run", f->paths, RUN, NULL), LOSS_OK);
    assert_int_equal(loss_surface_add_path(surface, "", f->paths, RUN, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_surface_add_path(surface, "run", f->paths, 0, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_surface_add_path(surface, "twice", twice, 2, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_surface_read(&look, scratch_path("a.landscape")), LOSS_OK);
    assert_int_equal(loss_surface_add_path(look, "run", f->paths, RUN, NULL), LOSS_ERR_ARGUMENT);
    loss_surface_close(look);
    assert_int_equal(loss_net_save(f->net, f->paths[1]),
                     LOSS_OK); /* another checkpoint under the same name */
    assert_int_equal(loss_surface_add_path(surface, "run", f->paths, RUN, NULL), LOSS_ERR_MISMATCH);
    assert_non_null(strstr(loss_last_message(), "another name"));
    assert_int_equal(loss_net_create(&other, "resnet20:width=0.25", SHAPE), LOSS_OK);
    assert_int_equal(loss_net_save(other, f->paths[1]), LOSS_OK);
    assert_int_equal(loss_surface_add_path(surface, "wide", f->paths, RUN, NULL),
                     LOSS_ERR_MISMATCH);
    const loss_path_point *p;
    size_t n;
    assert_int_equal(loss_surface_paths(surface, LOSS_SPLIT_TEST, &n, &p), LOSS_OK);
    assert_int_equal(n, RUN); /* nothing was lost or added */
    assert_int_equal(loss_surface_paths(surface, LOSS_SPLIT_TRAIN, &n, &p), LOSS_ERR_NAME);
    loss_net_free(other);
    loss_surface_close(surface);
}

static void test_not_finite(void **state)
{
    const fixture *f = *state;
    loss_surface_options opt = grid();
    loss_net *net = make_net();
    fill(net, 2);
    net->tensors[0].values[5] = (lossi_real)NAN;
    assert_int_equal(loss_net_save(net, f->paths[2]), LOSS_OK);
    loss_surface *surface = open_surface(f, &opt);
    assert_int_equal(loss_surface_add_path(surface, "run", f->paths, RUN, NULL), LOSS_OK);
    const loss_path_point *p;
    size_t n;
    assert_int_equal(loss_surface_paths(surface, LOSS_SPLIT_TEST, &n, &p), LOSS_OK);
    assert_int_equal(n, RUN);
    assert_true(isnan(p[2].x) && isnan(p[2].y) && isnan(p[2].true_loss) && isnan(p[2].plane_loss) &&
                isnan(p[2].residual));
    assert_true(isfinite(p[1].x) && isfinite(p[3].true_loss));
    loss_net_free(net);
    loss_surface_close(surface);
}

/* On a line only the direction x counts. */
static void test_line(void **state)
{
    const fixture *f = *state;
    loss_surface_options opt = grid();
    opt.y = (loss_axis){0, 0, 1};
    loss_surface *surface = open_surface(f, &opt);
    const loss_path_point *p;
    size_t n;
    loss_projection at;
    loss_net *net = make_net();
    fill(net, 0);
    assert_int_equal(loss_surface_add_path(surface, "run", f->paths, RUN, NULL), LOSS_OK);
    assert_int_equal(loss_surface_paths(surface, LOSS_SPLIT_TEST, &n, &p), LOSS_OK);
    assert_int_equal(loss_plane_project(f->plane, f->net, net, 1, &at), LOSS_OK);
    assert_true(p[0].y == 0 && p[0].x == at.x && p[0].residual == at.residual);
    loss_net_free(net);
    loss_surface_close(surface);
}

/* The plane of a file has the bits of the one that made it. */
static void check_plane(const fixture *f, const loss_plane *plane)
{
    loss_surface *surface;
    loss_plane *again;
    loss_surface_options opt = grid();
    unlink(scratch_path("a.landscape"));
    assert_int_equal(
        loss_surface_open(&surface, scratch_path("a.landscape"), f->net, plane, f->data, &opt),
        LOSS_OK);
    loss_surface_close(surface);
    assert_int_equal(loss_surface_read(&surface, scratch_path("a.landscape")), LOSS_OK);
    if (loss_surface_plane(surface, f->net, &again))
        fail_msg("%s", loss_last_message());
    size_t size = loss_net_n_parameters(f->net) * sizeof(float);
    for (int axis = 0; axis < 2; axis++)
        assert_memory_equal(loss_plane_direction(plane, axis), loss_plane_direction(again, axis),
                            size);
    assert_string_equal(loss_plane_description(plane), loss_plane_description(again));
    assert_int_equal(loss_plane_checkpoints(plane), loss_plane_checkpoints(again));
    loss_plane_free(again);
    loss_net *other = make_net();
    assert_int_equal(loss_surface_plane(surface, other, &again), LOSS_ERR_MISMATCH);
    assert_null(again);
    loss_net_free(other);
    loss_surface_close(surface);
}

static void test_plane_of_a_file(void **state)
{
    const fixture *f = *state;
    loss_plane *plane;
    loss_random_options random = LOSS_RANDOM_OPTIONS_INIT;
    random.norm = LOSS_NORM_LAYER;
    random.ignore = LOSS_IGNORE_NONE;
    random.seed = 12345678901234567890u;
    check_plane(f, f->plane);
    assert_int_equal(loss_plane_random(&plane, f->net, &random), LOSS_OK);
    check_plane(f, plane);
    loss_plane_free(plane);
    assert_int_equal(loss_plane_create(&plane, f->net, loss_plane_direction(f->plane, 1),
                                       loss_plane_direction(f->plane, 0)),
                     LOSS_OK);
    check_plane(f, plane);
    loss_plane_free(plane);
}

static void sql(const char *text)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(scratch_path("a.landscape"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* Damaged directions are seen. */
static void test_directions_that_changed(void **state)
{
    const fixture *f = *state;
    loss_surface_options opt = grid();
    loss_surface_close(open_surface(f, &opt));
    loss_surface *surface;
    loss_plane *plane;
    sql("UPDATE directions SET data = (SELECT data FROM directions WHERE axis = 'x')");
    assert_int_equal(loss_surface_read(&surface, scratch_path("a.landscape")), LOSS_OK);
    assert_int_equal(loss_surface_plane(surface, f->net, &plane), LOSS_ERR_FORMAT);
    sql("UPDATE directions SET data = x'00'");
    assert_int_equal(loss_surface_plane(surface, f->net, &plane), LOSS_ERR_FORMAT);
    sql("DELETE FROM directions");
    assert_int_equal(loss_surface_plane(surface, f->net, &plane), LOSS_ERR_FORMAT);
    loss_surface_close(surface);
}

/* Which images a surface is of comes from its metadata, in the words of its format alone. */
static void test_selection(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *text;
        loss_status status;
        bool is_all, is_sample;
        uint64_t seed;
    } cases[] = {{"all", LOSS_OK, true, false, 0},
                 {"first", LOSS_OK, false, false, 0},
                 {"sample seed=18446744073709551615", LOSS_OK, false, true, UINT64_MAX},
                 {"sample seed=", LOSS_ERR_FORMAT, false, false, 0},
                 {"sample seed=1x", LOSS_ERR_FORMAT, false, false, 0},
                 {"some", LOSS_ERR_FORMAT, false, false, 0}};
    loss_surface_options opt = grid();
    loss_surface_close(open_surface(f, &opt));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char change[160];
        loss_surface *surface;
        loss_selection selection;
        snprintf(change, sizeof change,
                 "UPDATE metadata SET value = '%s' WHERE key = 'selection_test'", cases[i].text);
        sql(change);
        assert_int_equal(loss_surface_read(&surface, scratch_path("a.landscape")), LOSS_OK);
        assert_int_equal(loss_surface_selection(surface, LOSS_SPLIT_TEST, &selection),
                         cases[i].status);
        if (!cases[i].status)
            assert_true(selection.is_all == cases[i].is_all && selection.n_images > 0 &&
                        selection.is_sample == cases[i].is_sample &&
                        selection.seed == cases[i].seed);
        assert_int_equal(loss_surface_selection(surface, LOSS_SPLIT_TRAIN, &selection),
                         LOSS_ERR_NAME);
        assert_int_equal(loss_surface_bn_selection(surface, &selection), LOSS_ERR_NAME);
        loss_surface_close(surface);
    }
}

/* The model's own loss is recorded where the grid has the centre, and the centre has its bits. */
static void test_model_loss(void **state)
{
    const fixture *f = *state;
    loss_surface_options opt = grid();
    loss_surface *surface = open_surface(f, &opt);
    loss_point points[9];
    loss_result own = LOSS_RESULT_INIT;
    assert_int_equal(loss_surface_evaluate(surface), LOSS_OK);
    assert_int_equal(loss_net_evaluate(f->net, f->data, NULL, &own), LOSS_OK);
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TEST, points), LOSS_OK);
    const char *text = loss_surface_metadata(surface, "model_loss_test");
    assert_non_null(text);
    assert_true(strtod(text, NULL) == own.loss && points[4].loss == own.loss);
    loss_surface_close(surface);
    unlink(scratch_path("a.landscape"));
    opt.x = (loss_axis){0.25, 0.75, 2};
    surface = open_surface(f, &opt);
    assert_int_equal(loss_surface_evaluate(surface), LOSS_OK);
    assert_null(loss_surface_metadata(surface, "model_loss_test"));
    loss_surface_close(surface);
}

static void test_export(void **state)
{
    const fixture *f = *state;
    loss_surface_options opt = grid();
    loss_surface *surface = open_surface(f, &opt);
    static const char begins[] = "\"a,\"\"b\"\"\",epoch-000.safetensors,test,0,";
    char line[512], *json;
    assert_int_equal(loss_surface_evaluate(surface), LOSS_OK);
    assert_int_equal(loss_surface_add_path(surface, "a,\"b\"", f->paths, RUN, NULL), LOSS_OK);
    assert_int_equal(loss_surface_export_path(surface, scratch_path("path.csv"), NULL), LOSS_OK);
    FILE *file = fopen(scratch_path("path.csv"), "r");
    assert_true(file && fgets(line, sizeof line, file) && fgets(line, sizeof line, file));
    assert_true(strncmp(line, begins, strlen(begins)) == 0);
    fclose(file);
    assert_int_equal(loss_surface_export_path(surface, scratch_path("path.ply"), NULL), LOSS_OK);
    file = fopen(scratch_path("path.ply"), "r");
    size_t vertices = 0, edges = 0;
    while (fgets(line, sizeof line, file)) {
        sscanf(line, "element vertex %zu", &vertices);
        sscanf(line, "element edge %zu", &edges);
    }
    fclose(file);
    assert_int_equal(vertices, RUN);
    assert_int_equal(edges, RUN - 1);
    assert_int_equal(loss_file_describe(scratch_path("path.csv"), &json), LOSS_OK);
    assert_non_null(strstr(json, "training paths"));
    loss_string_free(json);
    assert_int_equal(loss_surface_export_path(surface, scratch_path("path.obj"), NULL),
                     LOSS_ERR_NAME);
    loss_surface_close(surface);
}

static void test_checkpoints(void **state)
{
    const fixture *f = *state;
    loss_checkpoints c;
    scratch_write("epoch-1000.safetensors", "x", 1);
    scratch_write("epoch-x.safetensors", "x", 1);
    scratch_write("epoch-007.safetensors.tmp-1", "x", 1);
    assert_int_equal(loss_run_checkpoints(&c, scratch_folder), LOSS_OK);
    assert_int_equal(c.n, RUN + 1);
    for (size_t t = 0; t < RUN; t++) {
        assert_int_equal(c.epochs[t], t);
        assert_string_equal(c.paths[t], f->paths[t]);
    }
    assert_int_equal(c.epochs[RUN], 1000);
    loss_checkpoints_free(&c);
    assert_int_equal(loss_run_checkpoints(&c, scratch_path("nowhere")), LOSS_ERR_IO);
    assert_int_equal(mkdir(scratch_path("empty"), 0777), 0);
    assert_int_equal(loss_run_checkpoints(&c, scratch_path("empty")), LOSS_ERR_FORMAT);
    assert_int_equal(c.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_share_of_variance, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_resumes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_finite, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_plane_of_a_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_directions_that_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_selection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_model_loss, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_export, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_checkpoints, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
