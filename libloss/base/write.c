/* Files that are seen complete or not at all: a temporary file, fsync, rename, fsync of the folder.
 *
 * A temporary is locked (flock) as long as it is written, so that one that a killed process left is
 * told from one in use, in whatever container its writer runs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* .loss-tmp-, the digest of the file's name, and a random number: of one length, so that it fits
 * wherever the name does. */
static const char MARK[] = ".loss-tmp-";
enum { PREFIX = sizeof MARK - 1 + 16 + 1, TEMPORARY = PREFIX + 16, MOST_LINKS = 40 };

struct loss_file {
    FILE *stream;
    int folder;                    /* of the file; -1 where it is written as it is */
    char *path;                    /* as given, for messages */
    char *name;                    /* in the folder */
    char temporary[TEMPORARY + 1]; /* in the folder */
    int error;                     /* errno of the first failure, else 0 */
    bool is_misused;               /* NULL or a wild length was given to be written */
};

/* What a path leads to once links are followed. */
typedef struct place {
    char *folder, *name; /* owned */
    int descriptor;      /* of this process, where a link leads to one; else -1 */
} place;

static loss_status fail_to_write(const char *path, int error)
{
    if (error == ENOMEM)
        return lossi_fail(LOSS_ERR_NOMEM, "%s: cannot write: %s", path, strerror(error));
    return lossi_fail(LOSS_ERR_IO, "%s: cannot write: %s", path, strerror(error));
}

/* ---- Where the file is ------------------------------------------------------------------------*/

static void place_free(place *p)
{
    free(p->folder);
    free(p->name);
}

/* Takes a path apart. @return false when memory is out */
static bool place_split(place *p, const char *path)
{
    const char *slash = strrchr(path, '/');
    *p = (place){slash ? strndup(path, (size_t)(slash - path) + 1) : lossi_strdup("."),
                 lossi_strdup(slash ? slash + 1 : path), -1};
    return p->folder && p->name;
}

/* /dev/stdout leads to /proc/self/fd/1: then its number, and the same open file is used, with its
 * offset. Else -1. */
static int own_descriptor(const place *p)
{
    char *folder = realpath(p->folder, NULL), *own = realpath("/proc/self/fd", NULL);
    uint64_t number;
    bool is_own = folder && own && strcmp(folder, own) == 0 &&
                  loss_count_parse(p->name, NULL, &number) && number < 1000000;
    free(folder);
    free(own);
    return is_own ? (int)number : -1;
}

/* The path that a link names; NULL with *error where it cannot be had. */
static char *follow(const place *p, const char *path, int *error)
{
    char target[4096];
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0 || length == (ssize_t)sizeof target - 1) {
        *error = length < 0 ? errno : ENAMETOOLONG;
        return NULL;
    }
    target[length] = 0;
    char *next = *target == '/' ? lossi_strdup(target) : lossi_format("%s/%s", p->folder, target);
    *error = next ? 0 : ENOMEM;
    return next;
}

/* Follows links to where the file is or will be. @return errno, 0 for success */
static int find_place(const char *path, place *p)
{
    char *now = lossi_strdup(path);
    for (int links = 0; now; links++) {
        struct stat info;
        char *next = NULL;
        int error = 0;
        if (!place_split(p, now))
            error = ENOMEM;
        else if (lstat(now, &info) == 0 && S_ISLNK(info.st_mode)) {
            p->descriptor = own_descriptor(p);
            if (p->descriptor < 0 && links == MOST_LINKS)
                error = ELOOP;
            else if (p->descriptor < 0)
                next = follow(p, now, &error);
        }
        free(now);
        if (error || !next) {
            if (error)
                place_free(p);
            return error;
        }
        place_free(p);
        now = next;
    }
    return ENOMEM;
}

/* ---- What is there ----------------------------------------------------------------------------*/

static bool is_of_kind(const unsigned char *bytes, size_t n, const loss_file_kind *kind)
{
    if (!n)
        return true;
    if (!kind->begin)
        return !memchr(bytes, 0, n);
    return n >= kind->offset + kind->n_begin &&
           memcmp(bytes + kind->offset, kind->begin, kind->n_begin) == 0;
}

static loss_status check_kind(const char *path, int folder, const char *name,
                              const loss_file_kind *kind)
{
    unsigned char bytes[512];
    int descriptor = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = descriptor < 0 ? -1 : read(descriptor, bytes, sizeof bytes);
    int error = errno;
    if (descriptor >= 0)
        close(descriptor);
    if (n < 0)
        return lossi_fail(LOSS_ERR_IO, "%s: cannot read what would be written over: %s", path,
                          strerror(error));
    if (!is_of_kind(bytes, (size_t)n, kind))
        return lossi_fail(LOSS_ERR_MISMATCH,
                          "%s: what is there is no %s and is not written over; remove it, or give "
                          "another name",
                          path, kind->name);
    return LOSS_OK;
}

