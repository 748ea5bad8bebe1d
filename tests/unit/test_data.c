/* Data sets: each kind read back, choices of images, and every way a file can be wrong. */
#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <zlib.h>

#include <cmocka.h>

#include <loss/data.h>

#include "scratch.h"

enum { RECORD = 3073, N = 7 };

static void fill_batch(uint8_t *bytes, int batch)
{
    for (int i = 0; i < N; i++) {
        bytes[i * RECORD] = (uint8_t)((i + batch) % 10);
        for (int p = 1; p < RECORD; p++)
            bytes[i * RECORD + p] = (uint8_t)(p * 3 + i * 5 + batch * 11);
    }
}

static void write_cifar(void)
{
    static uint8_t bytes[N * RECORD];
    char name[32];
    for (int batch = 1; batch <= 6; batch++) {
        fill_batch(bytes, batch);
        snprintf(name, sizeof name, batch == 6 ? "test_batch.bin" : "data_batch_%d.bin", batch);
        scratch_write(name, bytes, sizeof bytes);
    }
}

static loss_dataset *open_data(const char *path, loss_split split)
{
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_dataset *data;
    opt.split = split;
    if (loss_dataset_open(&data, path, &opt))
        fail_msg("%s", loss_last_message());
    return data;
}

static void assert_refused(const char *path, loss_split split, loss_status status,
                           const char *message)
{
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_dataset *data = (loss_dataset *)&opt;
    opt.split = split;
    assert_int_equal(loss_dataset_open(&data, path, &opt), status);
    assert_null(data);
    if (!strstr(loss_last_message(), message))
        fail_msg("message: %s\nexpected: %s", loss_last_message(), message);
}

static void test_cifar_folder(void **state)
{
    (void)state;
    write_cifar();
    loss_dataset *train = open_data(scratch_folder, LOSS_SPLIT_TRAIN),
                 *test = open_data(scratch_folder, LOSS_SPLIT_TEST);
    assert_int_equal(loss_dataset_count(train), 5 * N);
    assert_int_equal(loss_dataset_count(test), N);
    assert_string_equal(loss_dataset_format(train), "cifar-10");
    uint8_t batch[N * RECORD];
    fill_batch(batch, 3);
    assert_memory_equal(loss_dataset_pixels(train) + (2 * N + 4) * 3072, batch + 4 * RECORD + 1,
                        3072);
    assert_int_equal(loss_dataset_labels(train)[2 * N + 4], batch[4 * RECORD]);
    float image[3072];
    assert_int_equal(loss_dataset_images(train, 2 * N + 4, 1, image), LOSS_OK);
    float expected =
        ((float)batch[4 * RECORD + 1 + 2048 + 5] / 255.0f - 113.9f / 255) / (66.7f / 255);
    assert_true(fabsf(image[2048 + 5] - expected) < 1e-6f);
    assert_int_equal(loss_dataset_images(train, 5 * N, 1, image), LOSS_ERR_ARGUMENT);
    assert_string_not_equal(loss_dataset_digest(train), loss_dataset_digest(test));
    loss_dataset_free(train);
    loss_dataset_free(test);
    loss_dataset_free(NULL);
}

static void test_cifar_damaged(void **state)
{
    (void)state;
    static uint8_t bytes[N * RECORD];
    write_cifar();
    fill_batch(bytes, 3);
    scratch_write("data_batch_3.bin", bytes, sizeof bytes - 1);
    assert_refused(scratch_folder, LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT,
                   "data_batch_3.bin: 21510 bytes is not a whole number of 3073-byte records");
    bytes[2 * RECORD] = 10;
    scratch_write("data_batch_3.bin", bytes, sizeof bytes);
    assert_refused(scratch_folder, LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT,
                   "data_batch_3.bin: record 2 has label 10; expected 0 to 9");
    scratch_write("data_batch_3.bin", bytes, 0);
    assert_refused(scratch_folder, LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT,
                   "data_batch_3.bin: 0 bytes; expected 3073-byte records");
    remove(scratch_path("data_batch_3.bin"));
    assert_refused(scratch_folder, LOSS_SPLIT_TRAIN, LOSS_ERR_IO, "data_batch_3.bin: cannot open");
}

/* tar and gzip of the batches, made by the system's tar. */
static void test_cifar_archive(void **state)
{
    (void)state;
    char command[512];
    write_cifar();
    snprintf(command, sizeof command,
             "cd %s && mkdir d && cp *.bin d/ && tar -cf a.tar d && tar -czf a.tgz d",
             scratch_folder);
    assert_int_equal(system(command), 0);
    loss_dataset *folder = open_data(scratch_folder, LOSS_SPLIT_TRAIN);
    loss_dataset *tar = open_data(scratch_path("a.tar"), LOSS_SPLIT_TRAIN),
                 *tgz = open_data(scratch_path("a.tgz"), LOSS_SPLIT_TRAIN);
    assert_string_equal(loss_dataset_digest(folder), loss_dataset_digest(tar));
    assert_string_equal(loss_dataset_digest(folder), loss_dataset_digest(tgz));
    loss_dataset_free(folder);
    loss_dataset_free(tar);
    loss_dataset_free(tgz);

    FILE *file = fopen(scratch_path("a.tar"),
                       "r+b"); /* the second header's name: its checksum is wrong now */
    assert_non_null(file);
    fseek(file, 512 + 3, SEEK_SET);
    fputc('X', file);
    fclose(file);
    assert_refused(scratch_path("a.tar"), LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT,
                   "no tar archive that can be read: ");
    assert_int_equal(truncate(scratch_path("a.tgz"), 200), 0);
    assert_refused(scratch_path("a.tgz"), LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT,
                   "gzip data are truncated");
}

