/* Every kernel of the fast set against the strict reference on odd shapes, strides and borders, with canaries around every
 * buffer and inputs that are not aligned. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "kernels/kernels.h"

static const lossi_kernels *const fast = &lossi_kernels_blas, *const ref = &lossi_kernels_ref;

enum { GUARD = 16 };
static const lossi_real CANARY = (lossi_real)-12345.5;
static uint32_t next_stream;

/* A buffer of n values between canaries; its start is not aligned to a vector. */
typedef struct buffer {
    lossi_real *memory, *values;
    size_t n;
} buffer;

static buffer buffer_make(size_t n)
{
    buffer b = {malloc((n + 2 * GUARD + 1) * sizeof(lossi_real)), NULL, n};
    assert_non_null(b.memory);
    b.values = b.memory + GUARD + 1;
    for (size_t i = 0; i < n + 2 * GUARD + 1; i++)
        b.memory[i] = CANARY;
    return b;
}

static buffer buffer_random(size_t n)
{
    buffer b = buffer_make(n);
    lossi_stream s = lossi_stream_make(1, LOSSI_RANDOM_SAMPLE, next_stream++);
    for (size_t i = 0; i < n; i++)
        b.values[i] = (lossi_real)(2 * lossi_random_uniform(&s, i) - 1);
    return b;
}

static buffer buffer_copy(const buffer *from)
{
    buffer b = buffer_make(from->n);
    for (size_t i = 0; i < from->n; i++)
        b.values[i] = from->values[i];
    return b;
}

static void buffer_free(buffer *b)
{
    for (size_t i = 0; i < GUARD; i++) {
        assert_true(b->memory[i] == CANARY);
        assert_true(b->values[b->n + i] == CANARY);
    }
    free(b->memory);
}

/* |a - b| <= bound * (1 + |b|) everywhere. */
static void assert_close(const buffer *a, const buffer *b, double bound, const char *what)
{
    for (size_t i = 0; i < a->n; i++) {
        double difference = fabs((double)a->values[i] - (double)b->values[i]);
        if (!(difference <= bound * (1 + fabs((double)b->values[i]))))
            fail_msg("%s: value %zu of %zu is %.9g; the reference has %.9g", what, i, a->n, (double)a->values[i],
                     (double)b->values[i]);
    }
}

static void check_conv(const lossi_conv_shape *s, int with_bias)
{
    buffer x = buffer_random(s->in_c * s->n * s->in_h * s->in_w);
    buffer w = buffer_random(s->out_c * s->in_c * s->kernel * s->kernel);
    buffer bias = buffer_random(s->out_c);
    buffer y = buffer_make(s->out_c * s->n * s->out_h * s->out_w), y_ref = buffer_copy(&y);
    buffer dy = buffer_random(y.n);
    buffer dx = buffer_random(x.n), dx_ref = buffer_copy(&dx);
    buffer dw = buffer_random(w.n), dw_ref = buffer_copy(&dw);
    buffer db = buffer_random(bias.n), db_ref = buffer_copy(&db);
    buffer scratch = buffer_make(fast->conv_scratch(s)), none = buffer_make(ref->conv_scratch(s));
    /* A sum of k products of values below 1 in float errs by about sqrt(k) times 6e-8. */
    double bound = 2e-7 * sqrt((double)(s->in_c * s->kernel * s->kernel + s->n * s->out_h * s->out_w) + (double)s->out_c) * 4;

    const lossi_real *b = with_bias ? bias.values : NULL;
    fast->conv_forward(s, x.values, w.values, b, y.values, scratch.values);
    ref->conv_forward(s, x.values, w.values, b, y_ref.values, none.values);
    assert_close(&y, &y_ref, bound, "conv_forward");
    fast->conv_backward_data(s, dy.values, w.values, dx.values, scratch.values);
    ref->conv_backward_data(s, dy.values, w.values, dx_ref.values, none.values);
    assert_close(&dx, &dx_ref, bound, "conv_backward_data");
    fast->conv_backward_weights(s, x.values, dy.values, dw.values, with_bias ? db.values : NULL, scratch.values);
    ref->conv_backward_weights(s, x.values, dy.values, dw_ref.values, with_bias ? db_ref.values : NULL, none.values);
    assert_close(&dw, &dw_ref, bound, "conv_backward_weights");
    assert_close(&db, &db_ref, bound, "conv_backward_weights, bias");

    buffer *all[] = {&x, &w, &bias, &y, &y_ref, &dy, &dx, &dx_ref, &dw, &dw_ref, &db, &db_ref, &scratch, &none};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buffer_free(all[i]);
}

