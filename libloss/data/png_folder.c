/* train/ and test/ folders of class folders of PNG images. All images are square, of one size,
 * and all grey or all colour. Class folders in the byte order of their names are classes 0, 1,
 * ...; those of train/ count, if it is there. */
#include <dirent.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/dataset.h"

enum { LARGEST_SIDE = 4096, MOST_CLASSES = 1 << 16 };

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Names in a folder, sorted by bytes. */
typedef struct listing {
    struct dirent **entries;
    int n;
} listing;

static void listing_free(listing *l)
{
    for (int i = 0; i < l->n; i++)
        free(l->entries[i]);
    free(l->entries);
    *l = (listing){0};
}

static loss_status list(const char *folder, listing *l)
{
    *l = (listing){0};
    l->n = scandir(folder, &l->entries, is_visible, by_bytes);
    if (l->n >= 0)
        return LOSS_OK;
    *l = (listing){0};
    return lossi_fail(LOSS_ERR_IO, "%s: cannot list this folder", folder);
}

static char *split_folder(const char *path, loss_split split)
{
    return lossi_format("%s/%s", path, loss_split_name(split));
}

bool lossi_png_is_folder(const char *path)
{
    char *train = split_folder(path, LOSS_SPLIT_TRAIN), *test = split_folder(path, LOSS_SPLIT_TEST);
    bool found = train && test && (lossi_is_folder(train) || lossi_is_folder(test));
    free(train);
    free(test);
    return found;
}

/* Reads one PNG; the first one sets the shape that the others must have. */
static loss_status append(const char *path, uint32_t label, lossi_images *images)
{
    png_image png = {.version = PNG_IMAGE_VERSION};
    loss_shape *shape = &images->shape;
    if (!png_image_begin_read_from_file(&png, path))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: no readable PNG: %s", path, png.message);
    loss_status status = LOSS_OK;
    size_t channels = png.format & PNG_FORMAT_FLAG_COLOR ? 3 : 1, side = png.width;
    if (png.width != png.height)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: %u x %u pixels; expected a square image", path,
                            png.width, png.height);
    else if (side > LARGEST_SIDE)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: %zu pixels a side; at most %d", path, side,
                            LARGEST_SIDE);
    else if (images->n && (side != shape->width || channels != shape->channels))
        status =
            lossi_fail(LOSS_ERR_FORMAT,
                       "%s: %zu x %zu in %zu channels; the images before it are %zu x %zu in %zu",
                       path, side, side, channels, shape->width, shape->width, shape->channels);
    size_t size = channels * side * side;
    uint8_t *interleaved = status ? NULL : malloc(size);
    uint8_t *pixels = interleaved ? realloc(images->pixels, (images->n + 1) * size) : NULL;
    if (pixels)
        images->pixels = pixels;
    uint32_t *labels = pixels ? realloc(images->labels, (images->n + 1) * sizeof *labels) : NULL;
    if (labels)
        images->labels = labels;
    if (!status && !labels)
        status = lossi_fail_nomem((images->n + 1) * size);
    png.format = channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    png_color background = {0, 0, 0};
    if (!status && !png_image_finish_read(&png, &background, interleaved, 0, NULL))
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: damaged PNG: %s", path, png.message);
    if (!status) {
        shape->channels = channels;
        shape->height = shape->width = side;
        for (size_t i = 0; i < side * side; i++)
            for (size_t c = 0; c < channels; c++)
                pixels[images->n * size + c * side * side + i] = interleaved[i * channels + c];
        labels[images->n++] = label;
    }
    free(interleaved);
    png_image_free(&png);
    return status;
}

static loss_status read_class(const char *folder, uint32_t label, lossi_images *out)
{
    listing files;
    loss_status status = list(folder, &files);
    for (int i = 0; i < files.n && !status; i++) {
        char *path = lossi_format("%s/%s", folder, files.entries[i]->d_name);
        status = path ? append(path, label, out) : lossi_fail_nomem(strlen(folder) + 256);
        free(path);
    }
    listing_free(&files);
    return status;
}

/* The class folders that number the classes. */
static loss_status list_classes(const char *path, loss_split split, listing *classes)
{
    char *train = split_folder(path, LOSS_SPLIT_TRAIN), *own = split_folder(path, split);
    loss_status status = train && own ? list(lossi_is_folder(train) ? train : own, classes)
                                      : lossi_fail_nomem(strlen(path) + 8);
    free(train);
    free(own);
    if (!status && (classes->n < 2 || classes->n > MOST_CLASSES)) {
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: %d class folders; expected 2 to %d", path,
                            classes->n, MOST_CLASSES);
        listing_free(classes);
    }
    return status;
}

loss_status lossi_png_read_folder(const char *path, loss_split split, lossi_images *out)
{
    *out = (lossi_images){0};
    listing classes, own = {0};
    loss_status status = list_classes(path, split, &classes);
    if (status)
        return status;
    out->shape.classes = (size_t)classes.n;
    char *folder = split_folder(path, split);
    status = folder ? list(folder, &own) : lossi_fail_nomem(strlen(path) + 8);
    for (int i = 0; i < own.n && !status; i++) {
        int label = 0;
        while (label < classes.n &&
               strcmp(classes.entries[label]->d_name, own.entries[i]->d_name) != 0)
            label++;
        char *class_folder = lossi_format("%s/%s", folder, own.entries[i]->d_name);
        if (!class_folder)
            status = lossi_fail_nomem(strlen(path) + 256);
        else if (label == classes.n)
            status = lossi_fail(LOSS_ERR_FORMAT,
                                "%s: the training images have no class of this name", class_folder);
        else
            status = read_class(class_folder, (uint32_t)label, out);
        free(class_folder);
    }
    if (!status && !out->n)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: no images in it", folder);
    listing_free(&own);
    listing_free(&classes);
    free(folder);
    if (status)
        lossi_images_free(out);
    return status;
}
