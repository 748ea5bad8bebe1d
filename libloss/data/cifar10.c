/* CIFAR-10, binary version (Krizhevsky 2009): records of a label and 3072 bytes, R, G and B
 * planes, row-major. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/dataset.h"
#include "data/gzip.h"
#include "data/tar.h"

enum { IMAGE = 3072, RECORD = IMAGE + 1, CLASSES = 10, BATCHES = 5 };

/* The published archive unpacks to 178 MB. */
static const size_t LARGEST_ARCHIVE = (size_t)512 << 20;

static char *batch_path(const char *folder, loss_split split, int i)
{
    return split == LOSS_SPLIT_TEST ? lossi_format("%s/test_batch.bin", folder)
                                    : lossi_format("%s/data_batch_%d.bin", folder, i + 1);
}

bool lossi_cifar10_is_folder(const char *path)
{
    bool found = false;
    for (int split = 0; split < 2; split++) {
        char *batch = batch_path(path, (loss_split)split, 0);
        found = found || (batch && lossi_is_file(batch));
        free(batch);
    }
    return found;
}

/* Appends a batch's records. */
static loss_status append(const char *label, const uint8_t *bytes, size_t size,
                          lossi_images *images)
{
    size_t n = size / RECORD;
    if (!size || size % RECORD)
        return lossi_fail(LOSS_ERR_FORMAT,
                          size ? "%s: %zu bytes is not a whole number of %d-byte records"
                               : "%s: %zu bytes; expected %d-byte records",
                          label, size, RECORD);
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
            return lossi_fail(LOSS_ERR_FORMAT, "%s: record %zu has label %d; expected 0 to %d",
                              label, i, bytes[0], CLASSES - 1);
        images->labels[images->n] = bytes[0];
        memcpy(images->pixels + images->n * IMAGE, bytes + 1, IMAGE);
    }
    return LOSS_OK;
}

static const loss_shape SHAPE = {3, 32, 32, CLASSES};

loss_status lossi_cifar10_read_folder(const char *path, loss_split split, lossi_images *out)
{
    *out = (lossi_images){.shape = SHAPE};
    int n_batches = split == LOSS_SPLIT_TEST ? 1 : BATCHES;
    loss_status status = LOSS_OK;
    for (int i = 0; i < n_batches && !status; i++) {
        uint8_t *bytes = NULL;
        size_t size;
        char *batch = batch_path(path, split, i);
        status = batch ? loss_file_read(batch, SIZE_MAX, &bytes, &size)
                       : lossi_fail_nomem(strlen(path) + 32);
        if (!status)
            status = append(batch, bytes, size, out);
        free(bytes);
        free(batch);
    }
    if (status)
        lossi_images_free(out);
    return status;
}

bool lossi_cifar10_is_archive(const uint8_t *bytes, size_t size)
{
    /* Damaged ones count too: their reader says what is wrong with them. */
    bool has_tar_magic = size >= 512 && memcmp(bytes + 257, "ustar", 5) == 0;
    return lossi_gzip_is(bytes, size) || has_tar_magic || lossi_tar_is(bytes, size);
}

/* Which batch of the split a file of the archive is, from 0; -1: none. */
static int batch_number(const char *name, loss_split split)
{
    int number, end = 0;
    if (split == LOSS_SPLIT_TEST)
        return strcmp(name, "test_batch.bin") == 0 ? 0 : -1;
    if (sscanf(name, "data_batch_%d.bin%n", &number, &end) != 1 || name[end] || !end ||
        number < 1 || number > BATCHES)
        return -1;
    return number - 1;
}

static loss_status read_tar(const char *path, const uint8_t *bytes, size_t size, loss_split split,
                            lossi_images *out)
{
    int n_batches = split == LOSS_SPLIT_TEST ? 1 : BATCHES;
    lossi_tar_entry batches[BATCHES] = {0}, entry;
    size_t at = 0;
    loss_status status;
    bool found;
    while (!(status = lossi_tar_next(bytes, size, path, &at, &entry, &found)) && found) {
        int number = batch_number(entry.name, split);
        if (number >= 0)
            batches[number] = entry;
    }
    for (int i = 0; i < n_batches && !status; i++) {
        char *name = batch_path(path, split, i);
        if (!name)
            status = lossi_fail_nomem(strlen(path) + 32);
        else if (!batches[i].bytes)
            status = lossi_fail(LOSS_ERR_FORMAT, "%s: not in the archive", name);
        else
            status = append(name, batches[i].bytes, batches[i].size, out);
        free(name);
    }
    return status;
}

loss_status lossi_cifar10_read_archive(const char *path, const uint8_t *bytes, size_t size,
                                       loss_split split, lossi_images *out)
{
    *out = (lossi_images){.shape = SHAPE};
    uint8_t *unpacked = NULL;
    loss_status status = LOSS_OK;
    if (lossi_gzip_is(bytes, size)) {
        status = lossi_gzip_inflate(bytes, size, path, LARGEST_ARCHIVE, &unpacked, &size);
        bytes = unpacked;
    }
    if (!status)
        status = read_tar(path, bytes, size, split, out);
    free(unpacked);
    if (status)
        lossi_images_free(out);
    return status;
}
