/* Every kernel of every set that this processor runs against the strict reference: all residues
 * of channels, sizes and lanes, odd strides and borders, with canaries around every buffer, and
 * all of them not aligned. Where there is no AVX-512, its kernels run on vectors of sixteen that
 * are made of two of AVX2 (tests/kernels/emulated). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "cpu/cpu.h"
#include "kernels/kernels.h"

static const lossi_kernels *const ref = &lossi_kernels_ref;
static const lossi_kernels *fast; /* the set under test */
#if LOSSI_HAS_X86_SETS
extern const lossi_kernels lossi_kernels_emulated;
#endif

/* Values between a buffer and the ends of its memory: more than the widest kernel's row. */
enum { GUARD = 64 };
static uint32_t next_stream, next_buffer;

/* A buffer of n values between canaries. All are NaNs of their own until something is written:
 * what a kernel reads outside of it, or of scratch memory that it has not written, shows in its
 * results. */
typedef struct buffer {
    lossi_real *memory, *values; /* not aligned to vectors, each buffer in another way */
    size_t n, before;
} buffer;

static const uint32_t CANARY = 0x7fc0abcd;

static buffer buffer_make(size_t n)
{
    _Static_assert(sizeof(lossi_real) == sizeof CANARY, "canaries are floats");
    buffer b = {.n = n, .before = GUARD + 2 * (next_buffer++ % 8) + 1};
    b.memory = aligned_alloc(64, (n + 2 * GUARD + 32) / 16 * 64);
    assert_non_null(b.memory);
    b.values = b.memory + b.before;
    for (size_t i = 0; i < b.before + n + GUARD; i++)
        memcpy(b.memory + i, &CANARY, sizeof CANARY);
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
    for (size_t i = 0; i < b->before + GUARD; i++) {
        const lossi_real *guard =
            i < b->before ? b->memory + i : b->values + b->n + (i - b->before);
        if (memcmp(guard, &CANARY, sizeof CANARY) != 0)
            fail_msg("written: value %td of a buffer of %zu", guard - b->values, b->n);
    }
    free(b->memory);
}

/* |a - b| <= bound * (1 + |b|) everywhere. */
static void assert_close(const buffer *a, const buffer *b, double bound, const char *what)
{
    for (size_t i = 0; i < a->n; i++) {
        double difference = fabs((double)a->values[i] - (double)b->values[i]);
        if (!(difference <= bound * (1 + fabs((double)b->values[i]))))
            fail_msg("%s: value %zu of %zu is %.9g; the reference has %.9g", what, i, a->n,
                     (double)a->values[i], (double)b->values[i]);
    }
}

/* A filter made ready in pieces, for forward or for backward. */
static buffer make_ready(const lossi_kernels *set, const lossi_conv_shape *s, const buffer *w,
                         const lossi_real *scale, bool backward)
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

static void forward(const lossi_kernels *set, const lossi_conv_shape *s, const buffer *x,
                    const buffer *w, const buffer *scale, const lossi_epilogue *epilogue, buffer *y)
{
    buffer packed = make_ready(set, s, w, scale ? scale->values : NULL, false),
           scratch = buffer_make(set->conv_scratch(s));
    set->conv_forward(s, x->values, packed.values, epilogue, y->values, scratch.values);
    buffer_free(&packed);
    buffer_free(&scratch);
}

static void check_forward(const lossi_conv_shape *s, unsigned parts, double bound)
{
    buffer x = buffer_random(s->in_c * s->in_h * s->in_w * s->lanes),
           w = buffer_random(s->out_c * s->in_c * s->kernel * s->kernel);
    buffer bias = buffer_random(s->out_c), scale = buffer_random(s->out_c);
    buffer residual = buffer_random(s->out_c * s->out_h * s->out_w * s->lanes);
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
    buffer x = buffer_random(s->in_c * s->in_h * s->in_w * s->lanes),
           w = buffer_random(s->out_c * s->in_c * s->kernel * s->kernel);
    buffer dy = buffer_random(s->out_c * s->out_h * s->out_w * s->lanes);
    buffer dx = buffer_random(x.n), dx_ref = buffer_copy(&dx);
    buffer dw = buffer_random(w.n), dw_ref = buffer_copy(&dw);
    buffer db = buffer_random(s->out_c), db_ref = buffer_copy(&db);
    buffer packed = make_ready(fast, s, &w, NULL, true),
           packed_ref = make_ready(ref, s, &w, NULL, true);
    buffer scratch = buffer_make(fast->conv_scratch(s)), none = buffer_make(0);
    fast->conv_backward_data(s, dy.values, packed.values, dx.values, scratch.values);
    ref->conv_backward_data(s, dy.values, packed_ref.values, dx_ref.values, none.values);
    assert_close(&dx, &dx_ref, bound, "conv_backward_data");
    fast->conv_backward_weights(s, x.values, dy.values, dw.values, with_bias ? db.values : NULL,
                                scratch.values);
    ref->conv_backward_weights(s, x.values, dy.values, dw_ref.values,
                               with_bias ? db_ref.values : NULL, none.values);
    assert_close(&dw, &dw_ref, bound, "conv_backward_weights");
    assert_close(&db, &db_ref, bound, "conv_backward_weights, bias");
    buffer *all[] = {&x,  &w,      &dy,     &dx,         &dx_ref,  &dw,  &dw_ref,
                     &db, &db_ref, &packed, &packed_ref, &scratch, &none};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buffer_free(all[i]);
}

