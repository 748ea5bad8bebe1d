/* Runs a fuzz target, called replay_TARGET, on the files of tests/fuzz/corpus/TARGET and
 * tests/data/weights below the folder $SRC. Speaks TAP. A crash is what it looks for, so it is
 * at its best in a sanitizer build. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "fuzz/fuzz.h"

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int replay(const char *folder)
{
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, is_visible, alphasort), done = 0;
    for (int i = 0; i < n; i++) {
        char path[8500];
        uint8_t *bytes;
        size_t size;
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        free(entries[i]);
        if (loss_file_read(path, SIZE_MAX, &bytes, &size))
            continue;
        LLVMFuzzerTestOneInput(bytes, size);
        free(bytes);
        done++;
    }
    free(entries);
    return done;
}

int main(int argc, char **argv)
{
    const char *source = getenv("SRC"), *name = NULL;
    for (const char *at = argc ? argv[0] : NULL; at && (at = strstr(at, "replay_")); at += 7)
        name = at + 7;
    char folders[2][4096];
    snprintf(folders[0], sizeof folders[0], "%s/tests/fuzz/corpus/%s", source ? source : ".",
             name ? name : "");
    snprintf(folders[1], sizeof folders[1], "%s/tests/data/weights", source ? source : ".");
    for (int i = 0; i < 2; i++) {
        int done = replay(folders[i]);
        printf("%s - %s: %d inputs\n", done ? "ok" : "not ok", folders[i], done);
    }
    return 0;
}
