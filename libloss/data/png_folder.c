/* train/ and test/ folders of class folders of PNG images. All images are square, of one size,
 * and all grey or all colour. Class folders in the byte order of their names are classes 0, 1,
 * ...; those of train/ count, if it is there. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "data/folder.h"
#include "data/png_file.h"
#include "data/reader.h"

enum { MOST_CLASSES = 1 << 16 };

/* The images of a split before any of them is read. */
typedef struct image_list {
    struct image_file {
        char *path;
        uint32_t label;
    } * files;
    size_t n, capacity, bytes; /* bytes: of all files */
} image_list;

static void image_list_free(image_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->files[i].path);
    free(l->files);
    *l = (image_list){0};
}

static char *split_folder(const char *path, loss_split split)
{
    return lossi_format("%s/%s", path, loss_split_name(split));
}

static loss_status recognise(const lossi_data_place *place, bool *is_ours)
{
    loss_status status = LOSS_OK;
    for (int split = 0; split < 2 && place->is_folder && !status && !*is_ours; split++) {
        loss_path_kind kind;
        status = lossi_look(place->path, loss_split_name((loss_split)split), &kind, NULL);
        *is_ours = kind == LOSS_PATH_FOLDER;
    }
    return status;
}

static bool has_ending(const char *name)
{
    size_t n = strlen(name);
    return n > 4 && strcasecmp(name + n - 4, ".png") == 0;
}

/* The class folders of a split. Other files may lie beside them, but no images, which would then
 * be left out in silence. */
static loss_status list_classes(const char *folder, lossi_listing *classes)
{
    loss_status status = lossi_list(folder, classes);
    size_t n = 0;
    for (size_t i = 0; i < classes->n && !status; i++) {
        loss_path_kind kind;
        char *name = classes->names[i];
        status = lossi_look(folder, name, &kind, NULL);
        if (!status && kind != LOSS_PATH_FOLDER && has_ending(name))
            status = lossi_fail(LOSS_ERR_FORMAT,
                                "%s/%s: an image outside the class folders; expected "
                                "SPLIT/CLASS/IMAGE.png",
                                folder, name);
        if (kind == LOSS_PATH_FOLDER) {
            classes->names[i] = classes->names[n];
            classes->names[n++] = name;
        }
    }
    for (size_t i = n; i < classes->n && !status; i++)
        free(classes->names[i]);
    if (status)
        lossi_listing_free(classes);
    else
        classes->n = n;
    return status;
}

static loss_status add_file(const char *folder, const char *name, uint32_t label, image_list *l)
{
    loss_path_kind kind;
    size_t size;
    loss_status status = lossi_look(folder, name, &kind, &size);
    if (status)
        return status;
    if (kind != LOSS_PATH_FILE)
        return lossi_fail(LOSS_ERR_FORMAT, "%s/%s: %s; expected a PNG image", folder, name,
                          kind == LOSS_PATH_FOLDER    ? "a folder within a class folder"
                          : kind == LOSS_PATH_NOTHING ? "a link to what does not exist"
                                                      : "a device or a pipe");
    if (!lossi_reserve((void **)&l->files, &l->capacity, l->n, sizeof *l->files))
        return lossi_fail_nomem((l->n + 1) * sizeof *l->files);
    char *path = lossi_format("%s/%s", folder, name);
    if (!path)
        return lossi_fail_nomem(strlen(folder) + strlen(name) + 2);
    l->files[l->n++] = (struct image_file){path, label};
    l->bytes += size;
    return LOSS_OK;
}

static loss_status add_class(const char *folder, uint32_t label, image_list *l)
{
    lossi_listing names;
    loss_status status = lossi_list(folder, &names);
    for (size_t i = 0; i < names.n && !status; i++)
        status = add_file(folder, names.names[i], label, l);
    lossi_listing_free(&names);
    return status;
}

/* Which class a folder is; those of the training images are numbered. */
static loss_status find_class(const lossi_listing *classes, const char *folder, const char *name,
                              uint32_t *label)
{
    for (size_t i = 0; i < classes->n; i++)
        if (strcmp(classes->names[i], name) == 0) {
            *label = (uint32_t)i;
            return LOSS_OK;
        }
    return lossi_fail(LOSS_ERR_FORMAT, "%s/%s: the training images have no class of this name",
                      folder, name);
}

static loss_status list_images(const char *folder, const lossi_listing *classes, image_list *l)
{
    lossi_listing own;
    loss_status status = list_classes(folder, &own);
    for (size_t i = 0; i < own.n && !status; i++) {
        uint32_t label = 0;
        char *class_folder = lossi_format("%s/%s", folder, own.names[i]);
        status = class_folder ? find_class(classes, folder, own.names[i], &label)
                              : lossi_fail_nomem(strlen(folder) + strlen(own.names[i]) + 2);
        if (!status)
            status = add_class(class_folder, label, l);
        free(class_folder);
    }
    lossi_listing_free(&own);
    if (!status && !l->n)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: no images in it", folder);
    return status;
}

