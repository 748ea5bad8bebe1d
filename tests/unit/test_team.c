/* Teams: members, here threads, give the same bits as one process alone; who computes something
 * else is refused. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "base/team.h"
#include "linear_net.h"
#include "scratch.h"

enum { N = 7, MOST_MEMBERS = 3 };
static const loss_shape SHAPE = {1, 4, 4, 3};
static const char *paths[N];

/* What the members of one team share. */
static struct {
    pthread_barrier_t barrier;
    double *all[MOST_MEMBERS];
    size_t members;
} meeting;

static loss_status sum(double *values, size_t n, void *user)
{
    size_t member = *(const size_t *)user;
    double sums[256];
    assert_true(n <= 256);
    meeting.all[member] = values;
    pthread_barrier_wait(&meeting.barrier);
    for (size_t i = 0; i < n; i++) {
        sums[i] = 0;
        for (size_t m = 0; m < meeting.members; m++)
            sums[i] += meeting.all[m][i];
    }
    pthread_barrier_wait(&meeting.barrier);
    memcpy(values, sums, n * sizeof *values);
    return LOSS_OK;
}

static int set_up(void **state)
{
    static char names[N][128];
    if (scratch_make(state))
        return -1;
    loss_net *net = make_linear_net(SHAPE);
    for (size_t t = 0; t < N; t++) {
        loss_net_initialise(net, t + 1);
        snprintf(names[t], sizeof names[t], "%s/%zu.safetensors", scratch_folder, t);
        if (loss_net_save(net, paths[t] = names[t]))
            return -1;
    }
    loss_net_free(net);
    return 0;
}

/* One member's call. */
typedef struct call {
    size_t member;
    loss_ignore ignore;
    bool is_cancelled;
    loss_surface *surface;
    loss_plane *plane;
    loss_status status;
} call;

static bool is_cancelled(void *user)
{
    return ((const call *)user)->is_cancelled;
}

static loss_team team_of(call *c)
{
    return (loss_team){meeting.members, c->member, sum, &c->member};
}

static void *find_plane(void *context)
{
    call *c = context;
    loss_net *net = make_linear_net(SHAPE);
    loss_pca_options opt = LOSS_PCA_OPTIONS_INIT;
    loss_team team = team_of(c);
    loss_net_load(net, paths[N - 1], NULL);
    opt.ignore = c->ignore;
    opt.cancelled = is_cancelled;
    opt.user = c;
    opt.team = meeting.members ? &team : NULL;
    c->status = loss_plane_pca(&c->plane, net, paths, N, &opt);
    loss_net_free(net);
    return NULL;
}

static void run(size_t members, void *(*function)(void *), call *calls)
{
    pthread_t threads[MOST_MEMBERS];
    meeting.members = members;
    pthread_barrier_init(&meeting.barrier, NULL, (unsigned)members);
    for (size_t m = 0; m < members; m++) {
        calls[m].member = m;
        assert_int_equal(pthread_create(&threads[m], NULL, function, &calls[m]), 0);
    }
    for (size_t m = 0; m < members; m++)
        pthread_join(threads[m], NULL);
    pthread_barrier_destroy(&meeting.barrier);
}

static void same_plane(const loss_plane *a, const loss_plane *b)
{
    size_t n = (size_t)SHAPE.height * SHAPE.width * SHAPE.classes + SHAPE.classes;
    for (int axis = 0; axis < 2; axis++)
        assert_memory_equal(loss_plane_direction(a, axis), loss_plane_direction(b, axis),
                            n * sizeof(float));
    assert_true(loss_plane_explained(a, 0) == loss_plane_explained(b, 0));
}

static void test_components(void **state)
{
    (void)state;
    call alone = {.member = 0};
    meeting.members = 0;
    find_plane(&alone);
    assert_int_equal(alone.status, LOSS_OK);
    for (size_t members = 1; members <= MOST_MEMBERS; members++) {
        call calls[MOST_MEMBERS] = {{0}};
        run(members, find_plane, calls);
        for (size_t m = 0; m < members; m++) {
            assert_int_equal(calls[m].status, LOSS_OK);
            same_plane(alone.plane, calls[m].plane);
            loss_plane_free(calls[m].plane);
        }
    }
    loss_plane_free(alone.plane);
}

static void test_something_else(void **state)
{
    (void)state;
    call calls[MOST_MEMBERS] = {[1] = {.ignore = LOSS_IGNORE_NONE}};
    run(MOST_MEMBERS, find_plane, calls);
    for (size_t m = 0; m < MOST_MEMBERS; m++) {
        assert_int_equal(calls[m].status, LOSS_ERR_MISMATCH);
        assert_null(calls[m].plane);
    }
}