static void check_conv(const lossi_conv_shape *s, unsigned parts)
{
    /* A sum of k products of values below 1 errs in float by about 6e-8 sqrt(k), and that of
     * Winograd's 4 x 4 tiles by some hundred times that (Lavin & Gray 2016, table 4). */
    double terms = (double)((s->in_c + s->out_c) * s->kernel * s->kernel),
           pixels = (double)(s->lanes * s->out_h * s->out_w);
    bool may_be_winograd = s->kernel == 3 && s->stride == 1;
    check_forward(s, parts, (may_be_winograd ? 2e-5 : 1e-6) * sqrt(terms));
    check_backward(s, parts & 1,
                   (may_be_winograd ? 2e-5 : 1e-6) * sqrt(terms) + 1e-6 * sqrt(pixels));
}

static lossi_conv_shape make_shape(size_t in_c, size_t h, size_t w, size_t out_c, size_t kernel,
                                   size_t stride, size_t padding)
{
    return (lossi_conv_shape){.lanes = fast->vector,
                              .in_c = in_c,
                              .in_h = h,
                              .in_w = w,
                              .out_c = out_c,
                              .out_h = (h + 2 * padding - kernel) / stride + 1,
                              .out_w = (w + 2 * padding - kernel) / stride + 1,
                              .kernel = kernel,
                              .stride = stride,
                              .padding = padding};
}

static void test_conv(void **state)
{
    (void)state;
    static const size_t kernels[] = {1, 2, 3, 5, 7}, strides[] = {1, 2, 3},
                        paddings[] = {0, 1, 2, 3};
    static const size_t sides[][2] = {{1, 1}, {4, 4}, {7, 5}, {13, 16}};
    unsigned parts = 0;
    for (size_t k = 0; k < 5; k++)
        for (size_t s = 0; s < 3; s++)
            for (size_t p = 0; p < 4; p++)
                for (size_t side = 0; side < 4; side++, parts++) {
                    size_t h = sides[side][0], w = sides[side][1];
                    if (h + 2 * paddings[p] < kernels[k] || w + 2 * paddings[p] < kernels[k])
                        continue;
                    lossi_conv_shape shape =
                        make_shape(1 + side, h, w, 3 + p, kernels[k], strides[s], paddings[p]);
                    shape.lanes *= 1 + parts % LOSSI_MOST_VECTORS;
                    check_conv(&shape, parts);
                }
}

/* All residues of channels, heights and widths that blocks and tiles leave, for the filters that
 * networks are made of. */
static void test_conv_residues(void **state)
{
    (void)state;
    static const size_t filters[][3] = {
        {3, 1, 1}, {3, 2, 1}, {1, 1, 0}, {1, 2, 0}}; /* kernel, stride, padding */
    unsigned parts = 0;
    for (size_t f = 0; f < 4; f++) {
        for (size_t out_c = 1; out_c <= 24; out_c++, parts += 7) {
            lossi_conv_shape shape = make_shape(8 + 5 * out_c % 16, 6, 5, out_c, filters[f][0],
                                                filters[f][1], filters[f][2]);
            check_conv(&shape, parts);
        }
        for (size_t side = 1; side <= 14; side++, parts += 7) {
            lossi_conv_shape shape =
                make_shape(8, side, 15 - side, 5, filters[f][0], filters[f][1], filters[f][2]);
            shape.lanes *= 1 + side % 2;
            check_conv(&shape, parts);
        }
    }
}

