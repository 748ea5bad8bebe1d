/* A folder for a test's files, and writing them. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_folder[64];

static inline int scratch_remove_one(const char *path, const struct stat *info, int flag,
                                     struct FTW *place)
{
    (void)info;
    (void)flag;
    (void)place;
    return remove(path);
}

/* cmocka set-up and tear-down: a new empty folder. */
static inline int scratch_make(void **state)
{
    (void)state;
    strcpy(scratch_folder, "/tmp/libloss-test-XXXXXX");
    return mkdtemp(scratch_folder) ? 0 : -1;
}

static inline int scratch_remove(void **state)
{
    (void)state;
    return nftw(scratch_folder, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A path in the folder: one of eight buffers, used in turn. */
static inline const char *scratch_path(const char *name)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", scratch_folder, name);
    return path;
}

static inline void scratch_write(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(scratch_path(name), "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
        abort();
}

#endif
