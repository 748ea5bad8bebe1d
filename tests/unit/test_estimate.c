/* Estimates of means over all images: what is exact, what is right on average, and how often
 * intervals hold the truth. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "estimate/allocate.h"
#include "estimate/calibration.h"
#include "estimate/sample.h"

enum { N_IMAGES = 3000, N_COARSE = 5, N_SAMPLE = 150 };

/* Losses with a long tail, which the coarse points tell in part. */
typedef struct world {
    float coarse[N_COARSE][N_IMAGES];
    const float *rows[N_COARSE];
    float target[N_IMAGES];
    double mean;
    lossi_panel panel;
    lossi_spot spots[N_COARSE];
} world;

/* What the images of one point's sample are drawn by. */
static const lossi_target TARGET = {{0.1, -0.2}, 4, LOSSI_LEAVE_NONE};

static void make_world(world *w)
{
    lossi_stream stream = lossi_stream_make(7, LOSSI_RANDOM_SAMPLE, 0);
    w->mean = 0;
    for (size_t i = 0; i < N_IMAGES; i++) {
        float z[N_COARSE + 3];
        lossi_random_normal_at(&stream, i * 8, z, N_COARSE + 3);
        double hard = exp(1.2 * (double)z[0]);
        for (size_t k = 0; k < N_COARSE; k++)
            w->coarse[k][i] = (float)(hard * (1 + (double)k) * exp(0.5 * (double)z[k + 1]));
        w->target[i] = (float)(0.3 * (double)w->coarse[1][i] + hard * exp(0.6 * (double)z[6]));
        w->mean += (double)w->target[i] / N_IMAGES;
    }
    for (size_t k = 0; k < N_COARSE; k++) {
        w->rows[k] = w->coarse[k];
        w->spots[k] = lossi_spot_of(k, N_COARSE, 1);
    }
    assert_int_equal(lossi_panel_init(&w->panel, N_IMAGES, N_COARSE, w->rows), LOSS_OK);
}

static double mean_of(const float *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)values[i];
    return sum / (double)n;
}

/* What the first m images of an order say about a row of all images. */
static lossi_mean estimate(const lossi_sample *s, size_t m, int left_out, const float *row)
{
    double *chances = calloc(m, sizeof *chances);
    uint32_t *order = calloc(m, sizeof *order);
    float *seen = calloc(m, sizeof *seen);
    lossi_calibration c;
    assert_true(chances && order && seen);
    assert_int_equal(lossi_sample_draw(s, &TARGET, m, order), LOSS_OK);
    assert_int_equal(lossi_sample_chances(s, &TARGET, m, order, chances), LOSS_OK);
    assert_int_equal(lossi_calibration_init(&c, s->panel, order, chances, m, left_out), LOSS_OK);
    for (size_t k = 0; k < m; k++)
        seen[k] = row[order[k]];
    lossi_mean mean = lossi_calibration_mean(&c, seen);
    lossi_calibration_free(&c);
    free(chances);
    free(order);
    free(seen);
    return mean;
}

static void begin(lossi_sample *s, const world *w, uint64_t seed, uint32_t detail)
{
    assert_int_equal(lossi_sample_init(s, &w->panel, w->spots, seed, detail), LOSS_OK);
}

static void calibration_has_the_means_of_the_coarse_points(void **state)
{
    world *w = *state;
    lossi_sample s;
    begin(&s, w, 3, 0);
    for (size_t k = 0; k < N_COARSE; k++) {
        lossi_mean m = estimate(&s, N_SAMPLE, LOSSI_LEAVE_NONE, w->coarse[k]);
        double mean = mean_of(w->coarse[k], N_IMAGES);
        assert_true(fabs(m.value - mean) < 1e-6 * mean && m.error < 1e-4 * mean);
        m = estimate(&s, N_SAMPLE, (int)k, w->coarse[k]);
        assert_true(fabs(m.value - mean) > 1e-4 * mean && m.error > 1e-2 * mean);
        assert_true(m.low < m.value - 1.9 * m.error && m.high > m.value + 1.9 * m.error);
    }
}