static void test_conv_sizes_of_networks(void **state)
{
    (void)state;
    static const size_t shapes[][7] = {
        {3, 16, 16, 16, 3, 1, 1}, {16, 16, 16, 16, 3, 1, 1}, {16, 14, 14, 32, 3, 2, 1},
        {40, 8, 8, 36, 3, 1, 1},  {70, 4, 4, 50, 3, 1, 1},   {130, 2, 2, 66, 3, 1, 1},
        {3, 24, 17, 9, 7, 2, 3},  {64, 8, 8, 33, 1, 1, 0},   {300, 1, 1, 10, 1, 1, 0},
        {64, 8, 8, 40, 1, 2, 0},  {40, 1, 1, 33, 3, 1, 1},   {9, 4, 4, 20, 3, 1, 1},
        {20, 2, 2, 9, 3, 2, 1},   {300, 5, 4, 10, 1, 1, 0},  {60, 9, 9, 12, 3, 2, 1},
        {270, 6, 6, 9, 3, 1, 1},  {70, 18, 15, 30, 3, 2, 1}, {50, 16, 15, 50, 3, 1, 1},
    };
    for (unsigned i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const size_t *v = shapes[i];
        lossi_conv_shape shape = make_shape(v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
        shape.lanes *= v[1] <= 4 ? LOSSI_MOST_VECTORS : v[1] <= 8 ? 2 : 1;
        check_conv(&shape, 3 * i + 5);
    }
}

static void check_norm(const lossi_maps *m)
{
    size_t channels = m->channels, n = channels * m->pixels * m->lanes;
    buffer x = buffer_random(n), dy = buffer_random(n);
    double sums[4][3], expected[4][3];
    double mean[3] = {0.1, -0.2, 0.3};
    for (size_t i = 0; i < n; i++) /* gradients of images that are none are zero */
        if (i % m->lanes >= m->images)
            dy.values[i] = 0;
    fast->norm_sums(m, x.values, sums[0], sums[1]);
    ref->norm_sums(m, x.values, expected[0], expected[1]);
    fast->norm_backward_sums(m, x.values, dy.values, mean, sums[2], sums[3]);
    ref->norm_backward_sums(m, x.values, dy.values, mean, expected[2], expected[3]);
    for (size_t i = 0; i < 4; i++)
        for (size_t c = 0; c < channels; c++)
            assert_true(fabs(sums[i][c] - expected[i][c]) <= 1e-13 * (double)n);
    buffer scale = buffer_random(channels), shift = buffer_random(channels),
           third = buffer_random(channels);
    buffer y = buffer_make(n), y_ref = buffer_make(n);
    for (int relu = 0; relu < 2; relu++) {
        fast->norm_apply(m, x.values, scale.values, shift.values, relu, y.values);
        ref->norm_apply(m, x.values, scale.values, shift.values, relu, y_ref.values);
        assert_close(&y, &y_ref, 1e-6, "norm_apply");
    }
    buffer dx = buffer_random(n), dx_ref = buffer_copy(&dx);
    fast->norm_backward(m, x.values, dy.values, scale.values, shift.values, third.values,
                        dx.values);
    ref->norm_backward(m, x.values, dy.values, scale.values, shift.values, third.values,
                       dx_ref.values);
    assert_close(&dx, &dx_ref, 1e-6, "norm_backward");
    buffer *all[] = {&x, &dy, &scale, &shift, &third, &y, &y_ref, &dx, &dx_ref};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buffer_free(all[i]);
}

static void test_norm(void **state)
{
    (void)state;
    for (size_t pixels = 1; pixels < 20; pixels += 1 + pixels / 4)
        for (size_t images = 1, vector = fast->vector; images <= 3 * vector; images++)
            check_norm(&(lossi_maps){3, pixels, ((images - 1) / vector + 1 + images % 2) * vector,
                                     images});
}

/* Values of few sizes, so that there are equal ones, and NaNs. */
static void check_pool(size_t lanes, const size_t v[6])
{
    size_t h = v[0], w = v[1], kernel_h = v[2], kernel_w = v[3], stride = v[4], padding = v[5];
    lossi_pool_shape s = {lanes,
                          3,
                          h,
                          w,
                          (h + 2 * padding - kernel_h) / stride + 1,
                          (w + 2 * padding - kernel_w) / stride + 1,
                          kernel_h,
                          kernel_w,
                          stride,
                          padding};
    buffer x = buffer_random(s.channels * s.in_h * s.in_w * s.lanes),
           dy = buffer_random(s.channels * s.out_h * s.out_w * s.lanes);
    for (size_t i = 0; i < x.n; i++)
        x.values[i] = i % 97 == 13 ? (lossi_real)NAN : (lossi_real)round(3 * (double)x.values[i]);
    buffer y = buffer_make(dy.n), y_ref = buffer_make(dy.n), dx = buffer_random(x.n),
           dx_ref = buffer_copy(&dx);
    fast->max_pool(&s, x.values, y.values);
    ref->max_pool(&s, x.values, y_ref.values);
    for (size_t i = 0; i < y.n; i++)
        assert_true(y.values[i] == y_ref.values[i] ||
                    (isnan(y.values[i]) && isnan(y_ref.values[i])));
    fast->max_pool_backward(&s, x.values, dy.values, dx.values);
    ref->max_pool_backward(&s, x.values, dy.values, dx_ref.values);
    assert_close(&dx, &dx_ref, 1e-6, "max_pool_backward");
    fast->average_pool(&s, dx.values, y.values);
    ref->average_pool(&s, dx.values, y_ref.values);
    assert_close(&y, &y_ref, 1e-6, "average_pool");
    fast->average_pool_backward(&s, dy.values, dx.values);
    ref->average_pool_backward(&s, dy.values, dx_ref.values);
    assert_close(&dx, &dx_ref, 1e-6, "average_pool_backward");
    buffer *all[] = {&x, &dy, &y, &y_ref, &dx, &dx_ref};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buffer_free(all[i]);
}

static void test_pool(void **state)
{
    (void)state;
    static const size_t shapes[][6] = {{4, 6, 2, 2, 2, 0},
                                       {7, 5, 3, 3, 2, 1},
                                       {5, 5, 3, 3, 1, 1},
                                       {6, 6, 6, 6, 1, 0},
                                       {9, 4, 2, 3, 3, 0}};
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
        check_pool(fast->vector * (1 + k % LOSSI_MOST_VECTORS), shapes[k]);
    for (size_t side = 1; side <= 6; side++)
        for (size_t kernel = 1; kernel <= 3; kernel++)
            for (size_t stride = 1; stride <= 3; stride++)
                for (size_t padding = 0; padding < 2 && padding < kernel; padding++)
                    if (side + 2 * padding >= kernel && 7 - side + 2 * padding >= kernel)
                        check_pool(fast->vector * (1 + side % 2),
                                   (size_t[]){side, 7 - side, kernel, kernel, stride, padding});
    for (size_t kernel = 1; kernel <= 3; kernel++)
        check_pool(fast->vector, (size_t[]){1, 1, kernel, kernel, 1, kernel / 2});
}

/* The reference's own values, worked out by hand: the oracle must be right. */

enum { LANES = 8 };

/* Spreads one image's values over the lanes, each lane with another factor. */
static void spread(size_t n, const lossi_real *image, lossi_real *lanes)
{
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < LANES; i++)
            lanes[k * LANES + i] = image[k] * (lossi_real)(i + 1);
}