/* A file that is there and may not be replaced. */
static loss_status check_old(const loss_file *f, const struct stat *old, const loss_file_kind *kind)
{
    if (S_ISDIR(old->st_mode))
        return lossi_fail(LOSS_ERR_IO, "%s: a folder; expected a file to write", f->path);
    if (!S_ISREG(old->st_mode))
        return LOSS_OK;
    if (!(old->st_mode & 0222))
        return lossi_fail(LOSS_ERR_IO, "%s: write-protected (mode %04o)", f->path,
                          (unsigned)old->st_mode & 07777u);
    if (faccessat(f->folder, f->name, W_OK, AT_EACCESS) && errno != EINVAL)
        return fail_to_write(f->path, errno);
    return kind ? check_kind(f->path, f->folder, f->name, kind) : LOSS_OK;
}

/* ---- The temporary ----------------------------------------------------------------------------*/

/* Its name up to the random number. */
static void name_prefix(const char *name, char prefix[PREFIX + 1])
{
    char digest[17];
    lossi_digest_text(lossi_digest(LOSSI_DIGEST_INIT, name, strlen(name)), digest);
    snprintf(prefix, PREFIX + 1, "%s%s-", MARK, digest);
}

/* Removes the temporaries of this file whose writers are gone. Where the file system has no locks
 * they stay. */
static void remove_left_over(int folder, const char *prefix)
{
    int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = again < 0 ? NULL : fdopendir(again);
    if (!entries) {
        if (again >= 0)
            close(again);
        return;
    }
    for (const struct dirent *entry; (entry = readdir(entries));) {
        if (strncmp(entry->d_name, prefix, PREFIX) != 0 || strlen(entry->d_name) != TEMPORARY)
            continue;
        int descriptor =
            openat(folder, entry->d_name, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
        if (descriptor < 0)
            continue;
        if (flock(descriptor, LOCK_EX | LOCK_NB) == 0)
            unlinkat(folder, entry->d_name, 0);
        close(descriptor);
    }
    closedir(entries);
}

/* Opens a new temporary, locked. @return its descriptor, or -1 with errno */
static int open_temporary(loss_file *f)
{
    char prefix[PREFIX + 1];
    name_prefix(f->name, prefix);
    remove_left_over(f->folder, prefix);
    for (;;) {
        uint64_t number;
        struct stat info;
        char digits[17];
        if (getrandom(&number, sizeof number, 0) != sizeof number)
            return -1;
        lossi_digest_text(number, digits);
        snprintf(f->temporary, sizeof f->temporary, "%s%s", prefix, digits);
        int descriptor = openat(f->folder, f->temporary,
                                O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (descriptor < 0 && errno == EEXIST)
            continue;
        if (descriptor < 0) {
            *f->temporary = 0;
            return -1;
        }
        /* Another writer may have taken it for one left over, before it was locked. */
        flock(descriptor, LOCK_EX);
        if (fstat(descriptor, &info) || info.st_nlink)
            return descriptor;
        close(descriptor);
    }
}

/* Gives the temporary the owner and the mode of the file that it will replace; the owner where we
 * may. */
static int copy_mode(int descriptor, const struct stat *old)
{
    struct stat own;
    if (fstat(descriptor, &own))
        return -1;
    if ((own.st_uid != old->st_uid || own.st_gid != old->st_gid) &&
        fchown(descriptor, old->st_uid, old->st_gid) && errno != EPERM)
        return -1;
    return fchmod(descriptor, old->st_mode & 0777);
}

/* ---- The handle -------------------------------------------------------------------------------*/

/* Frees what it holds; a temporary that is still there is removed. */
static void release(loss_file *f)
{
    if (f->stream)
        fclose(f->stream);
    if (*f->temporary)
        unlinkat(f->folder, f->temporary, 0);
    if (f->folder >= 0)
        close(f->folder);
    free(f->path);
    free(f->name);
    free(f);
}

/* Opens what is written as it is: a device, a FIFO, an open file of this process. */
static int open_direct(const char *path, int own)
{
    return own >= 0 ? fcntl(own, F_DUPFD_CLOEXEC, 0) : open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
}

static int open_folder(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return descriptor < 0 && errno == EACCES ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)
                                             : descriptor;
}

/* @return the descriptor to write to, or -1 with *status */
static int open_in_place(loss_file *f, const place *p, const loss_file_kind *kind,
                         loss_status *status)
{
    struct stat old;
    bool is_there = stat(f->path, &old) == 0;
    if (!is_there && errno != ENOENT) {
        *status = fail_to_write(f->path, errno);
        return -1;
    }
    bool is_direct =
        p->descriptor >= 0 || (is_there && !S_ISREG(old.st_mode) && !S_ISDIR(old.st_mode));
    if (!is_direct) {
        f->folder = open_folder(p->folder);
        if (f->folder < 0) {
            *status = fail_to_write(f->path, errno);
            return -1;
        }
        *status = is_there ? check_old(f, &old, kind) : LOSS_OK;
        if (*status)
            return -1;
    }
    int descriptor = is_direct ? open_direct(f->path, p->descriptor) : open_temporary(f);
    if (descriptor < 0 || (!is_direct && is_there && copy_mode(descriptor, &old))) {
        *status = fail_to_write(f->path, errno);
        if (descriptor >= 0)
            close(descriptor);
        return -1;
    }
    return descriptor;
}

static loss_status check_arguments(const char *path, const loss_file_kind *kind)
{
    if (!path)
        return lossi_fail(LOSS_ERR_ARGUMENT, "the path to write is NULL");
    if (kind && (!kind->name || kind->offset > 64 ||
                 (kind->begin && (!kind->n_begin || kind->n_begin > 64))))
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "%s: its kind has %zu bytes at %zu; expected 1 to 64 at 0 to 64", path,
                          kind->n_begin, kind->offset);
    return LOSS_OK;
}

