/* Files with named arrays, recognised by content: names of files tell little (.pt, .pth, .th,
 * .t7, .bin, .ckpt). */
#include "formats/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "formats/npy.h"
#include "formats/pickle.h"
#include "formats/pytorch.h"
#include "formats/safetensors.h"

const char *lossi_arrays_kind_name(lossi_arrays_kind kind)
{
    static const char *const names[] = {"safetensors", "PyTorch checkpoint (zip)",
                                        "PyTorch checkpoint (before 1.6)", "npz", "unknown"};
    return names[kind];
}

static loss_status parse_zip(const uint8_t *bytes, size_t size, const char *label,
                             lossi_arrays *out, lossi_arrays_kind *kind)
{
    lossi_archive zip;
    loss_status status = lossi_archive_open(&zip, bytes, size, label);
    if (status)
        return status;
    if (lossi_pytorch_is_zip(&zip)) {
        *kind = LOSSI_PYTORCH_ZIP;
        status = lossi_pytorch_parse_zip(&zip, size, label, out);
    } else if (lossi_npz_is(&zip)) {
        *kind = LOSSI_NPZ;
        status = lossi_npz_parse(&zip, size, label, out);
    } else {
        status = lossi_fail(
            LOSS_ERR_FORMAT,
            "%s: a zip archive with neither a data.pkl (PyTorch) nor .npy arrays in it", label);
    }
    lossi_archive_close(&zip);
    return status;
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

loss_status lossi_arrays_parse(const uint8_t *bytes, size_t size, const char *label,
                               lossi_arrays *out, lossi_arrays_kind *kind)
{
    lossi_arrays_kind unused;
    kind = kind ? kind : &unused;
    *out = (lossi_arrays){0};
    *kind = LOSSI_NO_ARRAYS;
    if (lossi_archive_is(bytes, size))
        return parse_zip(bytes, size, label, out, kind);
    if (lossi_safetensors_is(bytes, size)) {
        *kind = LOSSI_SAFETENSORS;
        return lossi_safetensors_parse(bytes, size, label, out);
    }
    if (lossi_pickle_is(bytes, size)) {
        *kind = LOSSI_PYTORCH_OLD;
        return lossi_pytorch_parse_old(bytes, size, label, out);
    }
    if (!size)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: the file is empty", label);
    char text[32];
    return lossi_fail(LOSS_ERR_FORMAT,
                      "%s: %zu bytes beginning with %s: not safetensors, a PyTorch checkpoint or "
                      "npz, or truncated",
                      label, size, first_bytes(bytes, size, text));
}

loss_status lossi_arrays_read(const char *path, lossi_arrays *out, lossi_arrays_kind *kind)
{
    uint8_t *bytes;
    size_t size;
    *out = (lossi_arrays){0};
    loss_status status = loss_file_read(path, SIZE_MAX, &bytes, &size);
    if (status)
        return status;
    status = lossi_arrays_parse(bytes, size, path, out, kind);
    if (status) {
        free(bytes);
        return status;
    }
    status = lossi_arrays_own(out, bytes);
    if (status)
        lossi_arrays_free(out);
    return status;
}
