/* A file in memory, for readers that want a path. */
#ifndef FUZZ_FILE_H
#define FUZZ_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct fuzz_file {
    int descriptor;
    char path[32];
} fuzz_file;

/* One file serves all inputs of a process. */
static inline bool fuzz_file_set(fuzz_file *file, const uint8_t *bytes, size_t size)
{
    if (!file->path[0]) {
        file->descriptor = memfd_create("fuzz", 0);
        snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->descriptor);
    }
    return ftruncate(file->descriptor, 0) == 0 &&
           pwrite(file->descriptor, bytes, size, 0) == (ssize_t)size;
}

#endif
