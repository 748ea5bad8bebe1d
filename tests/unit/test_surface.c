/* Landscape files: filling, resuming, refusing what does not belong, surviving kills and full
 * disks. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <sqlite3.h>

#include <loss/surface.h>

#include "net/net.h"
#include "scratch.h"

enum { SIDE = 5, N = SIDE * SIDE, IMAGES = 20 };

typedef struct world {
    loss_net *net;
    loss_plane *plane;
    loss_dataset *test, *train;
    loss_surface_options opt;
} world;

static loss_dataset *make_data(loss_split split)
{
    static uint8_t pixels[IMAGES * 12 * 12];
    static uint32_t labels[IMAGES];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 37 % 251 + (size_t)split);
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (uint32_t)(i % 10);
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_dataset *data;
    opt.split = split;
    assert_int_equal(
        loss_dataset_create(&data, (loss_shape){1, 12, 12, 10}, IMAGES, pixels, labels, &opt),
        LOSS_OK);
    return data;
}

static world make_world(void)
{
    world w = {.opt = LOSS_SURFACE_OPTIONS_INIT};
    w.test = make_data(LOSS_SPLIT_TEST);
    w.train = make_data(LOSS_SPLIT_TRAIN);
    assert_int_equal(loss_net_create(&w.net, "resnet20:width=0.125", loss_dataset_shape(w.test)),
                     LOSS_OK);
    assert_int_equal(loss_plane_random(&w.plane, w.net, NULL), LOSS_OK);
    w.opt.x = (loss_axis){-1, 1, SIDE};
    w.opt.y = (loss_axis){-0.5, 0.5, SIDE};
    w.opt.threads = 1;
    return w;
}

static void free_world(world *w)
{
    loss_plane_free(w->plane);
    loss_net_free(w->net);
    loss_dataset_free(w->test);
    loss_dataset_free(w->train);
}

static loss_status try_open(const world *w, const char *name, loss_surface **surface)
{
    return loss_surface_open(surface, scratch_path(name), w->net, w->plane, w->test, &w->opt);
}

static loss_surface *open_surface(const world *w, const char *name)
{
    loss_surface *surface;
    if (try_open(w, name, &surface))
        fail_msg("%s", loss_last_message());
    return surface;
}

/* Evaluates all of a file; its points without the seconds. */
static void fill(const world *w, const char *name, loss_point points[N])
{
    loss_surface *surface = open_surface(w, name);
    assert_int_equal(loss_surface_evaluate(surface), LOSS_OK);
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TEST, points), LOSS_OK);
    for (int i = 0; i < N; i++) {
        assert_true(points[i].evaluated);
        points[i].seconds = 0;
    }
    loss_surface_close(surface);
}

static void assert_same_points(const loss_point a[N], const loss_point b[N])
{
    for (int i = 0; i < N; i++) {
        assert_true(a[i].evaluated == b[i].evaluated && a[i].accuracy == b[i].accuracy);
        assert_memory_equal(&a[i].loss, &b[i].loss, sizeof a[i].loss);
        assert_memory_equal(&a[i].standard_error, &b[i].standard_error, sizeof a[i].loss);
    }
}

static void test_values(void **state)
{
    (void)state;
    world w = make_world();
    static loss_point one[N], two[N];
    fill(&w, "one.landscape", one);
    w.opt.threads = 2;
    fill(&w, "two.landscape", two);
    assert_same_points(one, two);
    loss_result centre = LOSS_RESULT_INIT, corner = LOSS_RESULT_INIT;
    assert_int_equal(loss_net_evaluate(w.net, w.test, NULL, &centre), LOSS_OK);
    assert_memory_equal(&centre.loss, &one[N / 2].loss, sizeof centre.loss);
    assert_memory_equal(&centre.standard_error, &one[N / 2].standard_error, sizeof centre.loss);
    loss_net *moved;
    assert_int_equal(lossi_net_clone(&moved, w.net), LOSS_OK);
    assert_int_equal(loss_plane_move(w.plane, w.net, 1, -0.5, moved), LOSS_OK); /* ix 4, iy 0 */
    assert_int_equal(loss_net_evaluate(moved, w.test, NULL, &corner), LOSS_OK);
    assert_memory_equal(&corner.loss, &one[SIDE - 1].loss, sizeof corner.loss);
    loss_net_free(moved);
    free_world(&w);
}

