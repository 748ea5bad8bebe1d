/* What the fuzz targets of the importer share. */
#ifndef FUZZ_IMPORT_H
#define FUZZ_IMPORT_H

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "import/import.h"

static inline int import_bytes(const lossi_import_kind *kind, const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size + 1); /* the readers want a 0 behind the end */
    loss_import *import = calloc(1, sizeof *import);
    if (copy && import) {
        memcpy(copy, bytes, size);
        copy[size] = 0;
        if (kind->is(copy, size))
            kind->parse(import, copy, size, "fuzz");
    }
    loss_import_free(import);
    free(copy);
    return 0;
}

#endif
