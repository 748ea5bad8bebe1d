/* Data sets of arrays: floats as they are, targets, any number of channels, and files of them that
 * are wrong in some way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "formats/safetensors.h"
#include "scratch.h"

enum { N = 6, CHANNELS = 5, LENGTH = 3, SIZE = CHANNELS * LENGTH };

static float values[N * SIZE], targets[N * 2];
static uint32_t labels[N] = {0, 3, 1, 2, 3, 0};

static int fill(void **state)
{
    for (int i = 0; i < N * SIZE; i++)
        values[i] = (float)(i * 7 % 11) / 3 - 1;
    for (int i = 0; i < N * 2; i++)
        targets[i] = (float)i / 7;
    return scratch_make(state);
}

static loss_arrays arrays_of(bool has_targets)
{
    loss_arrays a = LOSS_ARRAYS_INIT;
    a.shape = (loss_shape){CHANNELS, 1, LENGTH, has_targets ? 2 : 4};
    a.n = N;
    a.values = values;
    a.labels = has_targets ? NULL : labels;
    a.targets = has_targets ? targets : NULL;
    return a;
}

static loss_dataset *create(const loss_arrays *a, const loss_dataset_options *opt)
{
    loss_dataset *data;
    if (loss_dataset_create_arrays(&data, a, opt))
        fail_msg("%s", loss_last_message());
    return data;
}

static void test_floats(void **state)
{
    (void)state;
    loss_arrays a = arrays_of(false), b = arrays_of(true);
    loss_dataset *labelled = create(&a, NULL), *targeted = create(&b, NULL);
    float image[2 * SIZE];
    assert_memory_equal(loss_dataset_values(labelled), values, sizeof values);
    assert_int_equal(loss_dataset_images(labelled, 3, 2, image), LOSS_OK);
    assert_memory_equal(image, values + 3 * SIZE, sizeof image);
    assert_null(loss_dataset_pixels(labelled));
    assert_null(loss_dataset_mean(labelled));
    assert_null(loss_dataset_targets(labelled));
    assert_null(loss_dataset_labels(targeted));
    assert_memory_equal(loss_dataset_targets(targeted), targets, sizeof targets);
    assert_string_not_equal(loss_dataset_digest(labelled), loss_dataset_digest(targeted));
    loss_dataset_free(targeted);
    values[SIZE] += 1;
    loss_dataset *other = create(&a, NULL);
    values[SIZE] -= 1;
    assert_string_not_equal(loss_dataset_digest(labelled), loss_dataset_digest(other));
    loss_dataset_free(other);
    loss_dataset_free(labelled);
    targets[2 * N - 1] += 1;
    loss_dataset *was = create(&b, NULL);
    targets[2 * N - 1] -= 1;
    other = create(&b, NULL);
    assert_string_not_equal(loss_dataset_digest(was), loss_dataset_digest(other));
    loss_dataset_free(was);
    loss_dataset_free(other);
}

/* A choice keeps images and what is wanted of them together. */
static void test_sample(void **state)
{
    (void)state;
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.limit = 3;
    opt.sample = true;
    loss_arrays a = arrays_of(true);
    loss_dataset *data = create(&a, &opt);
    assert_int_equal(loss_dataset_count(data), 3);
    for (size_t i = 0, from = 0; i < 3; i++, from++) {
        const float *image = loss_dataset_values(data) + i * SIZE;
        while (from < N && memcmp(image, values + from * SIZE, SIZE * sizeof *image) != 0)
            from++;
        assert_true(from < N);
        assert_memory_equal(loss_dataset_targets(data) + 2 * i, targets + 2 * from,
                            2 * sizeof *targets);
    }
    loss_dataset_free(data);
}

