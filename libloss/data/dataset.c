/* The dataset object: recognising what a path is, choosing images, normalisation, digest. */
#include "data/dataset.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/random.h"

struct loss_dataset {
    loss_split split;
    const char *format;
    char *path;
    lossi_images images;
    float mean[3], std[3];
    char digest[17], selection[40];
};

enum { LARGEST_CLASSES = 1 << 20 };

static const char FASHION_MNIST[] = "/usr/share/datasets/fashion-mnist";

void lossi_images_free(lossi_images *images)
{
    free(images->pixels);
    free(images->labels);
    *images = (lossi_images){0};
}

const char *loss_split_name(loss_split split)
{
    return split == LOSS_SPLIT_TEST ? "test" : "train";
}

static loss_status read_file(const char *path, loss_split split, lossi_images *images)
{
    uint8_t *bytes;
    size_t size;
    loss_status status = loss_file_read(path, SIZE_MAX, &bytes, &size);
    if (status)
        return status;
    if (!size)
        status =
            lossi_fail(LOSS_ERR_FORMAT,
                       "%s: the file is empty; expected a data folder or a CIFAR-10 archive", path);
    else if (lossi_cifar10_is_archive(bytes, size))
        status = lossi_cifar10_read_archive(path, bytes, size, split, images);
    else
        status =
            lossi_fail(LOSS_ERR_FORMAT,
                       "%s: no tar or tar.gz archive; give the folder that holds the data", path);
    free(bytes);
    return status;
}

/* Recognises and reads. *format is set to what it was. */
static loss_status read_images(const char *path, loss_split split, const char **format,
                               lossi_images *images)
{
    if (!lossi_is_folder(path)) {
        *format = "cifar-10";
        return read_file(path, split, images);
    }
    if (lossi_cifar10_is_folder(path)) {
        *format = "cifar-10";
        return lossi_cifar10_read_folder(path, split, images);
    }
    if (lossi_idx_is_folder(path)) {
        *format = "idx";
        return lossi_idx_read_folder(path, split, images);
    }
    if (lossi_png_is_folder(path)) {
        *format = "png-folder";
        return lossi_png_read_folder(path, split, images);
    }
    return lossi_fail(LOSS_ERR_FORMAT,
                      "%s: no data set in this folder; expected data_batch_1.bin (CIFAR-10), "
                      "train-images-idx3-ubyte[.gz] (IDX), or train/ and test/ with a folder of "
                      "PNG images for each class",
                      path);
}

/* Moves the chosen images to the front: keep[] holds their numbers, ascending. */
static void keep_images(lossi_images *images, const size_t *keep, size_t n)
{
    size_t size = images->shape.channels * images->shape.height * images->shape.width;
    for (size_t i = 0; i < n; i++) {
        memmove(images->pixels + i * size, images->pixels + keep[i] * size, size);
        images->labels[i] = images->labels[keep[i]];
    }
    images->n = n;
}

