/* Making a dataset, of a path or of arrays: normalisation and digest. */
#include "data/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/picture.h"
#include "data/reader.h"

enum { LARGEST_CLASSES = 1 << 20 };

/* Defaults: of colour images those of the reference implementation of Li et al. 2018, of grey
 * ones Fashion-MNIST's; of others none. */
static void choose_normalisation(loss_dataset *data, const loss_dataset_options *opt)
{
    static const float mean[3] = {125.3f / 255, 123.0f / 255, 113.9f / 255},
                       std[3] = {63.0f / 255, 62.1f / 255, 66.7f / 255};
    size_t channels = data->images.shape.channels;
    for (size_t c = 0; c < channels; c++) {
        size_t k = channels == 3 ? c : 0;
        data->mean[c] = opt->has_normalisation ? opt->mean[k]
                        : channels == 3        ? mean[c]
                        : channels == 1        ? 0.2860f
                                               : 0;
        data->std[c] = opt->has_normalisation ? opt->std[k]
                       : channels == 3        ? std[c]
                       : channels == 1        ? 0.3530f
                                              : 1;
    }
}

static loss_status set_normalisation(loss_dataset *data, const loss_dataset_options *opt)
{
    size_t channels = data->images.shape.channels;
    if (data->images.values)
        return LOSS_OK;
    data->mean = lossi_alloc(channels + 3, sizeof *data->mean);
    data->std = lossi_alloc(channels + 3, sizeof *data->std);
    if (!data->mean || !data->std)
        return lossi_fail_nomem(channels * sizeof *data->mean);
    choose_normalisation(data, opt);
    for (size_t c = 0; c < channels; c++)
        if (!isfinite(data->mean[c]) || !(data->std[c] > 0) || !isfinite(data->std[c]))
            return lossi_fail(LOSS_ERR_ARGUMENT,
                              "normalisation of channel %zu: mean %g, std %g; std must be above 0",
                              c, (double)data->mean[c], (double)data->std[c]);
    return LOSS_OK;
}

/* A label counts as one byte where that is enough for every class, else as four, the low one
 * first. */
static uint64_t digest_labels(uint64_t d, const lossi_images *images)
{
    if (images->targets)
        return lossi_digest(d, images->targets,
                            images->n * images->shape.classes * sizeof *images->targets);
    size_t size = images->shape.classes > 256 ? 4 : 1;
    for (size_t i = 0; i < images->n; i++) {
        uint32_t label = images->labels[i];
        uint8_t bytes[4] = {(uint8_t)label, (uint8_t)(label >> 8), (uint8_t)(label >> 16),
                            (uint8_t)(label >> 24)};
        d = lossi_digest(d, bytes, size);
    }
    return d;
}

static loss_status digest_images(uint64_t *d, const lossi_images *images)
{
    size_t size = lossi_image_bytes(images);
    void *buffer = malloc(size);
    loss_status status = buffer ? LOSS_OK : lossi_fail_nomem(size);
    for (size_t i = 0; i < images->n && !status; i++) {
        const void *image;
        status = lossi_images_get(images, i, buffer, &image);
        if (!status)
            *d = lossi_digest(*d, image, size);
    }
    free(buffer);
    return status;
}

static loss_status set_digest(loss_dataset *data)
{
    const lossi_images *images = &data->images;
    size_t sizes[5] = {images->n, images->shape.channels, images->shape.height, images->shape.width,
                       images->shape.classes};
    uint64_t d = lossi_digest(LOSSI_DIGEST_INIT, sizes, sizeof sizes);
    size_t n_mean = (sizes[1] < 3 ? 3 : sizes[1]) * sizeof *data->mean;
    loss_status status = digest_images(&d, images);
    d = digest_labels(d, images);
    if (images->pixels) { /* of one channel, too, three numbers of each count */
        d = lossi_digest(d, data->mean, n_mean);
        d = lossi_digest(d, data->std, n_mean);
    }
    lossi_digest_text(d, data->digest);
    return status;
}

