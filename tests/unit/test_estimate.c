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
} world;

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
    for (size_t k = 0; k < N_COARSE; k++)
        w->rows[k] = w->coarse[k];
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
static lossi_mean estimate(const lossi_panel *panel, const lossi_sample *s, size_t m, int left_out,
                           const float *row)
{
    double *chances = calloc(m, sizeof *chances);
    float *seen = calloc(m, sizeof *seen);
    lossi_calibration c;
    assert_true(chances && seen);
    lossi_sample_chances(s, m, chances);
    assert_int_equal(lossi_calibration_init(&c, panel, s->order, chances, m, left_out), LOSS_OK);
    for (size_t k = 0; k < m; k++)
        seen[k] = row[s->order[k]];
    lossi_mean mean = lossi_calibration_mean(&c, seen);
    lossi_calibration_free(&c);
    free(chances);
    free(seen);
    return mean;
}

static void calibration_has_the_means_of_the_coarse_points(void **state)
{
    world *w = *state;
    lossi_sample s;
    assert_int_equal(lossi_sample_draw(&s, &w->panel, 3, 0), LOSS_OK);
    for (size_t k = 0; k < N_COARSE; k++) {
        lossi_mean m = estimate(&w->panel, &s, N_SAMPLE, LOSSI_LEAVE_NONE, w->coarse[k]);
        double mean = mean_of(w->coarse[k], N_IMAGES);
        assert_true(fabs(m.value - mean) < 1e-6 * mean && m.error < 1e-4 * mean);
        m = estimate(&w->panel, &s, N_SAMPLE, (int)k, w->coarse[k]);
        assert_true(fabs(m.value - mean) > 1e-4 * mean && m.error > 1e-2 * mean);
        assert_true(m.low < m.value - 1.9 * m.error && m.high > m.value + 1.9 * m.error);
    }
    lossi_sample_free(&s);
}

static void estimates_are_right_on_average_and_intervals_hold(void **state)
{
    enum { SEEDS = 400 };
    world *w = *state;
    double sum = 0, squares = 0, variances = 0, plain = 0;
    size_t held = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        lossi_sample s;
        assert_int_equal(lossi_sample_draw(&s, &w->panel, seed, 1), LOSS_OK);
        lossi_mean m = estimate(&w->panel, &s, N_SAMPLE, LOSSI_LEAVE_NONE, w->target);
        sum += m.value - w->mean;
        squares += (m.value - w->mean) * (m.value - w->mean);
        variances += m.error * m.error;
        held += m.low <= w->mean && w->mean <= m.high;
        lossi_sample_free(&s);
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
    world *w = *state;
    double counts[2] = {0};
    static uint16_t drawn[N_IMAGES];
    double *chances = calloc(N_IMAGES, sizeof *chances);
    size_t hardest = 0;
    memset(drawn, 0, sizeof drawn);
    for (uint64_t seed = 0; seed < 200; seed++) {
        lossi_sample s;
        assert_int_equal(lossi_sample_draw(&s, &w->panel, seed, 0), LOSS_OK);
        lossi_sample_chances(&s, N_SAMPLE, chances);
        for (size_t k = 0; k < N_SAMPLE; k++) {
            assert_true(chances[k] > 0 && chances[k] <= 1);
            counts[0] += 1 / chances[k];
            drawn[s.order[k]]++;
            hardest = s.sizes[s.order[k]] > s.sizes[hardest] ? s.order[k] : hardest;
        }
        lossi_sample_chances(&s, N_IMAGES, chances);
        for (size_t k = 0; k < N_IMAGES; k++)
            assert_true(chances[k] == 1);
        if (seed == 199) { /* the chance that the hardest one had, against how often it came */
            double sizes = 0;
            for (size_t i = 0; i < N_IMAGES; i++)
                sizes += s.sizes[i];
            double expected = fmin(1, N_SAMPLE * s.sizes[hardest] / sizes) * 200;
            counts[1] = (double)drawn[hardest] - expected;
            assert_true(fabs(counts[1]) < 4 * sqrt(expected));
        }
        lossi_sample_free(&s);
    }
    assert_true(fabs(counts[0] / 200 / N_IMAGES - 1) < 0.02);
    free(chances);
}

