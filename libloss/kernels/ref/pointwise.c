/* Copies, ReLU and addition. */
#include <string.h>

#include "kernels/ref/ref.h"

void lossk_copy(size_t count, const lossi_real *x, lossi_real *y)
{
    memcpy(y, x, count * sizeof *y);
}

void lossk_zero(size_t count, lossi_real *y)
{
    memset(y, 0, count * sizeof *y);
}

void lossk_clear_others(const lossi_maps *m, lossi_real *y)
{
    size_t n = m->lanes - m->images;
    for (size_t e = 0; n && e < m->channels * m->pixels; e++)
        memset(y + e * m->lanes + m->images, 0, n * sizeof *y);
}

void lossk_relu_ref(size_t count, const lossi_real *x, lossi_real *y)
{
    for (size_t i = 0; i < count; i++)
        y[i] = x[i] < 0 ? 0 : x[i]; /* this way round, NaN stays */
}

void lossk_relu_backward_ref(size_t count, const lossi_real *y, const lossi_real *dy,
                             lossi_real *dx)
{
    for (size_t i = 0; i < count; i++)
        dx[i] += y[i] > 0 ? dy[i] : 0;
}

void lossk_add_ref(size_t count, const lossi_real *a, const lossi_real *b, lossi_real *y)
{
    for (size_t i = 0; i < count; i++)
        y[i] = a[i] + b[i];
}