loss_status loss_file_open(loss_file **out, const char *path, const loss_file_kind *kind)
{
    if (!out)
        return lossi_fail(LOSS_ERR_ARGUMENT, "out must not be NULL");
    *out = NULL;
    loss_status status = check_arguments(path, kind);
    if (status)
        return status;
    place p;
    int error = find_place(path, &p);
    if (error)
        return fail_to_write(path, error);
    loss_file *f = calloc(1, sizeof *f);
    if (!f) {
        place_free(&p);
        return lossi_fail_nomem(sizeof *f);
    }
    f->folder = -1;
    f->path = lossi_strdup(path);
    f->name = p.name;
    p.name = NULL;
    status = f->path ? LOSS_OK : lossi_fail_nomem(strlen(path) + 1);
    int descriptor = status ? -1 : open_in_place(f, &p, kind, &status);
    place_free(&p);
    f->stream = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    if (!status && !f->stream) {
        status = fail_to_write(path, errno);
        close(descriptor);
    }
    if (status)
        release(f);
    else
        *out = f;
    return status;
}

static void note(loss_file *file, bool failed)
{
    if (failed && !file->error)
        file->error = errno ? errno : EIO;
}

static void misuse(loss_file *file)
{
    file->is_misused = true;
    errno = EINVAL;
    note(file, true);
}

void loss_file_put(loss_file *file, const void *bytes, size_t n)
{
    if (!file || !n)
        return;
    if (bytes && n <= PTRDIFF_MAX)
        note(file, fwrite(bytes, 1, n, file->stream) != n);
    else
        misuse(file);
}

void loss_file_put_text(loss_file *file, const char *text)
{
    if (text)
        loss_file_put(file, text, strlen(text));
    else if (file && !file->error)
        file->error = ENOMEM;
}

void loss_file_print(loss_file *file, const char *format, ...)
{
    if (!file)
        return;
    if (!format) {
        misuse(file);
        return;
    }
    locale_t previous = lossi_use_c_locale();
    va_list arguments;
    va_start(arguments, format);
    note(file, vfprintf(file->stream, format, arguments) < 0);
    va_end(arguments);
    lossi_restore_locale(previous);
}

/* After a rename the new name itself must reach the disk. Some file systems cannot sync a folder,
 * and a folder without the right to read cannot be: then there is nothing more to be done. */
static bool sync_folder(int folder)
{
    return fsync(folder) == 0 || errno == EINVAL || errno == EBADF || errno == EROFS ||
           errno == ENOTSUP;
}

loss_status loss_file_commit(loss_file *file)
{
    if (!file)
        return lossi_fail(LOSS_ERR_ARGUMENT, "the file to commit is NULL");
    bool is_direct = !*file->temporary;
    note(file, fflush(file->stream) != 0);
    /* A pipe or a device may have nothing to sync. */
    if (!file->error && fsync(fileno(file->stream)))
        note(file, !is_direct || (errno != EINVAL && errno != EROFS && errno != ENOTSUP));
    if (!file->error && !is_direct) {
        note(file, renameat(file->folder, file->temporary, file->folder, file->name) != 0);
        if (!file->error) {
            *file->temporary = 0; /* it is the file now: nothing to remove */
            note(file, !sync_folder(file->folder));
        }
    }
    note(file, fclose(file->stream) != 0 && is_direct);
    file->stream = NULL;
    loss_status status = LOSS_OK;
    if (file->is_misused)
        status = lossi_fail(LOSS_ERR_ARGUMENT,
                            "%s: NULL was given to be written, or a length that "
                            "no memory has",
                            file->path);
    else if (file->error)
        status = fail_to_write(file->path, file->error);
    release(file);
    return status;
}

void loss_file_abandon(loss_file *file)
{
    if (file)
        release(file);
}

loss_status loss_file_write(const char *path, const void *bytes, size_t n,
                            const loss_file_kind *kind)
{
    if ((!bytes && n) || n > PTRDIFF_MAX)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %zu bytes at %p", path ? path : "NULL", n, bytes);
    loss_file *file;
    loss_status status = loss_file_open(&file, path, kind);
    if (status)
        return status;
    loss_file_put(file, bytes, n);
    return loss_file_commit(file);
}
