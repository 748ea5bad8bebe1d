/* Fuzz target: lossview's readers of PLY and of CSV. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "viewer/grid.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    unsigned char *text = malloc(size + 1); /* the readers want a 0 behind the end */
    problem p;
    for (int kind = 0; text && kind < 2; kind++) {
        grid g = {0};
        memcpy(text, bytes, size);
        text[size] = 0;
        if (kind ? grid_parse_ply(&g, "fuzz", text, size, &p)
                 : grid_parse_csv(&g, "fuzz", text, size, &p))
            grid_check(&g, "fuzz", &p);
        grid_free(&g);
    }
    free(text);
    return 0;
}
