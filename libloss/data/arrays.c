/* Arrays that a program wrote from its own data loader: what it made of the images is kept. x holds
 * images, bytes or floats, y their labels or targets; x_train, y_train, x_test and y_test, or
 * files train.* and test.* in a folder, where there are two splits. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/dataset.h"
#include "data/folder.h"
#include "data/picture.h"
#include "data/reader.h"
#include "formats/read.h"

enum { LARGEST_CLASSES = 1 << 20, MOST_NAME = 32 };

static const char *const ENDINGS[] = {".npz", ".safetensors", ".pt"};
/* What splits are called: the second name counts where the first is missing. */
static const char *const SPLIT_NAMES[2][2] = {{"train", "train"}, {"test", "val"}};

/* ---- Where they are ------------------------------------------------------------------------- */

/* The file of a split in a folder; *path is NULL if there is none. Owned by the caller. */
static loss_status find(const char *folder, loss_split split, char **path)
{
    loss_status status = LOSS_OK;
    *path = NULL;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS && !status && !*path; i++) {
            char name[MOST_NAME];
            loss_path_kind kind;
            snprintf(name, sizeof name, "%s%s", SPLIT_NAMES[split][k], ENDINGS[i]);
            status = lossi_look(folder, name, &kind, NULL);
            if (!status && kind == LOSS_PATH_FILE && !(*path = lossi_format("%s/%s", folder, name)))
                status = lossi_fail_nomem(strlen(folder) + sizeof name);
        }
    return status;
}

/* zip (npz, PyTorch's), or the length of a safetensors header and its first character. */
static bool is_file(const lossi_data_place *place)
{
    const uint8_t *head = place->head;
    return place->n_head > 9 &&
           (memcmp(head, "PK\3\4", 4) == 0 || (head[8] == '{' && !memcmp(head + 4, "\0\0\0", 4)));
}

static loss_status recognise(const lossi_data_place *place, bool *is_ours)
{
    loss_status status = LOSS_OK;
    *is_ours = !place->is_folder && is_file(place);
    for (int split = 0; split < 2 && place->is_folder && !status && !*is_ours; split++) {
        char *path;
        status = find(place->path, (loss_split)split, &path);
        *is_ours = path != NULL;
        free(path);
    }
    return status;
}

/* ---- What is in them ------------------------------------------------------------------------ */

/* A file with the arrays of a split. */
typedef struct source {
    const char *path;
    size_t size;
    const loss_dataset_options *opt;
    lossi_arrays arrays;
    const lossi_array *x, *y; /* of the split */
    uint8_t *bytes;           /* of the file */
    bool is_mapped;
} source;

static const lossi_array *array_of(const source *s, const char *what, const char *split)
{
    char name[MOST_NAME];
    snprintf(name, sizeof name, "%s%s%s", what, *split ? "_" : "", split);
    return lossi_arrays_find(&s->arrays, name);
}

static void choose(source *s, const char *split)
{
    if (!s->x) {
        s->x = array_of(s, "x", split);
        s->y = array_of(s, "y", split);
    }
}

/* In a file of one split x and y have no split in their names. Such a file by itself is a training
 * split. */
static loss_status choose_arrays(source *s, bool is_of_split)
{
    loss_split split = s->opt->split;
    const char *name = SPLIT_NAMES[split][0];
    choose(s, name);
    choose(s, SPLIT_NAMES[split][1]);
    if (is_of_split || split == LOSS_SPLIT_TRAIN)
        choose(s, "");
    if (s->x && s->y)
        return LOSS_OK;
    if (!s->x && split == LOSS_SPLIT_TEST && (array_of(s, "x", "") || array_of(s, "x", "train")))
        return lossi_fail(LOSS_ERR_NAME, "%s: no test images: there is no x_test", s->path);
    return lossi_fail(LOSS_ERR_FORMAT,
                      "%s: no %s among its %zu arrays; expected x and y, or x_%s and y_%s", s->path,
                      s->x ? "y of its x" : "x", s->arrays.n, name, name);
}

/* [n][features], [n][channels][length], [n][channels][height][width]; what lies between channels
 * and width counts as height. */
static loss_status take_shape(const source *s, lossi_images *out)
{
    const lossi_array *x = s->x;
    char dims[LOSSI_DIMS_TEXT];
    if (x->n_dims < 2 || !x->count)
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: x is %s; expected [n][channels][height][width], [n][channels]"
                          "[length] or [n][features], n at least 1",
                          s->path, lossi_dims_text(x->n_dims, x->dims, dims));
    out->n = x->dims[0];
    out->shape = (loss_shape){x->dims[1], 1, 1, 0};
    for (size_t d = 2; d < x->n_dims; d++)
        *(d + 1 < x->n_dims ? &out->shape.height : &out->shape.width) *= x->dims[d];
    if (!s->y->n_dims || s->y->dims[0] != out->n)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: x is of %zu images, y is %s", s->path, out->n,
                          lossi_dims_text(s->y->n_dims, s->y->dims, dims));
    return LOSS_OK;
}

