/* OpenBLAS on one thread: the host program's number comes back when the last caller is done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cblas.h>
#include <cmocka.h>

#include "base/one_thread.h"

static void test_the_last_gives_back(void **state)
{
    (void)state;
    openblas_set_num_threads(2);
    int threads = openblas_get_num_threads(); /* 1 on a machine of one core */
    lossi_one_thread_begin();
    lossi_one_thread_begin();
    assert_int_equal(openblas_get_num_threads(), 1);
    lossi_one_thread_end();
    assert_int_equal(openblas_get_num_threads(), 1);
    lossi_one_thread_end();
    assert_int_equal(openblas_get_num_threads(), threads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_last_gives_back)};
    return cmocka_run_group_tests_name("one thread", tests, NULL, NULL);
}
