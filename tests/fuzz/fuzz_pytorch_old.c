/* Fuzz target: PyTorch's format before 1.6, and with it the restricted unpickler. */
#include "formats/pytorch.h"
#include "fuzz/fuzz.h"
#include "fuzz/use.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lossi_arrays arrays;
    if (!lossi_pytorch_parse_old(bytes, size, NULL, "fuzz", &arrays))
        use_arrays(&arrays);
    return 0;
}
