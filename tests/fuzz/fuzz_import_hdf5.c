/* Fuzz target: the importer's reader of arrays, on HDF5 files. libhdf5 works in a child, so this
 * finds what harms the parent. */
#include "fuzz/import.h"

extern const lossi_import_kind lossi_import_arrays;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return import_bytes(&lossi_import_arrays, bytes, size);
}