/* Bytes of other than one or three channels are divided by 255 and nothing else. */
static void test_channels(void **state)
{
    (void)state;
    uint8_t pixels[N * SIZE];
    float image[SIZE];
    for (int i = 0; i < N * SIZE; i++)
        pixels[i] = (uint8_t)(i * 3);
    loss_arrays a = arrays_of(false);
    a.values = NULL;
    a.pixels = pixels;
    loss_dataset *data = create(&a, NULL);
    assert_int_equal(loss_dataset_images(data, 1, 1, image), LOSS_OK);
    for (int i = 0; i < SIZE; i++)
        assert_true(image[i] == (float)pixels[SIZE + i] / 255);
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.has_normalisation = true;
    opt.mean[0] = 0.5F;
    opt.std[0] = 0.25F;
    loss_dataset *other = create(&a, &opt);
    assert_int_equal(loss_dataset_images(other, 0, 1, image), LOSS_OK);
    assert_true(image[SIZE - 1] == ((float)pixels[SIZE - 1] / 255 - 0.5F) / 0.25F);
    assert_string_not_equal(loss_dataset_digest(data), loss_dataset_digest(other));
    loss_dataset_free(data);
    loss_dataset_free(other);
}

/* ---- Files ---------------------------------------------------------------------------------- */

static lossi_array array_of(const char *name, lossi_dtype dtype, size_t n_dims, const size_t *dims,
                            const void *bytes)
{
    lossi_array a = lossi_array_of_floats((char *)name, n_dims, dims, bytes);
    a.dtype = dtype;
    return a;
}

static void write_arrays(const char *name, size_t n, lossi_array *items)
{
    lossi_arrays arrays = {.n = n, .items = items};
    assert_int_equal(lossi_safetensors_write(scratch_path(name), &arrays), LOSS_OK);
}

static void open_as(loss_dataset **data, const char *name, loss_split split, loss_status status,
                    const char *message)
{
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.split = split;
    loss_status got = loss_dataset_open(data, scratch_path(name), &opt);
    if (got != status || (message && !strstr(loss_last_message(), message)))
        fail_msg("status %d: %s; expected %d: %s", (int)got, loss_last_message(), (int)status,
                 message ? message : "");
}

static void test_file(void **state)
{
    (void)state;
    size_t dims[3] = {N, CHANNELS, LENGTH}, n[1] = {N};
    int64_t y[N];
    for (int i = 0; i < N; i++)
        y[i] = labels[i];
    loss_dataset *data;
    lossi_array items[3] = {array_of("x", LOSSI_F32, 3, dims, values),
                            array_of("y", LOSSI_I64, 1, n, y)};
    write_arrays("a", 2, items);
    open_as(&data, "a", LOSS_SPLIT_TRAIN, LOSS_OK, NULL);
    loss_shape shape = loss_dataset_shape(data);
    assert_true(shape.channels == CHANNELS && shape.height == 1 && shape.width == LENGTH &&
                shape.classes == 4);
    assert_string_equal(loss_dataset_format(data), "array-file");
    assert_memory_equal(loss_dataset_values(data), values, sizeof values);
    assert_memory_equal(loss_dataset_labels(data), labels, sizeof labels);
    loss_dataset_free(data);
    open_as(&data, "a", LOSS_SPLIT_TEST, LOSS_ERR_NAME, "no test images: there is no x_test");

    int64_t classes = 9; /* more than the labels show */
    items[2] = array_of("classes", LOSSI_I64, 1, (size_t[]){1}, &classes);
    write_arrays("a", 3, items);
    open_as(&data, "a", LOSS_SPLIT_TRAIN, LOSS_OK, NULL);
    assert_int_equal(loss_dataset_shape(data).classes, 9);
    loss_dataset_free(data);
    classes = 3;
    write_arrays("a", 3, items);
    open_as(&data, "a", LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT, "a label of 3, but 3 classes");
}

