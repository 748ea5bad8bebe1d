/* Kernels of a set against the strict reference, on values that are drawn and with canaries around
 * every buffer, and all of them not aligned. Included once by a test program. */
#ifndef KERNEL_CHECKS_H
#define KERNEL_CHECKS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "cpu/cpu.h"
#include "kernels/kernels.h"

static const lossi_kernels *const ref = &lossi_kernels_ref;
static const lossi_kernels *fast; /* the set under test */
#if LOSSI_HAS_VECTOR_SETS && defined __x86_64__
extern const lossi_kernels lossi_kernels_emulated;
#endif

/* Some values of every test lie outside of them. */
static const lossi_bounds BOUNDS = {(lossi_real)-0.3, (lossi_real)0.4};

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

static inline buffer buffer_make(size_t n)
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

static inline buffer buffer_random(size_t n)
{
    buffer b = buffer_make(n);
    lossi_stream s = lossi_stream_make(1, LOSSI_RANDOM_SAMPLE, next_stream++);
    for (size_t i = 0; i < n; i++)
        b.values[i] = (lossi_real)(2 * lossi_random_uniform(&s, i) - 1);
    return b;
}

static inline buffer buffer_copy(const buffer *from)
{
    buffer b = buffer_make(from->n);
    for (size_t i = 0; i < from->n; i++)
        b.values[i] = from->values[i];
    return b;
}

static inline void buffer_free(buffer *b)
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
static inline void assert_close(const buffer *a, const buffer *b, double bound, const char *what)
{
    for (size_t i = 0; i < a->n; i++) {
        double difference = fabs((double)a->values[i] - (double)b->values[i]);
        if (!(difference <= bound * (1 + fabs((double)b->values[i]))))
            fail_msg("%s: value %zu of %zu is %.9g; the reference has %.9g", what, i, a->n,
                     (double)a->values[i], (double)b->values[i]);
    }
}

/* A filter made ready in pieces, for forward or for backward. */
static inline buffer make_ready(const lossi_kernels *set, const lossi_conv_shape *s,
                                const buffer *w, const lossi_real *scale, bool backward)
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

static inline void forward(const lossi_kernels *set, const lossi_conv_shape *s, const buffer *x,
                           const buffer *w, const buffer *scale, const lossi_epilogue *epilogue,
                           buffer *y)
{
    buffer packed = make_ready(set, s, w, scale ? scale->values : NULL, false),
           scratch = buffer_make(set->conv_scratch(s));
    set->conv_forward(s, x->values, packed.values, epilogue, y->values, scratch.values);
    buffer_free(&packed);
    buffer_free(&scratch);
}

static inline void check_forward(const lossi_conv_shape *s, unsigned parts, double bound)
{
    buffer x = buffer_random(s->in_c * s->in_h * s->in_w * s->lanes),
           w = buffer_random(s->out_c * s->in_c * s->kernel * s->kernel);
    buffer bias = buffer_random(s->out_c), scale = buffer_random(s->out_c);
    buffer residual = buffer_random(s->out_c * s->out_h * s->out_w * s->lanes);
    buffer y = buffer_copy(&residual), y_ref = buffer_copy(&residual);
    bool in_place = parts & 8;
    lossi_epilogue e = {.bias = parts & 1 ? bias.values : NULL,
                        .bounds = parts & 4 ? &BOUNDS : NULL},
                   e_ref = e;
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

static inline void check_backward(const lossi_conv_shape *s, bool with_bias, double bound)
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

static inline void check_conv(const lossi_conv_shape *s, unsigned parts)
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

static inline lossi_conv_shape make_shape(size_t in_c, size_t h, size_t w, size_t out_c,
                                          size_t kernel, size_t stride, size_t padding)
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

static inline void check_norm(const lossi_maps *m)
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
    for (int with = 0; with < 2; with++) {
        const lossi_bounds *bounds = with ? &BOUNDS : NULL;
        fast->norm_apply(m, x.values, scale.values, shift.values, bounds, y.values);
        ref->norm_apply(m, x.values, scale.values, shift.values, bounds, y_ref.values);
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

/* Values of few sizes, so that there are equal ones, and NaNs. */
static inline void check_pool(size_t lanes, const size_t v[6])
{
    size_t h = v[0], w = v[1], kernel_h = v[2], kernel_w = v[3], stride = v[4], padding = v[5];
    lossi_window rows = {h,      (h + 2 * padding - kernel_h) / stride + 1, kernel_h, stride, 1,
                         padding},
                 columns = {w,      (w + 2 * padding - kernel_w) / stride + 1, kernel_w, stride, 1,
                            padding};
    lossi_pool_shape s = {.windows = {lanes, 3, rows, columns}, padding, padding};
    buffer x = buffer_random(3 * h * w * lanes),
           dy = buffer_random(3 * rows.out * columns.out * lanes);
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

#endif
