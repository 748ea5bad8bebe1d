/* The backend that the engine computes on: what it promises about memory and copies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cpu/cpu.h"
#include "kernels/backend.h"

static void test_choose(void **state)
{
    (void)state;
    const lossi_backend *backend;
    const lossi_kernels *kernels, *expected;
    assert_int_equal(lossi_backend_choose(&backend, &kernels), LOSS_OK);
    assert_int_equal(lossi_kernels_choose(&expected), LOSS_OK);
    assert_ptr_equal(kernels, expected);
    assert_string_equal(kernels->name, loss_isa());
    assert_true(backend->probe());
}

static void test_memory(void **state)
{
    (void)state;
    const lossi_backend *backend;
    const lossi_kernels *kernels;
    lossi_backend_choose(&backend, &kernels);
    static const size_t sizes[] = {0, 1, 15, 16, 1000, 100000, 1 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t n = sizes[i];
        float *memory = backend->allocate(n, sizeof *memory), there[16], back[16];
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % 64, 0);
        for (size_t k = 0; k < 16; k++)
            there[k] = (float)k + 0.5f;
        if (n) {
            backend->download(back, memory + n - 1, sizeof *back);
            assert_true(back[0] == 0);
        }
        if (n >= 16) {
            backend->upload(memory + n - 16, there, sizeof there);
            backend->download(back, memory + n - 16, sizeof back);
            assert_memory_equal(there, back, sizeof back);
        }
        backend->release(memory);
    }
    backend->release(NULL);
}

static void test_memory_that_there_is_not(void **state)
{
    (void)state;
    const lossi_backend *backend;
    const lossi_kernels *kernels;
    lossi_backend_choose(&backend, &kernels);
    assert_null(backend->allocate(SIZE_MAX / 2, 4));
    assert_null(backend->allocate(SIZE_MAX / 8, 4));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choose),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_memory_that_there_is_not),
    };
    return cmocka_run_group_tests_name("backend", tests, NULL, NULL);
}
