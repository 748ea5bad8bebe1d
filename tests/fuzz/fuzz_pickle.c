/* Fuzz target: the restricted unpickler alone, reached without a prologue. */
#include "formats/pickle.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lossi_pickle pickle;
    if (!lossi_pickle_read(&pickle, bytes, size, "fuzz"))
        lossi_pickle_free(&pickle);
    return 0;
}
