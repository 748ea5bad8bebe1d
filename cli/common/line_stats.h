/* Repeated lines: their mean and how far they lie apart. */
#ifndef LINE_STATS_H
#define LINE_STATS_H

#include <stddef.h>

/** At each of nx points the mean of the finite values, and their standard deviation (of n - 1).
 *  @param lines      [n_lines][nx]
 *  @param mean       [nx], written; NaN where no value is finite
 *  @param deviation  [nx], written; NaN where fewer than two are */
void line_stats(const double *lines, size_t n_lines, size_t nx, double *mean, double *deviation);

#endif
