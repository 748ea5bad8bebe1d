/* Twelve independent chains of multiply-adds hide their latency. Written with vectors of the
 * compiler's own (gcc, clang), once for any processor, once for AVX2 and FMA and once for
 * AVX-512. */
#include "bench/peak.h"

#include <string.h>

#include <loss/status.h>

#include "base/clock.h"
#include "base/thread.h"

typedef float eight __attribute__((vector_size(32)));
typedef float sixteen __attribute__((vector_size(64)));

enum { CHAINS = 12, ROUNDS = 1 << 23 };

#define MULTIPLY_ADDS(name, vector, attribute)                                                     \
    attribute static float name(void)                                                              \
    {                                                                                              \
        vector factor = {0}, add, sum[CHAINS];                                                     \
        for (size_t i = 0; i < sizeof factor / sizeof factor[0]; i++)                              \
            factor[i] = 0.999f - 0.001f * (float)i;                                                \
        add = 1e-3f + 0 * factor;                                                                  \
        for (int i = 0; i < CHAINS; i++)                                                           \
            sum[i] = (float)i + 0 * factor;                                                        \
        for (int k = 0; k < ROUNDS; k++) {                                                         \
            _Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) sum[i] =                     \
                sum[i] * factor + add;                                                             \
            __asm__ volatile("" : "+r"(k));                                                        \
        }                                                                                          \
        vector all = sum[0];                                                                       \
        for (int i = 1; i < CHAINS; i++)                                                           \
            all += sum[i];                                                                         \
        return all[0] + all[7];                                                                    \
    }

MULTIPLY_ADDS(anywhere, eight, )
#if defined __x86_64__
MULTIPLY_ADDS(with_avx2, eight, __attribute__((target("avx2,fma"))))
MULTIPLY_ADDS(with_avx512, sixteen, __attribute__((target("avx512f"))))
#endif

/* Multiply-adds for the kernel set in use, and floats of its vectors. */
typedef struct method {
    float (*run)(void);
    size_t vector;
} method;

static method method_of(const char *isa)
{
#if defined __x86_64__
    if (strcmp(isa, "avx512") == 0)
        return (method){with_avx512, 16};
    if (strcmp(isa, "avx2") == 0)
        return (method){with_avx2, 8};
#endif
    return (method){anywhere, 8};
}

static volatile float sink;

static void run(void *context, size_t piece, size_t worker)
{
    (void)piece, (void)worker;
    sink = ((const method *)context)->run();
}

double bench_peak(size_t threads)
{
    lossi_pool *pool;
    if (lossi_pool_create(&pool, threads))
        return 0;
    method m = method_of(loss_isa());
    size_t n = 16 * lossi_pool_size(pool);
    double start = lossi_clock();
    lossi_pool_run(pool, n, run, &m);
    double seconds = lossi_clock() - start;
    lossi_pool_free(pool);
    return 1e-9 * 2 * (double)m.vector * CHAINS * (double)ROUNDS * (double)n / seconds;
}