static void write_idx(const char *name, bool packed, const uint8_t *bytes, size_t size)
{
    if (!packed) {
        scratch_write(name, bytes, size);
        return;
    }
    gzFile file = gzopen(scratch_path(name), "wb");
    assert_int_equal(gzwrite(file, bytes, (unsigned)size), size);
    gzclose(file);
}

static void test_idx(void **state)
{
    (void)state;
    uint8_t images[16 + 5 * 12] = {0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 3},
                            labels[8 + 5] = {0, 0, 8, 1, 0, 0, 0, 5, 3, 1, 4, 1, 5};
    for (int i = 0; i < 60; i++)
        images[16 + i] = (uint8_t)(i * 4);
    for (int packed = 0; packed < 2; packed++) {
        write_idx(packed ? "t10k-images-idx3-ubyte.gz" : "t10k-images.idx3-ubyte", packed, images,
                  sizeof images);
        write_idx(packed ? "t10k-labels-idx1-ubyte.gz" : "t10k-labels.idx1-ubyte", packed, labels,
                  sizeof labels);
        loss_dataset *data = open_data(scratch_folder, LOSS_SPLIT_TEST);
        loss_shape shape = loss_dataset_shape(data);
        assert_true(shape.channels == 1 && shape.height == 4 && shape.width == 3 &&
                    shape.classes == 10);
        assert_memory_equal(loss_dataset_pixels(data), images + 16, 60);
        for (size_t i = 0; i < 5; i++)
            assert_int_equal(loss_dataset_labels(data)[i], labels[8 + i]);
        loss_dataset_free(data);
        remove(scratch_path("t10k-images.idx3-ubyte"));
        remove(scratch_path("t10k-labels.idx1-ubyte"));
    }
    images[4] = 0x7f; /* claims two milliards of images */
    write_idx("t10k-images-idx3-ubyte.gz", true, images, sizeof images);
    assert_refused(scratch_folder, LOSS_SPLIT_TEST, LOSS_ERR_FORMAT, "bytes; the file holds 76");
    images[4] = 0;
    write_idx("t10k-images-idx3-ubyte.gz", true, images, sizeof images - 1);
    assert_refused(scratch_folder, LOSS_SPLIT_TEST, LOSS_ERR_FORMAT,
                   "its header claims 76 bytes; the file holds 75");
    write_idx("t10k-images-idx3-ubyte.gz", false,
              (const uint8_t *)"\x1f\x8b\x08\0garbage that is no gzip", 28);
    assert_refused(scratch_folder, LOSS_SPLIT_TEST, LOSS_ERR_FORMAT, "gzip data are corrupt");
    images[3] = 2;
    write_idx("t10k-images-idx3-ubyte.gz", true, images, sizeof images);
    assert_refused(scratch_folder, LOSS_SPLIT_TEST, LOSS_ERR_FORMAT,
                   "IDX magic is 00 00 08 02; expected 00 00 08 03");
    images[3] = 3;
    write_idx("t10k-images-idx3-ubyte.gz", true, images, sizeof images);
    labels[7] = 4;
    write_idx("t10k-labels-idx1-ubyte.gz", true, labels, sizeof labels - 1);
    assert_refused(scratch_folder, LOSS_SPLIT_TEST, LOSS_ERR_FORMAT, "5 images and 4 labels");
    assert_refused(scratch_folder, LOSS_SPLIT_TRAIN, LOSS_ERR_NAME, "no train-images-idx3-ubyte");
}

static void write_png(const char *name, unsigned width, unsigned height, bool colour)
{
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = width,
                     .height = height,
                     .format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY};
    uint8_t pixels[3 * 64];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 5 + (unsigned char)name[12]);
    assert_true(png_image_write_to_file(&png, scratch_path(name), 0, pixels, 0, NULL));
}

