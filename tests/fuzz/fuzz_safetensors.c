/* Fuzz target: the reader of safetensors. */
#include "formats/safetensors.h"
#include "fuzz/fuzz.h"
#include "fuzz/use.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lossi_arrays arrays;
    if (!lossi_safetensors_parse(bytes, size, "fuzz", &arrays))
        use_arrays(&arrays);
    return 0;
}
