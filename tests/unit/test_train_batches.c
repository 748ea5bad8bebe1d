/* What a step of training sees: the order of images, crops and mirrors, and the learning rate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "train/batches.h"
#include "train/sgd.h"

enum { IMAGES = 151, CHANNELS = 3, HEIGHT = 11, WIDTH = 9, PIXELS = HEIGHT * WIDTH, PAD = 4 };

/* Each pixel of an image differs from its other pixels, and none is black. */
static uint8_t pixel_of(size_t image, size_t channel, size_t row, size_t column)
{
    return (uint8_t)(1 + (row * WIDTH + column + 99 * channel + image) % 255);
}

static loss_dataset *make_data(void)
{
    static uint8_t pixels[IMAGES * CHANNELS * PIXELS];
    static uint32_t labels[IMAGES];
    uint8_t *out = pixels;
    for (size_t i = 0; i < IMAGES; i++) {
        labels[i] = (uint32_t)i;
        for (size_t c = 0; c < CHANNELS; c++)
            for (size_t r = 0; r < HEIGHT; r++)
                for (size_t k = 0; k < WIDTH; k++)
                    *out++ = pixel_of(i, c, r, k);
    }
    loss_dataset *data;
    loss_shape shape = {CHANNELS, HEIGHT, WIDTH, IMAGES};
    if (loss_dataset_create(&data, shape, IMAGES, pixels, labels, NULL))
        fail_msg("%s", loss_last_message());
    return data;
}

/* Whether what a step gave is an image shifted down and to the right, mirrored afterwards. */
static bool is_crop(const float *given, const loss_dataset *data, size_t image, int down, int right,
                    bool mirror)
{
    for (size_t c = 0; c < CHANNELS; c++)
        for (int r = 0; r < HEIGHT; r++)
            for (int k = 0; k < WIDTH; k++) {
                int row = r + down, column = (mirror ? WIDTH - 1 - k : k) + right;
                bool inside = row >= 0 && row < HEIGHT && column >= 0 && column < WIDTH;
                float byte = inside ? (float)pixel_of(image, c, (size_t)row, (size_t)column) : 0.0f;
                float expected =
                    (byte / 255.0f - loss_dataset_mean(data)[c]) / loss_dataset_std(data)[c];
                if (*given++ != expected)
                    return false;
            }
    return true;
}

/* Finds the crop; fails if it is none. */
static void find_crop(const float *given, const loss_dataset *data, size_t image, int *down,
                      int *right, bool *mirror)
{
    for (*down = -PAD; *down <= PAD; ++*down)
        for (*right = -PAD; *right <= PAD; ++*right)
            for (int m = 0; m < 2; m++) {
                *mirror = m;
                if (is_crop(given, data, image, *down, *right, m))
                    return;
            }
    fail_msg("image %zu is not a crop", image);
}

/* Every image once an epoch but for a last one alone, with its own label. */
static void test_order(void **state)
{
    (void)state;
    loss_dataset *data = make_data();
    lossi_batches b;
    float image[CHANNELS * PIXELS];
    size_t first[2][IMAGES];
    assert_int_equal(lossi_batches_create(&b, data, 10, false, 7), LOSS_OK);
    assert_int_equal(b.n_steps, 15);
    for (size_t epoch = 1; epoch <= 2; epoch++) {
        size_t n = 0, times[IMAGES] = {0};
        lossi_batches_begin_epoch(&b, epoch);
        for (size_t step = 0; step < b.n_steps; step++) {
            lossi_batch batch = lossi_batches_step(&b, step);
            assert_int_equal(batch.n, 10);
            for (size_t i = 0; i < batch.n; i++) {
                size_t label = batch.labels[i];
                times[label]++;
                first[epoch - 1][n++] = label;
                assert_true(is_crop(batch.image(batch.user, i, image), data, label, 0, 0, false));
            }
        }
        assert_int_equal(n, IMAGES - 1);
        for (size_t i = 0; i < IMAGES; i++)
            assert_true(times[i] <= 1);
    }
    size_t n_same = 0, n_in_place = 0;
    for (size_t i = 0; i < IMAGES - 1; i++) {
        n_same += first[0][i] == first[1][i];
        n_in_place += first[0][i] == i;
    }
    assert_true(n_same < 10 && n_in_place < 10);
    lossi_batches_free(&b);
    assert_int_equal(lossi_batches_create(&b, data, 50, false, 7), LOSS_OK);
    assert_int_equal(b.n_steps, 3); /* 151 = 3 x 50 + 1 */
    lossi_batches_free(&b);
    assert_int_equal(lossi_batches_create(&b, data, 149, false, 7), LOSS_OK);
    assert_int_equal(b.n_steps, 2); /* two are enough for a batch */
    lossi_batches_begin_epoch(&b, 1);
    assert_int_equal(lossi_batches_step(&b, 1).n, 2);
    lossi_batches_free(&b);
    loss_dataset_free(data);
}

