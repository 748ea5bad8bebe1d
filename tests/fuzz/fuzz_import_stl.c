/* Fuzz target: the importer's reader of STL meshes. */
#include "fuzz/import.h"

extern const lossi_import_kind lossi_import_stl;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return import_bytes(&lossi_import_stl, bytes, size);
}