/* Image i of x, an array itself. */
static lossi_array image_of(const lossi_array *x, size_t i)
{
    lossi_array image = *x;
    image.n_dims--;
    memmove(image.dims, x->dims + 1, image.n_dims * sizeof *image.dims);
    memmove(image.strides, x->strides + 1, image.n_dims * sizeof *image.strides);
    image.count = x->count / x->dims[0];
    image.bytes += i * x->strides[0] * lossi_dtype_size(x->dtype);
    return image;
}

static loss_status check_size(const source *s, bool is_bytes, size_t n)
{
    size_t bytes;
    if (!lossi_mul(s->x->count / s->x->dims[0] * n, is_bytes ? 1 : sizeof(float), &bytes))
        bytes = SIZE_MAX;
    if (!is_bytes && (s->opt->resize || s->opt->crop))
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: images of floats are not resized or cropped",
                          s->path);
    return lossi_check_unpacked(s->opt, s->path, s->size, bytes);
}

/* Image i of the file becomes image `to`. `shape` is that of x. */
static loss_status take_image(const source *s, size_t i, size_t to, size_t n, loss_shape shape,
                              lossi_images *out)
{
    bool is_bytes = s->x->dtype == LOSSI_U8;
    lossi_array image = image_of(s->x, i);
    size_t size = image.count * (is_bytes ? 1 : sizeof(float));
    lossi_picture p = {shape.channels, shape.height, shape.width, malloc(size)};
    if (!p.pixels)
        return lossi_fail_nomem(size);
    if (is_bytes)
        lossi_array_copy(&image, p.pixels);
    else
        lossi_array_floats(&image, (float *)(void *)p.pixels);
    loss_status status = is_bytes ? lossi_picture_fit(&p, s->opt, s->path) : LOSS_OK;
    out->shape.height = p.height;
    out->shape.width = p.width;
    if (!status && to == 0)
        status = lossi_images_reserve(out, n, !is_bytes, s->opt->cache);
    if (!status)
        status = lossi_images_put(out, to, p.pixels);
    lossi_picture_free(&p);
    return status;
}

static void keep_wanted(lossi_images *out, size_t i, size_t to)
{
    size_t n_each = out->shape.classes;
    if (out->labels)
        out->labels[to] = out->labels[i];
    else
        memmove(out->targets + to * n_each, out->targets + i * n_each,
                n_each * sizeof *out->targets);
}

/* Bytes are pixels, and everything else is what the network takes. Only the images that are wanted
 * are brought in, each by itself: memory may hold few of them. */
static loss_status take_images(const source *s, lossi_images *out)
{
    size_t *keep, n, step = s->size / s->x->dims[0] + 1, touched = 0;
    loss_shape shape = out->shape;
    loss_status status = lossi_choose(out->n, s->opt, &keep, &n);
    out->n_all = out->n;
    out->is_fitted = true;
    if (!status)
        status = check_size(s, s->x->dtype == LOSSI_U8, n);
    for (size_t i = 0; i < n && !status; i++) {
        size_t from = keep ? keep[i] : i;
        status = take_image(s, from, i, n, shape, out);
        keep_wanted(out, from, i);
        if (s->is_mapped && (touched += step) > s->opt->cache / 4) {
            lossi_file_let_go(s->bytes, s->size);
            touched = 0;
        }
    }
    free(keep);
    return status;
}

static bool has_fractions(const lossi_array *a)
{
    return a->dtype == LOSSI_F64 || a->dtype == LOSSI_F32 || a->dtype == LOSSI_F16 ||
           a->dtype == LOSSI_BF16;
}

/* The number of classes that an array of labels has, or that `classes` says. */
static loss_status count_classes(const source *s, const lossi_array *y, const float *labels,
                                 size_t *classes)
{
    size_t least = *classes;
    for (size_t i = 0; i < y->count; i++) {
        if (!(labels[i] >= 0 && labels[i] < LARGEST_CLASSES))
            return lossi_fail(LOSS_ERR_FORMAT, "%s: label %zu is %g; expected 0 to %d", s->path, i,
                              (double)labels[i], LARGEST_CLASSES - 1);
        if ((size_t)labels[i] >= least)
            least = (size_t)labels[i] + 1;
    }
    *classes = least;
    return LOSS_OK;
}

