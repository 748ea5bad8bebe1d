/* train/ and test/ (or val/) folders of class folders of PNG and JPEG images. All images are of one
 * size, once they are resized and cropped as asked. Class folders in the byte order of their names
 * are classes 0, 1, ...; those of train/ count, if it is there. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "data/dataset.h"
#include "data/folder.h"
#include "data/picture.h"
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

/* The folder of a split: the second name counts where the first is missing. *name is NULL if there
 * is none. Static. */
static loss_status find_split(const char *path, loss_split split, const char **name)
{
    static const char *const names[2][2] = {{"train", "train"}, {"test", "val"}};
    loss_status status = LOSS_OK;
    *name = NULL;
    for (int k = 0; k < 2 && !status && !*name; k++) {
        loss_path_kind kind;
        status = lossi_look(path, names[split][k], &kind, NULL);
        *name = kind == LOSS_PATH_FOLDER ? names[split][k] : NULL;
    }
    return status;
}

static loss_status recognise(const lossi_data_place *place, bool *is_ours)
{
    loss_status status = LOSS_OK;
    for (int split = 0; split < 2 && place->is_folder && !status && !*is_ours; split++) {
        const char *name;
        status = find_split(place->path, (loss_split)split, &name);
        *is_ours = name != NULL;
    }
    return status;
}

