/* What this machine's multiply-add units give at most. */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

#include <stddef.h>

/** GFLOP/s of independent multiply-adds on registers, in `threads` threads (0: all) for about
 * half a second, with the widest vectors that the kernels in use have. */
double bench_peak(size_t threads);

#endif
