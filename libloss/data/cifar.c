/* CIFAR-10 and CIFAR-100 (Krizhevsky 2009), in a folder or in the published .tar.gz. The binary
 * version has records of labels and 3072 bytes, R, G and B planes, row-major; the Python version
 * pickles of the same bytes (cifar_pickle.c). */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/cifar_pickle.h"
#include "data/folder.h"
#include "data/reader.h"
#include "data/tar.h"

enum { IMAGE = 3072, MOST_BATCHES = 5 };

/* A version of a data set. */
typedef struct version {
    const lossi_data_reader *reader;          /* whose name is that of the data set */
    const char *names[2][MOST_BATCHES + 1];   /* of a split's files, ended by NULL */
    size_t classes, label_bytes, label_place; /* binary: bytes before an image, and which it is */
    const char *label_key;                    /* pickles: what the labels are called */
} version;

static const version VERSIONS[] = {
    {&lossi_cifar10_reader,
     {{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
       "data_batch_5.bin"},
      {"test_batch.bin"}},
     10,
     1,
     0,
     NULL},
    {&lossi_cifar10_reader,
     {{"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"},
      {"test_batch"}},
     10,
     0,
     0,
     "labels"},
    {&lossi_cifar100_reader, {{"train.bin"}, {"test.bin"}}, 100, 2, 1, NULL},
    {&lossi_cifar100_reader, {{"train"}, {"test"}}, 100, 0, 0, "fine_labels"},
};
enum { N_VERSIONS = sizeof VERSIONS / sizeof *VERSIONS };

/* Number of a name among a split's files; -1 if it is none of them. */
static int batch_of(const version *v, int split, const char *name)
{
    for (int i = 0; v->names[split][i]; i++)
        if (strcmp(v->names[split][i], name) == 0)
            return i;
    return -1;
}

/* Whether a folder has any of a split's files. */
static loss_status has_split(const char *folder, const version *v, int split, bool *has)
{
    loss_status status = LOSS_OK;
    *has = false;
    for (int i = 0; v->names[split][i] && !status && !*has; i++) {
        loss_path_kind kind;
        status = lossi_look(folder, v->names[split][i], &kind, NULL);
        *has = kind != LOSS_PATH_NOTHING && kind != LOSS_PATH_FOLDER;
    }
    return status;
}

/* The version that a folder holds, of a data set; NULL: none. */
static loss_status find_version(const char *folder, const lossi_data_reader *reader,
                                const version **found)
{
    loss_status status = LOSS_OK;
    *found = NULL;
    for (int k = 0; k < 2 * N_VERSIONS && !status && !*found; k++) {
        bool has = false;
        const version *v = &VERSIONS[k / 2];
        if (v->reader == reader)
            status = has_split(folder, v, k % 2, &has);
        *found = has ? v : NULL;
    }
    return status;
}

static loss_status fail_no_split(const char *path, const version *v, loss_split split)
{
    return lossi_fail(LOSS_ERR_NAME, "%s: no %s images: there is no %s", path,
                      loss_split_name(split), v->names[split][0]);
}

/* ---- One file ------------------------------------------------------------------------------- */

loss_status lossi_cifar_grow(lossi_images *images, size_t n)
{
    uint8_t *pixels = realloc(images->pixels, (images->n + n) * IMAGE);
    if (pixels)
        images->pixels = pixels;
    uint32_t *labels = realloc(images->labels, (images->n + n) * sizeof *labels);
    if (labels)
        images->labels = labels;
    return pixels && labels ? LOSS_OK : lossi_fail_nomem((images->n + n) * (IMAGE + 4));
}

static loss_status append_records(const char *file, const version *v, const uint8_t *bytes,
                                  size_t size, lossi_images *images)
{
    size_t record = v->label_bytes + IMAGE, n = size / record;
    if (!size || size % record)
        return lossi_fail(LOSS_ERR_FORMAT,
                          size ? "%s: %zu bytes is not a whole number of %zu-byte records"
                               : "%s: %zu bytes; expected %zu-byte records",
                          file, size, record);
    loss_status status = lossi_cifar_grow(images, n);
    for (size_t i = 0; i < n && !status; i++, bytes += record, images->n++) {
        uint8_t label = bytes[v->label_place];
        if (label >= v->classes)
            status = lossi_fail(LOSS_ERR_FORMAT, "%s: record %zu has label %d; expected 0 to %zu",
                                file, i, label, v->classes - 1);
        images->labels[images->n] = label;
        memcpy(images->pixels + images->n * IMAGE, bytes + v->label_bytes, IMAGE);
    }
    return status;
}

/* Appends the images of a file of the folder or archive at `path`. */
static loss_status append(const char *path, const char *name, const version *v,
                          const uint8_t *bytes, size_t size, lossi_images *images)
{
    char *file = lossi_format("%s/%s", path, name);
    loss_status status = !file          ? lossi_fail_nomem(strlen(path) + strlen(name) + 2)
                         : v->label_key ? lossi_cifar_append_pickle(file, v->label_key, v->classes,
                                                                    bytes, size, images)
                                        : append_records(file, v, bytes, size, images);
    free(file);
    return status;
}

/* ---- Folders and archives ------------------------------------------------------------------- */