/* Both splits of a file have as many classes; of two files in a folder each is a split. */
static void test_splits(void **state)
{
    (void)state;
    size_t dims[2] = {N, SIZE}, half[2] = {N / 2, SIZE};
    uint8_t y[N] = {0, 1, 2, 0, 1, 6}, pixels[N * SIZE] = {7};
    loss_dataset *data;
    lossi_array items[] = {
        array_of("x_train", LOSSI_U8, 2, dims, pixels), array_of("y_train", LOSSI_U8, 1, dims, y),
        array_of("x_val", LOSSI_U8, 2, half, pixels), array_of("y_val", LOSSI_U8, 1, half, y)};
    write_arrays("a", 4, items);
    open_as(&data, "a", LOSS_SPLIT_TEST, LOSS_OK, NULL);
    assert_int_equal(loss_dataset_count(data), N / 2);
    assert_int_equal(loss_dataset_shape(data).classes, 7);
    assert_int_equal(loss_dataset_pixels(data)[0], 7);
    loss_dataset_free(data);
    mkdir(scratch_path("folder"), 0777);
    lossi_array x[] = {array_of("x", LOSSI_U8, 2, half, pixels),
                       array_of("y", LOSSI_F32, 2, (size_t[]){N / 2, 2}, targets)};
    write_arrays("folder/val.safetensors", 2, x);
    open_as(&data, "folder", LOSS_SPLIT_TEST, LOSS_OK, NULL);
    assert_memory_equal(loss_dataset_targets(data), targets, N * sizeof *targets);
    loss_dataset_free(data);
    open_as(&data, "folder", LOSS_SPLIT_TRAIN, LOSS_ERR_NAME, "there is no train.npz");
}

static void test_wrong_files(void **state)
{
    (void)state;
    size_t dims[2] = {N, SIZE}, fewer[1] = {N - 1}, none[2] = {N, 0};
    float y[N] = {0, 1, 2, 3, 4, 5};
    int64_t huge[N] = {0, 1, (int64_t)1 << 40}, negative[N] = {-1};
    loss_dataset *data;
    struct wrong {
        lossi_array x, y;
        const char *message;
    } wrong[] = {
        {array_of("x", LOSSI_F32, 2, dims, values), array_of("z", LOSSI_F32, 1, dims, y),
         "no y of its x among its 2 arrays"},
        {array_of("a", LOSSI_F32, 2, dims, values), array_of("y", LOSSI_F32, 1, dims, y),
         "no x among its 2 arrays"},
        {array_of("x", LOSSI_F32, 1, dims, values), array_of("y", LOSSI_F32, 1, dims, y),
         "x is [6]; expected [n][channels]"},
        {array_of("x", LOSSI_F32, 2, none, values), array_of("y", LOSSI_F32, 1, dims, y),
         "x is [6, 0]; expected [n][channels]"},
        {array_of("x", LOSSI_F32, 2, dims, values), array_of("y", LOSSI_F32, 1, fewer, y),
         "x is of 6 images, y is [5]"},
        {array_of("x", LOSSI_F32, 2, dims, values), array_of("y", LOSSI_F32, 2, none, y),
         "0 targets an image"},
        {array_of("x", LOSSI_F32, 2, dims, values), array_of("y", LOSSI_I64, 1, dims, huge),
         "label 2 is 1.09951e+12; expected 0 to 1048575"},
        {array_of("x", LOSSI_F32, 2, dims, values), array_of("y", LOSSI_I64, 1, dims, negative),
         "label 0 is -1; expected"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lossi_array items[] = {wrong[i].x, wrong[i].y};
        write_arrays("a", 2, items);
        open_as(&data, "a", LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT, wrong[i].message);
        assert_null(data);
    }
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.max_bytes = N * SIZE * sizeof(float) - 1;
    lossi_array items[] = {wrong[0].x, wrong[1].y};
    write_arrays("a", 2, items);
    assert_int_equal(loss_dataset_open(&data, scratch_path("a"), &opt), LOSS_ERR_FORMAT);
    opt.max_bytes++;
    assert_int_equal(loss_dataset_open(&data, scratch_path("a"), &opt), LOSS_OK);
    loss_dataset_free(data);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floats),   cmocka_unit_test(test_sample),
        cmocka_unit_test(test_channels), cmocka_unit_test(test_file),
        cmocka_unit_test(test_splits),   cmocka_unit_test(test_wrong_files)};
    return cmocka_run_group_tests(tests, fill, scratch_remove);
}
