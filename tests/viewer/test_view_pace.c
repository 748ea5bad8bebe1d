/* When frames are drawn coarsely, and that a fine one follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pace.h"
#include "session.h"

static void test_pace(void **state)
{
    (void)state;
    pace p = {0};
    assert_false(pace_is_coarse(&p, true)); /* nothing is known yet */
    pace_drew(&p, false, 0.02);
    assert_false(pace_is_coarse(&p, true));
    pace_drew(&p, false, 0.2); /* also one in a drag */
    assert_true(pace_is_coarse(&p, true));
    assert_false(pace_is_coarse(&p, false));
    pace_drew(&p, true, 0.001); /* a coarse frame tells nothing of fine ones */
    assert_true(pace_is_coarse(&p, true));
    pace_drew(&p, false, 0.01);
    assert_false(pace_is_coarse(&p, true));
}

/* Letting go asks for a frame, though nothing has changed since the last. */
static void test_release_draws(void **state)
{
    (void)state;
    session s;
    session_init(&s);
    session_layout(&s, 800, 600, 1);
    session_move(&s, 100, 300);
    session_press(&s, BUTTON_LEFT, false, false);
    session_move(&s, 140, 300);
    assert_int_equal(s.drag, DRAG_ORBIT);
    s.needs_draw = false;
    session_release(&s);
    assert_int_equal(s.drag, DRAG_NONE);
    assert_true(s.needs_draw);
    session_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pace),
                                       cmocka_unit_test(test_release_draws)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