static void estimates_are_right_on_average_and_intervals_hold(void **state)
{
    enum { SEEDS = 400 };
    world *w = *state;
    double sum = 0, squares = 0, variances = 0, plain = 0;
    size_t held = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        lossi_sample s;
        begin(&s, w, seed, 1);
        lossi_mean m = estimate(&s, N_SAMPLE, LOSSI_LEAVE_NONE, w->target);
        sum += m.value - w->mean;
        squares += (m.value - w->mean) * (m.value - w->mean);
        variances += m.error * m.error;
        held += m.low <= w->mean && w->mean <= m.high;
    }
    for (size_t i = 0; i < N_IMAGES; i++)
        plain += pow((double)w->target[i] - w->mean, 2) / N_IMAGES / N_SAMPLE;
    double rms = sqrt(squares / SEEDS);
    assert_true(fabs(sum / SEEDS) < 4 * rms / sqrt(SEEDS) + 0.01 * w->mean);
    assert_true(rms > 0.75 * sqrt(variances / SEEDS) && rms < 1.25 * sqrt(variances / SEEDS));
    assert_in_range(held, 0.91 * SEEDS, 0.985 * SEEDS);
    assert_true(rms < 0.6 * sqrt(plain));
}

static void chances_are_those_of_the_draw(void **state)
{
    enum { SEEDS = 200 };
    world *w = *state;
    static uint16_t drawn[N_IMAGES];
    static double chances[N_IMAGES], expected[N_IMAGES];
    static uint32_t order[N_IMAGES];
    double sum = 0, squares = 0, variances = 0;
    lossi_sample s;
    memset(drawn, 0, sizeof drawn);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        begin(&s, w, seed, 0);
        assert_int_equal(lossi_sample_draw(&s, &TARGET, N_SAMPLE, order), LOSS_OK);
        assert_int_equal(lossi_sample_chances(&s, &TARGET, N_SAMPLE, order, chances), LOSS_OK);
        for (size_t k = 0; k < N_SAMPLE; k++) {
            assert_true(chances[k] > 0 && chances[k] <= 1);
            sum += 1 / chances[k] / N_IMAGES / SEEDS;
            drawn[order[k]]++;
            expected[order[k]] = chances[k];
        }
    }
    assert_true(fabs(sum - 1) < 0.02);
    for (size_t i = 0; i < N_IMAGES; i++) /* how often images came, against their chances */
        if (expected[i] > 0.1) {
            squares += pow(drawn[i] - SEEDS * expected[i], 2);
            variances += SEEDS * expected[i] * (1 - expected[i]);
        }
    assert_true(squares > 0.5 * variances && squares < 1.5 * variances);
    assert_int_equal(lossi_sample_draw(&s, &TARGET, N_IMAGES, order), LOSS_OK);
    assert_int_equal(lossi_sample_chances(&s, &TARGET, N_IMAGES, order, chances), LOSS_OK);
    for (size_t k = 0; k < N_IMAGES; k++)
        assert_true(chances[k] == 1);
}

static int by_number(const void *a, const void *b)
{
    uint32_t p = *(const uint32_t *)a, q = *(const uint32_t *)b;
    return (p > q) - (p < q);
}

static size_t count_common(const uint32_t *a, const uint32_t *b, size_t n)
{
    size_t common = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            common += a[i] == b[k];
    return common;
}

static void an_order_is_drawn_again_by_its_seed(void **state)
{
    enum { MORE = 4 * N_SAMPLE };
    world *w = *state;
    static uint32_t a[N_IMAGES], b[N_IMAGES];
    lossi_target neighbour = TARGET;
    lossi_sample s, other;
    neighbour.number++;
    begin(&s, w, 5, 0);
    assert_int_equal(lossi_sample_draw(&s, &TARGET, N_SAMPLE, a), LOSS_OK);
    assert_int_equal(lossi_sample_draw(&s, &TARGET, MORE, b), LOSS_OK);
    assert_memory_equal(a, b, N_SAMPLE * sizeof *a); /* samples lie within each other */
    begin(&other, w, 6, 0);
    assert_int_equal(lossi_sample_draw(&other, &TARGET, N_SAMPLE, b), LOSS_OK);
    assert_memory_not_equal(a, b, N_SAMPLE * sizeof *a);
    begin(&other, w, 5, 1);
    assert_int_equal(lossi_sample_draw(&other, &TARGET, N_SAMPLE, b), LOSS_OK);
    assert_memory_not_equal(a, b, N_SAMPLE * sizeof *a);
    /* Neighbours have samples of their own: few images are in both. */
    assert_int_equal(lossi_sample_draw(&s, &neighbour, N_SAMPLE, b), LOSS_OK);
    assert_true(count_common(a, b, N_SAMPLE) < N_SAMPLE / 2);
    assert_int_equal(lossi_sample_draw(&s, &TARGET, N_IMAGES, b), LOSS_OK);
    qsort(b, N_IMAGES, sizeof *b, by_number);
    for (uint32_t i = 0; i < N_IMAGES; i++)
        assert_int_equal(b[i], i);
}

