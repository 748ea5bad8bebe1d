/* Two passes: sums of squares of what is left without the mean. */
#include "line_stats.h"

#include <math.h>

void line_stats(const double *lines, size_t n_lines, size_t nx, double *mean, double *deviation)
{
    for (size_t i = 0; i < nx; i++) {
        double sum = 0, squares = 0, n = 0;
        for (size_t k = 0; k < n_lines; k++) {
            double value = lines[k * nx + i];
            if (isfinite(value)) {
                sum += value;
                n++;
            }
        }
        mean[i] = sum / n; /* NaN for none */
        for (size_t k = 0; k < n_lines; k++) {
            double apart = lines[k * nx + i] - mean[i];
            squares += isfinite(apart) ? apart * apart : 0;
        }
        deviation[i] = n > 1 ? sqrt(squares / (n - 1)) : (double)NAN;
    }
}
