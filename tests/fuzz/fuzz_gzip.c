/* Fuzz target: gzip of any number of members, and files that are not packed. */
#include "data/unpack.h"
#include "fuzz/file.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static fuzz_file file;
    static uint8_t block[1 << 16];
    lossi_unpack u;
    size_t got = 1, n = 0;
    if (!fuzz_file_set(&file, bytes, size) || lossi_unpack_open(&u, file.path))
        return 0;
    while (n < 1 << 22 && !lossi_unpack_read(&u, block, sizeof block, &got) && got)
        n += got;
    lossi_unpack_close(&u);
    return 0;
}
