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
    return data && !data->images.spill ? data->images.pixels : NULL;
}
const float *loss_dataset_values(const loss_dataset *data)
{
    return data && !data->images.spill ? data->images.values : NULL;
}
const float *loss_dataset_targets(const loss_dataset *data)
{
    return data ? data->images.targets : NULL;
}
const uint32_t *loss_dataset_labels(const loss_dataset *data)
{
    return data ? data->images.labels : NULL;
}

/* One image of bytes, normalised. They may lie in the last quarter of `out`, which is not written
 * before it was read. */
static void normalise(const loss_dataset *data, const uint8_t *pixels, float *out)
{
    const loss_shape *shape = &data->images.shape;
    size_t plane = shape->height * shape->width;
    for (size_t c = 0; c < shape->channels; c++) {
        float mean = data->mean[c], std = data->std[c];
        for (size_t i = 0; i < plane; i++, pixels++)
            *out++ = ((float)*pixels / 255.0f - mean) / std;
    }
}

loss_status loss_dataset_images(const loss_dataset *data, size_t first, size_t n, float *out)
{
    if (!data || !out)
        return lossi_fail(LOSS_ERR_ARGUMENT, "data and out must not be NULL");
    const lossi_images *images = &data->images;
    size_t size = lossi_image_size(images);
    if (first > images->n || n > images->n - first)
        return lossi_fail(LOSS_ERR_ARGUMENT, "images %zu to %zu asked for; there are %zu", first,
                          first + n, images->n);
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < n && !status; i++, out += size) {
        const void *image;
        bool is_floats = images->values != NULL;
        status = lossi_images_get(
            images, first + i, is_floats ? (uint8_t *)out : (uint8_t *)(out + size) - size, &image);
        if (!status && !is_floats)
            normalise(data, image, out);
        else if (!status && image != out)
            memcpy(out, image, size * sizeof *out);
    }
    return status;
}
