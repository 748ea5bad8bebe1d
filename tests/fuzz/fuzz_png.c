/* Fuzz target: PNG. */
#include <stdlib.h>

#include "data/png_file.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lossi_png *png;
    if (lossi_png_open(&png, bytes, size, "fuzz"))
        return 0;
    size_t n = lossi_png_channels(png) * lossi_png_height(png) * lossi_png_width(png);
    uint8_t *pixels = n <= 1 << 20 ? malloc(n) : NULL; /* larger ones would only take time */
    if (pixels)
        lossi_png_read(png, pixels);
    free(pixels);
    lossi_png_close(png);
    return 0;
}