static void values_that_are_not_finite_are_told(void **state)
{
    world *w = *state;
    static float row[N_IMAGES];
    uint32_t order[5];
    lossi_sample s;
    begin(&s, w, 1, 0);
    assert_int_equal(lossi_sample_draw(&s, &TARGET, 5, order), LOSS_OK);
    memcpy(row, w->target, sizeof row);
    row[order[3]] = INFINITY;
    lossi_mean m = estimate(&s, N_SAMPLE, LOSSI_LEAVE_NONE, row);
    assert_true(m.value == INFINITY && isnan(m.error) && isnan(m.low) && isnan(m.high));
    row[order[4]] = NAN;
    m = estimate(&s, N_SAMPLE, LOSSI_LEAVE_NONE, row);
    assert_true(isnan(m.value) && isnan(m.error));
}

/* Coarse points that say the same, or nothing, and a sample of all images. */
static void what_says_nothing_does_no_harm(void **state)
{
    world *w = *state;
    static float zeros[N_IMAGES];
    const float *rows[] = {w->coarse[0], w->coarse[0], zeros};
    lossi_panel panel;
    lossi_sample s;
    assert_int_equal(lossi_panel_init(&panel, N_IMAGES, 3, rows), LOSS_OK);
    assert_int_equal(lossi_sample_init(&s, &panel, w->spots, 1, 0), LOSS_OK);
    lossi_mean m = estimate(&s, N_SAMPLE, LOSSI_LEAVE_NONE, w->target);
    assert_true(fabs(m.value - w->mean) < 5 * m.error && m.error < 0.1 * w->mean);
    m = estimate(&s, N_IMAGES, LOSSI_LEAVE_NONE, w->target);
    assert_true(fabs(m.value - w->mean) < 1e-9 * w->mean && m.error == 0 && m.low == m.value);
    m = estimate(&s, 4, LOSSI_LEAVE_NONE, w->target); /* as many as terms */
    assert_true(isnan(m.error));
    lossi_panel_free(&panel);
}

static void quantiles_are_those_of_student(void **state)
{
    (void)state;
    assert_true(fabs(lossi_student_quantile(10) - 2.22814) < 5e-3);
    assert_true(fabs(lossi_student_quantile(30) - 2.04227) < 1e-4);
    assert_true(fabs(lossi_student_quantile(1e9) - 1.95996) < 1e-5);
}

static void what_is_told_badly_gets_more_images(void **state)
{
    (void)state;
    const double errors[] = {0.1, 0.01, NAN, 0.02, 0.05};
    uint8_t steps[5];
    uint64_t used = 0;
    lossi_allocate(5, errors, 100, 1000, 700, steps);
    for (size_t i = 0; i < 5; i++)
        used += lossi_allocate_images(100, steps[i], 1000) - 100;
    assert_true(used <= 700 && used > 300);
    assert_true(steps[0] > steps[4] && steps[4] >= steps[3] && !steps[1] && !steps[2]);
    assert_true(steps[4] > 0);
    lossi_allocate(5, errors, 100, 1000, 0, steps);
    assert_true(!steps[0] && !steps[4]);
    const double nothing[] = {0, NAN};
    lossi_allocate(2, nothing, 100, 1000, 700, steps);
    assert_true(!steps[0] && !steps[1]);
    assert_int_equal(lossi_allocate_images(100, 0, 1000), 100);
    assert_int_equal(lossi_allocate_images(100, 2, 1000), 225);
    assert_int_equal(lossi_allocate_images(100, 12, 1000), 1000);
}

static int set_up(void **state)
{
    world *w = calloc(1, sizeof *w);
    make_world(w);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    world *w = *state;
    lossi_panel_free(&w->panel);
    free(w);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calibration_has_the_means_of_the_coarse_points),
        cmocka_unit_test(estimates_are_right_on_average_and_intervals_hold),
        cmocka_unit_test(chances_are_those_of_the_draw),
        cmocka_unit_test(an_order_is_drawn_again_by_its_seed),
        cmocka_unit_test(values_that_are_not_finite_are_told),
        cmocka_unit_test(what_says_nothing_does_no_harm),
        cmocka_unit_test(quantiles_are_those_of_student),
        cmocka_unit_test(what_is_told_badly_gets_more_images),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
