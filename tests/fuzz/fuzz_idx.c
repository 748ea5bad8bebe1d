/* Fuzz target: IDX files, plain or gzip: images, and labels. */
#include <stdlib.h>

#include "data/idx.h"
#include "fuzz/file.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static fuzz_file file;
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.max_bytes = 1 << 20;
    for (size_t rank = 1; rank <= 3 && fuzz_file_set(&file, bytes, size); rank += 2) {
        size_t dims[3];
        uint8_t *values = NULL;
        lossi_idx_read(file.path, &opt, rank, dims, &values);
        free(values);
    }
    return 0;
}