static void test_reference_pool(void **state)
{
    (void)state;
    lossi_pool_shape s = {LANES, 1, 3, 3, 2, 2, 3, 3, 2, 1};
    lossi_real x[9 * LANES], y[4 * LANES], dx[9 * LANES] = {0}, dy[4 * LANES];
    spread(9, (lossi_real[]){1, -2, 3, 4, 5, -6, 7, 8, 9}, x);
    spread(4, (lossi_real[]){1, 10, 100, 1000}, dy);
    ref->max_pool(&s, x, y);
    for (size_t i = 0; i < LANES; i++) {
        lossi_real f = (lossi_real)(i + 1);
        assert_true(y[i] == 5 * f && y[8 + i] == 5 * f && y[16 + i] == 8 * f && y[24 + i] == 9 * f);
    }
    ref->max_pool_backward(&s, x, dy, dx);
    assert_true(dx[4 * 8] == 11 && dx[7 * 8] == 100 && dx[8 * 8] == 1000 && dx[0] == 0 &&
                dx[4 * 8 + 2] == 33);
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
    s.lanes = LANES;
    lossi_real x[6 * LANES], w[9] = {1, 0, 0, 0, 10, 0, 0, 0, 100}, bias[1] = {1000}, y[6 * LANES];
    lossi_epilogue e = {.bias = bias};
    spread(6, (lossi_real[]){1, 2, 3, 4, 5, 6}, x);
    ref->conv_forward(&s, x, w, &e, y, NULL);
    static const lossi_real expected[6] = {510, 620, 30, 40, 51, 62};
    for (size_t k = 0; k < 6; k++)
        for (size_t i = 0; i < LANES; i++)
            assert_true(y[k * LANES + i] == expected[k] * (lossi_real)(i + 1) + 1000);
}

