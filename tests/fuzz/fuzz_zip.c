/* Fuzz target: zip archives, as PyTorch checkpoints and as .npz. */
#include "formats/npy.h"
#include "formats/pytorch.h"
#include "fuzz/fuzz.h"
#include "fuzz/use.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lossi_arrays arrays;
    lossi_archive zip;
    if (lossi_archive_open(&zip, bytes, size, "fuzz"))
        return 0;
    if (lossi_pytorch_is_zip(&zip) && !lossi_pytorch_parse_zip(&zip, size, NULL, "fuzz", &arrays))
        use_arrays(&arrays);
    if (lossi_npz_is(&zip) && !lossi_npz_parse(&zip, size, "fuzz", &arrays))
        use_arrays(&arrays);
    lossi_archive_close(&zip);
    return 0;
}