static void an_order_is_drawn_again_by_its_seed(void **state)
{
    world *w = *state;
    lossi_sample a, b, c, d;
    assert_int_equal(lossi_sample_draw(&a, &w->panel, 5, 0), LOSS_OK);
    assert_int_equal(lossi_sample_draw(&b, &w->panel, 5, 0), LOSS_OK);
    assert_int_equal(lossi_sample_draw(&c, &w->panel, 6, 0), LOSS_OK);
    assert_int_equal(lossi_sample_draw(&d, &w->panel, 5, 1), LOSS_OK);
    assert_memory_equal(a.order, b.order, N_IMAGES * sizeof *a.order);
    assert_memory_not_equal(a.order, c.order, N_IMAGES * sizeof *a.order);
    assert_memory_not_equal(a.order, d.order, N_IMAGES * sizeof *a.order);
    lossi_sample_free(&a);
    lossi_sample_free(&b);
    lossi_sample_free(&c);
    lossi_sample_free(&d);
}

static void values_that_are_not_finite_are_told(void **state)
{
    world *w = *state;
    static float row[N_IMAGES];
    lossi_sample s;
    assert_int_equal(lossi_sample_draw(&s, &w->panel, 1, 0), LOSS_OK);
    memcpy(row, w->target, sizeof row);
    row[s.order[3]] = INFINITY;
    lossi_mean m = estimate(&w->panel, &s, N_SAMPLE, LOSSI_LEAVE_NONE, row);
    assert_true(m.value == INFINITY && isnan(m.error) && isnan(m.low) && isnan(m.high));
    row[s.order[4]] = NAN;
    m = estimate(&w->panel, &s, N_SAMPLE, LOSSI_LEAVE_NONE, row);
    assert_true(isnan(m.value) && isnan(m.error));
    lossi_sample_free(&s);
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
    assert_int_equal(lossi_sample_draw(&s, &panel, 1, 0), LOSS_OK);
    lossi_mean m = estimate(&panel, &s, N_SAMPLE, LOSSI_LEAVE_NONE, w->target);
    assert_true(fabs(m.value - w->mean) < 5 * m.error && m.error < 0.1 * w->mean);
    m = estimate(&panel, &s, N_IMAGES, LOSSI_LEAVE_NONE, w->target);
    assert_true(fabs(m.value - w->mean) < 1e-9 * w->mean && m.error == 0 && m.low == m.value);
    m = estimate(&panel, &s, 4, LOSSI_LEAVE_NONE, w->target); /* as many as terms */
    assert_true(isnan(m.error));
    lossi_sample_free(&s);
    lossi_panel_free(&panel);
}

static void quantiles_are_those_of_student(void **state)
{
    (void)state;
    assert_true(fabs(lossi_student_quantile(10) - 2.22814) < 5e-3);
    assert_true(fabs(lossi_student_quantile(30) - 2.04227) < 1e-4);
    assert_true(fabs(lossi_student_quantile(1e9) - 1.95996) < 1e-5);
}

static void widest_intervals_get_more_images(void **state)
{
    (void)state;
    const double errors[] = {0.1, 0.01, NAN, 0.02, 0.05};
    uint8_t steps[5];
    uint64_t used = 0;
    lossi_allocate(5, errors, 100, 1000, 700, steps);
    for (size_t i = 0; i < 5; i++)
        used += lossi_allocate_images(100, steps[i], 1000) - 100;
    assert_true(used <= 700 && used > 300);
    assert_true(steps[0] > steps[4] && steps[4] > 0 && !steps[1] && !steps[2]);
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
        cmocka_unit_test(widest_intervals_get_more_images),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
