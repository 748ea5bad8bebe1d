/* What rank 0 of lossgrid-mpi decides, without ranks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mpi/handout.h"

static void give(handout *h, int rank, uint64_t point)
{
    assert_int_equal(handout_who(h), rank);
    handout_give(h, rank, &(loss_task){.point = point, .wants = LOSS_WANT_TRAIN});
}

static bool done(handout *h, int rank, uint64_t point)
{
    return handout_done(h, rank, &(loss_task){.point = point, .wants = LOSS_WANT_TRAIN});
}

static handout of_three(void)
{
    handout h;
    assert_true(handout_init(&h, 3));
    h.ranks[1].state = h.ranks[2].state = RANK_HERE;
    return h;
}

static void each_has_a_task_before_any_has_two(void **state)
{
    (void)state;
    handout h = of_three();
    give(&h, 0, 0);
    give(&h, 1, 1);
    give(&h, 2, 2);
    give(&h, 1, 3); /* rank 0 has none in hand */
    give(&h, 2, 4);
    assert_int_equal(handout_who(&h), -1);
    done(&h, 2, 2);
    done(&h, 2, 4);
    done(&h, 1, 1);
    give(&h, 2, 5); /* it has none, rank 1 has one */
    give(&h, 1, 6);
    give(&h, 2, 7);
    assert_int_equal(handout_who(&h), -1);
    handout_free(&h);
}

static void only_those_who_are_here_get_tasks(void **state)
{
    (void)state;
    handout h;
    assert_true(handout_init(&h, 3));
    give(&h, 0, 0);
    assert_int_equal(handout_who(&h), -1);
    h.ranks[2].state = RANK_HERE;
    give(&h, 2, 1);
    h.ranks[2].state = RANK_STOPPED;
    assert_int_equal(handout_who(&h), -1);
    handout_free(&h);
}

static void what_a_rank_had_is_given_again(void **state)
{
    (void)state;
    loss_task task;
    handout h = of_three();
    give(&h, 0, 0);
    give(&h, 1, 1);
    give(&h, 2, 2);
    give(&h, 1, 3);
    done(&h, 1, 1);
    assert_false(handout_again(&h, &task));
    handout_leave(&h, 1);
    assert_int_equal(h.n_given, 2);
    assert_true(handout_again(&h, &task));
    assert_int_equal(task.point, 3);
    assert_false(handout_again(&h, &task));
    give(&h, 2, task.point);
    assert_int_equal(h.n_given, 3);
    handout_free(&h);
}

static void outcomes_are_committed_each_second_and_at_the_end(void **state)
{
    (void)state;
    handout h = of_three();
    handout_committed(&h, 100);
    give(&h, 0, 0);
    give(&h, 1, 1);
    assert_false(handout_is_due(&h, 200)); /* nothing to commit */
    done(&h, 1, 1);
    assert_false(handout_is_due(&h, 100.9));
    assert_true(handout_is_due(&h, 101.1));
    handout_committed(&h, 101.1);
    assert_int_equal(h.n_outcomes, 0);
    done(&h, 0, 0);
    assert_true(handout_is_due(&h, 101.2)); /* nothing else is awaited */
    handout_free(&h);
}

static void a_full_hand_is_told(void **state)
{
    (void)state;
    handout h = of_three();
    for (uint64_t i = 0; i < MOST_OUTCOMES; i++) {
        handout_give(&h, 1, &(loss_task){.point = i, .wants = LOSS_WANT_TRAIN});
        assert_int_equal(done(&h, 1, i), i == MOST_OUTCOMES - 1);
    }
    handout_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_a_task_before_any_has_two),
        cmocka_unit_test(only_those_who_are_here_get_tasks),
        cmocka_unit_test(what_a_rank_had_is_given_again),
        cmocka_unit_test(outcomes_are_committed_each_second_and_at_the_end),
        cmocka_unit_test(a_full_hand_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
