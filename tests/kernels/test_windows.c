/* Kernels of windows of any kind against the strict reference: depthwise convolution, pools, sets
 * of values that are normalised; and unfolding, which all sets share, against its definition. */
#include "checks.h"

static uint64_t drawn;

/* A number from least to most. */
static size_t draw(size_t least, size_t most)
{
    lossi_stream s = lossi_stream_make(3, LOSSI_RANDOM_SAMPLE, 0);
    return least + (size_t)(lossi_random_uniform(&s, drawn++) * (double)(most - least + 1));
}

/* A window that fits; outputs past those of even padding see padding after the last pixel. */
static lossi_window draw_window(bool is_pool)
{
    for (;;) {
        lossi_window w = {
            .in = draw(1, 13), .kernel = draw(1, 5), .stride = draw(1, 3), .dilation = draw(1, 3)};
        size_t reach = w.dilation * (w.kernel - 1) + 1;
        w.padding = draw(0, is_pool ? reach / 2 : reach + 1);
        size_t padded = w.in + w.padding + draw(0, w.padding);
        if (padded < reach)
            continue;
        w.out = (padded - reach) / w.stride + 1;
        bool is_seen = true;
        for (size_t o = 0; is_pool && o < w.out; o++) {
            size_t begin, end;
            lossi_window_taps(&w, o, &begin, &end);
            is_seen = is_seen && end > begin;
        }
        if (is_seen)
            return w;
    }
}

static lossi_windows draw_windows(bool is_pool)
{
    return (lossi_windows){.lanes = fast->vector * draw(1, LOSSI_MOST_VECTORS),
                           .channels = draw(1, 3),
                           .h = draw_window(is_pool),
                           .w = draw_window(is_pool)};
}

static void free_all(buffer *const *all)
{
    for (; *all; all++)
        buffer_free(*all);
}

/* ---- Depthwise ------------------------------------------------------------------------------ */

static void check_depthwise(const lossi_windows *s, size_t count, unsigned parts)
{
    size_t filters = s->channels * count, plane = s->h.out * s->w.out * s->lanes;
    buffer x = buffer_random(s->channels * lossi_windows_plane(s)),
           w = buffer_random(filters * lossi_windows_area(s)), bias = buffer_random(filters),
           residual = buffer_random(filters * plane), dy = buffer_random(filters * plane);
    buffer y = buffer_copy(&residual), y_ref = buffer_copy(&residual), dx = buffer_random(x.n),
           dx_ref = buffer_copy(&dx), dw = buffer_random(w.n), dw_ref = buffer_copy(&dw),
           db = buffer_random(filters), db_ref = buffer_copy(&db);
    lossi_epilogue e = {.bias = parts & 1 ? bias.values : NULL,
                        .bounds = parts & 2 ? &BOUNDS : NULL},
                   e_ref = e;
    if (parts & 4) {
        e.residual = parts & 8 ? y.values : residual.values;
        e_ref.residual = parts & 8 ? y_ref.values : residual.values;
    }
    fast->depthwise(s, count, x.values, w.values, &e, y.values);
    ref->depthwise(s, count, x.values, w.values, &e_ref, y_ref.values);
    assert_close(&y, &y_ref, 1e-5, "depthwise");
    fast->depthwise_backward_data(s, count, dy.values, w.values, dx.values);
    ref->depthwise_backward_data(s, count, dy.values, w.values, dx_ref.values);
    assert_close(&dx, &dx_ref, 1e-5, "depthwise_backward_data");
    bool with_bias = parts & 1;
    fast->depthwise_backward_weights(s, count, x.values, dy.values, dw.values,
                                     with_bias ? db.values : NULL);
    ref->depthwise_backward_weights(s, count, x.values, dy.values, dw_ref.values,
                                    with_bias ? db_ref.values : NULL);
    assert_close(&dw, &dw_ref, 1e-4, "depthwise_backward_weights");
    assert_close(&db, &db_ref, 1e-4, "depthwise_backward_weights, bias");
    free_all((buffer *[]){&x, &w, &bias, &residual, &dy, &y, &y_ref, &dx, &dx_ref, &dw, &dw_ref,
                          &db, &db_ref, NULL});
}