/* The first image gives the shape that the others must have. */
static loss_status check_shape(const char *path, const lossi_png *png, bool is_first,
                               loss_shape *shape)
{
    size_t channels = lossi_png_channels(png), height = lossi_png_height(png),
           width = lossi_png_width(png);
    if (width != height)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %zu x %zu pixels; expected a square image", path,
                          width, height);
    if (is_first) {
        *shape = (loss_shape){channels, height, width, shape->classes};
        return LOSS_OK;
    }
    if (width == shape->width && channels == shape->channels)
        return LOSS_OK;
    return lossi_fail(LOSS_ERR_FORMAT,
                      "%s: %zu x %zu in %zu channels; the images before it are %zu x %zu in %zu",
                      path, width, height, channels, shape->width, shape->height, shape->channels);
}

/* Room for all images, once the first has told how large they are. */
static loss_status reserve(const char *folder, const loss_dataset_options *opt, const image_list *l,
                           lossi_images *out)
{
    const loss_shape *s = &out->shape;
    size_t bytes;
    if (!lossi_mul(s->channels * s->height * s->width, l->n, &bytes))
        bytes = SIZE_MAX;
    loss_status status = lossi_check_unpacked(opt, folder, l->bytes, bytes);
    return status ? status : lossi_images_reserve(out, l->n);
}

static loss_status read_image(const char *folder, const loss_dataset_options *opt,
                              const image_list *l, size_t i, lossi_images *out)
{
    const char *path = l->files[i].path;
    uint8_t *bytes;
    size_t size;
    lossi_png *png = NULL;
    loss_status status = loss_file_read(path, SIZE_MAX, &bytes, &size);
    if (!status)
        status = lossi_png_open(&png, bytes, size, path);
    if (!status)
        status = check_shape(path, png, i == 0, &out->shape);
    if (!status && i == 0)
        status = reserve(folder, opt, l, out);
    const loss_shape *s = &out->shape;
    if (!status)
        status = lossi_png_read(png, out->pixels + i * s->channels * s->height * s->width);
    if (!status)
        out->labels[i] = l->files[i].label;
    lossi_png_close(png);
    free(bytes);
    return status;
}

static loss_status read_split(const char *folder, const lossi_listing *classes,
                              const loss_dataset_options *opt, lossi_images *out)
{
    image_list l = {0};
    out->shape.classes = classes->n;
    loss_status status = list_images(folder, classes, &l);
    for (size_t i = 0; i < l.n && !status; i++)
        status = read_image(folder, opt, &l, i, out);
    image_list_free(&l);
    return status;
}

/* Which folder numbers the classes. Fails if there is no such split. */
static loss_status choose_folder(const char *path, loss_split split, loss_split *numbers)
{
    loss_path_kind train, own;
    loss_status status = lossi_look(path, loss_split_name(LOSS_SPLIT_TRAIN), &train, NULL);
    if (!status)
        status = lossi_look(path, loss_split_name(split), &own, NULL);
    if (!status && own == LOSS_PATH_NOTHING)
        status = lossi_fail(LOSS_ERR_NAME, "%s: no %s images: there is no folder %s/", path,
                            loss_split_name(split), loss_split_name(split));
    *numbers = train == LOSS_PATH_FOLDER ? LOSS_SPLIT_TRAIN : split;
    return status;
}

static loss_status read_images(const lossi_data_place *place, const loss_dataset_options *opt,
                               lossi_images *out)
{
    loss_split numbers;
    loss_status status = choose_folder(place->path, opt->split, &numbers);
    if (status)
        return status;
    lossi_listing classes = {0};
    char *numbering = split_folder(place->path, numbers),
         *own = split_folder(place->path, opt->split);
    status = numbering && own ? list_classes(numbering, &classes)
                              : lossi_fail_nomem(strlen(place->path) + 8);
    if (!status && (classes.n < 2 || classes.n > MOST_CLASSES))
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: %zu class folders; expected 2 to %d", place->path,
                            classes.n, MOST_CLASSES);
    if (!status)
        status = read_split(own, &classes, opt, out);
    lossi_listing_free(&classes);
    free(numbering);
    free(own);
    return status;
}

const lossi_data_reader lossi_png_folder_reader = {
    .name = "png-folder",
    .summary = "folders train/ and test/ of a folder of PNG images for each class",
    .folder = "train/ and test/ with a folder of PNG images for each class",
    .recognise = recognise,
    .read = read_images,
};