/* Resizes and crops images that a reader gave as they are. */
static loss_status fit_images(loss_dataset *data, const loss_dataset_options *opt)
{
    lossi_images *images = &data->images, all = {.shape = images->shape};
    size_t size = lossi_image_size(images), planes = images->shape.channels;
    loss_status status = LOSS_OK;
    if (!images->pixels)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: images of floats are not resized or cropped",
                          data->path);
    for (size_t i = 0; i < images->n && !status; i++) {
        lossi_picture p = {planes, images->shape.height, images->shape.width, malloc(size)};
        if (!p.pixels)
            return lossi_fail_nomem(size);
        memcpy(p.pixels, images->pixels + i * size, size);
        status = lossi_picture_fit(&p, opt, data->path);
        if (!status && i == 0) {
            all.shape.height = p.height;
            all.shape.width = p.width;
            status = lossi_images_reserve(&all, images->n, false, 0);
        }
        if (!status)
            memcpy(all.pixels + i * lossi_image_size(&all), p.pixels, lossi_image_size(&all));
        lossi_picture_free(&p);
    }
    if (status) {
        lossi_images_free(&all);
        return status;
    }
    free(images->pixels);
    images->pixels = all.pixels;
    images->shape = all.shape;
    return LOSS_OK;
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
    loss_status status = lossi_select(data, opt);
    if (!status && (opt->resize || opt->crop) && !data->images.is_fitted)
        status = fit_images(data, opt);
    if (!status)
        status = lossi_images_hold(&data->images, opt->cache);
    if (!status)
        status = set_normalisation(data, opt);
    if (!status)
        status = set_digest(data);
    if (status) {
        loss_dataset_free(data);
        return status;
    }
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
    if (!out)
        return lossi_fail(LOSS_ERR_ARGUMENT, "out must not be NULL");
    *out = NULL;
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = check_options(&opt);
    if (!status && !path)
        status = lossi_fail(LOSS_ERR_ARGUMENT, "path must not be NULL");
    if (status)
        return status;
    lossi_images images;
    const char *format = "";
    status = lossi_read_images(&path, &opt, &format, &images);
    return status ? status : make(out, &images, format, path, &opt);
}

static loss_status check_arrays(const loss_arrays *a)
{
    const loss_shape *shape = &a->shape;
    size_t size, least = a->labels ? 2 : 1;
    if (!a->pixels == !a->values || !a->labels == !a->targets)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "arrays: expected pixels or values, and labels or targets");
    if (!a->n || !shape->channels || !shape->height || !shape->width || shape->classes < least ||
        shape->classes > LARGEST_CLASSES)
        return lossi_fail(
            LOSS_ERR_SHAPE,
            "%zu images of %zux%zux%zu in %zu classes: no size may be 0, classes from %zu to %d",
            a->n, shape->channels, shape->height, shape->width, shape->classes, least,
            LARGEST_CLASSES);
    if (!lossi_mul(shape->channels, shape->height, &size) ||
        !lossi_mul(size, shape->width, &size) || !lossi_mul(size, a->n, &size) ||
        !lossi_mul(size, sizeof(float), &size) || !lossi_mul(shape->classes, a->n, &size) ||
        !lossi_mul(size, sizeof(float), &size))
        return lossi_fail(LOSS_ERR_SHAPE, "images larger than memory can be");
    for (size_t i = 0; i < a->n && a->labels; i++)
        if (a->labels[i] >= shape->classes)
            return lossi_fail(LOSS_ERR_SHAPE, "label %zu is %u; expected 0 to %zu", i, a->labels[i],
                              shape->classes - 1);
    return LOSS_OK;
}

/* A copy of n values, owned by the caller; NULL of NULL, or when memory is out. */
static void *copy_of(const void *from, size_t n, size_t size)
{
    void *to = from ? malloc(n * size) : NULL;
    if (to)
        memcpy(to, from, n * size);
    return to;
}

static loss_status copy_arrays(lossi_images *images, const loss_arrays *a)
{
    loss_status status = check_arrays(a);
    if (status)
        return status;
    *images = (lossi_images){.shape = a->shape, .n = a->n};
    size_t count = a->n * lossi_image_size(images);
    images->pixels = copy_of(a->pixels, count, sizeof *a->pixels);
    images->values = copy_of(a->values, count, sizeof *a->values);
    images->labels = copy_of(a->labels, a->n, sizeof *a->labels);
    images->targets = copy_of(a->targets, a->n * a->shape.classes, sizeof *a->targets);
    if ((images->pixels || images->values) && (images->labels || images->targets))
        return LOSS_OK;
    lossi_images_free(images);
    return lossi_fail_nomem(count);
}

loss_status loss_dataset_create_arrays(loss_dataset **out, const loss_arrays *arrays,
                                       const loss_dataset_options *given)
{
    if (!out)
        return lossi_fail(LOSS_ERR_ARGUMENT, "out must not be NULL");
    *out = NULL;
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_arrays a = LOSS_ARRAYS_INIT;
    lossi_images images = {0};
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = check_options(&opt);
    if (!status)
        status = LOSSI_OPTIONS(a, arrays);
    if (!status)
        status = copy_arrays(&images, &a);
    return status ? status : make(out, &images, "arrays", "", &opt);
}

loss_status loss_dataset_create(loss_dataset **out, loss_shape shape, size_t n,
                                const uint8_t *pixels, const uint32_t *labels,
                                const loss_dataset_options *opt)
{
    loss_arrays arrays = LOSS_ARRAYS_INIT;
    arrays.shape = shape;
    arrays.n = n;
    arrays.pixels = pixels;
    arrays.labels = labels;
    return loss_dataset_create_arrays(out, &arrays, opt);
}

void loss_dataset_free(loss_dataset *data)
{
    if (!data)
        return;
    lossi_images_free(&data->images);
    free(data->mean);
    free(data->std);
    free(data->path);
    free(data);
}
