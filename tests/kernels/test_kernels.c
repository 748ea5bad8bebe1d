/* Every kernel of every set that this processor runs against the strict reference: all residues
 * of channels, sizes and lanes, odd strides and borders. Where there is no AVX-512, its kernels run
 * on vectors of sixteen that are made of two of AVX2 (tests/kernels/emulated). */
#include "checks.h"

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
        {3, 16, 16, 16, 3, 1, 1},  {16, 16, 16, 16, 3, 1, 1},  {16, 14, 14, 32, 3, 2, 1},
        {40, 8, 8, 36, 3, 1, 1},   {70, 4, 4, 50, 3, 1, 1},    {130, 2, 2, 66, 3, 1, 1},
        {3, 24, 17, 9, 7, 2, 3},   {64, 8, 8, 33, 1, 1, 0},    {300, 1, 1, 10, 1, 1, 0},
        {64, 8, 8, 40, 1, 2, 0},   {40, 1, 1, 33, 3, 1, 1},    {9, 4, 4, 20, 3, 1, 1},
        {20, 2, 2, 9, 3, 2, 1},    {300, 5, 4, 10, 1, 1, 0},   {60, 9, 9, 12, 3, 2, 1},
        {270, 6, 6, 9, 3, 1, 1},   {70, 18, 15, 30, 3, 2, 1},  {50, 16, 15, 50, 3, 1, 1},
        {9, 3, 3, 21, 3, 1, 1},    {130, 3, 3, 66, 3, 1, 1},   {24, 2, 3, 18, 3, 1, 1},
        {8, 2, 2, 9, 3, 1, 1},     {520, 7, 6, 20, 1, 1, 0},   {260, 9, 5, 70, 1, 1, 0},
        {40, 13, 14, 60, 3, 1, 1}, {64, 12, 18, 130, 3, 1, 1}, {64, 12, 18, 128, 3, 1, 1},
    };
    for (unsigned i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const size_t *v = shapes[i];
        lossi_conv_shape shape = make_shape(v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
        shape.lanes *= v[1] <= 4 ? LOSSI_MOST_VECTORS : v[1] <= 8 ? 2 : 1;
        check_conv(&shape, 3 * i + 5);
    }
}

/* Multiply-adds for a pixel, an input and an output, by the filter's side, the stride and the map's
 * side; with a matrix product for each tap they are the filter's area. */
static void test_conv_products(void **state)
{
    (void)state;
    static const struct {
        size_t kernel, stride, side;
        double fast;
    } cases[] = {
        {1, 1, 8, 1},        {3, 1, 8, 36 / 16.0}, {3, 1, 6, 16 / 4.0},     {3, 1, 2, 9 / 4.0},
        {3, 1, 3, 16 / 9.0}, {3, 2, 8, 25 / 4.0},  {3, 1, 10, 324 / 100.0}, {5, 1, 8, 25}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t kernel = cases[i].kernel, side = cases[i].side;
        lossi_conv_shape s = make_shape(8, side, side, 16, kernel, cases[i].stride, kernel / 2);
        double pixels = (double)(8 * 16 * s.out_h * s.out_w * s.lanes);
        bool is_direct = fast == &lossi_kernels_blas;
        assert_true(fast->conv_products(&s) ==
                    pixels * (is_direct ? (double)(kernel * kernel) : cases[i].fast));
        assert_true(ref->conv_products(&s) == pixels * (double)(kernel * kernel));
    }
}

static void test_norm(void **state)
{
    (void)state;
    for (size_t pixels = 1; pixels < 20; pixels += 1 + pixels / 4)
        for (size_t images = 1, vector = fast->vector; images <= 3 * vector; images++)
            check_norm(&(lossi_maps){3, pixels, ((images - 1) / vector + 1 + images % 2) * vector,
                                     images});
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
    lossi_window side = {3, 2, 3, 2, 1, 1};
    lossi_pool_shape s = {.windows = {LANES, 1, side, side}, 1, 1};
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
        cmocka_unit_test(test_conv_products),
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
#if LOSSI_HAS_VECTOR_SETS && defined __x86_64__
    if (has_avx2 && !has_avx512)
        failed += test_set(&lossi_kernels_emulated);
#endif
    return failed;
}
