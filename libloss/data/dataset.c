/* Making a dataset, of a path or of arrays: normalisation and digest. */
#include "data/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/reader.h"

enum { LARGEST_CLASSES = 1 << 20 };

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
    loss_status status = lossi_select(data, opt);
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
    if (!lossi_mul(shape->channels, shape->height, &size) ||
        !lossi_mul(size, shape->width, &size) || !lossi_mul(size, images->n, &size))
        return lossi_fail(LOSS_ERR_SHAPE, "images larger than memory can be");
    for (size_t i = 0; i < images->n; i++)
        if (labels[i] >= shape->classes)
            return lossi_fail(LOSS_ERR_SHAPE, "label %zu is %u; expected 0 to %zu", i, labels[i],
                              shape->classes - 1);
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
    if (!out)
        return lossi_fail(LOSS_ERR_ARGUMENT, "out must not be NULL");
    *out = NULL;
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    lossi_images images = {.shape = shape, .n = n};
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = check_options(&opt);
    if (!status)
        status = pixels && labels
                     ? copy_arrays(&images, pixels, labels)
                     : lossi_fail(LOSS_ERR_ARGUMENT, "pixels and labels must not be NULL");
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
