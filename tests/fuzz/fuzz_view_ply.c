/* Fuzz target: lossview's reader of PLY. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "viewer/readers/readers.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    unsigned char *text = malloc(size + 1); /* the reader wants a 0 behind the end */
    problem p;
    grid g = {0};
    if (!text)
        return 0;
    memcpy(text, bytes, size);
    text[size] = 0;
    if (grid_parse_ply(&g, "fuzz", text, size, &p))
        grid_check(&g, "fuzz", &p);
    grid_free(&g);
    free(text);
    return 0;
}
