/* IDX (LeCun's MNIST format): magic 0, 0, type, rank; big-endian sizes; values. Images have rank
 * 3, labels rank 1, both bytes. Plain or gzip. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/folder.h"
#include "data/idx.h"
#include "data/reader.h"
#include "data/unpack.h"

enum { MAGIC = 4, LARGEST_HEADER = MAGIC + 4 * 3, UNSIGNED_BYTE = 8, LEAST_CLASSES = 10 };

static const char *prefix(loss_split split)
{
    return split == LOSS_SPLIT_TEST ? "t10k" : "train";
}

/* The file NAME or NAME.gz of a folder, with '-' or '.' before "idx"; *path is NULL if there is
 * none. Owned by the caller. */
static loss_status find_in(const char *folder, const char *below, loss_split split,
                           const char *what, int rank, char **path)
{
    static const char separators[] = "-.";
    loss_status status = LOSS_OK;
    for (int i = 0; i < 4 && !status && !*path; i++) {
        char name[64];
        loss_path_kind kind;
        snprintf(name, sizeof name, "%s%s-%s%cidx%d-ubyte%s", below, prefix(split), what,
                 separators[i % 2], rank, i < 2 ? "" : ".gz");
        status = lossi_look(folder, name, &kind, NULL);
        if (!status && kind != LOSS_PATH_NOTHING && !(*path = lossi_format("%s/%s", folder, name)))
            status = lossi_fail_nomem(strlen(folder) + sizeof name);
    }
    return status;
}

/* In the folder itself, or where torchvision's MNIST(root) puts its files: in root/MNIST/raw. */
static loss_status find(const char *folder, loss_split split, const char *what, int rank,
                        char **path)
{
    static const char *const below[] = {"", "raw/", "MNIST/raw/"};
    loss_status status = LOSS_OK;
    *path = NULL;
    for (size_t i = 0; i < sizeof below / sizeof *below && !status && !*path; i++)
        status = find_in(folder, below[i], split, what, rank, path);
    return status;
}

static loss_status recognise(const lossi_data_place *place, bool *is_ours)
{
    loss_status status = LOSS_OK;
    for (int split = 0; split < 2 && place->is_folder && !status && !*is_ours; split++) {
        char *images;
        status = find(place->path, (loss_split)split, "images", 3, &images);
        *is_ours = images != NULL;
        free(images);
    }
    return status;
}

static size_t big_endian(const uint8_t *b)
{
    return (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
}

/* Checks the header and works out how many bytes of values follow it. */
static loss_status parse_header(const char *path, const uint8_t *header, size_t got, size_t rank,
                                size_t *dims, size_t *count)
{
    if (got < MAGIC + 4 * rank)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %zu bytes; an IDX header has %zu", path, got,
                          MAGIC + 4 * rank);
    if (header[0] || header[1] || header[2] != UNSIGNED_BYTE || header[3] != rank)
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: IDX magic is %02x %02x %02x %02x; expected 00 00 08 %02zx", path,
                          header[0], header[1], header[2], header[3], rank);
    *count = 1;
    for (size_t i = 0; i < rank; i++) {
        dims[i] = big_endian(header + MAGIC + 4 * i);
        if (!dims[i] || !lossi_mul(*count, dims[i], count) || *count > SIZE_MAX / 2)
            return lossi_fail(LOSS_ERR_FORMAT,
                              "%s: its header claims a size of %zu in dimension %zu", path, dims[i],
                              i);
    }
    return LOSS_OK;
}

/* Reads the values that the header claims, in steps, so that memory follows what is there. */
static loss_status read_values(lossi_unpack *u, const loss_dataset_options *opt, size_t header_size,
                               size_t count, uint8_t **values)
{
    size_t size = 0, capacity = 0, got = 1;
    loss_status status = LOSS_OK;
    while (!status && size < count && got) {
        status = lossi_check_unpacked(opt, u->path, u->file_bytes, size);
        if (status)
            return status;
        capacity = capacity ? 2 * capacity : (size_t)1 << 16;
        if (capacity > count)
            capacity = count;
        uint8_t *grown = realloc(*values, capacity);
        if (!grown)
            return lossi_fail_nomem(capacity);
        *values = grown;
        status = lossi_unpack_read(u, grown + size, capacity - size, &got);
        size += got;
    }
    uint8_t more;
    if (!status)
        status = lossi_unpack_read(u, &more, 1, &got);
    if (!status && size < count)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: its header claims %zu bytes; the file holds %zu",
                            u->path, header_size + count, header_size + size);
    if (!status && got)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: its header claims %zu bytes; the file holds more",
                            u->path, header_size + count);
    return status;
}

loss_status lossi_idx_read(const char *path, const loss_dataset_options *opt, size_t rank,
                           size_t *dims, uint8_t **values)
{
    uint8_t header[LARGEST_HEADER];
    size_t got, count, header_size = MAGIC + 4 * rank;
    lossi_unpack u;
    loss_status status = lossi_unpack_open(&u, path);
    if (status)
        return status;
    status = lossi_unpack_read(&u, header, header_size, &got);
    if (!status)
        status = parse_header(path, header, got, rank, dims, &count);
    if (!status)
        status = read_values(&u, opt, header_size, count, values);
    lossi_unpack_close(&u);
    return status;
}

static loss_status read_pair(const char *folder, const char *images, const char *labels,
                             const loss_dataset_options *opt, lossi_images *out)
{
    size_t dims[3], n_labels = 0, classes = LEAST_CLASSES;
    uint8_t *bytes = NULL;
    if (!images && !labels)
        return lossi_fail(LOSS_ERR_NAME, "%s: no %s-images-idx3-ubyte or .gz in it", folder,
                          prefix(opt->split));
    if (!images || !labels)
        return lossi_fail(LOSS_ERR_IO, "%s: no %s-%s or .gz in it", folder, prefix(opt->split),
                          images ? "labels-idx1-ubyte" : "images-idx3-ubyte");
    loss_status status = lossi_idx_read(images, opt, 3, dims, &out->pixels);
    if (!status)
        status = lossi_idx_read(labels, opt, 1, &n_labels, &bytes);
    if (!status && n_labels != dims[0])
        status =
            lossi_fail(LOSS_ERR_FORMAT, "%s: %zu images and %zu labels", folder, dims[0], n_labels);
    if (!status && !(out->labels = lossi_alloc(n_labels, sizeof *out->labels)))
        status = lossi_fail_nomem(n_labels * sizeof *out->labels);
    for (size_t i = 0; i < n_labels && !status; i++) {
        out->labels[i] = bytes[i];
        if (bytes[i] >= classes)
            classes = (size_t)bytes[i] + 1;
    }
    free(bytes);
    if (!status) {
        out->n = n_labels;
        out->shape = (loss_shape){1, dims[1], dims[2], classes};
    }
    return status;
}

static loss_status read_images(const lossi_data_place *place, const loss_dataset_options *opt,
                               lossi_images *out)
{
    char *images = NULL, *labels = NULL;
    loss_status status = find(place->path, opt->split, "images", 3, &images);
    if (!status)
        status = find(place->path, opt->split, "labels", 1, &labels);
    if (!status)
        status = read_pair(place->path, images, labels, opt, out);
    free(images);
    free(labels);
    return status;
}

const lossi_data_reader lossi_idx_reader = {
    .name = "idx",
    .summary = "a folder of IDX files (MNIST and its kind), plain or .gz",
    .folder = "train-images-idx3-ubyte[.gz] (IDX)",
    .recognise = recognise,
    .read = read_images,
};
