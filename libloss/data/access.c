/* What a dataset tells about itself, and its images. */
#include <string.h>

#include "data/dataset.h"

const char *loss_split_name(loss_split split)
{
    return split == LOSS_SPLIT_TEST ? "test" : "train";
}

loss_shape loss_dataset_shape(const loss_dataset *data)
{
    return data ? data->images.shape : (loss_shape){0};
}
size_t loss_dataset_count(const loss_dataset *data)
{
    return data ? data->images.n : 0;
}
loss_split loss_dataset_split(const loss_dataset *data)
{
    return data ? data->split : LOSS_SPLIT_TRAIN;
}
const char *loss_dataset_format(const loss_dataset *data)
{
    return data ? data->format : NULL;
}
const char *loss_dataset_selection(const loss_dataset *data)
{
    return data ? data->selection : NULL;
}
const char *loss_dataset_path(const loss_dataset *data)
{
    return data ? data->path : NULL;
}
const char *loss_dataset_digest(const loss_dataset *data)
{
    return data ? data->digest : NULL;
}
const float *loss_dataset_mean(const loss_dataset *data)
{
    return data ? data->mean : NULL;
}
const float *loss_dataset_std(const loss_dataset *data)
{
    return data ? data->std : NULL;
}
const uint8_t *loss_dataset_pixels(const loss_dataset *data)
{
    return data ? data->images.pixels : NULL;
}
const float *loss_dataset_values(const loss_dataset *data)
{
    return data ? data->images.values : NULL;
}
const float *loss_dataset_targets(const loss_dataset *data)
{
    return data ? data->images.targets : NULL;
}
const uint32_t *loss_dataset_labels(const loss_dataset *data)
{
    return data ? data->images.labels : NULL;
}

loss_status loss_dataset_images(const loss_dataset *data, size_t first, size_t n, float *out)
{
    if (!data || !out)
        return lossi_fail(LOSS_ERR_ARGUMENT, "data and out must not be NULL");
    const loss_shape *shape = &data->images.shape;
    size_t plane = shape->height * shape->width, planes = n * shape->channels;
    if (first > data->images.n || n > data->images.n - first)
        return lossi_fail(LOSS_ERR_ARGUMENT, "images %zu to %zu asked for; there are %zu", first,
                          first + n, data->images.n);
    if (data->images.values) {
        size_t size = lossi_image_size(&data->images);
        memcpy(out, data->images.values + first * size, n * size * sizeof *out);
        return LOSS_OK;
    }
    const uint8_t *pixels = data->images.pixels + first * shape->channels * plane;
    for (size_t p = 0; p < planes; p++) {
        float mean = data->mean[p % shape->channels], std = data->std[p % shape->channels];
        for (size_t i = 0; i < plane; i++, pixels++)
            *out++ = ((float)*pixels / 255.0f - mean) / std;
    }
    return LOSS_OK;
}
