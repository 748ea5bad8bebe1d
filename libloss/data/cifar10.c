/* CIFAR-10, binary version (Krizhevsky 2009): records of a label and 3072 bytes, R, G and B
 * planes, row-major. In a folder, or in the published .tar.gz. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/folder.h"
#include "data/reader.h"
#include "data/tar.h"

enum { IMAGE = 3072, RECORD = IMAGE + 1, CLASSES = 10, MOST_BATCHES = 5 };

static int n_batches(loss_split split)
{
    return split == LOSS_SPLIT_TEST ? 1 : MOST_BATCHES;
}

static void batch_name(loss_split split, int i, char name[32])
{
    if (split == LOSS_SPLIT_TEST)
        strcpy(name, "test_batch.bin");
    else
        snprintf(name, 32, "data_batch_%d.bin", i + 1);
}

/* How many batches of a split a folder has. */
static loss_status count_batches(const char *folder, loss_split split, int *n)
{
    loss_status status = LOSS_OK;
    *n = 0;
    for (int i = 0; i < n_batches(split) && !status; i++) {
        char name[32];
        loss_path_kind kind;
        batch_name(split, i, name);
        status = lossi_look(folder, name, &kind, NULL);
        *n += kind != LOSS_PATH_NOTHING;
    }
    return status;
}

static loss_status recognise(const lossi_data_place *place, bool *is_ours)
{
    if (!place->is_folder) {
        *is_ours = lossi_tar_is(place->head, place->n_head);
        return LOSS_OK;
    }
    int train = 0, test = 0;
    loss_status status = count_batches(place->path, LOSS_SPLIT_TRAIN, &train);
    if (!status)
        status = count_batches(place->path, LOSS_SPLIT_TEST, &test);
    *is_ours = train || test;
    return status;
}

static loss_status fail_no_split(const char *path, loss_split split)
{
    char name[32];
    batch_name(split, 0, name);
    return lossi_fail(LOSS_ERR_NAME, "%s: no %s images: there is no %s", path,
                      loss_split_name(split), name);
}

/* Appends a batch's records. */
static loss_status append(const char *folder, const char *name, const uint8_t *bytes, size_t size,
                          lossi_images *images)
{
    size_t n = size / RECORD;
    if (!size || size % RECORD)
        return lossi_fail(LOSS_ERR_FORMAT,
                          size ? "%s/%s: %zu bytes is not a whole number of %d-byte records"
                               : "%s/%s: %zu bytes; expected %d-byte records",
                          folder, name, size, RECORD);
    uint8_t *pixels = realloc(images->pixels, (images->n + n) * IMAGE);
    if (pixels)
        images->pixels = pixels;
    uint32_t *labels = realloc(images->labels, (images->n + n) * sizeof *labels);
    if (labels)
        images->labels = labels;
    if (!pixels || !labels)
        return lossi_fail_nomem((images->n + n) * RECORD);
    for (size_t i = 0; i < n; i++, bytes += RECORD, images->n++) {
        if (bytes[0] >= CLASSES)
            return lossi_fail(LOSS_ERR_FORMAT, "%s/%s: record %zu has label %d; expected 0 to %d",
                              folder, name, i, bytes[0], CLASSES - 1);
        images->labels[images->n] = bytes[0];
        memcpy(images->pixels + images->n * IMAGE, bytes + 1, IMAGE);
    }
    return LOSS_OK;
}

static loss_status read_folder(const char *path, loss_split split, lossi_images *out)
{
    int found = 0;
    loss_status status = count_batches(path, split, &found);
    if (!status && !found)
        return fail_no_split(path, split);
    for (int i = 0; i < n_batches(split) && !status; i++) {
        uint8_t *bytes = NULL;
        size_t size;
        char name[32];
        batch_name(split, i, name);
        char *file = lossi_format("%s/%s", path, name);
        status = file ? loss_file_read(file, SIZE_MAX, &bytes, &size)
                      : lossi_fail_nomem(strlen(path) + 32);
        if (!status)
            status = append(path, name, bytes, size, out);
        free(bytes);
        free(file);
    }
    return status;
}

typedef struct batch {
    uint8_t *bytes;
    size_t size;
} batch;

/* Keeps the batches of the split, wherever they stand in the archive. Of two with one name the
 * later one counts, as where an archive is unpacked. */
static loss_status take_batches(lossi_tar *a, loss_split split, batch batches[MOST_BATCHES])
{
    const char *name;
    loss_status status;
    while (!(status = lossi_tar_next(a, &name)) && name) {
        for (int i = 0; i < n_batches(split) && !status; i++) {
            char wanted[32];
            batch_name(split, i, wanted);
            if (strcmp(name, wanted) != 0)
                continue;
            free(batches[i].bytes);
            status = lossi_tar_read(a, &batches[i].bytes, &batches[i].size);
            break;
        }
        if (status)
            break;
    }
    return status;
}

static loss_status read_archive(const char *path, const loss_dataset_options *opt,
                                lossi_images *out)
{
    batch batches[MOST_BATCHES] = {{NULL, 0}};
    lossi_tar a;
    int found = 0;
    loss_status status = lossi_tar_open(&a, path, opt);
    if (!status)
        status = take_batches(&a, opt->split, batches);
    lossi_tar_close(&a);
    for (int i = 0; i < MOST_BATCHES; i++)
        found += batches[i].bytes != NULL;
    if (!status && !found)
        status = fail_no_split(path, opt->split);
    for (int i = 0; i < n_batches(opt->split); i++) {
        char name[32];
        batch_name(opt->split, i, name);
        if (!status && !batches[i].bytes)
            status = lossi_fail(LOSS_ERR_FORMAT, "%s/%s: not in the archive", path, name);
        if (!status)
            status = append(path, name, batches[i].bytes, batches[i].size, out);
        free(batches[i].bytes);
    }
    return status;
}

static loss_status read_images(const lossi_data_place *place, const loss_dataset_options *opt,
                               lossi_images *out)
{
    out->shape = (loss_shape){3, 32, 32, CLASSES};
    return place->is_folder ? read_folder(place->path, opt->split, out)
                            : read_archive(place->path, opt, out);
}

const lossi_data_reader lossi_cifar10_reader = {
    .name = "cifar-10",
    .summary = "CIFAR-10's binary version, as a folder or as the .tar.gz that is published",
    .folder = "data_batch_1.bin (CIFAR-10)",
    .file = "a tar or tar.gz archive of CIFAR-10",
    .recognise = recognise,
    .read = read_images,
};
