/* The number of OpenBLAS's threads is the host program's: sets that do not call OpenBLAS leave it
 * alone, and it changes no bit of the one that does. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>
#include <cmocka.h>

#include "base/base.h"
#include "cpu/cpu.h"

static lossi_real *waves(size_t n, double step)
{
    lossi_real *values = lossi_alloc(n, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < n; i++)
        values[i] = (lossi_real)sin(step * (double)i);
    return values;
}

/* The gradients of the input [in_c][8][8][lanes] and then of the filter; free() them. */
static lossi_real *gradients(const lossi_kernels *set, const lossi_conv_shape *s)
{
    size_t n_x = s->in_c * s->in_h * s->in_w * s->lanes, n_w = s->in_c * s->out_c,
           n_y = s->out_c * s->out_h * s->out_w * s->lanes;
    lossi_real *x = waves(n_x, 0.3), *w = waves(n_w, 0.7), *dy = waves(n_y, 1.1),
               *result = lossi_alloc(n_x + n_w, sizeof *result),
               *packed = lossi_alloc(set->conv_packed_backward(s), sizeof *packed),
               *scratch = lossi_alloc(set->conv_scratch(s), sizeof *scratch);
    assert_true(result && packed && scratch);
    for (size_t begin = 0; begin < s->in_c; begin += LOSSI_PACK)
        set->conv_pack_backward(s, w, begin, begin + LOSSI_PACK, packed);
    set->conv_backward_data(s, dy, packed, result, scratch);
    set->conv_backward_weights(s, x, dy, result + n_x, NULL, scratch);
    free(x);
    free(w);
    free(dy);
    free(packed);
    free(scratch);
    return result;
}

static void test_threads(void **state)
{
    (void)state;
    const lossi_kernels *set;
    for (size_t i = 0; (set = lossi_kernels_number(i)) != &lossi_kernels_ref; i++) {
        lossi_conv_shape s = {set->vector, 128, 8, 8, 128, 8, 8, 1, 1, 0};
        size_t n = (128 * 64 * s.lanes + 128 * 128) * sizeof(lossi_real);
        openblas_set_num_threads(1);
        lossi_real *one = gradients(set, &s);
        openblas_set_num_threads(2);
        int host = openblas_get_num_threads();
        lossi_real *two = gradients(set, &s);
        assert_memory_equal(one, two, n);
        assert_int_equal(openblas_get_num_threads(), set->uses_blas ? 1 : host);
        free(one);
        free(two);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_threads)};
    return cmocka_run_group_tests_name("threads of the host program", tests, NULL, NULL);
}
