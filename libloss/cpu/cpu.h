/* Which kernels run: the only place that picks a table. */
#ifndef LOSSI_CPU_H
#define LOSSI_CPU_H

#include "base/base.h"
#include "kernels/kernels.h"

/** The table in use, chosen at the first call: the fastest set that this processor runs, or the
 * one that the environment variable LOSS_ISA names ("ref", "blas", "avx2",
 * "avx512", "neon").
 *  @return LOSS_OK, LOSS_ERR_NAME (LOSS_ISA names no set, or one that this processor cannot run)
 * Threads: any. */
loss_status lossi_kernels_choose(const lossi_kernels **out);

/** Set i of those that this processor runs, fastest first; NULL: there are no more. Threads:
 * any. */
const lossi_kernels *lossi_kernels_number(size_t i);

/** OpenBLAS's version and core if the kernel set in use calls it, since its bits depend on both;
 * else NULL. Static storage. */
const char *lossi_blas_in_use(void);

#endif
