/* Memory of images, and its limit. */
#include "data/images.h"

#include <stdlib.h>

enum { MOST_TIMES = 64 };
static const size_t ALWAYS = (size_t)256 << 20;

void lossi_images_free(lossi_images *images)
{
    free(images->pixels);
    free(images->values);
    free(images->labels);
    free(images->targets);
    *images = (lossi_images){0};
}

size_t lossi_image_size(const lossi_images *images)
{
    return images->shape.channels * images->shape.height * images->shape.width;
}

loss_status lossi_images_reserve(lossi_images *images, size_t n)
{
    const loss_shape *shape = &images->shape;
    size_t size;
    if (!lossi_mul(shape->channels, shape->height, &size) ||
        !lossi_mul(size, shape->width, &size) || !lossi_mul(size, n, &size))
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%zu images of %zu x %zu x %zu: larger than memory can be", n,
                          shape->channels, shape->height, shape->width);
    images->n = n;
    images->pixels = malloc(size ? size : 1);
    images->labels = lossi_alloc(n, sizeof *images->labels);
    return images->pixels && images->labels ? LOSS_OK : lossi_fail_nomem(size);
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
