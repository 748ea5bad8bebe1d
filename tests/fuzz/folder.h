/* A folder in memory, for what is opened by its name and may have other files beside it. */
#ifndef FUZZ_FOLDER_H
#define FUZZ_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char fuzz_folder[64];

static void fuzz_folder_remove(void)
{
    char command[80];
    snprintf(command, sizeof command, "rm -rf %s", fuzz_folder);
    if (system(command))
        perror(fuzz_folder);
}

/* Made once a process. */
static inline const char *fuzz_folder_get(void)
{
    if (!*fuzz_folder) {
        const char *base = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
        snprintf(fuzz_folder, sizeof fuzz_folder, "%s/libloss-fuzz-XXXXXX", base);
        if (!mkdtemp(fuzz_folder) || atexit(fuzz_folder_remove))
            abort();
    }
    return fuzz_folder;
}

static inline void fuzz_folder_put(const char *path, const void *bytes, size_t size)
{
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(bytes, 1, size, out) != size || fclose(out))
        abort();
}

#endif
