/* Picks the kernel table once a process. */
#include "cpu/cpu.h"

#include <cblas.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#if LOSSI_HAS_VECTOR_SETS
/* Sets on vectors, fastest first: a folder libloss/kernels/NAME, and what the processor must have
 * for it. */
#ifdef __x86_64__
/* __builtin_cpu_supports() asks whether the system saves the registers, too. */
#define HAS(feature) __builtin_cpu_supports(feature)
#define VECTOR_SETS(X)                                                                             \
    X(avx512, HAS("avx512f") && HAS("avx2") && HAS("fma"))                                         \
    X(avx2, HAS("avx2") && HAS("fma"))
#else
#define VECTOR_SETS(X) X(neon, true)
#endif

#define DEFINE_SET(name, has_features)                                                             \
    extern const lossi_kernels lossi_kernels_##name;                                               \
    static bool has_##name(void)                                                                   \
    {                                                                                              \
        return has_features;                                                                       \
    }
VECTOR_SETS(DEFINE_SET)
#define SET_ROW(name, has_features) {&lossi_kernels_##name, has_##name},
#else
#define VECTOR_SETS(X)
#endif

/* Fastest first. */
static const struct {
    const lossi_kernels *kernels;
    bool (*is_supported)(void); /* NULL: everywhere */
} sets[] = {
    /* clang-format off */
    VECTOR_SETS(SET_ROW)
    /* clang-format on */
    {&lossi_kernels_blas, NULL},
    {&lossi_kernels_ref, NULL},
};
enum { N_SETS = sizeof sets / sizeof *sets, BLAS_BUFFER = 136 << 20 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_once_t memory_once = PTHREAD_ONCE_INIT;
static bool has_blas_memory = true;
static const lossi_kernels *chosen; /* NULL: LOSS_ISA names none */
static char names[64];              /* of the sets that this processor runs */

const lossi_kernels *lossi_kernels_number(size_t i)
{
    for (size_t k = 0; k < N_SETS; k++)
        if ((!sets[k].is_supported || sets[k].is_supported()) && i-- == 0)
            return sets[k].kernels;
    return NULL;
}

static void choose(void)
{
    const char *wanted = getenv("LOSS_ISA");
    const lossi_kernels *set;
    for (size_t i = 0; !chosen && (set = lossi_kernels_number(i)); i++)
        if (!wanted || !*wanted || strcmp(set->name, wanted) == 0)
            chosen = set;
    for (size_t i = 0; (set = lossi_kernels_number(i)); i++) {
        strcat(names, i ? " " : "");
        strcat(names, set->name);
    }
}

static loss_status fail_unknown(void)
{
    return lossi_fail(LOSS_ERR_NAME,
                      "LOSS_ISA=%s: no kernel set that this processor runs; there are %s",
                      getenv("LOSS_ISA"), names);
}

/* Where a process may not have all memory (`ulimit -v`), OpenBLAS asks for its buffer again and
 * again, for ever: one is tried first. Once it has one, it keeps it. */
static void try_blas_buffer(void)
{
    struct rlimit limit;
    void *buffer = NULL;
    if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return;
    buffer = mmap(NULL, BLAS_BUFFER, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    has_blas_memory = buffer != MAP_FAILED;
    if (has_blas_memory)
        munmap(buffer, BLAS_BUFFER);
}

loss_status lossi_kernels_choose(const lossi_kernels **out)
{
    pthread_once(&once, choose);
    *out = chosen;
    if (!chosen)
        return fail_unknown();
    pthread_once(&memory_once, try_blas_buffer);
    if (chosen->uses_blas && !has_blas_memory) {
        *out = NULL;
        return lossi_fail(LOSS_ERR_NOMEM,
                          "out of memory: OpenBLAS, which the kernel set %s calls, needs a buffer "
                          "of %d MB",
                          chosen->name, BLAS_BUFFER >> 20);
    }
    return LOSS_OK;
}

const char *loss_isa_sets(void)
{
    pthread_once(&once, choose);
    return names;
}

const char *loss_isa(void)
{
    pthread_once(&once, choose);
    return chosen ? chosen->name : "none";
}

const char *lossi_blas_in_use(void)
{
    const lossi_kernels *kernels;
    return !lossi_kernels_choose(&kernels) && kernels->uses_blas ? openblas_get_config() : NULL;
}
