/* Fuzz target: tar archives, whose headers get the right sum first, or a fuzzer would hardly get
 * past one. */
#include <stdlib.h>
#include <string.h>

#include "data/tar.h"
#include "fuzz/file.h"
#include "fuzz/fuzz.h"

enum { BLOCK = 512, SUM = 148, MAGIC = 257 };

static void put_sums(uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at + BLOCK <= size; at += BLOCK) {
        if (memcmp(bytes + at + MAGIC, "ustar", 5) != 0)
            continue;
        unsigned sum = 8 * ' ';
        for (size_t i = 0; i < BLOCK; i++)
            sum += i < SUM || i >= SUM + 8 ? bytes[at + i] : 0;
        char text[16];
        snprintf(text, sizeof text, "%06o", sum);
        memcpy(bytes + at + SUM, text, 7);
        bytes[at + SUM + 7] = ' ';
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static fuzz_file file;
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    uint8_t *copy = malloc(size + 1);
    lossi_tar tar;
    if (copy && size) {
        memcpy(copy, bytes, size);
        put_sums(copy, size);
    }
    opt.max_bytes = 1 << 20;
    if (copy && fuzz_file_set(&file, copy, size) && !lossi_tar_open(&tar, file.path, &opt)) {
        const char *name;
        while (!lossi_tar_next(&tar, &name) && name) {
            uint8_t *contents;
            size_t n;
            if (!lossi_tar_read(&tar, &contents, &n))
                free(contents);
        }
        lossi_tar_close(&tar);
    }
    free(copy);
    return 0;
}
