/* Filling a landscape: what is reported, what others do to the file meanwhile, kills at a known
 * point, and refusals that leave the file and the disk as they were. */
#include <signal.h>
#include <sys/wait.h>

#include "net/net.h"
#include "small_landscape.h"
#include "surface/store.h"

enum { NOBODY = 65534 };

/* What the callback saw. */
typedef struct diary {
    size_t calls;
    loss_surface_progress last;
    double x[2 * N], y[2 * N];
    loss_split split[2 * N];
    const char *meddle; /* file that another process adds a point to, at the first call */
} diary;

static void note(const loss_surface_progress *p, void *user)
{
    diary *d = user;
    assert_true(p->point.evaluated && p->done <= p->total && p->seconds >= 0 &&
                p->seconds_left >= 0);
    assert_true(p->images_per_second > 0 && p->done > d->last.done);
    d->x[d->calls] = p->x;
    d->y[d->calls] = p->y;
    d->split[d->calls] = p->split;
    d->last = *p;
    if (d->calls++ == 0 && d->meddle) {
        lossi_store *store;
        bool is_new;
        lossi_store_contents none = {0};
        loss_point point = {true, 77, 0, 0, 0};
        assert_int_equal(
            lossi_store_open_or_create(&store, scratch_path(d->meddle), &none, NULL, &is_new),
            LOSS_OK);
        assert_int_equal(lossi_store_put_point(store, LOSS_SPLIT_TEST, 2, 1, &point), LOSS_OK);
        lossi_store_close(store);
    }
}

static void test_progress(void **state)
{
    (void)state;
    world w = make_world();
    diary d = {0};
    w.opt.second = w.train;
    w.opt.progress = note;
    w.opt.user = &d;
    assert_int_equal(evaluate(&w, "a"), LOSS_OK);
    assert_int_equal(d.calls, 2 * N);
    assert_true(d.last.done == 2 * N && d.last.total == 2 * N && d.last.done_before == 0 &&
                d.last.seconds_left == 0);
    /* corners first, both splits of a point together */
    static const size_t order[N] = {0, 3, 8, 11, 1, 4, 5, 7, 9, 2, 6, 10};
    for (size_t i = 0; i < 2 * N; i++) {
        assert_true(d.x[i] == loss_axis_at(w.opt.x, order[i / 2] % NX) &&
                    d.y[i] == loss_axis_at(w.opt.y, order[i / 2] / NX));
        assert_int_equal(d.split[i], i % 2);
    }
    d.calls = 0;
    assert_int_equal(evaluate(&w, "a"), LOSS_OK); /* nothing left to do */
    assert_int_equal(d.calls, 0);
    free_world(&w);
}

static void test_points_of_another_process_are_counted(void **state)
{
    (void)state;
    world w = make_world();
    diary d = {.meddle = "a"};
    loss_point points[N];
    w.opt.progress = note;
    w.opt.user = &d;
    assert_int_equal(evaluate(&w, "a"), LOSS_OK);
    assert_int_equal(d.calls, N - 1);
    assert_true(d.last.done == N && d.last.total == N && d.last.done_before == 1 &&
                d.last.seconds_left == 0);
    assert_int_equal(count_points("a", points), N);
    assert_true(points[2 * NX + 1].loss == 77); /* theirs stays */
    free_world(&w);
}

static void die(const loss_surface_progress *p, void *user)
{
    if (p->done >= *(size_t *)user)
        raise(SIGKILL);
}

/* Points that progress was told of are in the file, and maybe some that were put there with them.
 */
static void test_killed_after_a_point(void **state)
{
    (void)state;
    world w = make_world();
    loss_point whole[N], points[N];
    assert_int_equal(evaluate(&w, "whole"), LOSS_OK);
    assert_int_equal(count_points("whole", whole), N);
    size_t after[] = {1, 5, N - 1};
    for (size_t i = 0; i < sizeof after / sizeof *after; i++) { /* three kills, one file */
        pid_t child = fork();
        if (child == 0) {
            w.opt.progress = die;
            w.opt.user = &after[i];
            evaluate(&w, "a");
            _exit(0);
        }
        int status;
        waitpid(child, &status, 0);
        bool was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        size_t n = count_points("a", points);
        assert_true(was_killed ? n >= after[i] : n == N);
        assert_true(was_killed || i > 0);
    }
    w.opt.threads = 2;
    assert_int_equal(evaluate(&w, "a"), LOSS_OK);
    count_points("a", points);
    assert_same_points(whole, points);
    free_world(&w);
}