static void test_depthwise(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 150; i++) {
        lossi_windows s = draw_windows(false);
        check_depthwise(&s, draw(1, 2), i);
    }
    lossi_window side = {33, 33, 3, 1, 1, 1}, wide = {9, 9, 7, 1, 1, 3};
    check_depthwise(&(lossi_windows){fast->vector, 2, side, side}, 1, 7);
    check_depthwise(&(lossi_windows){fast->vector, 2, wide, wide}, 1, 15); /* many taps */
}

/* ---- Pools ---------------------------------------------------------------------------------- */

static void check_pools(const lossi_pool_shape *s)
{
    const lossi_windows *w = &s->windows;
    buffer x = buffer_random(w->channels * lossi_windows_plane(w)),
           dy = buffer_random(w->channels * w->h.out * w->w.out * w->lanes);
    buffer y = buffer_make(dy.n), y_ref = buffer_make(dy.n), dx = buffer_random(x.n),
           dx_ref = buffer_copy(&dx);
    fast->max_pool(s, x.values, y.values);
    ref->max_pool(s, x.values, y_ref.values);
    assert_close(&y, &y_ref, 0, "max_pool");
    fast->max_pool_backward(s, x.values, dy.values, dx.values);
    ref->max_pool_backward(s, x.values, dy.values, dx_ref.values);
    assert_close(&dx, &dx_ref, 1e-6, "max_pool_backward");
    fast->average_pool(s, x.values, y.values);
    ref->average_pool(s, x.values, y_ref.values);
    assert_close(&y, &y_ref, 1e-6, "average_pool");
    fast->average_pool_backward(s, dy.values, dx.values);
    ref->average_pool_backward(s, dy.values, dx_ref.values);
    assert_close(&dx, &dx_ref, 1e-5, "average_pool_backward");
    free_all((buffer *[]){&x, &dy, &y, &y_ref, &dx, &dx_ref, NULL});
}

static void test_pools(void **state)
{
    (void)state;
    for (size_t i = 0; i < 150; i++) {
        lossi_pool_shape s = {
            .windows = draw_windows(true), .leaves_padding_out = i % 2, .is_adaptive = i % 3 == 0};
        s.after_h = draw(0, s.windows.h.padding);
        s.after_w = draw(0, s.windows.w.padding);
        check_pools(&s);
    }
}

/* ---- Sets of values ------------------------------------------------------------------------- */

static void check_normalise(const lossi_norm_sets *s, bool has_weight, bool has_bias)
{
    buffer x = buffer_random(s->sets * s->size * s->lanes), dy = buffer_random(x.n),
           weight = buffer_random(s->n_weights), bias = buffer_random(s->n_weights);
    buffer y = buffer_make(x.n), y_ref = buffer_make(x.n), dx = buffer_random(x.n),
           dx_ref = buffer_copy(&dx), dw = buffer_random(s->n_weights), dw_ref = buffer_copy(&dw),
           db = buffer_random(s->n_weights), db_ref = buffer_copy(&db);
    const lossi_real *w = has_weight ? weight.values : NULL, *b = has_bias ? bias.values : NULL;
    fast->normalise(s, x.values, w, b, y.values);
    ref->normalise(s, x.values, w, b, y_ref.values);
    assert_close(&y, &y_ref, 1e-5, "normalise");
    fast->normalise_backward(s, x.values, w, dy.values, dx.values);
    ref->normalise_backward(s, x.values, w, dy.values, dx_ref.values);
    assert_close(&dx, &dx_ref, 1e-4, "normalise_backward");
    fast->normalise_weights(s, x.values, dy.values, dw.values, has_bias ? db.values : NULL);
    ref->normalise_weights(s, x.values, dy.values, dw_ref.values, has_bias ? db_ref.values : NULL);
    assert_close(&dw, &dw_ref, 1e-4, "normalise_weights");
    assert_close(&db, &db_ref, 1e-4, "normalise_weights, bias");
    free_all((buffer *[]){&x, &dy, &weight, &bias, &y, &y_ref, &dx, &dx_ref, &dw, &dw_ref, &db,
                          &db_ref, NULL});
}

