/* .npz: a zip archive of .npy files, stored without compression. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/file.h"
#include "formats/grid.h"

static const loss_file_kind KIND = {"npz archive", 0, "PK", 2};

enum { NPY_PREFIX = 10, NPY_ALIGN = 64, LOCAL_HEADER = 30, CENTRAL_HEADER = 46 };

/* One .npy in memory. */
typedef struct npy {
    char *name;
    uint8_t *bytes;
    size_t size;
    uint32_t crc, offset;
} npy;

static size_t count_of(const lossi_npz_member *m)
{
    size_t count = 1;
    for (size_t i = 0; i < m->n_dims; i++)
        count *= m->dims[i];
    return count;
}

/* NPY format 1.0: magic, header length, a Python dict as text, the values. */
static loss_status make_npy(const lossi_npz_member *m, npy *out)
{
    char shape[64] = "()";
    if (m->n_dims == 1)
        snprintf(shape, sizeof shape, "(%zu,)", m->dims[0]);
    if (m->n_dims == 2)
        snprintf(shape, sizeof shape, "(%zu, %zu)", m->dims[0], m->dims[1]);
    char *dict = lossi_format("{'descr': '%s', 'fortran_order': False, 'shape': %s, }",
                              m->flags   ? "|b1"
                              : m->bytes ? "|u1"
                                         : "<f8",
                              shape);
    out->name = lossi_format("%s.npy", m->name);
    size_t values = count_of(m) * (m->values ? sizeof(double) : 1);
    size_t head =
        dict ? (NPY_PREFIX + strlen(dict) + 1 + NPY_ALIGN - 1) / NPY_ALIGN * NPY_ALIGN : 0;
    out->bytes = malloc(head + values);
    if (!dict || !out->name || !out->bytes) {
        free(dict);
        return lossi_fail_nomem(head + values);
    }
    out->size = head + values;
    size_t length = head - NPY_PREFIX;
    memcpy(out->bytes, "\x93NUMPY\x01\x00", 8);
    out->bytes[8] = (uint8_t)length;
    out->bytes[9] = (uint8_t)(length >> 8);
    memset(out->bytes + NPY_PREFIX, ' ', length);
    memcpy(out->bytes + NPY_PREFIX, dict, strlen(dict));
    out->bytes[head - 1] = '\n';
    const void *from = m->flags   ? (const void *)m->flags
                       : m->bytes ? (const void *)m->bytes
                                  : (const void *)m->values;
    memcpy(out->bytes + head, from, values);
    out->crc = (uint32_t)crc32_z(0, out->bytes, out->size);
    free(dict);
    return LOSS_OK;
}

static void put16(loss_file *out, uint32_t value)
{
    loss_file_put(out, (uint8_t[]){(uint8_t)value, (uint8_t)(value >> 8)}, 2);
}

static void put32(loss_file *out, uint32_t value)
{
    put16(out, value & 0xffff);
    put16(out, value >> 16);
}

/* What local and central headers share, from "version needed" to the length of the extra field. */
static void put_common(loss_file *out, const npy *f)
{
    put16(out, 20); /* version needed: 2.0 */
    put16(out, 0);  /* flags */
    put16(out, 0);  /* stored */
    put16(out, 0);
    put16(out, 33); /* 1980-01-01: the same bytes every time */
    put32(out, f->crc);
    put32(out, (uint32_t)f->size);
    put32(out, (uint32_t)f->size);
    put16(out, (uint32_t)strlen(f->name));
    put16(out, 0);
}

static void write_zip(loss_file *out, npy *files, size_t n)
{
    size_t at = 0, central = 0;
    for (size_t i = 0; i < n; i++) {
        files[i].offset = (uint32_t)at;
        put32(out, 0x04034b50);
        put_common(out, &files[i]);
        loss_file_put_text(out, files[i].name);
        loss_file_put(out, files[i].bytes, files[i].size);
        at += LOCAL_HEADER + strlen(files[i].name) + files[i].size;
    }
    for (size_t i = 0; i < n; i++) {
        put32(out, 0x02014b50);
        put16(out, 20);
        put_common(out, &files[i]);
        put16(out, 0); /* comment */
        put16(out, 0); /* disk */
        put16(out, 0);
        put32(out, 0);
        put32(out, files[i].offset);
        loss_file_put_text(out, files[i].name);
        central += CENTRAL_HEADER + strlen(files[i].name);
    }
    put32(out, 0x06054b50);
    put32(out, 0);
    put16(out, (uint32_t)n);
    put16(out, (uint32_t)n);
    put32(out, (uint32_t)central);
    put32(out, (uint32_t)at);
    put16(out, 0);
}

loss_status lossi_npz_write(const char *path, const lossi_npz_member *members, size_t n)
{
    npy *files = calloc(n + 1, sizeof *files);
    loss_status status = files ? LOSS_OK : lossi_fail_nomem(n * sizeof *files);
    size_t total = 0;
    for (size_t i = 0; i < n && !status; i++) {
        status = make_npy(&members[i], &files[i]);
        total += files[i].size;
    }
    if (!status && total > UINT32_MAX / 2)
        status = lossi_fail(LOSS_ERR_SHAPE,
                            "%s: %zu bytes are too many for .npz; use .csv or read the .landscape",
                            path, total);
    loss_file *file;
    if (!status)
        status = loss_file_open(&file, path, &KIND);
    if (!status) {
        write_zip(file, files, n);
        status = loss_file_commit(file);
    }
    for (size_t i = 0; files && i < n; i++) {
        free(files[i].name);
        free(files[i].bytes);
    }
    free(files);
    return status;
}
