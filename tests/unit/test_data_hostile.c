/* Data that nobody would make on purpose: samples of every kind of PNG, archives of every kind of
 * tar, files that unpack to far more than they hold, folders with other things in them. */
#include <errno.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <zlib.h>

#include <cmocka.h>

#include <loss/data.h>

#include "scratch.h"

enum { RECORD = 3073 };

static loss_status open_split(loss_dataset **data, const char *path, loss_split split)
{
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.split = split;
    return loss_dataset_open(data, path, &opt);
}

static void assert_refused(const char *path, loss_split split, loss_status status,
                           const char *message)
{
    loss_dataset *data;
    assert_int_equal(open_split(&data, path, split), status);
    assert_null(data);
    if (!strstr(loss_last_message(), message))
        fail_msg("message: %s\nexpected: %s", loss_last_message(), message);
}

static void shell(const char *commands)
{
    char line[2048];
    snprintf(line, sizeof line, "cd %s && { %s; } >/dev/null 2>&1", scratch_folder, commands);
    assert_int_equal(system(line), 0);
}

static loss_dataset *open_or_fail(const char *path)
{
    loss_dataset *data;
    if (open_split(&data, path, LOSS_SPLIT_TRAIN))
        fail_msg("%s", loss_last_message());
    return data;
}

