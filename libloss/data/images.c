/* Memory of images, and its limit. */
#include "data/images.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_TIMES = 64 };
static const size_t ALWAYS = (size_t)256 << 20;

void lossi_images_free(lossi_images *images)
{
    free(images->pixels);
    free(images->values);
    free(images->labels);
    free(images->targets);
    lossi_spill_free(images->spill);
    *images = (lossi_images){0};
}

size_t lossi_image_size(const lossi_images *images)
{
    return images->shape.channels * images->shape.height * images->shape.width;
}

size_t lossi_image_bytes(const lossi_images *images)
{
    return lossi_image_size(images) * (images->values ? sizeof(float) : 1);
}

loss_status lossi_images_reserve(lossi_images *images, size_t n, bool is_floats, size_t cache)
{
    const loss_shape *shape = &images->shape;
    size_t size, all;
    if (!lossi_mul(shape->channels, shape->height, &size) ||
        !lossi_mul(size, shape->width, &size) ||
        !lossi_mul(size, is_floats ? sizeof(float) : 1, &size) || !lossi_mul(size, n, &all))
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%zu images of %zu x %zu x %zu: larger than memory can be", n,
                          shape->channels, shape->height, shape->width);
    images->n = n;
    images->n_held = cache && all > cache ? cache / size : n;
    void *held = malloc(images->n_held * size + 1);
    *(is_floats ? (void **)&images->values : (void **)&images->pixels) = held;
    if (!held)
        return lossi_fail_nomem(images->n_held * size);
    return images->n_held < n ? lossi_spill_create(&images->spill) : LOSS_OK;
}

/* Where a held image lies. */
static void *place_of(const lossi_images *images, size_t i)
{
    size_t at = i * lossi_image_size(images);
    return images->values ? (void *)(images->values + at) : (void *)(images->pixels + at);
}

loss_status lossi_images_put(lossi_images *images, size_t i, const void *image)
{
    size_t size = lossi_image_bytes(images);
    if (i >= images->n_held)
        return lossi_spill_write(images->spill, image, size, (i - images->n_held) * (uint64_t)size);
    memcpy(place_of(images, i), image, size);
    return LOSS_OK;
}

loss_status lossi_images_get(const lossi_images *images, size_t i, void *buffer, const void **image)
{
    size_t size = lossi_image_bytes(images);
    bool is_held = i < images->n_held;
    *image = is_held ? place_of(images, i) : buffer;
    return is_held ? LOSS_OK
                   : lossi_spill_read(images->spill, buffer, size,
                                      (i - images->n_held) * (uint64_t)size);
}

loss_status lossi_images_hold(lossi_images *images, size_t cache)
{
    if (images->spill || images->n_held)
        return LOSS_OK;
    lossi_images some = {.shape = images->shape};
    size_t size = lossi_image_bytes(images);
    images->n_held = images->n;
    if (!cache || images->n * size <= cache)
        return LOSS_OK;
    loss_status status = lossi_images_reserve(&some, images->n, images->values != NULL, cache);
    for (size_t i = 0; i < images->n && !status; i++)
        status = lossi_images_put(&some, i, place_of(images, i));
    if (status) {
        lossi_images_free(&some);
        return status;
    }
    free(images->pixels);
    free(images->values);
    images->pixels = some.pixels;
    images->values = some.values;
    images->spill = some.spill;
    images->n_held = some.n_held;
    return LOSS_OK;
}

static size_t most_unpacked(const loss_dataset_options *opt, size_t file_bytes)
{
    if (opt->max_bytes)
        return opt->max_bytes;
    size_t most;
    if (!lossi_mul(file_bytes, MOST_TIMES, &most))
        return SIZE_MAX;
    return most > ALWAYS ? most : ALWAYS;
}

loss_status lossi_check_unpacked(const loss_dataset_options *opt, const char *path,
                                 size_t file_bytes, size_t bytes)
{
    size_t most = most_unpacked(opt, file_bytes);
    if (bytes <= most)
        return LOSS_OK;
    return lossi_fail(
        LOSS_ERR_FORMAT,
        "%s: %zu bytes that unpack to %zu or more; expected at most %zu (256 MiB, or %d times "
        "the files, unless max_bytes says otherwise)",
        path, file_bytes, bytes, most, MOST_TIMES);
}