static void test_png_folder(void **state)
{
    (void)state;
    const char *folders[] = {"train", "test", "train/cat", "train/dog", "test/dog"};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(mkdir(scratch_path(folders[i]), 0777), 0);
    write_png("train/cat/1.png", 6, 6, true);
    write_png("train/dog/2.png", 6, 6, true);
    write_png("train/dog/1.png", 6, 6, true);
    write_png("test/dog/1.png", 6, 6, true);
    loss_dataset *train = open_data(scratch_folder, LOSS_SPLIT_TRAIN),
                 *test = open_data(scratch_folder, LOSS_SPLIT_TEST);
    assert_int_equal(loss_dataset_count(train), 3);
    assert_memory_equal(loss_dataset_labels(train), ((uint32_t[]){0, 1, 1}), 3 * sizeof(uint32_t));
    assert_int_equal(loss_dataset_labels(test)[0], 1);  /* numbered by the training classes */
    const uint8_t *pixels = loss_dataset_pixels(train); /* planes, not interleaved */
    assert_int_equal(pixels[36] - pixels[0], 5);
    assert_int_equal(pixels[1] - pixels[0], 15);
    loss_dataset_free(train);
    loss_dataset_free(test);
    write_png("train/dog/3.png", 6, 5, true);
    assert_refused(scratch_folder, LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT,
                   "train/dog/3.png: 6 x 5 pixels; the images before it are 6 x 6");
    scratch_write("train/dog/3.png", "\x89PNG", 4);
    assert_refused(scratch_folder, LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT, "3.png: not a PNG image");
    assert_int_equal(mkdir(scratch_path("test/emu"), 0777), 0);
    assert_refused(scratch_folder, LOSS_SPLIT_TEST, LOSS_ERR_FORMAT,
                   "test/emu: the training images have no class of this name");
}

static void test_no_data(void **state)
{
    (void)state;
    assert_refused(scratch_path("missing"), LOSS_SPLIT_TRAIN, LOSS_ERR_IO,
                   "missing: cannot open: No such file");
    assert_refused(scratch_folder, LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT, "no data set in this folder");
    scratch_write("empty", "", 0);
    assert_refused(scratch_path("empty"), LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT, "the file is empty");
    scratch_write("text", "hello", 5);
    assert_refused(scratch_path("text"), LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT,
                   "no data set in this file");
}

static void test_limit_and_sample(void **state)
{
    (void)state;
    enum { IMAGES = 50 };
    uint8_t pixels[IMAGES];
    uint32_t labels[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
        pixels[i] = (uint8_t)i;
        labels[i] = (uint32_t)(i % 3);
    }
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_dataset *first, *sample, *again, *other;
    opt.limit = 12;
    assert_int_equal(
        loss_dataset_create(&first, (loss_shape){1, 1, 1, 3}, IMAGES, pixels, labels, &opt),
        LOSS_OK);
    opt.sample = true;
    assert_int_equal(
        loss_dataset_create(&sample, (loss_shape){1, 1, 1, 3}, IMAGES, pixels, labels, &opt),
        LOSS_OK);
    assert_int_equal(
        loss_dataset_create(&again, (loss_shape){1, 1, 1, 3}, IMAGES, pixels, labels, &opt),
        LOSS_OK);
    opt.sample_seed = 1;
    assert_int_equal(
        loss_dataset_create(&other, (loss_shape){1, 1, 1, 3}, IMAGES, pixels, labels, &opt),
        LOSS_OK);
    assert_memory_equal(loss_dataset_pixels(first), pixels, 12);
    assert_string_equal(loss_dataset_selection(first), "first");
    assert_string_equal(loss_dataset_selection(other), "sample seed=1");
    assert_string_equal(loss_dataset_digest(sample), loss_dataset_digest(again));
    assert_string_not_equal(loss_dataset_digest(sample), loss_dataset_digest(other));
    const uint8_t *chosen = loss_dataset_pixels(sample);
    assert_int_equal(loss_dataset_count(sample), 12);
    for (int i = 0; i < 12; i++) { /* ascending, so all different; labels go along */
        assert_true(i == 0 || chosen[i] > chosen[i - 1]);
        assert_int_equal(loss_dataset_labels(sample)[i], chosen[i] % 3);
    }
    assert_true(chosen[11] > 20);
    loss_dataset_free(first);
    loss_dataset_free(sample);
    loss_dataset_free(again);
    loss_dataset_free(other);
    labels[7] = 3;
    assert_int_equal(
        loss_dataset_create(&first, (loss_shape){1, 1, 1, 3}, IMAGES, pixels, labels, NULL),
        LOSS_ERR_SHAPE);
    opt = (loss_dataset_options)LOSS_DATASET_OPTIONS_INIT;
    opt.has_normalisation = true;
    opt.std[0] = 0;
    assert_int_equal(loss_dataset_create(&first, (loss_shape){1, 1, 1, 4}, 5, pixels, labels, &opt),
                     LOSS_ERR_ARGUMENT);
}

static void test_real_cifar(void **state)
{
    (void)state;
    char path[512];
    const char *shared = getenv("LOSS_SHARED");
    if (!shared)
        skip();
    snprintf(path, sizeof path, "%s/data/cifar-10-batches-bin", shared);
    loss_dataset *train = open_data(path, LOSS_SPLIT_TRAIN),
                 *test = open_data(path, LOSS_SPLIT_TEST);
    assert_int_equal(loss_dataset_count(train), 4660);
    assert_int_equal(loss_dataset_count(test), 846);
    loss_dataset_free(train);
    loss_dataset_free(test);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_cifar_folder),     TEST(test_cifar_damaged),
        TEST(test_cifar_archive),    TEST(test_idx),
        TEST(test_png_folder),       TEST(test_no_data),
        TEST(test_limit_and_sample), cmocka_unit_test(test_real_cifar),
    };
    return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
