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

/* A filter made ready in pieces, for forward or for backward. */
static buffer make_ready(const lossi_kernels *set, const lossi_conv_shape *s, const buffer *w, const lossi_real *scale, bool backward)
{
    buffer packed = buffer_make(backward ? set->conv_packed_backward(s) : set->conv_packed(s));
    size_t n = backward ? s->in_c : s->out_c;
    for (size_t begin = 0; begin < n; begin += LOSSI_PACK) {
        size_t end = begin + LOSSI_PACK < n ? begin + LOSSI_PACK : n;
        if (backward)
            set->conv_pack_backward(s, w->values, begin, end, packed.values);
        else
            set->conv_pack(s, w->values, scale, begin, end, packed.values);
    }
    return packed;
}

static void forward(const lossi_kernels *set, const lossi_conv_shape *s, const buffer *x, const buffer *w, const buffer *scale,
                    const lossi_epilogue *epilogue, buffer *y)
{
    buffer packed = make_ready(set, s, w, scale ? scale->values : NULL, false), scratch = buffer_make(set->conv_scratch(s));
    set->conv_forward(s, x->values, packed.values, epilogue, y->values, scratch.values);
    buffer_free(&packed);
    buffer_free(&scratch);
}

static void check_forward(const lossi_conv_shape *s, unsigned parts, double bound)
{
    buffer x = buffer_random(s->in_c * s->in_h * s->in_w * LOSSI_LANES), w = buffer_random(s->out_c * s->in_c * s->kernel * s->kernel);
    buffer bias = buffer_random(s->out_c), scale = buffer_random(s->out_c);
    buffer residual = buffer_random(s->out_c * s->out_h * s->out_w * LOSSI_LANES);
    buffer y = buffer_copy(&residual), y_ref = buffer_copy(&residual);
    bool in_place = parts & 8;
    lossi_epilogue e = {.bias = parts & 1 ? bias.values : NULL, .relu = parts & 4}, e_ref = e;
    if (parts & 2) {
        e.residual = in_place ? y.values : residual.values;
        e_ref.residual = in_place ? y_ref.values : residual.values;
    }
    forward(fast, s, &x, &w, parts & 16 ? &scale : NULL, &e, &y);
    forward(ref, s, &x, &w, parts & 16 ? &scale : NULL, &e_ref, &y_ref);
    assert_close(&y, &y_ref, bound, "conv_forward");
    buffer *all[] = {&x, &w, &bias, &scale, &residual, &y, &y_ref};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buffer_free(all[i]);
}

static void check_backward(const lossi_conv_shape *s, bool with_bias, double bound)
{
    buffer x = buffer_random(s->in_c * s->in_h * s->in_w * LOSSI_LANES), w = buffer_random(s->out_c * s->in_c * s->kernel * s->kernel);
    buffer dy = buffer_random(s->out_c * s->out_h * s->out_w * LOSSI_LANES);
    buffer dx = buffer_random(x.n), dx_ref = buffer_copy(&dx);
    buffer dw = buffer_random(w.n), dw_ref = buffer_copy(&dw);
    buffer db = buffer_random(s->out_c), db_ref = buffer_copy(&db);
    buffer packed = make_ready(fast, s, &w, NULL, true), packed_ref = make_ready(ref, s, &w, NULL, true);
    buffer scratch = buffer_make(fast->conv_scratch(s)), none = buffer_make(0);
    fast->conv_backward_data(s, dy.values, packed.values, dx.values, scratch.values);
    ref->conv_backward_data(s, dy.values, packed_ref.values, dx_ref.values, none.values);
    assert_close(&dx, &dx_ref, bound, "conv_backward_data");
    fast->conv_backward_weights(s, x.values, dy.values, dw.values, with_bias ? db.values : NULL, scratch.values);
    ref->conv_backward_weights(s, x.values, dy.values, dw_ref.values, with_bias ? db_ref.values : NULL, none.values);
    assert_close(&dw, &dw_ref, bound, "conv_backward_weights");
    assert_close(&db, &db_ref, bound, "conv_backward_weights, bias");
    buffer *all[] = {&x, &w, &dy, &dx, &dx_ref, &dw, &dw_ref, &db, &db_ref, &packed, &packed_ref, &scratch, &none};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buffer_free(all[i]);
}

static void check_conv(const lossi_conv_shape *s, unsigned parts)
{
    /* A sum of k products of values below 1 in float errs by about sqrt(k) times 6e-8; Winograd's transforms by some times that. */
    double terms = (double)(s->in_c * s->kernel * s->kernel + s->out_c + LOSSI_LANES * s->out_h * s->out_w);
    double bound = 2e-7 * sqrt(terms) * 8;
    check_forward(s, parts, bound);
    check_backward(s, parts & 1, bound);
}