static void test_conv(void **state)
{
    (void)state;
    static const size_t kernels[] = {1, 2, 3, 5, 7}, strides[] = {1, 2, 3}, paddings[] = {0, 1, 3};
    static const size_t sides[][2] = {{1, 1}, {4, 4}, {7, 5}, {13, 16}};
    for (size_t k = 0; k < 5; k++)
        for (size_t s = 0; s < 3; s++)
            for (size_t p = 0; p < 3; p++)
                for (size_t side = 0; side < 4; side++) {
                    size_t kernel = kernels[k], h = sides[side][0], w = sides[side][1], padding = paddings[p];
                    if (h + 2 * padding < kernel || w + 2 * padding < kernel)
                        continue;
                    lossi_conv_shape shape = {.n = 1 + (k + s) % 4, .in_c = 1 + side, .in_h = h, .in_w = w,
                                              .out_c = 3 + p, .out_h = (h + 2 * padding - kernel) / strides[s] + 1,
                                              .out_w = (w + 2 * padding - kernel) / strides[s] + 1,
                                              .kernel = kernel, .stride = strides[s], .padding = padding};
                    check_conv(&shape, (int)(p % 2));
                }
}

static void test_conv_blocks(void **state)
{
    (void)state;
    /* Large enough that columns are cut into blocks: rows of one image, several images, a remainder of each. */
    static const lossi_conv_shape shapes[] = {
        {3, 40, 31, 33, 5, 31, 33, 3, 1, 1},
        {7, 16, 9, 9, 17, 9, 9, 3, 1, 1},
        {5, 130, 8, 8, 3, 4, 4, 3, 2, 1},
        {8, 64, 4, 4, 10, 4, 4, 1, 1, 0},
        {9, 300, 1, 1, 10, 1, 1, 1, 1, 0},
        {2, 3, 32, 40, 7, 32, 40, 3, 1, 1},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check_conv(&shapes[i], (int)(i % 2));
}

static void test_norm(void **state)
{
    (void)state;
    for (size_t m = 1; m < 40; m += 1 + m / 9) {
        const size_t channels = 3;
        buffer x = buffer_random(channels * m), dy = buffer_random(channels * m);
        double sums[4][3], expected[4][3];
        double mean[3] = {0.1, -0.2, 0.3};
        fast->norm_sums(channels, m, x.values, sums[0], sums[1]);
        ref->norm_sums(channels, m, x.values, expected[0], expected[1]);
        fast->norm_backward_sums(channels, m, x.values, dy.values, mean, sums[2], sums[3]);
        ref->norm_backward_sums(channels, m, x.values, dy.values, mean, expected[2], expected[3]);
        for (size_t i = 0; i < 4; i++)
            for (size_t c = 0; c < channels; c++)
                assert_true(fabs(sums[i][c] - expected[i][c]) <= 1e-13 * (double)m);
        buffer scale = buffer_random(channels), shift = buffer_random(channels), third = buffer_random(channels);
        buffer y = buffer_make(x.n), y_ref = buffer_make(x.n);
        fast->norm_apply(channels, m, x.values, scale.values, shift.values, y.values);
        ref->norm_apply(channels, m, x.values, scale.values, shift.values, y_ref.values);
        assert_close(&y, &y_ref, 1e-6, "norm_apply");
        buffer dx = buffer_random(x.n), dx_ref = buffer_copy(&dx);
        fast->norm_backward(channels, m, x.values, dy.values, scale.values, shift.values, third.values, dx.values);
        ref->norm_backward(channels, m, x.values, dy.values, scale.values, shift.values, third.values, dx_ref.values);
        assert_close(&dx, &dx_ref, 1e-6, "norm_backward");
        buffer *all[] = {&x, &dy, &scale, &shift, &third, &y, &y_ref, &dx, &dx_ref};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            buffer_free(all[i]);
    }
}

/* The reference's own values, worked out by hand: the oracle must be right. */
static void test_reference_pool(void **state)
{
    (void)state;
    lossi_pool_shape s = {1, 3, 3, 2, 2, 3, 3, 2, 1};
    lossi_real x[9] = {1, -2, 3, 4, 5, -6, 7, 8, 9}, y[4], dx[9] = {0}, dy[4] = {1, 10, 100, 1000};
    ref->max_pool(&s, x, y);
    assert_true(y[0] == 5 && y[1] == 5 && y[2] == 8 && y[3] == 9);
    ref->max_pool_backward(&s, x, dy, dx);
    assert_true(dx[4] == 11 && dx[7] == 100 && dx[8] == 1000 && dx[0] == 0);
    ref->average_pool(&s, x, y);
    assert_float_equal((float)y[0], 8.0f / 9, 1e-6f);
    assert_float_equal((float)y[3], 16.0f / 9, 1e-6f);
    x[1] = (lossi_real)NAN;
    ref->max_pool(&s, x, y);
    assert_true(isnan(y[0]) && isnan(y[1]) && y[2] == 8);
}

static void test_reference_conv(void **state)
{
    (void)state;
    lossi_conv_shape s = {.n = 1, .in_c = 1, .in_h = 2, .in_w = 3, .out_c = 1, .out_h = 2, .out_w = 3, .kernel = 3, .stride = 1,
                          .padding = 1};
    lossi_real x[6] = {1, 2, 3, 4, 5, 6}, w[9] = {1, 0, 0, 0, 10, 0, 0, 0, 100}, bias[1] = {1000}, y[6];
    ref->conv_forward(&s, x, w, bias, y, NULL);
    lossi_real expected[6] = {1510, 1620, 1030, 1040, 1051, 1062};
    assert_memory_equal(y, expected, sizeof y);
}

static void test_pointwise(void **state)
{
    (void)state;
    lossi_real x[4] = {-1, 0, 2, (lossi_real)NAN}, y[4], dx[4] = {5, 5, 5, 5}, dy[4] = {1, 2, 3, 4};
    for (int k = 0; k < 2; k++) {
        const lossi_kernels *set = k ? ref : fast;
        set->relu(4, x, y);
        assert_true(y[0] == 0 && y[1] == 0 && y[2] == 2 && isnan(y[3]));
        memcpy(dx, (lossi_real[4]){5, 5, 5, 5}, sizeof dx);
        set->relu_backward(4, y, dy, dx);
        assert_true(dx[0] == 5 && dx[1] == 5 && dx[2] == 8 && dx[3] == 5);
    }
}

static void test_xent(void **state)
{
    (void)state;
    lossi_real logits[6] = {1000, 0, 1000, 2, (lossi_real)-1000, 1}, d[6]; /* [3 classes][2 images] */
    uint8_t labels[2] = {2, 1}, correct[2];
    double loss[2];
    ref->xent(3, 2, logits, labels, loss, correct, 1, d);
    assert_true(fabs(loss[0] - 2000.6931471805599) < 1e-9);
    assert_true(fabs(loss[1] - (log(1 + exp(2) + exp(1)) - 2)) < 1e-12);
    assert_int_equal(correct[0], 0);
    assert_int_equal(correct[1], 1);
    assert_true(fabs((double)d[0] - 0.5) < 1e-6 && fabs((double)d[4] + 1) < 1e-6);
    logits[0] = (lossi_real)NAN;
    labels[0] = 0;
    ref->xent(3, 2, logits, labels, loss, correct, 1, NULL);
    assert_true(isnan(loss[0]) && !correct[0] && !isnan(loss[1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference_conv), cmocka_unit_test(test_reference_pool), cmocka_unit_test(test_conv),
        cmocka_unit_test(test_conv_blocks), cmocka_unit_test(test_norm), cmocka_unit_test(test_pointwise),
        cmocka_unit_test(test_xent),
    };
    return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
