/* Fuzz target: networks written as text, up to the point where their values would take memory. */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "zoo/zoo.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lossi_built built;
    if (!lossi_net_file_parse((const char *)bytes, size, "fuzz.net", (loss_shape){3, 32, 32, 10},
                              &built)) {
        loss_builder_free(built.builder);
        free(built.model);
    }
    return 0;
}
