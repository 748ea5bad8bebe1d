/* Kernels on shapes that are drawn: each set against the strict reference, and vectors of 8 against
 * vectors of 16, which give the same bits wherever no sum runs over images.
 *
 * LOSS_TEST_MULTIPLIER=10 draws ten times as many shapes, LOSS_TEST_SEED=N others. */
#include "checks.h"

enum { CONVS = 60, MAPS = 20, SAME = 60, MOST_PRODUCTS = 1 << 21 };

static lossi_stream shapes;
static uint64_t n_drawn;

/* A whole number from `low` to `high`. */
static size_t draw(size_t low, size_t high)
{
    double u = lossi_random_uniform(&shapes, n_drawn++);
    size_t value = low + (size_t)(u * (double)(high - low + 1));
    return value < high ? value : high;
}

static uint64_t number_in(const char *variable, uint64_t standard)
{
    const char *text = getenv(variable);
    return text && *text ? strtoull(text, NULL, 10) : standard;
}

static size_t times(size_t n)
{
    return n * (size_t)number_in("LOSS_TEST_MULTIPLIER", 1);
}

static void start(uint32_t stream)
{
    shapes = lossi_stream_make(number_in("LOSS_TEST_SEED", 1), LOSSI_RANDOM_SAMPLE, stream);
    n_drawn = 0;
}

static size_t products(const lossi_conv_shape *s)
{
    return s->in_c * s->out_c * s->kernel * s->kernel * s->out_h * s->out_w * s->lanes;
}

/* Filters of networks more often than others, many channels on small maps. */
static lossi_conv_shape draw_conv(size_t lanes)
{
    static const size_t kernels[] = {1, 1, 2, 3, 3, 3, 3, 4, 5, 7};
    for (;;) {
        size_t kernel = kernels[draw(0, 9)], side = draw(1, 20), most = side < 5 ? 150 : 40;
        size_t padding = draw(0, 2) ? kernel / 2 : draw(0, kernel + 1), stride = draw(1, 6);
        stride = stride > 3 ? 1 : stride;
        size_t h = side, w = draw(0, 1) ? side : draw(1, 20);
        if (h + 2 * padding < kernel || w + 2 * padding < kernel)
            continue;
        lossi_conv_shape s =
            make_shape(draw(1, most), h, w, draw(1, most), kernel, stride, padding);
        s.lanes = lanes;
        if (products(&s) <= MOST_PRODUCTS)
            return s;
    }
}

static void print_conv(const lossi_conv_shape *s, unsigned parts)
{
    print_message("# %s, %zu lanes: %zu x %zu x %zu to %zu channels, kernel %zu, stride %zu, "
                  "padding %zu, parts %u\n",
                  fast->name, s->lanes, s->in_c, s->in_h, s->in_w, s->out_c, s->kernel, s->stride,
                  s->padding, parts);
}

static bool is_verbose(void)
{
    return getenv("LOSS_TEST_VERBOSE") != NULL;
}

static void test_convs(void **state)
{
    (void)state;
    start(100);
    for (size_t i = 0; i < times(CONVS); i++) {
        lossi_conv_shape s = draw_conv(fast->vector * draw(1, LOSSI_MOST_VECTORS));
        unsigned parts = (unsigned)draw(0, 31);
        if (is_verbose())
            print_conv(&s, parts);
        check_conv(&s, parts);
    }
}

static void test_maps(void **state)
{
    (void)state;
    start(101);
    for (size_t i = 0; i < times(MAPS); i++) {
        size_t lanes = fast->vector * draw(1, LOSSI_MOST_VECTORS), kernel_h = draw(1, 4),
               kernel_w = draw(1, 4), stride = draw(1, 3),
               padding = draw(0, (kernel_h < kernel_w ? kernel_h : kernel_w) - 1);
        check_norm(&(lossi_maps){draw(1, 3), draw(1, 60), lanes, draw(1, lanes)});
        check_pool(lanes, (size_t[]){draw(kernel_h, 15), draw(kernel_w, 15), kernel_h, kernel_w,
                                     stride, padding});
    }
}

/* ---- Vectors of 8 and of 16 ----------------------------------------------------------------- */

/* The same images in any number of lanes: value k of image i. */
static buffer images_of(size_t n, size_t lanes, uint32_t stream)
{
    buffer b = buffer_make(n * lanes);
    lossi_stream s = lossi_stream_make(7, LOSSI_RANDOM_SAMPLE, stream);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < lanes; i++)
            b.values[k * lanes + i] = (lossi_real)(2 * lossi_random_uniform(&s, k * 64 + i) - 1);
    return b;
}

