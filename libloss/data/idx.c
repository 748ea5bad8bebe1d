/* IDX (LeCun's MNIST format): magic 0, 0, type, rank; big-endian sizes; values. Images have rank
 * 3, labels rank 1, both bytes. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/dataset.h"
#include "data/gzip.h"

enum { MAGIC = 4, UNSIGNED_BYTE = 8, LEAST_CLASSES = 10 };

/* The file NAME or NAME.gz of a folder, with '-' or '.' before "idx"; NULL if there is none.
 * Owned by the caller. */
static char *find(const char *folder, loss_split split, const char *what, int rank)
{
    static const char separators[] = "-.";
    for (int i = 0; i < 4; i++) {
        char *path = lossi_format("%s/%s-%s%cidx%d-ubyte%s", folder,
                                  split == LOSS_SPLIT_TEST ? "t10k" : "train", what,
                                  separators[i % 2], rank, i < 2 ? "" : ".gz");
        if (path && lossi_is_file(path))
            return path;
        free(path);
    }
    return NULL;
}

bool lossi_idx_is_folder(const char *path)
{
    char *train = find(path, LOSS_SPLIT_TRAIN, "images", 3),
         *test = find(path, LOSS_SPLIT_TEST, "images", 3);
    bool found = train || test;
    free(train);
    free(test);
    return found;
}

static size_t big_endian(const uint8_t *b)
{
    return (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
}

/* Checks the header and works out the size of the whole file. */
static loss_status parse_header(const char *path, const uint8_t *header, size_t got, size_t rank,
                                size_t *dims, size_t *total)
{
    size_t header_size = MAGIC + 4 * rank;
    if (got < header_size)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %zu bytes; an IDX header has %zu", path, got,
                          header_size);
    if (header[0] || header[1] || header[2] != UNSIGNED_BYTE || header[3] != rank)
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: IDX magic is %02x %02x %02x %02x; expected 00 00 08 %02zx", path,
                          header[0], header[1], header[2], header[3], rank);
    size_t count = 1;
    for (size_t i = 0; i < rank; i++) {
        dims[i] = big_endian(header + MAGIC + 4 * i);
        if (!dims[i] || !lossi_mul(count, dims[i], &count) || count > SIZE_MAX / 2)
            return lossi_fail(LOSS_ERR_FORMAT,
                              "%s: its header claims a size of %zu in dimension %zu", path, dims[i],
                              i);
    }
    *total = header_size + count;
    return LOSS_OK;
}

/* Reads a whole IDX file, inflated if need be. The values begin at *values within *bytes, which
 * the caller owns. */
static loss_status read_idx(const char *path, size_t rank, size_t *dims, uint8_t **bytes,
                            const uint8_t **values)
{
    uint8_t header[MAGIC + 12];
    size_t size, total = 0;
    loss_status status = loss_file_read(path, SIZE_MAX, bytes, &size);
    if (status)
        return status;
    bool packed = lossi_gzip_is(*bytes, size);
    size_t got = sizeof header < size ? sizeof header : size;
    if (packed)
        got = lossi_gzip_peek(*bytes, size, header, sizeof header);
    else
        memcpy(header, *bytes, got);
    /* A corrupt gzip may not even give a header: then inflating says what is wrong with it. */
    status = packed && !got ? LOSS_OK : parse_header(path, header, got, rank, dims, &total);
    if (!status && packed) {
        uint8_t *unpacked;
        status = lossi_gzip_inflate(*bytes, size, path, total, &unpacked, &size);
        free(*bytes);
        *bytes = unpacked;
    }
    if (!status && size != total)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: its header claims %zu bytes; the file holds %zu",
                            path, total, size);
    if (status) {
        free(*bytes);
        *bytes = NULL;
        return status;
    }
    *values = *bytes + MAGIC + 4 * rank;
    return LOSS_OK;
}

static loss_status join(const char *path, const size_t dims[3], const uint8_t *pixels,
                        size_t n_labels, const uint8_t *labels, lossi_images *out)
{
    size_t n = dims[0], classes = LEAST_CLASSES;
    if (n_labels != n)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %zu images and %zu labels", path, n, n_labels);
    for (size_t i = 0; i < n; i++)
        if (labels[i] >= classes)
            classes = (size_t)labels[i] + 1;
    out->pixels = malloc(n * dims[1] * dims[2]);
    out->labels = lossi_alloc(n, sizeof *out->labels);
    if (!out->pixels || !out->labels)
        return lossi_fail_nomem(n * dims[1] * dims[2]);
    memcpy(out->pixels, pixels, n * dims[1] * dims[2]);
    for (size_t i = 0; i < n; i++)
        out->labels[i] = labels[i];
    out->n = n;
    out->shape = (loss_shape){1, dims[1], dims[2], classes};
    return LOSS_OK;
}

loss_status lossi_idx_read_folder(const char *path, loss_split split, lossi_images *out)
{
    *out = (lossi_images){0};
    char *images = find(path, split, "images", 3), *labels = find(path, split, "labels", 1);
    uint8_t *image_bytes = NULL, *label_bytes = NULL;
    const uint8_t *pixels = NULL, *label_values = NULL;
    size_t dims[3], n_labels = 0;
    loss_status status = LOSS_OK;
    if (!images || !labels)
        status = lossi_fail(LOSS_ERR_IO, "%s: no %s-%s-idx%d-ubyte or .gz in it", path,
                            split == LOSS_SPLIT_TEST ? "t10k" : "train",
                            images ? "labels" : "images", images ? 1 : 3);
    if (!status)
        status = read_idx(images, 3, dims, &image_bytes, &pixels);
    if (!status)
        status = read_idx(labels, 1, &n_labels, &label_bytes, &label_values);
    if (!status)
        status = join(path, dims, pixels, n_labels, label_values, out);
    free(image_bytes);
    free(label_bytes);
    free(images);
    free(labels);
    if (status)
        lossi_images_free(out);
    return status;
}
