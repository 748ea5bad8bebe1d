/* Fuzz target: JPEG. */
#include <stdlib.h>

#include "data/jpeg_file.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lossi_jpeg *jpeg;
    size_t channels, height, width;
    if (lossi_jpeg_open(&jpeg, bytes, size, "fuzz"))
        return 0;
    lossi_jpeg_shape(jpeg, &channels, &height, &width);
    size_t n = channels * height * width;
    uint8_t *pixels = n <= 1 << 20 ? malloc(n) : NULL; /* larger ones would only take time */
    if (pixels)
        lossi_jpeg_read(jpeg, pixels);
    free(pixels);
    lossi_jpeg_close(jpeg);
    return 0;
}
