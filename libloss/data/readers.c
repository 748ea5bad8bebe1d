/* The kinds of data sets, and which of them a path is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "data/reader.h"

/* Asked in this order. */
static const lossi_data_reader *const READERS[] = {&lossi_arrays_reader, &lossi_cifar10_reader,
                                                   &lossi_cifar100_reader, &lossi_idx_reader,
                                                   &lossi_image_folder_reader};
enum { N_READERS = sizeof READERS / sizeof *READERS };

/* Data sets that a package of the system puts somewhere. */
static const struct known {
    const char *name, *path, *package;
} KNOWN[] = {{"fashion-mnist", "/usr/share/datasets/fashion-mnist", "dataset-fashion-mnist"}};
enum { N_KNOWN = sizeof KNOWN / sizeof *KNOWN };

size_t loss_dataset_formats(void)
{
    return N_READERS;
}

const char *loss_dataset_format_name(size_t i)
{
    return i < N_READERS ? READERS[i]->name : NULL;
}

const char *loss_dataset_format_summary(size_t i)
{
    return i < N_READERS ? READERS[i]->summary : NULL;
}

const char *loss_dataset_known(size_t i)
{
    return i < N_KNOWN ? KNOWN[i].name : NULL;
}

/* A known name is one only where nothing lies under it. */
static loss_status find_known(const char **path)
{
    loss_path_kind kind;
    for (size_t i = 0; i < N_KNOWN; i++) {
        if (strcmp(*path, KNOWN[i].name) != 0)
            continue;
        loss_status status = loss_path_find(*path, &kind);
        if (status || kind != LOSS_PATH_NOTHING)
            return status;
        status = loss_path_find(KNOWN[i].path, &kind);
        if (!status && kind == LOSS_PATH_NOTHING)
            status = lossi_fail(LOSS_ERR_IO, "%s: not at %s; install Debian's package %s",
                                KNOWN[i].name, KNOWN[i].path, KNOWN[i].package);
        *path = KNOWN[i].path;
        return status;
    }
    return LOSS_OK;
}

/* The first bytes of a file, as they are stored. */
static loss_status read_head(lossi_data_place *place)
{
    int descriptor;
    loss_status status = lossi_file_open_input(place->path, &descriptor, NULL);
    if (status)
        return status;
    ssize_t n = read(descriptor, place->head, sizeof place->head);
    if (n < 0)
        status = lossi_fail(LOSS_ERR_IO, "%s: cannot read: %s", place->path, strerror(errno));
    else
        place->n_head = (size_t)n;
    close(descriptor);
    return status;
}

/* "A, B, or C": what the readers of folders, or of files, expect. NULL: out of memory. */
static char *list_expected(bool is_folder)
{
    char *list = lossi_strdup("");
    for (size_t i = 0; i < N_READERS && list; i++) {
        const char *item = is_folder ? READERS[i]->folder : READERS[i]->file;
        if (!item)
            continue;
        char *longer = lossi_format("%s%s%s", list, *list ? ", or " : "", item);
        free(list);
        list = longer;
    }
    return list;
}

static loss_status fail_unknown(const lossi_data_place *place)
{
    char *expected = list_expected(place->is_folder);
    if (!expected)
        return lossi_fail_nomem(256);
    loss_status status =
        lossi_fail(LOSS_ERR_FORMAT, "%s: %s; expected %s", place->path,
                   place->is_folder ? "no data set in this folder"
                                    : "no data set in this file, nor the folder of one",
                   expected);
    free(expected);
    return status;
}

static loss_status find_place(const char *path, lossi_data_place *place)
{
    loss_path_kind kind;
    *place = (lossi_data_place){.path = path};
    loss_status status = loss_path_find(path, &kind);
    place->is_folder = kind == LOSS_PATH_FOLDER;
    if (!status && !place->is_folder)
        status = read_head(place);
    return status;
}

/* *reader is NULL where nobody knows the path. *path is replaced by where a known name is. */
static loss_status find_reader(const char **path, lossi_data_place *place,
                               const lossi_data_reader **reader)
{
    *reader = NULL;
    loss_status status = find_known(path);
    if (!status)
        status = find_place(*path, place);
    bool is_empty = !status && !place->is_folder && !place->n_head;
    for (size_t i = 0; i < N_READERS && !status && !*reader && !is_empty; i++) {
        bool is_ours = false;
        status = READERS[i]->recognise(place, &is_ours);
        if (!status && is_ours)
            *reader = READERS[i];
    }
    return status;
}

loss_status loss_dataset_recognise(const char **format, const char *path)
{
    LOSSI_REQUIRE(format);
    *format = NULL;
    LOSSI_REQUIRE(path);
    lossi_data_place place;
    const lossi_data_reader *reader;
    loss_status status = find_reader(&path, &place, &reader);
    if (!status && reader)
        *format = reader->name;
    return status;
}

loss_status lossi_read_images(const char **path, const loss_dataset_options *opt,
                              const char **format, lossi_images *out)
{
    lossi_data_place place;
    const lossi_data_reader *reader;
    *out = (lossi_images){0};
    loss_status status = find_reader(path, &place, &reader);
    if (!status && !reader && !place.is_folder && !place.n_head)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: the file is empty; expected a data set", *path);
    if (!status && !reader)
        status = fail_unknown(&place);
    if (status)
        return status;
    status = reader->read(&place, opt, out);
    *format = out->format ? out->format : reader->name;
    if (status)
        lossi_images_free(out);
    return status;
}
