/* Files with named arrays, recognised by content: names of files tell little (.pt, .pth, .th,
 * .t7, .bin, .ckpt). */
#include "formats/read.h"

#include <loss/net.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "formats/derived.h"
#include "formats/foreign.h"

/* The formats, a row each: a file here ends in its table. The first that fits is taken. */
#ifdef LOSSI_HAS_HDF5
#define HDF5_ROW(X) X(hdf5)
#else
#define HDF5_ROW(X)
#endif
#define FORMAT_ROWS(X) X(pytorch) X(npz) X(npy) X(safetensors) HDF5_ROW(X) X(pytorch_old)

#define DECLARE(name) extern const lossi_arrays_format lossi_arrays_##name;
FORMAT_ROWS(DECLARE)
#define ROW(name) &lossi_arrays_##name,
static const lossi_arrays_format *const formats[] = {FORMAT_ROWS(ROW)};
enum { N_FORMATS = sizeof formats / sizeof *formats };

/* The names of all formats, for a message. */
enum { NAMES_SIZE = 400 };
static const char *format_names(char text[NAMES_SIZE])
{
    size_t at = 0;
    for (int i = 0; i < N_FORMATS; i++) {
        at +=
            (size_t)snprintf(text + at, NAMES_SIZE - at, "%s%s (", i ? ", " : "", formats[i]->name);
        for (int k = 0; formats[i]->endings[k]; k++)
            at += (size_t)snprintf(text + at, NAMES_SIZE - at, "%s%s", k ? " " : "",
                                   formats[i]->endings[k]);
        at += (size_t)snprintf(text + at, NAMES_SIZE - at, ")");
    }
    return text;
}

/* Whether a format before the one numbered n has the ending. */
static bool was_told(const char *ending, int n)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; formats[i]->endings[k]; k++)
            if (strcmp(formats[i]->endings[k], ending) == 0)
                return true;
    return false;
}

const char *loss_weights_ending(size_t number)
{
    for (int i = 0; i < N_FORMATS; i++)
        for (int k = 0; formats[i]->endings[k]; k++)
            if (!was_told(formats[i]->endings[k], i) && number-- == 0)
                return formats[i]->endings[k];
    return NULL;
}

/* What an unknown file begins with, for a message. */
static const char *first_bytes(const uint8_t *bytes, size_t size, char text[32])
{
    size_t at = 0;
    text[0] = 0;
    for (size_t i = 0; i < size && i < 8; i++)
        at += (size_t)snprintf(text + at, 32 - at, "%s%02x", i ? " " : "", bytes[i]);
    return text;
}

static const lossi_arrays_format *recognise(const uint8_t *bytes, size_t size,
                                            const lossi_archive *zip)
{
    for (int i = 0; i < N_FORMATS; i++)
        if (zip ? formats[i]->is_zip && formats[i]->is_zip(zip)
                : formats[i]->is && formats[i]->is(bytes, size))
            return formats[i];
    return NULL;
}

bool lossi_arrays_is(const uint8_t *bytes, size_t size)
{
    return lossi_archive_is(bytes, size) || recognise(bytes, size, NULL) ||
           lossi_foreign_refuse(bytes, size, NULL, "");
}

static loss_status fail_unknown(const uint8_t *bytes, size_t size, const char *label)
{
    char first[32], names[NAMES_SIZE];
    if (!size)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: the file is empty", label);
    return lossi_fail(
        LOSS_ERR_FORMAT,
        "%s: %zu bytes beginning with %s: no weights, or truncated; expected one of %s", label,
        size, first_bytes(bytes, size, first), format_names(names));
}

/* @param zip  the archive that the bytes are, or NULL */
static loss_status parse(const uint8_t *bytes, size_t size, const lossi_archive *zip,
                         const char *key, const char *label, lossi_arrays *out,
                         const lossi_arrays_format **format)
{
    loss_status status = lossi_foreign_refuse(bytes, size, zip, label);
    if (status)
        return status;
    *format = recognise(bytes, size, zip);
    if (!*format)
        return fail_unknown(bytes, size, label);
    status = zip ? (*format)->parse_zip(zip, size, key, label, out)
                 : (*format)->parse(bytes, size, key, label, out);
    if (!status)
        status = lossi_arrays_derive(out, label);
    if (status)
        lossi_arrays_free(out);
    return status;
}

loss_status lossi_arrays_parse(const uint8_t *bytes, size_t size, const char *key,
                               const char *label, lossi_arrays *out,
                               const lossi_arrays_format **format)
{
    const lossi_arrays_format *unused;
    format = format ? format : &unused;
    *out = (lossi_arrays){0};
    *format = NULL;
    if (!lossi_archive_is(bytes, size))
        return parse(bytes, size, NULL, key, label, out, format);
    lossi_archive zip;
    loss_status status = lossi_archive_open(&zip, bytes, size, label);
    if (status)
        return status;
    status = parse(bytes, size, &zip, key, label, out, format);
    lossi_archive_close(&zip);
    return status;
}

static loss_status fail_unclear(const lossi_arrays *arrays, const char *label)
{
    char list[LOSSI_LIST_SIZE];
    return lossi_fail(LOSS_ERR_FORMAT,
                      "%s: several sets of tensors: %s. Which are the weights? Give their key",
                      label, lossi_sets_list(&arrays->sets, SIZE_MAX, list));
}

loss_status lossi_arrays_read(const char *path, const char *key, lossi_arrays *out,
                              const lossi_arrays_format **format)
{
    uint8_t *bytes;
    size_t size;
    *out = (lossi_arrays){0};
    loss_status status = loss_file_read(path, SIZE_MAX, &bytes, &size);
    if (status)
        return status;
    status = lossi_arrays_parse(bytes, size, key, path, out, format);
    if (status) {
        free(bytes);
        return status;
    }
    status = lossi_arrays_own(out, bytes);
    if (!status && out->sets.is_unclear)
        status = fail_unclear(out, path);
    if (status)
        lossi_arrays_free(out);
    return status;
}