/* Rows and columns are shifted independently, each by -4 .. 4 about as often as the other, and half
 * are mirrored. A crop follows from seed, epoch and image, not from the batch. */
static void test_crops(void **state)
{
    (void)state;
    loss_dataset *data = make_data();
    lossi_batches b;
    float image[CHANNELS * PIXELS];
    size_t n_down[2 * PAD + 1] = {0}, n_right[2 * PAD + 1] = {0}, n_same = 0, n_opposite = 0;
    size_t n_mirrored = 0, n_kept = 0;
    int before[IMAGES][3];
    assert_int_equal(lossi_batches_create(&b, data, IMAGES, true, 7), LOSS_OK);
    for (size_t epoch = 1; epoch <= 4; epoch++) {
        lossi_batches_begin_epoch(&b, epoch);
        lossi_batch batch = lossi_batches_step(&b, 0);
        for (size_t i = 0; i < batch.n; i++) {
            int down, right, *last = before[batch.labels[i]];
            bool mirror;
            find_crop(batch.image(batch.user, i, image), data, batch.labels[i], &down, &right,
                      &mirror);
            n_down[down + PAD]++;
            n_right[right + PAD]++;
            n_same += down == right;
            n_opposite += down == -right;
            n_mirrored += mirror;
            n_kept += epoch > 1 && last[0] == down && last[1] == right && last[2] == mirror;
            last[0] = down, last[1] = right, last[2] = mirror;
        }
    }
    size_t n = (size_t)4 * IMAGES;
    for (int i = 0; i <= 2 * PAD; i++) /* 67 each are expected */
        assert_true(n_down[i] > 40 && n_down[i] < 100 && n_right[i] > 40 && n_right[i] < 100);
    assert_true(n_same < n / 5 && n_opposite < n / 5 && n_kept < 20);
    assert_true(n_mirrored > n * 2 / 5 && n_mirrored < n * 3 / 5);
    lossi_batches_free(&b);
    assert_int_equal(lossi_batches_create(&b, data, 20, true, 7), LOSS_OK);
    lossi_batches_begin_epoch(&b, 4);
    lossi_batch batch = lossi_batches_step(&b, 3);
    for (size_t i = 0; i < batch.n; i++) {
        const int *last = before[batch.labels[i]];
        assert_true(is_crop(batch.image(batch.user, i, image), data, batch.labels[i], last[0],
                            last[1], last[2]));
    }
    lossi_batches_free(&b);
    loss_dataset_free(data);
}

/* A tenth from the half on, a hundredth from three quarters on; the epoch there is in. */
static void test_step_schedule(void **state)
{
    (void)state;
    for (size_t epochs = 1; epochs <= 9; epochs++)
        for (size_t s = 0; s < 3 * epochs; s++) {
            double share = (double)(s / 3) / (double)epochs;
            double expected = share >= 0.75 ? 0.04 : share >= 0.5 ? 0.4 : 4;
            double lr = lossi_schedule_lr(LOSS_SCHEDULE_STEP, 4, s, 3, 3 * epochs);
            assert_true(lr > expected * 0.999 && lr < expected * 1.001);
        }
}

static void test_other_schedules(void **state)
{
    (void)state;
    assert_true(lossi_schedule_lr(LOSS_SCHEDULE_CONSTANT, 4, 5, 3, 6) == 4);
    assert_true(lossi_schedule_lr(LOSS_SCHEDULE_COSINE, 4, 0, 3, 12) == 4);
    double third = lossi_schedule_lr(LOSS_SCHEDULE_COSINE, 4, 4, 3, 12);
    assert_true(third > 2.999 && third < 3.001);
    double late = lossi_schedule_lr(LOSS_SCHEDULE_COSINE, 4, 11, 3, 12);
    assert_true(late > 0.068 && late < 0.0682);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order), cmocka_unit_test(test_crops),
                                       cmocka_unit_test(test_step_schedule),
                                       cmocka_unit_test(test_other_schedules)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