static loss_status read_folder(const char *path, const version *v, loss_split split,
                               lossi_images *out)
{
    bool has;
    loss_status status = has_split(path, v, (int)split, &has);
    if (!status && !has)
        return fail_no_split(path, v, split);
    for (int i = 0; v->names[split][i] && !status; i++) {
        uint8_t *bytes = NULL;
        size_t size;
        char *file = lossi_format("%s/%s", path, v->names[split][i]);
        status = file ? loss_file_read(file, SIZE_MAX, &bytes, &size)
                      : lossi_fail_nomem(strlen(path) + 32);
        if (!status)
            status = append(path, v->names[split][i], v, bytes, size, out);
        free(bytes);
        free(file);
    }
    return status;
}

typedef struct batch {
    uint8_t *bytes;
    size_t size;
} batch;

/* The version that an archive has a file of. */
static const version *version_of(const char *name)
{
    for (int k = 0; k < 2 * N_VERSIONS; k++)
        if (batch_of(&VERSIONS[k / 2], k % 2, name) >= 0)
            return &VERSIONS[k / 2];
    return NULL;
}

/* Keeps the batches of the split, wherever they stand in the archive; its first file that belongs
 * to a data set tells which. Of two with one name the later one counts, as where an archive is
 * unpacked. */
static loss_status take_batches(lossi_tar *a, loss_split split, const version **v,
                                batch batches[MOST_BATCHES])
{
    const char *name;
    loss_status status;
    while (!(status = lossi_tar_next(a, &name)) && name) {
        if (!*v)
            *v = version_of(name);
        int i = *v ? batch_of(*v, (int)split, name) : -1;
        if (i < 0)
            continue;
        free(batches[i].bytes);
        status = lossi_tar_read(a, &batches[i].bytes, &batches[i].size);
        if (status)
            break;
    }
    return status;
}

static loss_status read_archive(const char *path, const loss_dataset_options *opt,
                                const version **v, lossi_images *out)
{
    batch batches[MOST_BATCHES] = {{NULL, 0}};
    lossi_tar a;
    int found = 0;
    loss_status status = lossi_tar_open(&a, path, opt);
    if (!status)
        status = take_batches(&a, opt->split, v, batches);
    lossi_tar_close(&a);
    for (int i = 0; i < MOST_BATCHES; i++)
        found += batches[i].bytes != NULL;
    if (!status && !found)
        status = fail_no_split(path, *v ? *v : VERSIONS, opt->split);
    for (int i = 0; i < MOST_BATCHES; i++) {
        const char *name = *v ? (*v)->names[opt->split][i] : NULL;
        if (!name)
            break;
        if (!status && !batches[i].bytes)
            status = lossi_fail(LOSS_ERR_FORMAT, "%s/%s: not in the archive", path, name);
        if (!status)
            status = append(path, name, *v, batches[i].bytes, batches[i].size, out);
        free(batches[i].bytes);
    }
    return status;
}

static loss_status read_version(const lossi_data_place *place, const loss_dataset_options *opt,
                                const lossi_data_reader *reader, lossi_images *out)
{
    const version *v = NULL;
    loss_status status = LOSS_OK;
    if (place->is_folder)
        status = find_version(place->path, reader, &v);
    if (!status)
        status = v ? read_folder(place->path, v, opt->split, out)
                   : read_archive(place->path, opt, &v, out);
    if (status)
        return status;
    out->shape = (loss_shape){3, 32, 32, v->classes};
    out->format = v->reader->name;
    return LOSS_OK;
}

static loss_status recognise10(const lossi_data_place *place, bool *is_ours)
{
    const version *v = NULL;
    loss_status status =
        place->is_folder ? find_version(place->path, &lossi_cifar10_reader, &v) : LOSS_OK;
    *is_ours = place->is_folder ? v != NULL : lossi_tar_is(place->head, place->n_head);
    return status;
}

static loss_status recognise100(const lossi_data_place *place, bool *is_ours)
{
    const version *v = NULL;
    loss_status status =
        place->is_folder ? find_version(place->path, &lossi_cifar100_reader, &v) : LOSS_OK;
    *is_ours = v != NULL;
    return status;
}

static loss_status read10(const lossi_data_place *place, const loss_dataset_options *opt,
                          lossi_images *out)
{
    return read_version(place, opt, &lossi_cifar10_reader, out);
}

static loss_status read100(const lossi_data_place *place, const loss_dataset_options *opt,
                           lossi_images *out)
{
    return read_version(place, opt, &lossi_cifar100_reader, out);
}

/* Of an archive it shows only inside which data set it is: this one reads both. */
const lossi_data_reader lossi_cifar10_reader = {
    .name = "cifar-10",
    .summary = "CIFAR-10, binary or pickled, as a folder or as the .tar.gz that is published",
    .folder = "data_batch_1[.bin] (CIFAR-10)",
    .file = "a tar or tar.gz archive of CIFAR-10 or CIFAR-100",
    .recognise = recognise10,
    .read = read10,
};

const lossi_data_reader lossi_cifar100_reader = {
    .name = "cifar-100",
    .summary = "CIFAR-100 in the same ways, with its 100 fine labels",
    .folder = "train[.bin] (CIFAR-100)",
    .recognise = recognise100,
    .read = read100,
};