static void test_both_splits_and_metadata(void **state)
{
    (void)state;
    world w = make_world();
    static loss_point train[N], test[N];
    w.opt.second = w.train;
    loss_surface *surface = open_surface(&w, "a.landscape");
    assert_int_equal(loss_surface_evaluate(surface), LOSS_OK);
    loss_surface_close(surface);
    assert_int_equal(loss_surface_read(&surface, scratch_path("a.landscape")), LOSS_OK);
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TRAIN, train), LOSS_OK);
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TEST, test), LOSS_OK);
    assert_true(train[0].evaluated && test[0].evaluated && train[0].loss != test[0].loss);
    assert_string_equal(loss_surface_metadata(surface, "splits"), "train,test");
    assert_string_equal(loss_surface_metadata(surface, "images_train"), "20");
    assert_string_equal(loss_surface_metadata(surface, "norm"), "filter");
    assert_string_equal(loss_surface_metadata(surface, "model"), "resnet20:width=0.125");
    assert_null(loss_surface_metadata(surface, "no such key"));
    const char *key, *before = "";
    for (size_t i = 0; (key = loss_surface_metadata_key(surface, i)); before = key, i++)
        assert_true(strcmp(before, key) < 0);
    assert_int_equal(loss_surface_evaluate(surface), LOSS_ERR_ARGUMENT); /* opened to look at */
    loss_surface_close(surface);
    loss_surface_close(NULL);
    w.opt.second = w.test;
    assert_int_equal(try_open(&w, "b.landscape", &surface), LOSS_ERR_ARGUMENT);
    free_world(&w);
}

enum { QUESTIONS_BEFORE_STOP = 20 };
static atomic_int questions, points_told;

static void count_point(const loss_surface_progress *progress, void *user)
{
    (void)progress;
    (void)user;
    atomic_fetch_add(&points_told, 1);
}

/* It is asked every few images, so that this is in the middle of a point. What is told comes with
 * a commit, when further points may be done already: so it does not count those. */
static bool stop_soon(void *user)
{
    (void)user;
    return atomic_fetch_add(&questions, 1) >= QUESTIONS_BEFORE_STOP;
}

static size_t count_evaluated(const world *w, const char *name)
{
    static loss_point points[N];
    size_t n = 0;
    loss_surface *surface = open_surface(w, name);
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TEST, points), LOSS_OK);
    for (int i = 0; i < N; i++)
        n += points[i].evaluated;
    loss_surface_close(surface);
    return n;
}

static void test_cancel_and_resume(void **state)
{
    (void)state;
    world w = make_world();
    static loss_point whole[N], resumed[N];
    fill(&w, "whole.landscape", whole);
    w.opt.cancelled = stop_soon;
    w.opt.progress = count_point;
    atomic_store(&questions, 0);
    atomic_store(&points_told, 0);
    loss_surface *surface = open_surface(&w, "a.landscape");
    assert_int_equal(loss_surface_evaluate(surface), LOSS_ERR_CANCELLED);
    loss_surface_close(surface);
    w.opt.cancelled = NULL;
    w.opt.progress = NULL;
    size_t kept = count_evaluated(&w, "a.landscape");
    assert_int_equal(kept, atomic_load(&points_told));
    assert_in_range(kept, 1, N - 1);
    fill(&w, "a.landscape", resumed);
    assert_same_points(whole, resumed);
    free_world(&w);
}

static void test_kill_and_resume(void **state)
{
    (void)state;
    world w = make_world();
    static loss_point whole[N], resumed[N];
    fill(&w, "whole.landscape", whole);
    for (int round = 0; round < 5; round++) {
        char name[32];
        snprintf(name, sizeof name, "k%d.landscape", round);
        pid_t child = fork();
        if (child == 0) { /* with nothing of the parent's but the handles */
            loss_surface *surface = open_surface(&w, name);
            loss_surface_evaluate(surface);
            _exit(0);
        }
        usleep(2000 + 9000 * (useconds_t)round);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        fill(&w, name, resumed);
        assert_same_points(whole, resumed);
    }
    free_world(&w);
}

