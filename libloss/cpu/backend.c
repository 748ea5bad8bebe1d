/* The processor as a backend: its memory is the host's. */
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"
#include "kernels/backend.h"

static bool probe(void)
{
    return true;
}

static void copy(void *to, const void *from, size_t bytes)
{
    memcpy(to, from, bytes);
}

const lossi_backend lossi_backend_cpu = {
    .name = "cpu",
    .probe = probe,
    .kernels = lossi_kernels_choose,
    .allocate = lossi_alloc_huge,
    .release = free,
    .upload = copy,
    .download = copy,
};