static lossi_conv_shape make_shape(size_t in_c, size_t h, size_t w, size_t out_c, size_t kernel, size_t stride, size_t padding)
{
    return (lossi_conv_shape){.in_c = in_c, .in_h = h, .in_w = w, .out_c = out_c, .out_h = (h + 2 * padding - kernel) / stride + 1,
                              .out_w = (w + 2 * padding - kernel) / stride + 1, .kernel = kernel, .stride = stride, .padding = padding};
}

static void test_conv(void **state)
{
    (void)state;
    static const size_t kernels[] = {1, 2, 3, 5, 7}, strides[] = {1, 2, 3}, paddings[] = {0, 1, 3};
    static const size_t sides[][2] = {{1, 1}, {4, 4}, {7, 5}, {13, 16}};
    unsigned parts = 0;
    for (size_t k = 0; k < 5; k++)
        for (size_t s = 0; s < 3; s++)
            for (size_t p = 0; p < 3; p++)
                for (size_t side = 0; side < 4; side++, parts++) {
                    size_t h = sides[side][0], w = sides[side][1];
                    if (h + 2 * paddings[p] < kernels[k] || w + 2 * paddings[p] < kernels[k])
                        continue;
                    lossi_conv_shape shape = make_shape(1 + side, h, w, 3 + p, kernels[k], strides[s], paddings[p]);
                    check_conv(&shape, parts);
                }
}

/* All residues of channels, heights and widths that blocks and tiles leave, for the filters that networks are made of. */
static void test_conv_residues(void **state)
{
    (void)state;
    static const size_t filters[][3] = {{3, 1, 1}, {3, 2, 1}, {1, 1, 0}, {1, 2, 0}}; /* kernel, stride, padding */
    unsigned parts = 0;
    for (size_t f = 0; f < 4; f++) {
        for (size_t out_c = 1; out_c <= 18; out_c++, parts += 7) {
            lossi_conv_shape shape = make_shape(1 + out_c % 5, 6, 5, out_c, filters[f][0], filters[f][1], filters[f][2]);
            check_conv(&shape, parts);
        }
        for (size_t side = 1; side <= 14; side++, parts += 7) {
            lossi_conv_shape shape = make_shape(2, side, 15 - side, 5, filters[f][0], filters[f][1], filters[f][2]);
            check_conv(&shape, parts);
        }
    }
}

static void test_conv_sizes_of_networks(void **state)
{
    (void)state;
    static const size_t shapes[][7] = {
        {3, 32, 32, 16, 3, 1, 1}, {16, 32, 32, 16, 3, 1, 1}, {16, 32, 32, 32, 3, 2, 1}, {64, 8, 8, 64, 3, 1, 1},
        {70, 4, 4, 130, 3, 1, 1}, {130, 2, 2, 66, 3, 1, 1}, {3, 40, 33, 9, 7, 2, 3}, {64, 8, 8, 33, 1, 1, 0},
        {300, 1, 1, 10, 1, 1, 0}, {64, 8, 8, 70, 1, 2, 0},
    };
    for (unsigned i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const size_t *v = shapes[i];
        lossi_conv_shape shape = make_shape(v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
        check_conv(&shape, 3 * i + 5);
    }
}

static void test_norm(void **state)
{
    (void)state;
    for (size_t pixels = 1; pixels < 20; pixels += 1 + pixels / 4) {
        const size_t channels = 3, m = pixels * LOSSI_LANES, n = 1 + pixels % LOSSI_LANES;
        buffer x = buffer_random(channels * m), dy = buffer_random(channels * m);
        double sums[4][3], expected[4][3];
        double mean[3] = {0.1, -0.2, 0.3};
        fast->norm_sums(channels, pixels, n, x.values, sums[0], sums[1]);
        ref->norm_sums(channels, pixels, n, x.values, expected[0], expected[1]);
        fast->norm_backward_sums(channels, pixels, x.values, dy.values, mean, sums[2], sums[3]);
        ref->norm_backward_sums(channels, pixels, x.values, dy.values, mean, expected[2], expected[3]);
        for (size_t i = 0; i < 4; i++)
            for (size_t c = 0; c < channels; c++)
                assert_true(fabs(sums[i][c] - expected[i][c]) <= 1e-13 * (double)m);
        buffer scale = buffer_random(channels), shift = buffer_random(channels), third = buffer_random(channels);
        buffer y = buffer_make(x.n), y_ref = buffer_make(x.n);
        for (int relu = 0; relu < 2; relu++) {
            fast->norm_apply(channels, pixels, x.values, scale.values, shift.values, relu, y.values);
            ref->norm_apply(channels, pixels, x.values, scale.values, shift.values, relu, y_ref.values);
            assert_close(&y, &y_ref, 1e-6, "norm_apply");
        }
        buffer dx = buffer_random(x.n), dx_ref = buffer_copy(&dx);
        fast->norm_backward(channels, pixels, n, x.values, dy.values, scale.values, shift.values, third.values, dx.values);
        ref->norm_backward(channels, pixels, n, x.values, dy.values, scale.values, shift.values, third.values, dx_ref.values);
        assert_close(&dx, &dx_ref, 1e-6, "norm_backward");
        buffer *all[] = {&x, &dy, &scale, &shift, &third, &y, &y_ref, &dx, &dx_ref};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            buffer_free(all[i]);
    }
}

/* The reference's own values, worked out by hand: the oracle must be right. */
/* Spreads one image's values over the lanes, each lane with another factor. */
static void spread(size_t n, const lossi_real *image, lossi_real *lanes)
{
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < LOSSI_LANES; i++)
            lanes[k * LOSSI_LANES + i] = image[k] * (lossi_real)(i + 1);
}

