/* The analysis when memory is out: each of its large allocations fails once. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "unit/surfaces.h"

static long left = -1; /* allocations until one fails; below 0: none does */

/* In place of the C library's: the library allocates its arrays with it. */
void *aligned_alloc(size_t alignment, size_t size)
{
    void *memory;
    if (left >= 0 && left-- == 0)
        return NULL;
    return posix_memalign(&memory, alignment, size) == 0 ? memory : NULL;
}

static loss_status try_contours(const loss_grid *g)
{
    const double level = 0.5;
    loss_contours *c;
    loss_status status = loss_contours_create(&c, g, &level, 1, LOSS_CONTOUR_TRIANGLES);
    assert_true(!status == (c != NULL));
    loss_contours_free(c);
    return status;
}

static loss_status try_criticals(const loss_grid *g)
{
    loss_criticals *set;
    loss_status status = loss_criticals_create(&set, g, NULL);
    assert_true(!status == (set != NULL));
    loss_criticals_free(set);
    return status;
}

static loss_status try_levels(const loss_grid *g)
{
    double levels[4];
    size_t n;
    loss_status status = loss_levels(g, 4, NULL, levels, &n);
    assert_true(!status == (n == 4));
    return status;
}

/* Fails the first allocation, then only the second, and so on until all were had. @return how
 * many there are. */
static int fail_each(loss_status (*try)(const loss_grid *), const loss_grid *g)
{
    int n = 0;
    loss_status status = LOSS_ERR_NOMEM;
    for (; status && n < 100; n += status != LOSS_OK) {
        left = n;
        status = try(g);
        left = -1;
        assert_true(status == LOSS_OK || status == LOSS_ERR_NOMEM);
        if (status)
            assert_non_null(strstr(loss_last_message(), "memory"));
    }
    return n;
}

static void test_failures_are_told(void **state)
{
    (void)state;
    loss_grid g = random_surface(1, 20, 20, 0, 0.05);
    assert_int_equal(fail_each(try_contours, &g), 4);
    assert_int_equal(fail_each(try_criticals, &g), 4);
    assert_int_equal(fail_each(try_levels, &g), 1);
    surface_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_failures_are_told)};
    return cmocka_run_group_tests_name("analysis out of memory", tests, NULL, NULL);
}