/* A PNG of 2 x 2 with rows as they are given, and gAMA, bKGD where asked for. */
static void write_png(const char *name, int type, int depth, const uint8_t *rows, size_t row,
                      const uint8_t *palette, int n_palette, bool interlaced)
{
    FILE *file = fopen(scratch_path(name), "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    assert_true(file && png && info && setjmp(png_jmpbuf(png)) == 0);
    png_init_io(png, file);
    png_set_IHDR(png, info, 2, 2, depth, type, interlaced, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_gAMA(png, info, 1.0);
    if (palette) {
        png_byte alpha[4] = {0, 100, 200, 255};
        png_set_PLTE(png, info, (const png_color *)palette, n_palette);
        png_set_tRNS(png, info, alpha, n_palette, NULL);
    }
    png_write_info(png, info);
    for (int pass = png_set_interlace_handling(png); pass > 0; pass--)
        for (int y = 0; y < 2; y++)
            png_write_row(png, rows + (size_t)y * row);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    fclose(file);
}

static void check_png(const char *what, size_t channels, const uint8_t *expected)
{
    shell("cp train/a/1.png train/b/1.png");
    loss_dataset *data = open_or_fail(scratch_folder);
    assert_int_equal(loss_dataset_shape(data).channels, channels);
    if (memcmp(loss_dataset_pixels(data), expected, 4 * channels) != 0)
        fail_msg("%s: other samples", what);
    loss_dataset_free(data);
}

#define BYTES(...) ((const uint8_t[]){__VA_ARGS__})

static void test_png_samples(void **state)
{
    (void)state;
    const char *file = "train/a/1.png";
    shell("mkdir -p train/a train/b");
    for (int interlaced = 0; interlaced < 2; interlaced++) {
        write_png(file, PNG_COLOR_TYPE_GRAY, 8, BYTES(64, 1, 200, 255), 2, NULL, 0, interlaced);
        check_png("grey of 8 bits", 1, BYTES(64, 1, 200, 255));
    }
    write_png(file, PNG_COLOR_TYPE_GRAY, 1, BYTES(0x40, 0x80), 1, NULL, 0, false);
    check_png("grey of 1 bit", 1, BYTES(0, 255, 255, 0));
    write_png(file, PNG_COLOR_TYPE_GRAY, 2, BYTES(0x60, 0xb0), 1, NULL, 0, false);
    check_png("grey of 2 bits", 1, BYTES(85, 170, 170, 255));
    write_png(file, PNG_COLOR_TYPE_GRAY, 4, BYTES(0x1e, 0x7f), 1, NULL, 0, false);
    check_png("grey of 4 bits", 1, BYTES(17, 238, 119, 255));
    write_png(file, PNG_COLOR_TYPE_GRAY_ALPHA, 8, BYTES(64, 0, 1, 10, 200, 255, 3, 128), 4, NULL, 0,
              false);
    check_png("grey with alpha", 1, BYTES(64, 1, 200, 3));
    write_png(file, PNG_COLOR_TYPE_RGB_ALPHA, 8,
              BYTES(64, 65, 66, 0, 1, 2, 3, 10, 7, 8, 9, 255, 4, 5, 6, 128), 8, NULL, 0, false);
    check_png("colour with alpha", 3, BYTES(64, 1, 7, 4, 65, 2, 8, 5, 66, 3, 9, 6));
    write_png(file, PNG_COLOR_TYPE_RGB, 16,
              BYTES(64, 255, 65, 0, 66, 128, 1, 0, 2, 0, 3, 0, 7, 0, 8, 0, 9, 0, 4, 0, 5, 0, 6, 0),
              12, NULL, 0, false);
    check_png("colour of 16 bits", 3, BYTES(64, 1, 7, 4, 65, 2, 8, 5, 66, 3, 9, 6));
    const uint8_t *palette = BYTES(10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120);
    write_png(file, PNG_COLOR_TYPE_PALETTE, 2, BYTES(0x10, 0xb0), 1, palette, 4, false);
    check_png("a palette", 3, BYTES(10, 40, 70, 100, 20, 50, 80, 110, 30, 60, 90, 120));
    write_png(file, PNG_COLOR_TYPE_GRAY, 16, BYTES(64, 1, 2, 3, 4, 5, 6, 7), 4, NULL, 0, false);
    assert_refused(scratch_folder, LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT, "1.png: grey of 16 bits");
}

/* What PIL's convert() gives, of images with gamma, profiles, transparency and more. */
static void test_png_as_pil(void **state)
{
    (void)state;
    static const char script[] =
        "import random\nfrom PIL import Image, PngImagePlugin\nrandom.seed(1)\n"
        "def make(mode, size=(9, 9), **kw):\n"
        "    n = len(Image.new(mode, (1, 1)).tobytes())\n"
        "    i = Image.frombytes(mode, size, bytes(random.randrange(256) for _ in range(81 * n)))\n"
        "    if mode == 'P': i.putpalette([random.randrange(256) for _ in range(768)])\n"
        "    info = PngImagePlugin.PngInfo()\n"
        "    info.add(b'gAMA', (100000).to_bytes(4, 'big'))\n"
        "    return i, dict(pnginfo=info, **kw)\n"
        "kinds = [make('RGB'), make('RGBA'), make('P', transparency=3), make('P'),\n"
        "         make('RGB', transparency=(1, 2, 3)), make('RGB', icc_profile=b'x' * 200)]\n"
        "out = open('expected', 'wb')\n"
        "for k, (image, options) in enumerate(kinds):\n"
        "    name = 'train/%s/%d.png' % ('ab'[k // 3], k)\n"
        "    image.save(name, **options)\n"
        "    rgb = Image.open(name).convert('RGB')\n"
        "    for c in rgb.split(): out.write(c.tobytes())\n";
    shell("mkdir -p train/a train/b");
    if (system("/usr/bin/python3 -c 'import PIL' 2>/dev/null"))
        skip();
    scratch_write("make.py", script, strlen(script));
    shell("/usr/bin/python3 make.py");
    uint8_t expected[6 * 243];
    FILE *file = fopen(scratch_path("expected"), "rb");
    assert_non_null(file);
    assert_int_equal(fread(expected, 1, sizeof expected, file), sizeof expected);
    fclose(file);
    loss_dataset *data = open_or_fail(scratch_folder);
    assert_memory_equal(loss_dataset_pixels(data), expected, sizeof expected);
    loss_dataset_free(data);
}

static void write_batches(void)
{
    static uint8_t bytes[8 * RECORD]; /* zeros at the end, for a sparse file */
    for (int k = 1; k <= 5; k++) {
        char name[32];
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = i >= 2 * RECORD ? 0 : i % RECORD ? (uint8_t)(i * (size_t)k) : (uint8_t)k;
        snprintf(name, sizeof name, "data_batch_%d.bin", k);
        scratch_write(name, bytes, sizeof bytes);
    }
}

/* Long names, names that are not ASCII, sparse files, the formats of tar, gzip in two members. */
static void test_archives(void **state)
{
    (void)state;
    static const char *const makes[] = {
        "tar --format=gnu -cf t d",
        "tar --format=pax -cf t d",
        "tar --format=ustar -cf t e",
        "tar --format=pax -S -cf t d",
        "tar --format=gnu -S -cf t d",
        "tar -cf u d && head -c 9000 u | gzip >t && tail -c +9001 u | gzip >>t"};
    write_batches();
    shell("long=$(printf '%0249d' 7); mkdir -p \"d/$long\" e && cp --sparse=always *.bin "
          "\"d/$long\" && cp *.bin e "
          "&& truncate -s 1M d/hole && printf x >d/d\303\244t\303\244");
    loss_dataset *folder = open_or_fail(scratch_folder);
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
        shell(makes[i]);
        loss_dataset *data = open_or_fail(scratch_path("t"));
        assert_string_equal(loss_dataset_digest(data), loss_dataset_digest(folder));
        loss_dataset_free(data);
        assert_refused(scratch_path("t"), LOSS_SPLIT_TEST, LOSS_ERR_NAME, "no test images");
    }
    loss_dataset_free(folder);
    shell("gzip -c data_batch_1.bin >t");
    assert_refused(scratch_path("t"), LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT, "no tar archive");
    shell("tar -czf t d && size=$(stat -c %s t) && printf '\\0\\0' | "
          "dd of=t bs=1 seek=$((size - 8)) conv=notrunc");
    assert_refused(scratch_path("t"), LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT, "gzip data are corrupt");
    shell("rm data_batch_3.bin && tar -cf t *.bin");
    assert_refused(scratch_path("t"), LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT,
                   "data_batch_3.bin: not in the archive");
}

/* A few bytes that unpack to a lot are refused before they take memory. */
static void test_bombs(void **state)
{
    (void)state;
    shell("mkdir idx; printf '\\0\\0\\10\\3\\0\\10\\0\\0\\0\\0\\0\\40\\0\\0\\0\\40' >idx/h && "
          "{ cat idx/h; head -c 300M /dev/zero; } | gzip -1 >idx/train-images-idx3-ubyte.gz && "
          "printf x >idx/train-labels-idx1-ubyte");
    assert_refused(scratch_path("idx"), LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT, "expected at most 2684");
    shell("truncate -s 400M data_batch_1.bin && tar -S -cf t data_batch_1.bin && "
          "tar -cf - data_batch_1.bin | gzip -1 >u");
    assert_refused(scratch_path("t"), LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT, "expected at most 2684");
    assert_refused(scratch_path("u"), LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT, "expected at most 2684");
    static uint8_t rows[8];
    shell("rm t u; mkdir -p png/train/a png/train/b");
    write_png("png/train/a/1.png", PNG_COLOR_TYPE_GRAY, 8, rows, 2, NULL, 0, false);
    shell("cp png/train/a/1.png png/train/b");
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_dataset *data;
    opt.max_bytes = 7; /* two images of 4 bytes */
    assert_int_equal(loss_dataset_open(&data, scratch_path("png"), &opt), LOSS_ERR_FORMAT);
    assert_non_null(strstr(loss_last_message(), "unpack to 8 or more; expected at most 7"));
    opt.max_bytes = 8;
    assert_int_equal(loss_dataset_open(&data, scratch_path("png"), &opt), LOSS_OK);
    loss_dataset_free(data);
}

static void test_other_things_in_folders(void **state)
{
    (void)state;
    uint8_t rows[4] = {1, 2, 3, 4};
    shell("mkdir -p train/a train/b && touch train/a/Thumbs.db train/b/.DS_Store "
          "train/b/desktop.ini train/Thumbs.db train/README.txt");
    write_png("train/a/1.png", PNG_COLOR_TYPE_GRAY, 8, rows, 2, NULL, 0, false);
    shell("cp train/a/1.png train/b");
    loss_dataset *data = open_or_fail(scratch_folder);
    assert_int_equal(loss_dataset_count(data), 2);
    assert_int_equal(loss_dataset_shape(data).classes, 2);
    loss_dataset_free(data);
    static const struct {
        const char *make, *message, *undo;
    } cases[] = {
        {"mkfifo train/a/x.png", "x.png: a device or a pipe", "rm train/a/x.png"},
        {"ln -s /dev/zero train/a/x.png", "x.png: a device or a pipe", "rm train/a/x.png"},
        {"ln -s nowhere train/a/x.png", "a link to what does not exist", "rm train/a/x.png"},
        {"mkdir train/a/x", "x: a folder within a class folder", "rmdir train/a/x"},
        {"cp train/a/1.png train", "1.png: an image outside", "rm train/1.png"},
        {"echo hello >train/a/x.txt", "x.txt: not a PNG image", "rm train/a/x.txt"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        shell(cases[i].make);
        assert_refused(scratch_folder, LOSS_SPLIT_TRAIN, LOSS_ERR_FORMAT, cases[i].message);
        shell(cases[i].undo);
    }
    shell("ln -s x.png train/a/x.png");
    assert_refused(scratch_folder, LOSS_SPLIT_TRAIN, LOSS_ERR_IO, strerror(ELOOP));
    shell("rm train/a/x.png; mkfifo pipe");
    assert_refused(scratch_path("pipe"), LOSS_SPLIT_TRAIN, LOSS_ERR_IO, "pipe: ");
    assert_refused("/dev/zero", LOSS_SPLIT_TRAIN, LOSS_ERR_IO, "/dev/zero: ");
}

/* That there is no split, and that it cannot be read, are two statuses. */
static void test_no_split(void **state)
{
    (void)state;
    uint8_t rows[4] = {1, 2, 3, 4};
    write_batches();
    assert_refused(scratch_folder, LOSS_SPLIT_TEST, LOSS_ERR_NAME, "no test images");
    shell("ln -s test_batch.bin test_batch.bin");
    assert_refused(scratch_folder, LOSS_SPLIT_TEST, LOSS_ERR_IO, strerror(ELOOP));
    shell("rm *.bin; mkdir -p train/a train/b");
    write_png("train/a/1.png", PNG_COLOR_TYPE_GRAY, 8, rows, 2, NULL, 0, false);
    assert_refused(scratch_folder, LOSS_SPLIT_TEST, LOSS_ERR_NAME, "no test images");
    shell("ln -s test test");
    assert_refused(scratch_folder, LOSS_SPLIT_TEST, LOSS_ERR_IO, strerror(ELOOP));
    assert_refused(scratch_path("none"), LOSS_SPLIT_TRAIN, LOSS_ERR_IO, "none: cannot open");
}

/* The digest sees each thing that the loss depends on. */
static void test_digest(void **state)
{
    (void)state;
    const uint8_t pixels[8] = {1, 2, 3, 4, 5, 6, 7, 8}, other_pixels[8] = {1, 2, 3, 4, 5, 6, 7, 9};
    const uint32_t labels[2] = {0, 1}, other_labels[2] = {0, 2};
    char digests[9][17];
    for (int k = 0; k < 9; k++) {
        loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
        loss_dataset *data;
        loss_shape shape = {1, 2, 2, 3};
        opt.has_normalisation = true;
        opt.mean[0] = k == 1 ? 0.25f : 0.5f;
        opt.std[0] = k == 2 ? 0.25f : 0.5f;
        opt.limit = k == 3 ? 1 : 0;
        shape.classes = k == 4 ? 4 : 3;
        if (k == 5)
            shape = (loss_shape){1, 1, 4, 3};
        if (k == 8) {
            opt.limit = 1;
            opt.sample = true;
            opt.sample_seed = 2;
        }
        assert_int_equal(loss_dataset_create(&data, shape, 2, k == 6 ? other_pixels : pixels,
                                             k == 7 ? other_labels : labels, &opt),
                         LOSS_OK);
        strcpy(digests[k], loss_dataset_digest(data));
        if (k == 8 && loss_dataset_pixels(data)[0] == 1)
            digests[k][0] = 0; /* this seed chose the first image too: the same as limit alone */
        loss_dataset_free(data);
        for (int i = 0; i < k; i++)
            if (strcmp(digests[k], digests[i]) == 0)
                fail_msg("digests %d and %d are one", i, k);
    }
    assert_int_not_equal(digests[8][0], 0);
}

/* Of colour images the second and third channel's numbers count too. */
static void test_digest_of_channels(void **state)
{
    (void)state;
    const uint8_t pixels[3] = {1, 2, 3};
    const uint32_t label = 0;
    char digests[7][17];
    for (int k = 0; k < 7; k++) {
        loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
        loss_dataset *data;
        opt.has_normalisation = true;
        for (int c = 0; c < 3; c++) {
            opt.mean[c] = k == c ? 0.25f : 0.5f;
            opt.std[c] = k == 3 + c ? 0.25f : 0.5f;
        }
        assert_int_equal(
            loss_dataset_create(&data, (loss_shape){3, 1, 1, 2}, 1, pixels, &label, &opt), LOSS_OK);
        strcpy(digests[k], loss_dataset_digest(data));
        loss_dataset_free(data);
        for (int i = 0; i < k; i++)
            assert_string_not_equal(digests[k], digests[i]);
    }
}

static void test_misuse(void **state)
{
    (void)state;
    loss_dataset *data;
    uint8_t pixel = 0;
    uint32_t label = 0;
    float value;
    assert_int_equal(loss_dataset_open(&data, NULL, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_dataset_open(NULL, "x", NULL), LOSS_ERR_ARGUMENT);
    loss_shape shape = {1, 1, 1, 2};
    assert_int_equal(loss_dataset_create(&data, shape, 1, NULL, &label, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_dataset_create(&data, shape, 1, &pixel, NULL, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_dataset_images(NULL, 0, 1, &value), LOSS_ERR_ARGUMENT);
    for (size_t i = 0; i < loss_dataset_formats(); i++)
        assert_true(*loss_dataset_format_name(i) && *loss_dataset_format_summary(i));
    assert_null(loss_dataset_format_name(loss_dataset_formats()));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_png_samples),
        TEST(test_png_as_pil),
        TEST(test_archives),
        TEST(test_bombs),
        TEST(test_other_things_in_folders),
        TEST(test_no_split),
        TEST(test_digest),
        TEST(test_digest_of_channels),
        TEST(test_misuse),
    };
    return cmocka_run_group_tests_name("hostile data", tests, NULL, NULL);
}
