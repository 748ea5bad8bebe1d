/* Fuzz target: the importer's reader of VTK meshes. */
#include "fuzz/import.h"

extern const lossi_import_kind lossi_import_vtp;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return import_bytes(&lossi_import_vtp, bytes, size);
}