static void test_cancelled(void **state)
{
    (void)state;
    call calls[MOST_MEMBERS] = {[2] = {.is_cancelled = true}};
    run(MOST_MEMBERS, find_plane, calls);
    for (size_t m = 0; m < MOST_MEMBERS; m++)
        assert_int_equal(calls[m].status, LOSS_ERR_CANCELLED);
}

/* ---- A path: member 0 has the file ---------------------------------------------------------- */

static void *add_path(void *context)
{
    call *c = context;
    loss_path_options opt = LOSS_PATH_OPTIONS_INIT;
    loss_team team = team_of(c);
    opt.team = &team;
    c->status = loss_surface_add_path(c->surface, "run", paths, N, &opt);
    return NULL;
}

static loss_surface *open_surface(const loss_net *net, const loss_plane *plane,
                                  const loss_dataset *data, const char *name)
{
    static char path[160];
    loss_surface *surface;
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    opt.x = opt.y = (loss_axis){-1, 1, 3};
    opt.threads = 1;
    snprintf(path, sizeof path, "%s/%s", scratch_folder, name ? name : "");
    assert_int_equal(loss_surface_open(&surface, name ? path : NULL, net, plane, data, &opt),
                     LOSS_OK);
    return surface;
}

static void test_path(void **state)
{
    (void)state;
    static uint8_t pixels[9 * 16];
    static uint32_t labels[9];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * i % 251);
    for (size_t i = 0; i < 9; i++)
        labels[i] = (uint32_t)(i % 3);
    loss_dataset_options of = LOSS_DATASET_OPTIONS_INIT;
    loss_dataset *data;
    loss_net *net = make_linear_net(SHAPE);
    loss_plane *plane;
    assert_int_equal(loss_dataset_create(&data, SHAPE, 9, pixels, labels, &of), LOSS_OK);
    loss_net_load(net, paths[N - 1], NULL);
    assert_int_equal(loss_plane_random(&plane, net, NULL), LOSS_OK);
    loss_surface *alone = open_surface(net, plane, data, "alone.landscape");
    assert_int_equal(loss_surface_add_path(alone, "run", paths, N, NULL), LOSS_OK);

    call calls[MOST_MEMBERS] = {{0}};
    for (size_t m = 0; m < MOST_MEMBERS; m++)
        calls[m].surface = open_surface(net, plane, data, m ? NULL : "team.landscape");
    for (int again = 0; again < 2; again++) { /* the second time all are there */
        run(MOST_MEMBERS, add_path, calls);
        for (size_t m = 0; m < MOST_MEMBERS; m++)
            assert_int_equal(calls[m].status, LOSS_OK);
    }
    size_t n[2];
    const loss_path_point *points[2];
    loss_split split = loss_dataset_split(data);
    assert_int_equal(loss_surface_paths(alone, split, &n[0], &points[0]), LOSS_OK);
    assert_int_equal(loss_surface_paths(calls[0].surface, split, &n[1], &points[1]), LOSS_OK);
    assert_int_equal(n[0], N);
    assert_int_equal(n[1], N);
    for (size_t t = 0; t < N; t++) {
        assert_string_equal(points[0][t].checkpoint, points[1][t].checkpoint);
        assert_true(points[0][t].true_loss == points[1][t].true_loss);
        assert_true(points[0][t].true_accuracy == points[1][t].true_accuracy);
        assert_true(points[0][t].plane_loss == points[1][t].plane_loss);
    }
    assert_int_equal(loss_surface_add_path(calls[1].surface, "run", paths, N, NULL),
                     LOSS_ERR_ARGUMENT);
    for (size_t m = 0; m < MOST_MEMBERS; m++)
        loss_surface_close(calls[m].surface);
    loss_surface_close(alone);
    loss_plane_free(plane);
    loss_net_free(net);
    loss_dataset_free(data);
}

static void test_misuse(void **state)
{
    (void)state;
    const loss_team bad[] = {
        {0, 0, sum, NULL},
        {2, 2, sum, NULL},
        {2, 0, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        loss_net *net = make_linear_net(SHAPE);
        loss_plane *plane;
        loss_pca_options opt = LOSS_PCA_OPTIONS_INIT;
        opt.team = &bad[i];
        assert_int_equal(loss_plane_pca(&plane, net, paths, N, &opt), LOSS_ERR_ARGUMENT);
        loss_net_free(net);
    }
    assert_int_equal(lossi_team_members(NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_components), cmocka_unit_test(test_something_else),
        cmocka_unit_test(test_cancelled),  cmocka_unit_test(test_path),
        cmocka_unit_test(test_misuse),
    };
    return cmocka_run_group_tests_name("team", tests, set_up, scratch_remove);
}