/* All residues of whole vectors. */
static void test_pointwise(void **state)
{
    (void)state;
    static const lossi_real values[4] = {-1, 0, 2, (lossi_real)NAN};
    for (size_t n = 0; n <= 4 * 16 + 3; n++) {
        buffer x = buffer_make(n), y = buffer_make(n), dx = buffer_make(n), dy = buffer_make(n);
        for (size_t i = 0; i < n; i++) {
            x.values[i] = values[i % 4];
            dx.values[i] = 5;
            dy.values[i] = (lossi_real)(i + 1);
        }
        fast->relu(n, x.values, y.values);
        fast->relu(n, x.values, x.values);
        fast->relu_backward(n, y.values, dy.values, dx.values);
        for (size_t i = 0; i < n; i++) {
            lossi_real expected = i % 4 == 2 ? 2 : 0;
            assert_true(i % 4 == 3 ? isnan(y.values[i]) && isnan(x.values[i])
                                   : y.values[i] == expected && x.values[i] == expected);
            assert_true(dx.values[i] == (lossi_real)(i % 4 == 2 ? 5 + i + 1 : 5));
        }
        fast->add(n, dx.values, dy.values, y.values);
        fast->add(n, dx.values, dy.values, dx.values);
        for (size_t i = 0; i < n; i++)
            assert_true(y.values[i] == (lossi_real)(i % 4 == 2 ? 5 + 2 * (i + 1) : 5 + i + 1) &&
                        dx.values[i] == y.values[i]);
        buffer *all[] = {&x, &y, &dx, &dy};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            buffer_free(all[i]);
    }
}

static void test_xent(void **state)
{
    (void)state;
    lossi_real logits[3 * LANES] = {0}, d[3 * LANES]; /* three classes of two images */
    static const lossi_real values[3][2] = {{1000, 0}, {1000, 2}, {-1000, 1}};
    uint32_t labels[2] = {2, 1};
    uint8_t correct[2];
    const lossi_maps m = {3, 1, LANES, 2};
    double loss[2];
    for (size_t k = 0; k < 3; k++)
        memcpy(logits + k * LANES, values[k], sizeof values[k]);
    fast->xent(&m, logits, labels, loss, correct, 1, d);
    assert_true(fabs(loss[0] - 2000.6931471805599) < 1e-9);
    assert_true(fabs(loss[1] - (log(1 + exp(2) + exp(1)) - 2)) < 1e-12);
    assert_int_equal(correct[0], 0);
    assert_int_equal(correct[1], 1);
    assert_true(fabs((double)d[0] - 0.5) < 1e-6 && fabs((double)d[2 * LANES] + 1) < 1e-6 &&
                d[2] == 0 && d[7] == 0);
    logits[0] = (lossi_real)NAN;
    labels[0] = 0;
    fast->xent(&m, logits, labels, loss, correct, 1, NULL);
    assert_true(isnan(loss[0]) && !correct[0] && !isnan(loss[1]));
}

static int test_set(const lossi_kernels *set)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv),
        cmocka_unit_test(test_conv_residues),
        cmocka_unit_test(test_conv_sizes_of_networks),
        cmocka_unit_test(test_norm),
        cmocka_unit_test(test_pool),
        cmocka_unit_test(test_pointwise),
        cmocka_unit_test(test_xent),
    };
    fast = set;
    return cmocka_run_group_tests_name(set->name, tests, NULL, NULL);
}

static int test_reference(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference_conv),
        cmocka_unit_test(test_reference_pool),
        cmocka_unit_test(test_pointwise),
        cmocka_unit_test(test_xent),
    };
    fast = ref;
    return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}

int main(void)
{
    int failed = test_reference();
    bool has_avx2 = false, has_avx512 = false;
    const lossi_kernels *set;
    for (size_t i = 0; (set = lossi_kernels_number(i)) != ref; i++) {
        failed += test_set(set);
        has_avx2 |= strcmp(set->name, "avx2") == 0;
        has_avx512 |= strcmp(set->name, "avx512") == 0;
    }
#if LOSSI_HAS_X86_SETS
    if (has_avx2 && !has_avx512)
        failed += test_set(&lossi_kernels_emulated);
#endif
    return failed;
}
