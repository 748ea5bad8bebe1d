/* Arrays that make no data set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/data.h>

enum { N = 3 };

static const float values[N] = {1, 2, 3};
static const uint32_t labels[N] = {0, 1, 3};

static loss_arrays whole(void)
{
    loss_arrays a = LOSS_ARRAYS_INIT;
    a.shape = (loss_shape){1, 1, 1, 4};
    a.n = N;
    a.values = values;
    a.labels = labels;
    return a;
}

static void refuse(const loss_arrays *a, loss_status status)
{
    loss_dataset *data = (loss_dataset *)1;
    assert_int_equal(loss_dataset_create_arrays(&data, a, NULL), status);
    assert_null(data);
}

static void test_create(void **state)
{
    (void)state;
    loss_arrays a = whole(), none = LOSS_ARRAYS_INIT;
    assert_int_equal(loss_dataset_create_arrays(NULL, &a, NULL), LOSS_ERR_ARGUMENT);
    refuse(NULL, LOSS_ERR_ARGUMENT);
    refuse(&none, LOSS_ERR_ARGUMENT);
    a.targets = values;
    refuse(&a, LOSS_ERR_ARGUMENT);
    a = whole();
    a.shape.classes = 3;
    refuse(&a, LOSS_ERR_SHAPE);
    a.shape.classes = SIZE_MAX;
    refuse(&a, LOSS_ERR_SHAPE);
    a = whole();
    a.shape.height = SIZE_MAX / 4;
    refuse(&a, LOSS_ERR_SHAPE);
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_dataset *data;
    a = whole();
    opt.split = (loss_split)7;
    assert_int_equal(loss_dataset_create_arrays(&data, &a, &opt), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_dataset_create_arrays(&data, &a, NULL), LOSS_OK);
    loss_dataset_free(data);
}

static void test_getters(void **state)
{
    (void)state;
    assert_null(loss_dataset_values(NULL));
    assert_null(loss_dataset_targets(NULL));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_create),
                                              cmocka_unit_test(test_getters)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