static void test_reference_pool(void **state)
{
    (void)state;
    lossi_pool_shape s = {1, 3, 3, 2, 2, 3, 3, 2, 1};
    lossi_real x[9 * LOSSI_LANES], y[4 * LOSSI_LANES], dx[9 * LOSSI_LANES] = {0}, dy[4 * LOSSI_LANES];
    spread(9, (lossi_real[]){1, -2, 3, 4, 5, -6, 7, 8, 9}, x);
    spread(4, (lossi_real[]){1, 10, 100, 1000}, dy);
    ref->max_pool(&s, x, y);
    for (size_t i = 0; i < LOSSI_LANES; i++) {
        lossi_real f = (lossi_real)(i + 1);
        assert_true(y[i] == 5 * f && y[8 + i] == 5 * f && y[16 + i] == 8 * f && y[24 + i] == 9 * f);
    }
    ref->max_pool_backward(&s, x, dy, dx);
    assert_true(dx[4 * 8] == 11 && dx[7 * 8] == 100 && dx[8 * 8] == 1000 && dx[0] == 0 && dx[4 * 8 + 2] == 33);
    ref->average_pool(&s, x, y);
    assert_float_equal((float)y[0], 8.0f / 9, 1e-6f);
    assert_float_equal((float)y[3 * 8 + 1], 32.0f / 9, 1e-6f);
    x[1 * 8] = (lossi_real)NAN;
    ref->max_pool(&s, x, y);
    assert_true(isnan(y[0]) && isnan(y[8]) && y[16] == 8 && y[1] == 10);
}

static void test_reference_conv(void **state)
{
    (void)state;
    lossi_conv_shape s = make_shape(1, 2, 3, 1, 3, 1, 1);
    lossi_real x[6 * LOSSI_LANES], w[9] = {1, 0, 0, 0, 10, 0, 0, 0, 100}, bias[1] = {1000}, y[6 * LOSSI_LANES];
    lossi_epilogue e = {.bias = bias};
    spread(6, (lossi_real[]){1, 2, 3, 4, 5, 6}, x);
    ref->conv_forward(&s, x, w, &e, y, NULL);
    static const lossi_real expected[6] = {510, 620, 30, 40, 51, 62};
    for (size_t k = 0; k < 6; k++)
        for (size_t i = 0; i < LOSSI_LANES; i++)
            assert_true(y[k * LOSSI_LANES + i] == expected[k] * (lossi_real)(i + 1) + 1000);
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
    lossi_real logits[3 * LOSSI_LANES] = {0}, d[3 * LOSSI_LANES]; /* three classes of two images */
    static const lossi_real values[3][2] = {{1000, 0}, {1000, 2}, {-1000, 1}};
    uint8_t labels[2] = {2, 1}, correct[2];
    double loss[2];
    for (size_t k = 0; k < 3; k++)
        memcpy(logits + k * LOSSI_LANES, values[k], sizeof values[k]);
    ref->xent(3, 2, logits, labels, loss, correct, 1, d);
    assert_true(fabs(loss[0] - 2000.6931471805599) < 1e-9);
    assert_true(fabs(loss[1] - (log(1 + exp(2) + exp(1)) - 2)) < 1e-12);
    assert_int_equal(correct[0], 0);
    assert_int_equal(correct[1], 1);
    assert_true(fabs((double)d[0] - 0.5) < 1e-6 && fabs((double)d[2 * LOSSI_LANES] + 1) < 1e-6 && d[2] == 0 && d[7] == 0);
    logits[0] = (lossi_real)NAN;
    labels[0] = 0;
    ref->xent(3, 2, logits, labels, loss, correct, 1, NULL);
    assert_true(isnan(loss[0]) && !correct[0] && !isnan(loss[1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference_conv), cmocka_unit_test(test_reference_pool), cmocka_unit_test(test_conv),
        cmocka_unit_test(test_conv_residues), cmocka_unit_test(test_conv_sizes_of_networks), cmocka_unit_test(test_norm), cmocka_unit_test(test_pointwise),
        cmocka_unit_test(test_xent),
    };
    return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
