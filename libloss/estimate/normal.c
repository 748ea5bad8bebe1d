#include "estimate/normal.h"

#include <lapacke.h>
#include <math.h>

/* Of the mean of the diagonal: far above rounding, far below what a term says. */
static const double LEAST_RIDGE = 1e-10;

/* The lower triangle is factored in place: the upper one and the diagonal are kept for another
 * try. */
static int factor(size_t n, double *a, const double *diagonal, double ridge)
{
    for (size_t i = 0; i < n; i++) {
        a[i * n + i] = diagonal[i] + ridge;
        for (size_t j = 0; j < i; j++)
            a[i * n + j] = a[j * n + i];
    }
    /* What is the lower triangle of our rows is the upper one of LAPACK's columns. */
    return (int)LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', (lapack_int)n, a, (lapack_int)n);
}

void lossi_normal_solve_again(size_t n, const double *a, size_t n_b, double *b)
{
    LAPACKE_dpotrs_work(LAPACK_COL_MAJOR, 'U', (lapack_int)n, (lapack_int)n_b, a, (lapack_int)n, b,
                        (lapack_int)n);
}

void lossi_normal_solve(size_t n, double *a, size_t n_b, double *b)
{
    double diagonal[LOSSI_MOST_TERMS], sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += diagonal[i] = a[i * n + i];
    double ridge = LEAST_RIDGE * (sum > 0 ? sum / (double)n : 1);
    while (factor(n, a, diagonal, ridge) != 0 && isfinite(ridge))
        ridge *= 100;
    lossi_normal_solve_again(n, a, n_b, b);
}
