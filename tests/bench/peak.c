/* Twelve independent chains of multiply-adds hide their latency. Written with vectors of the compiler's own (gcc, clang), once for
 * any processor and once for AVX2 and FMA. */
#include "bench/peak.h"

#include <string.h>

#include <loss/status.h>

#include "base/thread.h"

typedef float vector __attribute__((vector_size(32)));

enum { CHAINS = 12, ROUNDS = 1 << 23 };

#define MULTIPLY_ADDS(name, attribute)                                                        \
    attribute static float name(void)                                                         \
    {                                                                                         \
        vector sum[CHAINS], factor = {0.999f, 0.998f, 0.997f, 0.996f, 0.995f, 0.994f, 0.993f, 0.992f}, add = 1e-3f + 0 * factor; \
        for (int i = 0; i < CHAINS; i++)                                                      \
            sum[i] = (float)i + 0 * factor;                                                   \
        for (int k = 0; k < ROUNDS; k++) {                                                    \
            _Pragma("GCC unroll 12")                                                          \
            for (int i = 0; i < CHAINS; i++)                                                  \
                sum[i] = sum[i] * factor + add;                                               \
            __asm__ volatile("" : "+r"(k));                                                    \
        }                                                                                     \
        vector all = sum[0];                                                                  \
        for (int i = 1; i < CHAINS; i++)                                                      \
            all += sum[i];                                                                    \
        return all[0] + all[7];                                                               \
    }

MULTIPLY_ADDS(anywhere, )
#if defined __x86_64__
MULTIPLY_ADDS(with_fma, __attribute__((target("avx2,fma"), optimize("fp-contract=fast"))))
#endif

static volatile float sink;

static void run(void *context, size_t piece, size_t worker)
{
    (void)context, (void)piece, (void)worker;
#if defined __x86_64__
    if (strcmp(loss_isa(), "avx2") == 0) {
        sink = with_fma();
        return;
    }
#endif
    sink = anywhere();
}

double bench_peak(size_t threads)
{
    lossi_pool *pool;
    if (lossi_pool_create(&pool, threads))
        return 0;
    size_t n = 16 * lossi_pool_size(pool);
    double start = lossi_clock();
    lossi_pool_run(pool, n, run, NULL);
    double seconds = lossi_clock() - start;
    lossi_pool_free(pool);
    return 1e-9 * 2 * 8 * CHAINS * (double)ROUNDS * (double)n / seconds;
}