/* The other split of a file counts too, so that both have as many classes. */
static loss_status find_classes(const source *s, size_t *classes)
{
    const lossi_array *said = lossi_arrays_find(&s->arrays, "classes");
    loss_status status = LOSS_OK;
    *classes = 2;
    for (int split = 0; split < 2 && !status; split++)
        for (size_t k = 0; k < 2 && !status; k++) {
            const lossi_array *y = array_of(s, "y", SPLIT_NAMES[split][k]);
            if (y == s->y || !y || has_fractions(y))
                continue;
            float *labels = lossi_alloc(y->count, sizeof *labels);
            if (!labels)
                return lossi_fail_nomem(y->count * sizeof *labels);
            lossi_array_floats(y, labels);
            status = count_classes(s, y, labels, classes);
            free(labels);
        }
    if (status || !said)
        return status;
    float value = 0;
    if (said->count == 1)
        lossi_array_floats(said, &value);
    if (!(value >= (float)*classes && value <= LARGEST_CLASSES) || value != floorf(value))
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: classes is %g in %zu numbers; expected one number, %zu to %d",
                          s->path, (double)value, said->count, *classes, LARGEST_CLASSES);
    *classes = (size_t)value;
    return LOSS_OK;
}

static loss_status take_labels(const source *s, const float *values, lossi_images *out)
{
    size_t classes, of_split;
    loss_status status = find_classes(s, &classes);
    of_split = classes;
    if (!status)
        status = count_classes(s, s->y, values, &of_split);
    if (!status && of_split > classes && lossi_arrays_find(&s->arrays, "classes"))
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: a label of %zu, but %zu classes", s->path,
                            of_split - 1, classes);
    if (status)
        return status;
    out->shape.classes = of_split;
    out->labels = lossi_alloc(out->n, sizeof *out->labels);
    if (!out->labels)
        return lossi_fail_nomem(out->n * sizeof *out->labels);
    for (size_t i = 0; i < out->n; i++)
        out->labels[i] = (uint32_t)values[i];
    return LOSS_OK;
}

/* Whole numbers, one an image, are labels; everything else is targets. */
static loss_status take_wanted(const source *s, lossi_images *out)
{
    const lossi_array *y = s->y;
    size_t n_each = y->count / out->n;
    if (!y->count || n_each > LARGEST_CLASSES)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %zu targets an image; expected 1 to %d", s->path,
                          n_each, LARGEST_CLASSES);
    float *values = lossi_alloc(y->count, sizeof *values);
    if (!values)
        return lossi_fail_nomem(y->count * sizeof *values);
    lossi_array_floats(y, values);
    if (has_fractions(y) || n_each > 1) {
        out->shape.classes = n_each;
        out->targets = values;
        return LOSS_OK;
    }
    loss_status status = take_labels(s, values, out);
    free(values);
    return status;
}

/* Where memory may not hold all images, the file is viewed, not read. */
static loss_status get_bytes(source *s)
{
    s->is_mapped = s->opt->cache > 0;
    return s->is_mapped ? lossi_file_map(s->path, &s->bytes, &s->size)
                        : loss_file_read(s->path, SIZE_MAX, &s->bytes, &s->size);
}

static void source_free(source *s)
{
    lossi_arrays_free(&s->arrays);
    if (s->is_mapped)
        lossi_file_unmap(s->bytes, s->size);
    else
        free(s->bytes);
}

static loss_status read_file(const char *path, const loss_dataset_options *opt, bool is_of_split,
                             lossi_images *out)
{
    source s = {.path = path, .opt = opt};
    loss_status status = get_bytes(&s);
    if (!status)
        status = lossi_arrays_parse(s.bytes, s.size, NULL, path, &s.arrays, NULL);
    if (!status)
        status = choose_arrays(&s, is_of_split);
    if (!status)
        status = take_shape(&s, out);
    if (!status)
        status = take_wanted(&s, out);
    if (!status)
        status = take_images(&s, out);
    source_free(&s);
    return status;
}

static loss_status read_images(const lossi_data_place *place, const loss_dataset_options *opt,
                               lossi_images *out)
{
    char *path = NULL;
    if (!place->is_folder)
        return read_file(place->path, opt, false, out);
    loss_status status = find(place->path, opt->split, &path);
    if (!status && !path)
        status = lossi_fail(LOSS_ERR_NAME, "%s: no %s images: there is no %s.npz", place->path,
                            loss_split_name(opt->split), SPLIT_NAMES[opt->split][0]);
    if (!status)
        status = read_file(path, opt, true, out);
    free(path);
    return status;
}

const lossi_data_reader lossi_arrays_reader = {
    .name = "array-file",
    .summary = "arrays x and y of your own data loader: .npz, .safetensors or .pt",
    .folder = "train.npz (arrays x and y)",
    .file = "arrays x and y in .npz, .safetensors or .pt",
    .recognise = recognise,
    .read = read_images,
};