/* Output and gradient of the input, of images side by side. */
typedef struct results {
    buffer y, dx;
} results;

static results compute(const lossi_kernels *set, lossi_conv_shape s, size_t lanes, uint32_t stream)
{
    fast = set;
    s.lanes = lanes;
    size_t n_w = s.out_c * s.in_c * s.kernel * s.kernel;
    buffer x = images_of(s.in_c * s.in_h * s.in_w, lanes, stream),
           w = images_of(n_w, 1, stream + 1), bias = images_of(s.out_c, 1, stream + 2);
    results r = {images_of(s.out_c * s.out_h * s.out_w, lanes, stream + 3),
                 images_of(s.in_c * s.in_h * s.in_w, lanes, stream + 4)};
    buffer dy = images_of(s.out_c * s.out_h * s.out_w, lanes, stream + 5);
    lossi_epilogue e = {bias.values, r.y.values, &BOUNDS};
    forward(set, &s, &x, &w, NULL, &e, &r.y);
    buffer packed = make_ready(set, &s, &w, NULL, true),
           scratch = buffer_make(set->conv_scratch(&s));
    set->conv_backward_data(&s, dy.values, packed.values, r.dx.values, scratch.values);
    buffer *all[] = {&x, &w, &bias, &dy, &packed, &scratch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buffer_free(all[i]);
    return r;
}

static void assert_same_images(const buffer *a, size_t a_lanes, const buffer *b, size_t b_lanes)
{
    size_t n = a->n / a_lanes, images = a_lanes < b_lanes ? a_lanes : b_lanes;
    assert_int_equal(n, b->n / b_lanes);
    for (size_t k = 0; k < n; k++)
        if (memcmp(a->values + k * a_lanes, b->values + k * b_lanes, images * sizeof *a->values) !=
            0)
            fail_msg("value %zu of %zu of an image differs between %zu and %zu lanes", k, n,
                     a_lanes, b_lanes);
}

static const lossi_kernels *of_8, *of_16;

static void test_same_bits(void **state)
{
    (void)state;
    start(102);
    for (size_t i = 0; i < times(SAME); i++) {
        size_t lanes_8 = 8 * draw(1, 4), lanes_16 = 16 * draw(1, 4);
        fast = of_8;
        lossi_conv_shape s = draw_conv(64);
        if (is_verbose())
            print_conv(&s, 0);
        results a = compute(of_8, s, lanes_8, 200 + 6 * (uint32_t)i),
                b = compute(of_16, s, lanes_16, 200 + 6 * (uint32_t)i);
        assert_same_images(&a.y, lanes_8, &b.y, lanes_16);
        assert_same_images(&a.dx, lanes_8, &b.dx, lanes_16);
        buffer_free(&a.y);
        buffer_free(&a.dx);
        buffer_free(&b.y);
        buffer_free(&b.dx);
    }
}

static int test_set(const lossi_kernels *set)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_convs),
        cmocka_unit_test(test_maps),
    };
    fast = set;
    return cmocka_run_group_tests_name(set->name, tests, NULL, NULL);
}

static int test_vectors(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_bits)};
    if (of_8 && of_16)
        return cmocka_run_group_tests_name("vectors of 8 and of 16", tests, NULL, NULL);
    print_message("ok - vectors of 8 and of 16 # SKIP this processor has no AVX2\n");
    return 0;
}

int main(void)
{
    int failed = 0;
    const lossi_kernels *set;
    print_message("# LOSS_TEST_SEED=%llu LOSS_TEST_MULTIPLIER=%llu\n",
                  (unsigned long long)number_in("LOSS_TEST_SEED", 1),
                  (unsigned long long)number_in("LOSS_TEST_MULTIPLIER", 1));
    for (size_t i = 0; (set = lossi_kernels_number(i)) != ref; i++) {
        failed += test_set(set);
        of_8 = strcmp(set->name, "avx2") == 0 ? set : of_8;
        of_16 = strcmp(set->name, "avx512") == 0 ? set : of_16;
    }
#if LOSSI_HAS_VECTOR_SETS && defined __x86_64__ /* sixteen lanes made of two vectors of AVX2 */
    of_16 = of_16 ? of_16 : &lossi_kernels_emulated;
#endif
    return failed + test_vectors();
}