static void test_write_protected(void **state)
{
    (void)state;
    world w = make_world();
    assert_int_equal(evaluate(&w, "whole"), LOSS_OK);
    loss_surface *surface;
    assert_int_equal(try_open(&w, "part", &surface), LOSS_OK);
    loss_surface_close(surface);
    assert_int_equal(chmod(scratch_path("whole"), 0444), 0);
    assert_int_equal(chmod(scratch_path("part"), 0444), 0);
    assert_int_equal(chmod(scratch_folder, 0555), 0);
    pid_t child = fork();
    if (child == 0) {
        diary d = {0};
        if (geteuid() == 0 && (setgid(NOBODY) || setuid(NOBODY)))
            _exit(2);
        w.opt.progress = note;
        w.opt.user = &d;
        _exit(evaluate(&w, "whole") == LOSS_OK && evaluate(&w, "part") == LOSS_ERR_IO &&
                      d.calls == 0
                  ? 0
                  : 3);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(chmod(scratch_folder, 0755), 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    free_world(&w);
}

static size_t read_bytes(const char *name, uint8_t bytes[1 << 16])
{
    FILE *file = fopen(scratch_path(name), "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, 1 << 16, file);
    fclose(file);
    assert_true(n < 1 << 16);
    return n;
}

static void assert_refused(const world *w, const char *message)
{
    static uint8_t before[1 << 16], after[1 << 16];
    size_t n = read_bytes("a", before);
    loss_surface *surface;
    assert_int_equal(try_open(w, "a", &surface), LOSS_ERR_MISMATCH);
    assert_null(surface);
    if (!strstr(loss_last_message(), message))
        fail_msg("message: %s\nexpected: %s", loss_last_message(), message);
    assert_int_equal(read_bytes("a", after), n);
    assert_memory_equal(before, after, n); /* not a byte of it has changed */
}

static void test_refusals_leave_the_file_alone(void **state)
{
    (void)state;
    world w = make_world(), other;
    assert_int_equal(evaluate(&w, "a"), LOSS_OK);
    other = w;
    other.test = make_data(LOSS_SPLIT_TEST, 16);
    assert_refused(&other, "number of test images: 17; asked for: 16");
    loss_dataset_free(other.test);
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.split = LOSS_SPLIT_TEST;
    opt.has_normalisation = true;
    opt.mean[0] = 0.25F;
    opt.std[0] = 1;
    assert_int_equal(loss_dataset_create(&other.test, loss_dataset_shape(w.test), IMAGES,
                                         loss_dataset_pixels(w.test), loss_dataset_labels(w.test),
                                         &opt),
                     LOSS_OK);
    assert_refused(&other,
                   loss_dataset_digest(other.test)); /* the same images, normalised otherwise */
    loss_dataset_free(other.test);
    other = w;
    other.test = w.train;
    assert_refused(&other, "splits: test; asked for: train");
    other = w;
    other.opt.y.max = 0.75;
    assert_refused(&other, "y -0.5:0.5:3; asked for: x -1:1:4, y -0.5:0.75:3");
    other = w;
    assert_int_equal(lossi_net_clone(&other.net, w.net), LOSS_OK);
    lossi_net_values(other.net, 1)[0] += (lossi_real)1e-6;
    assert_refused(&other, "weights (digest)");
    loss_net_free(other.net);
    other = w;
    const float *x = loss_plane_direction(w.plane, 0);
    assert_int_equal(loss_plane_create(&other.plane, w.net, x, x), LOSS_OK);
    assert_refused(&other,
                   "directions: random norm=filter ignore=biasbn seed=0; asked for: arrays");
    loss_plane_free(other.plane);
    free_world(&w);
}

/* A directions file is known by what is in it: its path may be written in another way. */
static void test_directions_from_a_file(void **state)
{
    (void)state;
    world w = make_world(), other = w;
    loss_plane_free(w.plane);
    char path[600];
    float *x = calloc(loss_net_n_parameters(w.net), sizeof *x);
    x[3] = 1;
    assert_int_equal(loss_plane_create(&w.plane, w.net, x, NULL), LOSS_OK);
    w.opt.y = (loss_axis){0, 0, 1};
    assert_int_equal(loss_plane_save(w.plane, w.net, scratch_path("d")), LOSS_OK);
    loss_plane_free(w.plane);
    assert_int_equal(loss_plane_load(&w.plane, w.net, scratch_path("d")), LOSS_OK);
    assert_int_equal(evaluate(&w, "a"), LOSS_OK);
    other = w;
    snprintf(path, sizeof path, "%s/./d", scratch_folder);
    assert_int_equal(loss_plane_load(&other.plane, w.net, path), LOSS_OK);
    assert_string_not_equal(loss_plane_description(w.plane), loss_plane_description(other.plane));
    assert_int_equal(evaluate(&other, "a"), LOSS_OK);
    loss_plane_free(other.plane);
    x[3] = 2;
    assert_int_equal(loss_plane_create(&other.plane, w.net, x, NULL), LOSS_OK);
    assert_refused(&other, "asked for: arrays");
    loss_plane_free(other.plane);
    other.opt.y = w.opt.x; /* a line has no y */
    other.plane = w.plane;
    loss_surface *surface;
    assert_int_equal(try_open(&other, "b", &surface), LOSS_ERR_ARGUMENT);
    free(x);
    free_world(&w);
}

static void test_nothing_is_made_for_bad_arguments(void **state)
{
    (void)state;
    world w = make_world(), other = w;
    loss_surface *surface;
    other.net = make_net(9);
    assert_int_equal(try_open(&other, "a", &surface),
                     LOSS_ERR_SHAPE); /* directions of another network */
    assert_null(surface);
    loss_net_free(other.net);
    other = w;
    other.opt.x = other.opt.y = (loss_axis){-1, 1, 100000};
    assert_int_equal(try_open(&other, "a", &surface), LOSS_ERR_ARGUMENT);
    assert_non_null(strstr(loss_last_message(), "a grid of 100000 x 100000 points"));
    other.opt.x = (loss_axis){NAN, 1, 3};
    assert_int_equal(try_open(&other, "a", &surface), LOSS_ERR_ARGUMENT);
    assert_non_null(
        strstr(loss_last_message(), "axis x goes from nan to 1; expected ends within +-1e+38"));

    struct {
        loss_surface_options opt;
        uint64_t tail;
    } newer = {w.opt, 1};
    newer.opt.struct_size = sizeof newer;
    other.opt = w.opt;
    assert_int_equal(
        loss_surface_open(&surface, scratch_path("a"), w.net, w.plane, w.test, &newer.opt),
        LOSS_ERR_ARGUMENT);
    assert_int_equal(access(scratch_path("a"), F_OK), -1);
    newer.tail = 0;
    assert_int_equal(
        loss_surface_open(&surface, scratch_path("a"), w.net, w.plane, w.test, &newer.opt),
        LOSS_OK);
    loss_surface_close(surface);
    other.opt.struct_size =
        offsetof(loss_surface_options, y); /* an older one: y stays at the default */
    assert_int_equal(try_open(&other, "b", &surface), LOSS_OK);
    assert_true(loss_surface_x(surface).n == NX && loss_surface_y(surface).n == 25);
    loss_surface_close(surface);
    free_world(&w);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_progress),
        TEST(test_points_of_another_process_are_counted),
        TEST(test_killed_after_a_point),
        TEST(test_write_protected),
        TEST(test_refusals_leave_the_file_alone),
        TEST(test_directions_from_a_file),
        TEST(test_nothing_is_made_for_bad_arguments),
    };
    return cmocka_run_group_tests_name("surface_fill", tests, NULL, NULL);
}
