/* Picks the kernel table once a process. */
#include "cpu/cpu.h"

#include <cblas.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const lossi_kernels *const sets[] = {&lossi_kernels_blas, &lossi_kernels_ref}; /* fastest first */
enum { N_SETS = sizeof sets / sizeof *sets };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const lossi_kernels *chosen; /* NULL: LOSS_ISA names none */

static void choose(void)
{
    /* Threads are ours: they take whole images, and a GEMM that threads again would only get in their way. */
    openblas_set_num_threads(1);
    const char *wanted = getenv("LOSS_ISA");
    if (!wanted || !*wanted) {
        chosen = sets[0];
        return;
    }
    for (size_t i = 0; i < N_SETS; i++)
        if (strcmp(sets[i]->name, wanted) == 0)
            chosen = sets[i];
}

loss_status lossi_kernels_choose(const lossi_kernels **out)
{
    pthread_once(&once, choose);
    *out = chosen;
    if (!chosen)
        return lossi_fail(LOSS_ERR_NAME, "LOSS_ISA=%s: no such kernel set; there are ref and blas", getenv("LOSS_ISA"));
    return LOSS_OK;
}

const char *loss_isa(void)
{
    const lossi_kernels *kernels;
    return lossi_kernels_choose(&kernels) ? "none" : kernels->name;
}
