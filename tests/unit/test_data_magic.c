/* An IDX file with any one of its four magic bytes wrong is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/idx.h"
#include "scratch.h"

static void test_each_byte(void **state)
{
    (void)state;
    uint8_t bytes[10] = {0, 0, 8, 1, 0, 0, 0, 2, 7, 9}, *values = NULL;
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    size_t dims[1];
    scratch_write("a", bytes, sizeof bytes);
    assert_int_equal(lossi_idx_read(scratch_path("a"), &opt, 1, dims, &values), LOSS_OK);
    assert_true(dims[0] == 2 && values[0] == 7 && values[1] == 9);
    free(values);
    for (int i = 0; i < 4; i++) {
        values = NULL;
        bytes[i] ^= 4;
        scratch_write("a", bytes, sizeof bytes);
        assert_int_equal(lossi_idx_read(scratch_path("a"), &opt, 1, dims, &values),
                         LOSS_ERR_FORMAT);
        free(values);
        bytes[i] ^= 4;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_byte)};
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
