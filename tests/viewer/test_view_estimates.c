/* An estimated surface says so, and its ghosts are the ends of its intervals. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "../unit/estimated_landscape.h"
#include "scene/ghost.h"
#include "scene/scene_build.h"

static void make_file(const char *name, bool is_whole)
{
    world w = make_large_world();
    loss_surface *s;
    loss_estimate_options opt = LOSS_ESTIMATE_OPTIONS_INIT;
    opt.share = 0.5;
    assert_int_equal(try_open(&w, name, &s), LOSS_OK);
    assert_int_equal(is_whole ? loss_surface_evaluate(s) : loss_surface_estimate(s, &opt), LOSS_OK);
    loss_surface_close(s);
    free_world(&w);
}

static void open_scene(scene *s, const char *name)
{
    scene_init(s);
    s->set.surface = SURFACE_GRID; /* a value for each grid point */
    assert_true(scene_open(s, 0, scratch_path(name), 0));
    assert_true(scene_update(s));
}

/* Points where all images were evaluated: coarse ones, and those whose sample grew to all. */
static size_t count_whole(const char *name)
{
    static loss_estimate estimates[ALL];
    size_t n = 0;
    loss_surface *s;
    assert_int_equal(loss_surface_read(&s, scratch_path(name)), LOSS_OK);
    assert_int_equal(loss_surface_estimates(s, LOSS_SPLIT_TEST, estimates), LOSS_OK);
    for (size_t i = 0; i < ALL; i++)
        n += estimates[i].images == MANY;
    loss_surface_close(s);
    return n;
}

static void test_intervals(void **state)
{
    (void)state;
    make_file("some.landscape", false);
    scene s;
    open_scene(&s, "some.landscape");
    const samples *from = &s.views[0].grid.splits[LOSS_SPLIT_TEST];
    const relief *shown = &s.views[0].relief;
    size_t n_exact = 0, n = 0;
    assert_non_null(from->estimated);
    assert_int_equal(sscanf(from->estimated, "%zu of 81 points estimated from", &n), 1);
    for (int side = 0; side < N_GHOSTS; side++) {
        const double *ends = side == GHOST_ABOVE ? from->high : from->low;
        relief ghost;
        bool has;
        assert_true(ghost_make(&ghost, &has, &s, &s.views[0], (ghost_side)side));
        assert_true(has);
        for (size_t i = 0; i < ALL; i++) {
            assert_memory_equal(&ghost.value[i], &ends[i], sizeof *ends);
            bool is_exact = from->low[i] == from->high[i];
            n_exact += is_exact;
            assert_true(is_exact ? ghost.value[i] == shown->value[i]
                                 : (side == GHOST_ABOVE) == (ghost.value[i] > shown->value[i]));
        }
        relief_free(&ghost);
    }
    assert_int_equal(n_exact / N_GHOSTS, count_whole("some.landscape"));
    assert_in_range(n, 1, ALL - 1);
    scene_free(&s);
}

static void test_exact(void **state)
{
    (void)state;
    make_file("all.landscape", true);
    scene s;
    open_scene(&s, "all.landscape");
    const samples *from = &s.views[0].grid.splits[LOSS_SPLIT_TEST];
    assert_null(from->estimated);
    assert_null(from->low);
    assert_null(from->high);
    scene_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_intervals),
                                       cmocka_unit_test(test_exact)};
    return cmocka_run_group_tests_name("view_estimates", tests, scratch_make, scratch_remove);
}