static void test_normalise(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        size_t run = draw(1, 5), n_weights = draw(1, 6), size = run * n_weights;
        lossi_norm_sets s = {.sets = draw(1, 4),
                             .size = size,
                             .lanes = fast->vector * draw(1, LOSSI_MOST_VECTORS),
                             .run = run,
                             .n_weights = n_weights,
                             .eps = 0.1,
                             .keeps_mean = i % 2};
        s.images = draw(1, s.lanes);
        check_normalise(&s, i % 4 < 3, i % 3);
    }
}

/* ---- Unfolding ------------------------------------------------------------------------------ */

/* Value of lane i under tap (u, v) of output (r, c), in a plane; 0 on padding. */
static lossi_real under(const lossi_windows *s, const lossi_real *plane, size_t r, size_t c,
                        size_t u, size_t v, size_t i)
{
    ptrdiff_t row = (ptrdiff_t)(r * s->h.stride + u * s->h.dilation) - (ptrdiff_t)s->h.padding,
              column = (ptrdiff_t)(c * s->w.stride + v * s->w.dilation) - (ptrdiff_t)s->w.padding;
    bool is_there =
        row >= 0 && column >= 0 && row < (ptrdiff_t)s->h.in && column < (ptrdiff_t)s->w.in;
    return is_there ? plane[((size_t)row * s->w.in + (size_t)column) * s->lanes + i] : 0;
}

/* What is unfolded is as defined; and folding is its transpose: <unfold(x), z> = <x, fold(z)>. */
static void check_unfold(const lossi_windows *s, size_t row, size_t n)
{
    size_t area = lossi_windows_area(s);
    buffer x = buffer_random(s->channels * lossi_windows_plane(s)),
           columns = buffer_make(s->channels * area * n * s->w.out * s->lanes),
           z = buffer_random(columns.n), back = buffer_make(x.n);
    fast->unfold(s, row, n, x.values, columns.values);
    for (size_t j = 0; j < columns.n; j++) {
        size_t i = j % s->lanes, c = j / s->lanes % s->w.out, r = j / s->lanes / s->w.out % n,
               tap = j / s->lanes / s->w.out / n % area, k = j / s->lanes / s->w.out / n / area;
        assert_true(columns.values[j] == under(s, x.values + k * lossi_windows_plane(s), row + r, c,
                                               tap / s->w.kernel, tap % s->w.kernel, i));
    }
    double there = 0, here = 0;
    memset(back.values, 0, back.n * sizeof *back.values);
    fast->fold(s, row, n, z.values, back.values);
    for (size_t j = 0; j < columns.n; j++)
        there += (double)columns.values[j] * (double)z.values[j];
    for (size_t j = 0; j < x.n; j++)
        here += (double)x.values[j] * (double)back.values[j];
    assert_true(fabs(there - here) <= 1e-5 * (1 + sqrt((double)columns.n)));
    free_all((buffer *[]){&x, &columns, &z, &back, NULL});
}

static void test_unfold(void **state)
{
    (void)state;
    for (size_t i = 0; i < 100; i++) {
        lossi_windows s = draw_windows(false);
        size_t row = draw(0, s.h.out - 1);
        check_unfold(&s, row, draw(1, s.h.out - row));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_depthwise),
        cmocka_unit_test(test_pools),
        cmocka_unit_test(test_normalise),
        cmocka_unit_test(test_unfold),
    };
    int failed = 0;
    for (size_t i = 0; (fast = lossi_kernels_number(i)) != ref; i++)
        failed += cmocka_run_group_tests_name(fast->name, tests, NULL, NULL);
    return failed;
}
