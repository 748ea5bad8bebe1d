/* libarchive reads the tar, zlib what it is packed in: see unpack.c. */
#include "data/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 16, TAR_MAGIC = 257 };

bool lossi_tar_is(const uint8_t *head, size_t n)
{
    return (n >= 2 && head[0] == 0x1f && head[1] == 0x8b) ||
           (n >= TAR_MAGIC + 5 && memcmp(head + TAR_MAGIC, "ustar", 5) == 0);
}

/* What libarchive asks for the next bytes of the tar. */
static la_ssize_t give_block(struct archive *reader, void *user, const void **block)
{
    lossi_tar *a = user;
    size_t got;
    a->status = lossi_unpack_read(&a->file, a->block, BLOCK, &got);
    a->unpacked += got;
    if (!a->status)
        a->status = lossi_check_unpacked(a->opt, a->file.path, a->file.file_bytes, a->unpacked);
    if (a->status) {
        archive_set_error(reader, EIO, "the file cannot be read");
        return -1;
    }
    *block = a->block;
    return (la_ssize_t)got;
}

static loss_status fail_with_archive(const lossi_tar *a)
{
    if (a->status)
        return a->status; /* the message is that of the first failure */
    const char *reason = archive_error_string(a->reader);
    if (archive_errno(a->reader) == ENOMEM || errno == ENOMEM) /* it forgets some of its causes */
        return lossi_fail(LOSS_ERR_NOMEM, "%s: out of memory to read the archive", a->file.path);
    return lossi_fail(LOSS_ERR_FORMAT, "%s: no tar archive that can be read: %s", a->file.path,
                      reason ? reason : "bad data");
}

loss_status lossi_tar_open(lossi_tar *a, const char *path, const loss_dataset_options *opt)
{
    *a = (lossi_tar){.opt = opt};
    loss_status status = lossi_unpack_open(&a->file, path);
    if (status)
        return status;
    a->block = malloc(BLOCK);
    a->reader = archive_read_new();
    a->entry = archive_entry_new(); /* libarchive does not check one that it makes itself */
    errno = 0;
    if (!a->block || !a->reader || !a->entry ||
        archive_read_support_format_tar(a->reader) != ARCHIVE_OK)
        status = lossi_fail_nomem(BLOCK);
    else if (archive_read_open(a->reader, a, NULL, give_block, NULL) != ARCHIVE_OK)
        status = fail_with_archive(a);
    if (status)
        lossi_tar_close(a);
    return status;
}

loss_status lossi_tar_next(lossi_tar *a, const char **name)
{
    *name = NULL;
    for (;;) {
        struct archive_entry *entry = a->entry;
        errno = 0;
        int code = archive_read_next_header2(a->reader, entry);
        if (code == ARCHIVE_EOF)
            return LOSS_OK;
        /* ARCHIVE_WARN: a name or a date is odd in this locale. Ours are plain letters. */
        if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
            return fail_with_archive(a);
        const char *path = archive_entry_pathname(entry);
        if (!path)
            path = archive_entry_pathname_utf8(entry);
        if (!path || archive_entry_filetype(entry) != AE_IFREG)
            continue;
        a->entry_size = archive_entry_size(entry) > 0 ? (size_t)archive_entry_size(entry) : 0;
        const char *slash = strrchr(path, '/');
        *name = slash ? slash + 1 : path;
        return LOSS_OK;
    }
}

/* Reads what is stored of the entry. A hole at its end is not; one within it may reach beyond what
 * the header claims. */
static loss_status read_stored(lossi_tar *a, uint8_t **bytes, size_t *size)
{
    size_t capacity = 0;
    for (la_ssize_t got = 1; got > 0; *size += (size_t)got) {
        if (*size > a->entry_size)
            return lossi_fail(LOSS_ERR_FORMAT,
                              "%s: a file of it holds more than the %zu bytes claimed",
                              a->file.path, a->entry_size);
        if (*size == capacity) {
            capacity = capacity ? 2 * capacity : BLOCK;
            if (capacity > a->entry_size)
                capacity = a->entry_size + 1; /* one more, to see that there is one */
            uint8_t *grown = realloc(*bytes, capacity);
            if (!grown)
                return lossi_fail_nomem(capacity);
            *bytes = grown;
        }
        errno = 0;
        got = archive_read_data(a->reader, *bytes + *size, capacity - *size);
        if (got < 0)
            return fail_with_archive(a);
    }
    return LOSS_OK;
}

static loss_status fill_hole(const lossi_tar *a, uint8_t **bytes, size_t *size)
{
    if (*size >= a->entry_size)
        return LOSS_OK;
    uint8_t *grown = realloc(*bytes, a->entry_size);
    if (!grown)
        return lossi_fail_nomem(a->entry_size);
    memset(grown + *size, 0, a->entry_size - *size);
    *bytes = grown;
    *size = a->entry_size;
    return LOSS_OK;
}

loss_status lossi_tar_read(lossi_tar *a, uint8_t **bytes, size_t *size)
{
    *bytes = NULL;
    *size = 0;
    /* Holes of a sparse file are in no block, so that they are counted here only. */
    loss_status status =
        lossi_check_unpacked(a->opt, a->file.path, a->file.file_bytes, a->entry_size);
    if (!status)
        status = read_stored(a, bytes, size);
    if (!status)
        status = fill_hole(a, bytes, size);
    if (status) {
        free(*bytes);
        *bytes = NULL;
        *size = 0;
    }
    return status;
}

void lossi_tar_close(lossi_tar *a)
{
    if (a->reader)
        archive_read_free(a->reader);
    archive_entry_free(a->entry);
    free(a->block);
    lossi_unpack_close(&a->file);
    *a = (lossi_tar){0};
}
