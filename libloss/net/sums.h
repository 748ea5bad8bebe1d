/* Sums over chunks or slots, in their order: the same bits for any number of threads. */
#ifndef LOSSI_SUMS_H
#define LOSSI_SUMS_H

#include "base/real.h"
#include "base/thread.h"

/** Rows of values to be added up. */
typedef struct lossi_sum {
    const lossi_real *from;  /* row r begins at r * stride */
    size_t n, stride, count; /* rows, values */
    lossi_real *to;          /* [count], written */
    bool in_double;
} lossi_sum;

/** Threads take pieces of the values. */
void lossi_sum_rows(lossi_pool *pool, const lossi_sum *sum);

#endif
