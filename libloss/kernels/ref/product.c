/* Products of matrices that every image has for itself. */
#include "kernels/ref/ref.h"

void lossk_product_ref(const lossi_product *p, const lossi_real *a, const lossi_real *b,
                       lossi_real *c)
{
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++)
            for (size_t lane = 0; lane < p->lanes; lane++) {
                double sum = 0;
                for (size_t k = 0; k < p->k; k++)
                    sum += (double)a[(i * p->a_row + k * p->a_column) * p->lanes + lane] *
                           (double)b[(k * p->b_row + j * p->b_column) * p->lanes + lane];
                c[(i * p->c_row + j * p->c_column) * p->lanes + lane] += (lossi_real)sum;
            }
}