static void test_two_processes_fill_one_file(void **state)
{
    (void)state;
    world w = make_world();
    static loss_point whole[N], shared[N];
    fill(&w, "whole.landscape", whole);
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            loss_surface *surface;
            loss_status status = try_open(&w, "a.landscape", &surface);
            if (!status)
                status = loss_surface_evaluate(surface);
            if (status)
                fprintf(stderr, "# %s\n", loss_last_message());
            loss_surface_close(surface);
            _exit(status != LOSS_OK);
        }
    }
    for (int i = 0; i < 2; i++) {
        int status;
        waitpid(children[i], &status, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    fill(&w, "a.landscape", shared);
    assert_same_points(whole, shared);
    free_world(&w);
}

static void assert_mismatch(const world *w, const char *what)
{
    loss_surface *surface;
    assert_int_equal(try_open(w, "a.landscape", &surface), LOSS_ERR_MISMATCH);
    assert_null(surface);
    if (!strstr(loss_last_message(), what))
        fail_msg("message: %s\nexpected: %s", loss_last_message(), what);
}

static void test_other_things_are_refused(void **state)
{
    (void)state;
    world w = make_world();
    static loss_point points[N];
    fill(&w, "a.landscape", points);
    world other = w;
    other.opt.x.n = 6;
    assert_mismatch(&other, "its grid is x -1:1:5, y -0.5:0.5:5; asked for: x -1:1:6");
    other = w;
    other.opt.second = w.train;
    assert_mismatch(&other, "splits: test; asked for: train,test");
    other = w;
    loss_random_options random = LOSS_RANDOM_OPTIONS_INIT;
    random.seed = 1;
    assert_int_equal(loss_plane_random(&other.plane, w.net, &random), LOSS_OK);
    assert_mismatch(&other, "directions: random norm=filter ignore=biasbn seed=0; asked for: "
                            "random norm=filter ignore=biasbn seed=1");
    loss_plane_free(other.plane);
    other = w;
    assert_int_equal(lossi_net_clone(&other.net, w.net), LOSS_OK);
    other.net->tensors[0].values[0] += 1;
    assert_mismatch(&other, "weights (digest)");
    loss_net_free(other.net);
    static loss_point after[N];
    fill(&w, "a.landscape", after);
    assert_same_points(points, after);
    free_world(&w);
}

static void test_other_files_are_refused(void **state)
{
    (void)state;
    world w = make_world();
    loss_surface *surface;
    scratch_write("text.landscape",
                  "this is no database, but it is long enough to be one of a kind, surely so", 73);
    assert_int_equal(try_open(&w, "text.landscape", &surface), LOSS_ERR_FORMAT);
    assert_int_equal(loss_surface_read(&surface, scratch_path("text.landscape")), LOSS_ERR_FORMAT);
    assert_non_null(strstr(loss_last_message(), "this is no landscape file"));
    assert_int_equal(loss_surface_read(&surface, scratch_path("missing.landscape")), LOSS_ERR_IO);
    assert_null(surface);
    assert_int_equal(access(scratch_path("missing.landscape"), F_OK), -1);
    scratch_write("empty.landscape", "", 0);
    assert_int_equal(loss_surface_read(&surface, scratch_path("empty.landscape")), LOSS_ERR_FORMAT);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(scratch_path("other.landscape"), &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "CREATE TABLE t(a); PRAGMA application_id = 77", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(try_open(&w, "other.landscape", &surface), LOSS_ERR_FORMAT);
    assert_non_null(strstr(loss_last_message(), "application_id is 77"));
    static loss_point points[N];
    fill(&w, "new.landscape", points);
    assert_int_equal(sqlite3_open(scratch_path("new.landscape"), &db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_int_equal(loss_surface_read(&surface, scratch_path("new.landscape")), LOSS_ERR_FORMAT);
    assert_non_null(strstr(loss_last_message(), "landscape format 99"));
    assert_int_equal(loss_surface_open(&surface, scratch_path("no/such/folder.landscape"), w.net,
                                       w.plane, w.test, &w.opt),
                     LOSS_ERR_IO);
    free_world(&w);
}

static void test_not_finite_is_kept(void **state)
{
    (void)state;
    world w = make_world();
    static loss_point points[N];
    lossi_tensor *last =
        &w.net->tensors[w.net->n_tensors -
                        1]; /* a bias of the classifier: the loss is NaN everywhere */
    last->values[0] = (lossi_real)NAN;
    fill(&w, "nan.landscape", points);
    assert_true(points[3].evaluated && isnan(points[3].loss) && points[3].accuracy == 0);
    last->values[0] = (lossi_real)INFINITY;
    fill(&w, "inf.landscape", points);
    assert_true(points[3].evaluated && !isfinite(points[3].loss));
    free_world(&w);
}

/* A disk that is full for the child: it may not write a file beyond a size. */
static void test_full_disk(void **state)
{
    (void)state;
    world w = make_world();
    static loss_point whole[N], resumed[N];
    fill(&w, "whole.landscape", whole);
    pid_t child = fork();
    if (child == 0) {
        loss_surface *surface = open_surface(&w, "a.landscape");
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){100, 100});
        loss_status status = loss_surface_evaluate(surface);
        loss_surface_close(surface);
        _exit(status == LOSS_ERR_IO ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    fill(&w, "a.landscape", resumed);
    assert_same_points(whole, resumed);
    free_world(&w);
}

static void test_axes(void **state)
{
    (void)state;
    assert_true(loss_axis_at((loss_axis){-1, 1, 25}, 12) == 0);
    assert_true(loss_axis_at((loss_axis){-0.3, 0.3, 51}, 25) == 0);
    assert_true(loss_axis_at((loss_axis){-0.1, 0.7, 9}, 8) == 0.7 &&
                loss_axis_at((loss_axis){-0.1, 0.7, 9}, 0) == -0.1);
    assert_true(fabs(loss_axis_at((loss_axis){-1, 3, 5}, 1)) < 1e-15);
    world w = make_world();
    loss_surface *surface;
    static const loss_axis wrong[] = {{1, 0, 5},        {0, 1, 0},       {0, 1, 1},
                                      {0, INFINITY, 5}, {0, 1, 1000000}, {2, 2, 3}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        w.opt.x = wrong[i];
        assert_int_equal(try_open(&w, "a.landscape", &surface), LOSS_ERR_ARGUMENT);
    }
    assert_int_equal(access(scratch_path("a.landscape"), F_OK), -1);
    free_world(&w);
}

/* What docs/file-formats.md promises to other languages. */
static void test_view(void **state)
{
    (void)state;
    world w = make_world();
    static loss_point points[N];
    fill(&w, "a.landscape", points);
    sqlite3 *db;
    sqlite3_stmt *select;
    assert_int_equal(sqlite3_open(scratch_path("a.landscape"), &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(
            db, "SELECT split, iy, ix, x, y, loss, standard_error, accuracy, seconds FROM surface",
            -1, &select, NULL),
        SQLITE_OK);
    for (int i = 0; i < N; i++) {
        assert_int_equal(sqlite3_step(select), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int(select, 1), i / SIDE);
        assert_int_equal(sqlite3_column_int(select, 2), i % SIDE);
        assert_true(sqlite3_column_double(select, 3) == loss_axis_at(w.opt.x, (size_t)i % SIDE));
        assert_true(sqlite3_column_double(select, 4) == loss_axis_at(w.opt.y, (size_t)i / SIDE));
        assert_true(sqlite3_column_double(select, 5) == points[i].loss);
    }
    assert_int_equal(sqlite3_step(select), SQLITE_DONE);
    sqlite3_finalize(select);
    sqlite3_close(db);
    free_world(&w);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_values),
        TEST(test_both_splits_and_metadata),
        TEST(test_cancel_and_resume),
        TEST(test_kill_and_resume),
        TEST(test_two_processes_fill_one_file),
        TEST(test_other_things_are_refused),
        TEST(test_other_files_are_refused),
        TEST(test_not_finite_is_kept),
        TEST(test_full_disk),
        TEST(test_axes),
        TEST(test_view),
    };
    return cmocka_run_group_tests_name("surface", tests, NULL, NULL);
}
