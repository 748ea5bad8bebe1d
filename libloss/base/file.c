/* Reading whole files, opening input, and what paths lead to. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static loss_status fail_to(const char *what, const char *path)
{
    return lossi_fail(LOSS_ERR_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

static loss_path_kind kind_of(mode_t mode)
{
    return S_ISREG(mode) ? LOSS_PATH_FILE : S_ISDIR(mode) ? LOSS_PATH_FOLDER : LOSS_PATH_OTHER;
}

loss_status loss_path_find(const char *path, loss_path_kind *kind)
{
    struct stat info;
    if (!path || !kind)
        return lossi_fail(LOSS_ERR_ARGUMENT, "path and kind must not be NULL");
    *kind = LOSS_PATH_NOTHING;
    if (stat(path, &info) == 0)
        *kind = kind_of(info.st_mode);
    else if (errno != ENOENT && errno != ENOTDIR)
        return fail_to("look at this path", path);
    return LOSS_OK;
}

loss_status lossi_path_is_file(const char *path, bool *is)
{
    loss_path_kind kind;
    loss_status status = loss_path_find(path, &kind);
    *is = !status && kind == LOSS_PATH_FILE;
    return status;
}

loss_status lossi_file_open_input(const char *path, int *descriptor, uint64_t *size)
{
    struct stat info;
    /* Without O_NONBLOCK opening a FIFO waits for a writer, for ever. */
    *descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*descriptor < 0)
        return fail_to("open", path);
    loss_status status = LOSS_OK;
    if (fstat(*descriptor, &info))
        status = fail_to("open", path);
    else if (!S_ISREG(info.st_mode))
        status = lossi_fail(LOSS_ERR_IO, "%s: %s; expected a regular file", path,
                            S_ISDIR(info.st_mode)    ? "a folder"
                            : S_ISFIFO(info.st_mode) ? "a pipe"
                                                     : "a device");
    if (status) {
        close(*descriptor);
        *descriptor = -1;
    } else if (size) {
        *size = (uint64_t)info.st_size;
    }
    return status;
}

loss_status lossi_file_map(const char *path, uint8_t **bytes, size_t *n)
{
    int descriptor;
    uint64_t size = 0;
    loss_status status = lossi_file_open_input(path, &descriptor, &size);
    *bytes = NULL;
    *n = 0;
    if (status)
        return status;
    void *at = size && size < SIZE_MAX
                   ? mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, descriptor, 0)
                   : MAP_FAILED;
    if (size && at == MAP_FAILED)
        status = fail_to("map", path);
    close(descriptor);
    if (!status && size) {
        *bytes = at;
        *n = (size_t)size;
    }
    return status;
}

void lossi_file_let_go(uint8_t *bytes, size_t n)
{
    if (bytes)
        madvise(bytes, n, MADV_DONTNEED);
}

void lossi_file_unmap(uint8_t *bytes, size_t n)
{
    if (bytes)
        munmap(bytes, n);
}

/* Reads n bytes; *got is less than n where the file ends. */
static loss_status read_all(int descriptor, const char *path, uint8_t *bytes, size_t n, size_t *got)
{
    for (*got = 0; *got < n;) {
        ssize_t now = read(descriptor, bytes + *got, n - *got);
        if (now == 0)
            break;
        if (now > 0)
            *got += (size_t)now;
        else if (errno != EINTR)
            return fail_to("read", path);
    }
    return LOSS_OK;
}

loss_status loss_file_read(const char *path, size_t max, uint8_t **bytes, size_t *n)
{
    if (bytes)
        *bytes = NULL;
    if (n)
        *n = 0;
    if (!path || !bytes || !n)
        return lossi_fail(LOSS_ERR_ARGUMENT, "path, bytes and n must not be NULL");
    int descriptor;
    uint64_t size;
    loss_status status = lossi_file_open_input(path, &descriptor, &size);
    if (status)
        return status;
    if (size > max)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: %llu bytes; expected at most %zu", path,
                            (unsigned long long)size, max);
    else if (size >= SIZE_MAX || !(*bytes = malloc((size_t)size + 1)))
        status = lossi_fail_nomem((size_t)size);
    size_t got = 0;
    if (!status)
        status = read_all(descriptor, path, *bytes, (size_t)size, &got);
    if (!status && got != size)
        status = lossi_fail(LOSS_ERR_IO, "%s: %zu of %llu bytes could be read", path, got,
                            (unsigned long long)size);
    close(descriptor);
    if (status) {
        free(*bytes);
        *bytes = NULL;
        return status;
    }
    (*bytes)[got] = 0;
    *n = got;
    return LOSS_OK;
}
