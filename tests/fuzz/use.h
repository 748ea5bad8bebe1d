/* What every fuzz target of a reader of arrays does with its result. */
#ifndef FUZZ_USE_H
#define FUZZ_USE_H

#include <stdlib.h>

#include "formats/arrays.h"

/* Looks at every value, as users of the arrays do. */
static inline void use_arrays(lossi_arrays *arrays)
{
    for (size_t i = 0; i < arrays->n; i++) {
        float *values = malloc((arrays->items[i].count + 1) * sizeof *values);
        if (values)
            lossi_array_floats(&arrays->items[i], values);
        free(values);
    }
    lossi_arrays_free(arrays);
}

#endif
