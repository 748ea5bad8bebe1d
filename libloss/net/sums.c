#include "net/sums.h"

/* Values that a thread adds up at once. */
enum { PIECE = 4096 };

static void sum_piece(void *context, size_t piece, size_t worker)
{
    (void)worker;
    const lossi_sum *s = context;
    size_t begin = piece * PIECE, end = begin + PIECE < s->count ? begin + PIECE : s->count;
    for (size_t j = begin; j < end; j++) {
        lossi_real sum = 0;
        double wide = 0;
        for (size_t r = 0; r < s->n && !s->in_double; r++)
            sum += s->from[r * s->stride + j];
        for (size_t r = 0; r < s->n && s->in_double; r++)
            wide += (double)s->from[r * s->stride + j];
        s->to[j] = s->in_double ? (lossi_real)wide : sum;
    }
}

void lossi_sum_rows(lossi_pool *pool, const lossi_sum *sum)
{
    lossi_pool_run(pool, (sum->count + PIECE - 1) / PIECE, sum_piece, (void *)sum);
}
