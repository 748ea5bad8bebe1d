/* Fuzz target: the importer's reader of arrays, on HDF5 files. */
#include "fuzz/import.h"

extern const lossi_import_kind lossi_import_arrays;

/* libhdf5 loses memory on damaged files, and asks for as much as they claim. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}

const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return import_bytes(&lossi_import_arrays, bytes, size);
}