static bool has_ending(const char *name)
{
    static const char *const endings[] = {".png", ".jpg", ".jpeg"};
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(ending, endings[i]) == 0)
            return true;
    return false;
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
        return lossi_fail(LOSS_ERR_FORMAT, "%s/%s: %s; expected an image", folder, name,
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

/* Room for all images, once the first has told how large they are. */
static loss_status reserve(const char *folder, const loss_dataset_options *opt, const image_list *l,
                           lossi_images *out)
{
    const loss_shape *s = &out->shape;
    size_t bytes;
    if (!lossi_mul(s->channels * s->height * s->width, l->n, &bytes))
        bytes = SIZE_MAX;
    loss_status status = lossi_check_unpacked(opt, folder, l->bytes, bytes);
    return status ? status : lossi_images_reserve(out, l->n, false, opt->cache);
}

/* What was grey so far becomes colour, as torchvision's ImageFolder has every image. */
static loss_status make_colour(const char *folder, const loss_dataset_options *opt,
                               const image_list *l, size_t n_read, lossi_images *out)
{
    size_t n = out->shape.height * out->shape.width;
    lossi_images grey = {
        .shape = out->shape, .spill = out->spill, .pixels = out->pixels, .n_held = out->n_held};
    uint8_t *colour = malloc(3 * n);
    out->pixels = NULL;
    out->spill = NULL;
    out->shape.channels = 3;
    loss_status status = colour ? reserve(folder, opt, l, out) : lossi_fail_nomem(3 * n);
    for (size_t i = 0; i < n_read && !status; i++) {
        const void *image;
        status = lossi_images_get(&grey, i, colour, &image);
        if (status)
            break;
        memcpy(colour + 2 * n, image, n);
        memcpy(colour + n, colour + 2 * n, n);
        memcpy(colour, colour + n, n);
        status = lossi_images_put(out, i, colour);
    }
    free(colour);
    lossi_images_free(&grey);
    return status;
}

/* The first image gives the size that the others must have. */
static loss_status check_shape(const char *path, const lossi_picture *p, const loss_shape *shape)
{
    if (p->width == shape->width && p->height == shape->height)
        return LOSS_OK;
    return lossi_fail(LOSS_ERR_FORMAT,
                      "%s: %zu x %zu pixels; the images before it are %zu x %zu. Resizing and "
                      "cropping would make them alike",
                      path, p->width, p->height, shape->width, shape->height);
}

static loss_status take(const char *folder, const loss_dataset_options *opt, const image_list *l,
                        size_t i, lossi_picture *p, lossi_images *out)
{
    loss_shape *s = &out->shape;
    loss_status status = LOSS_OK;
    if (i == 0) {
        *s = (loss_shape){p->channels, p->height, p->width, s->classes};
        status = reserve(folder, opt, l, out);
    } else {
        status = check_shape(l->files[i].path, p, s);
        if (!status && p->channels > s->channels)
            status = make_colour(folder, opt, l, i, out);
        if (!status && p->channels < s->channels)
            status = lossi_picture_colour(p);
    }
    if (status)
        return status;
    out->labels[i] = l->files[i].label;
    return lossi_images_put(out, i, p->pixels);
}

static loss_status read_image(const char *folder, const loss_dataset_options *opt,
                              const image_list *l, size_t i, lossi_images *out)
{
    const char *path = l->files[i].path;
    uint8_t *bytes;
    size_t size;
    lossi_picture p = {0};
    loss_status status = loss_file_read(path, SIZE_MAX, &bytes, &size);
    if (!status)
        status = lossi_picture_read(&p, bytes, size, opt, path);
    if (!status)
        status = lossi_picture_fit(&p, opt, path);
    if (!status)
        status = take(folder, opt, l, i, &p, out);
    lossi_picture_free(&p);
    free(bytes);
    return status;
}

/* Only the images that are wanted are read. */
static loss_status choose_images(const loss_dataset_options *opt, image_list *l, lossi_images *out)
{
    size_t *keep, n, at = 0;
    loss_status status = lossi_choose(l->n, opt, &keep, &n);
    if (status || !keep)
        return status;
    out->n_all = l->n;
    for (size_t i = 0; i < l->n; i++) {
        struct image_file file = l->files[i];
        if (at < n && keep[at] == i)
            l->files[at++] = file;
        else
            free(file.path);
    }
    l->n = n;
    free(keep);
    return LOSS_OK;
}

static loss_status read_split(const char *folder, const lossi_listing *classes,
                              const loss_dataset_options *opt, lossi_images *out)
{
    image_list l = {0};
    out->shape.classes = classes->n;
    loss_status status = list_images(folder, classes, &l);
    out->is_fitted = true;
    if (!status)
        status = choose_images(opt, &l, out);
    if (!status && !(out->labels = lossi_alloc(l.n, sizeof *out->labels)))
        status = lossi_fail_nomem(l.n * sizeof *out->labels);
    for (size_t i = 0; i < l.n && !status; i++)
        status = read_image(folder, opt, &l, i, out);
    image_list_free(&l);
    return status;
}

/* Lists the class folders that number the classes: those of train/, if it is there. */
static loss_status number_classes(const char *path, loss_split split, lossi_listing *classes)
{
    const char *name;
    loss_status status = find_split(path, LOSS_SPLIT_TRAIN, &name);
    if (!status && !name)
        status = find_split(path, split, &name);
    char *folder = status ? NULL : lossi_format("%s/%s", path, name);
    if (!status)
        status = folder ? list_classes(folder, classes) : lossi_fail_nomem(strlen(path) + 8);
    if (!status && (classes->n < 2 || classes->n > MOST_CLASSES))
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: %zu class folders; expected 2 to %d", path,
                            classes->n, MOST_CLASSES);
    free(folder);
    return status;
}

static loss_status read_images(const lossi_data_place *place, const loss_dataset_options *opt,
                               lossi_images *out)
{
    const char *name, *split = loss_split_name(opt->split);
    lossi_listing classes = {0};
    loss_status status = find_split(place->path, opt->split, &name);
    if (!status && !name)
        return lossi_fail(LOSS_ERR_NAME, "%s: no %s images: there is no folder %s/", place->path,
                          split, split);
    char *own = status ? NULL : lossi_format("%s/%s", place->path, name);
    if (!status)
        status = own ? number_classes(place->path, opt->split, &classes)
                     : lossi_fail_nomem(strlen(place->path) + 8);
    if (!status)
        status = read_split(own, &classes, opt, out);
    lossi_listing_free(&classes);
    free(own);
    return status;
}

const lossi_data_reader lossi_image_folder_reader = {
    .name = "image-folder",
    .summary =
        "folders train/ and test/ (or val/) of a folder of PNG or JPEG images for each class",
    .folder = "train/ and test/ or val/ with a folder of images for each class",
    .recognise = recognise,
    .read = read_images,
};