static int by_value(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* The first `limit` images, or a seeded choice of as many, kept in their order. */
static loss_status choose(loss_dataset *data, const loss_dataset_options *opt)
{
    lossi_images *images = &data->images;
    size_t n = images->n;
    strcpy(data->selection, "all");
    if (!opt->limit || opt->limit >= n)
        return LOSS_OK;
    strcpy(data->selection, "first");
    if (opt->sample)
        snprintf(data->selection, sizeof data->selection, "sample seed=%llu",
                 (unsigned long long)opt->sample_seed);
    size_t *order = lossi_alloc(n, sizeof *order);
    if (!order)
        return lossi_fail_nomem(n * sizeof *order);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    lossi_stream stream = lossi_stream_make(opt->sample_seed, LOSSI_RANDOM_SAMPLE, 0);
    for (size_t i = 0; opt->sample && i < opt->limit;
         i++) { /* the first steps of Fisher and Yates' shuffle */
        size_t j = i + lossi_random_below(&stream, i, n - i), swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
    qsort(order, opt->limit, sizeof *order, by_value);
    keep_images(images, order, opt->limit);
    free(order);
    return LOSS_OK;
}

/* Defaults: of colour images those of the reference implementation of Li et al. 2018, of grey
 * ones Fashion-MNIST's. */
static loss_status set_normalisation(loss_dataset *data, const loss_dataset_options *opt)
{
    static const float mean[3] = {125.3f / 255, 123.0f / 255, 113.9f / 255},
                       std[3] = {63.0f / 255, 62.1f / 255, 66.7f / 255};
    size_t channels = data->images.shape.channels;
    if (channels != 1 && channels != 3)
        return lossi_fail(LOSS_ERR_SHAPE, "images of %zu channels; expected 1 or 3", channels);
    for (size_t c = 0; c < channels; c++) {
        data->mean[c] = opt->has_normalisation ? opt->mean[c] : channels == 3 ? mean[c] : 0.2860f;
        data->std[c] = opt->has_normalisation ? opt->std[c] : channels == 3 ? std[c] : 0.3530f;
        if (!isfinite(data->mean[c]) || !(data->std[c] > 0) || !isfinite(data->std[c]))
            return lossi_fail(LOSS_ERR_ARGUMENT,
                              "normalisation of channel %zu: mean %g, std %g; std must be above 0",
                              c, (double)data->mean[c], (double)data->std[c]);
    }
    return LOSS_OK;
}

/* A label counts as one byte where that is enough for every class, else as four, the low one
 * first. */
static uint64_t digest_labels(uint64_t d, const lossi_images *images)
{
    size_t size = images->shape.classes > 256 ? 4 : 1;
    for (size_t i = 0; i < images->n; i++) {
        uint32_t label = images->labels[i];
        uint8_t bytes[4] = {(uint8_t)label, (uint8_t)(label >> 8), (uint8_t)(label >> 16),
                            (uint8_t)(label >> 24)};
        d = lossi_digest(d, bytes, size);
    }
    return d;
}

static void set_digest(loss_dataset *data)
{
    const lossi_images *images = &data->images;
    size_t sizes[5] = {images->n, images->shape.channels, images->shape.height, images->shape.width,
                       images->shape.classes};
    uint64_t d = lossi_digest(LOSSI_DIGEST_INIT, sizes, sizeof sizes);
    d = lossi_digest(d, images->pixels, images->n * sizes[1] * sizes[2] * sizes[3]);
    d = digest_labels(d, images);
    d = lossi_digest(d, data->mean, sizeof data->mean);
    d = lossi_digest(d, data->std, sizeof data->std);
    lossi_digest_text(d, data->digest);
}

/* Makes the object of images that it takes over in every case. */
static loss_status make(loss_dataset **out, lossi_images *images, const char *format,
                        const char *path, const loss_dataset_options *opt)
{
    loss_dataset *data = calloc(1, sizeof *data);
    char *copy = lossi_strdup(path);
    if (!data || !copy) {
        free(data);
        free(copy);
        lossi_images_free(images);
        return lossi_fail_nomem(sizeof *data);
    }
    *data = (loss_dataset){.split = opt->split, .format = format, .path = copy, .images = *images};
    loss_status status = choose(data, opt);
    if (!status)
        status = set_normalisation(data, opt);
    if (status) {
        loss_dataset_free(data);
        return status;
    }
    set_digest(data);
    *out = data;
    return LOSS_OK;
}

static loss_status check_options(const loss_dataset_options *opt)
{
    if (opt->split != LOSS_SPLIT_TRAIN && opt->split != LOSS_SPLIT_TEST)
        return lossi_fail(LOSS_ERR_ARGUMENT, "split %d: there are train (0) and test (1)",
                          (int)opt->split);
    return LOSS_OK;
}

loss_status loss_dataset_open(loss_dataset **out, const char *path,
                              const loss_dataset_options *given)
{
    *out = NULL;
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = check_options(&opt);
    if (status)
        return status;
    if (strcmp(path, "fashion-mnist") == 0 && !lossi_is_folder(path)) {
        if (!lossi_is_folder(FASHION_MNIST))
            return lossi_fail(
                LOSS_ERR_IO,
                "fashion-mnist: not at %s; install Debian's package dataset-fashion-mnist",
                FASHION_MNIST);
        path = FASHION_MNIST;
    }
    lossi_images images = {0};
    const char *format = "";
    status = read_images(path, opt.split, &format, &images);
    return status ? status : make(out, &images, format, path, &opt);
}

static loss_status copy_arrays(lossi_images *images, const uint8_t *pixels, const uint32_t *labels)
{
    const loss_shape *shape = &images->shape;
    size_t size;
    if (!images->n || !shape->channels || !shape->height || !shape->width || shape->classes < 2 ||
        shape->classes > LARGEST_CLASSES)
        return lossi_fail(
            LOSS_ERR_SHAPE,
            "%zu images of %zux%zux%zu in %zu classes: no size may be 0, classes from 2 to %d",
            images->n, shape->channels, shape->height, shape->width, shape->classes,
            LARGEST_CLASSES);
    for (size_t i = 0; i < images->n; i++)
        if (labels[i] >= shape->classes)
            return lossi_fail(LOSS_ERR_SHAPE, "label %zu is %u; expected 0 to %zu", i, labels[i],
                              shape->classes - 1);
    if (!lossi_mul(shape->channels, shape->height, &size) ||
        !lossi_mul(size, shape->width, &size) || !lossi_mul(size, images->n, &size))
        return lossi_fail(LOSS_ERR_SHAPE, "images larger than memory can be");
    images->pixels = malloc(size);
    images->labels = lossi_alloc(images->n, sizeof *images->labels);
    if (!images->pixels || !images->labels) {
        lossi_images_free(images);
        return lossi_fail_nomem(size);
    }
    memcpy(images->pixels, pixels, size);
    memcpy(images->labels, labels, images->n * sizeof *labels);
    return LOSS_OK;
}

loss_status loss_dataset_create(loss_dataset **out, loss_shape shape, size_t n,
                                const uint8_t *pixels, const uint32_t *labels,
                                const loss_dataset_options *given)
{
    *out = NULL;
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    lossi_images images = {.shape = shape, .n = n};
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = check_options(&opt);
    if (!status)
        status = copy_arrays(&images, pixels, labels);
    return status ? status : make(out, &images, "arrays", "", &opt);
}

void loss_dataset_free(loss_dataset *data)
{
    if (!data)
        return;
    lossi_images_free(&data->images);
    free(data->path);
    free(data);
}

loss_shape loss_dataset_shape(const loss_dataset *data)
{
    return data->images.shape;
}
size_t loss_dataset_count(const loss_dataset *data)
{
    return data->images.n;
}
loss_split loss_dataset_split(const loss_dataset *data)
{
    return data->split;
}
const char *loss_dataset_format(const loss_dataset *data)
{
    return data->format;
}
const char *loss_dataset_selection(const loss_dataset *data)
{
    return data->selection;
}
const char *loss_dataset_path(const loss_dataset *data)
{
    return data->path;
}
const char *loss_dataset_digest(const loss_dataset *data)
{
    return data->digest;
}
const float *loss_dataset_mean(const loss_dataset *data)
{
    return data->mean;
}
const float *loss_dataset_std(const loss_dataset *data)
{
    return data->std;
}
const uint8_t *loss_dataset_pixels(const loss_dataset *data)
{
    return data->images.pixels;
}
const uint32_t *loss_dataset_labels(const loss_dataset *data)
{
    return data->images.labels;
}

loss_status loss_dataset_images(const loss_dataset *data, size_t first, size_t n, float *out)
{
    const loss_shape *shape = &data->images.shape;
    size_t plane = shape->height * shape->width, planes = n * shape->channels;
    if (first > data->images.n || n > data->images.n - first)
        return lossi_fail(LOSS_ERR_ARGUMENT, "images %zu to %zu asked for; there are %zu", first,
                          first + n, data->images.n);
    const uint8_t *pixels = data->images.pixels + first * shape->channels * plane;
    for (size_t p = 0; p < planes; p++) {
        float mean = data->mean[p % shape->channels], std = data->std[p % shape->channels];
        for (size_t i = 0; i < plane; i++, pixels++)
            *out++ = ((float)*pixels / 255.0f - mean) / std;
    }
    return LOSS_OK;
}
