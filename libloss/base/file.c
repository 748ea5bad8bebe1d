/* Whole reads, and writes that are seen complete or not at all. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static loss_status fail_with_errno(const char *path, const char *what)
{
    return lossi_fail(LOSS_ERR_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

bool lossi_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool lossi_is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

loss_status lossi_file_read(const char *path, uint8_t **bytes, size_t *size)
{
    *bytes = NULL;
    *size = 0;
    FILE *stream = fopen(path, "rb");
    struct stat info;
    if (!stream || fstat(fileno(stream), &info)) {
        loss_status status = fail_with_errno(path, "open");
        if (stream)
            fclose(stream);
        return status;
    }
    if (!S_ISREG(info.st_mode)) {
        fclose(stream);
        return lossi_fail(LOSS_ERR_IO, "%s: not a regular file", path);
    }
    size_t wanted = (size_t)info.st_size;
    *bytes = malloc(wanted + 1);
    if (!*bytes) {
        fclose(stream);
        return lossi_fail_nomem(wanted + 1);
    }
    size_t got = fread(*bytes, 1, wanted, stream);
    bool short_read = got != wanted;
    if (short_read)
        lossi_fail(LOSS_ERR_IO, "%s: %zu of %zu bytes could be read", path, got, wanted);
    fclose(stream);
    if (short_read) {
        free(*bytes);
        *bytes = NULL;
        return LOSS_ERR_IO;
    }
    (*bytes)[wanted] = 0;
    *size = wanted;
    return LOSS_OK;
}

loss_status lossi_file_begin(lossi_file *file, const char *path)
{
    *file = (lossi_file){NULL, lossi_strdup(path), lossi_format("%s.tmp-%ld", path, (long)getpid()),
                         (locale_t)0};
    if (!file->path || !file->temporary) {
        free(file->path);
        free(file->temporary);
        *file = (lossi_file){0};
        return lossi_fail_nomem(strlen(path) + 32);
    }
    file->locale = lossi_use_c_locale();
    file->stream = fopen(file->temporary, "wb");
    if (!file->stream) {
        loss_status status = fail_with_errno(path, "write");
        lossi_file_abandon(file);
        return status;
    }
    return LOSS_OK;
}

/* After a rename, the new name itself must reach the disk. Some file systems refuse to sync a
 * folder; then there is nothing more to be done. */
static void sync_folder_of(const char *path)
{
    char *folder = lossi_strdup(path), *slash = folder ? strrchr(folder, '/') : NULL;
    if (folder && slash)
        slash[slash == folder] = 0;
    int descriptor = folder ? open(slash ? folder : ".", O_RDONLY | O_DIRECTORY) : -1;
    if (descriptor >= 0) {
        fsync(descriptor);
        close(descriptor);
    }
    free(folder);
}

loss_status lossi_file_commit(lossi_file *file)
{
    loss_status status = LOSS_OK;
    bool written =
        !ferror(file->stream) && fflush(file->stream) == 0 && fsync(fileno(file->stream)) == 0;
    if (!written)
        status = fail_with_errno(file->path, "write");
    if (fclose(file->stream) && !status)
        status = fail_with_errno(file->path, "write");
    file->stream = NULL;
    if (!status && rename(file->temporary, file->path))
        status = fail_with_errno(file->path, "write");
    if (!status) {
        sync_folder_of(file->path);
        free(file->temporary);
        file->temporary = NULL; /* it is the file now: nothing for abandon to remove */
    }
    lossi_file_abandon(file);
    return status;
}

void lossi_file_abandon(lossi_file *file)
{
    if (!file->path)
        return;
    lossi_restore_locale(file->locale);
    if (file->stream)
        fclose(file->stream);
    if (file->temporary)
        unlink(file->temporary);
    free(file->temporary);
    free(file->path);
    *file = (lossi_file){0};
}

loss_status lossi_file_write(const char *path, const void *bytes, size_t size)
{
    lossi_file file;
    loss_status status = lossi_file_begin(&file, path);
    if (status)
        return status;
    errno = 0;
    if (fwrite(bytes, 1, size, file.stream) != size) {
        status = fail_with_errno(path, "write");
        lossi_file_abandon(&file);
        return status;
    }
    return lossi_file_commit(&file);
}
