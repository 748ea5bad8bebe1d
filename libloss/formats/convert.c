/* Weights of any format into safetensors: types and values as they are, tensors that share
 * memory written each for itself. */
#include <loss/export.h>
#include <stdlib.h>
#include <string.h>

#include "formats/read.h"
#include "formats/safetensors.h"

/* Drops a wrapper's prefix (DataParallel, torch.compile) from all names if all have it. @return
 * true if it did */
static bool drop_prefix(lossi_arrays *arrays, const char *prefix)
{
    size_t n = strlen(prefix);
    for (size_t i = 0; i < arrays->n; i++)
        if (strncmp(arrays->items[i].name, prefix, n) != 0 || !arrays->items[i].name[n])
            return false;
    for (size_t i = 0; i < arrays->n; i++)
        memmove(arrays->items[i].name, arrays->items[i].name + n,
                strlen(arrays->items[i].name + n) + 1);
    return arrays->n > 0;
}

loss_status loss_weights_convert(const char *from, const char *to, const char *key)
{
    LOSSI_REQUIRE(from && to);
    lossi_arrays arrays;
    loss_status status = lossi_arrays_read(from, key, &arrays, NULL);
    if (status)
        return status;
    while (drop_prefix(&arrays, "module.") || drop_prefix(&arrays, "_orig_mod."))
        continue;
    status = lossi_safetensors_write(to, &arrays);
    lossi_arrays_free(&arrays);
    return status;
}
