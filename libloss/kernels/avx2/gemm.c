/* The micro-kernel keeps 4 rows x 3 columns in 12 of the 16 registers. Sums are cut into pieces, so that a panel's part stays in L1
 * while rows of a pass, and those rows into groups that stay in L2 while all panels pass. */
#include "kernels/avx2/gemm.h"

#include "kernels/avx2/vector.h"

/* Terms of a piece: three columns are 24 KB. Floats of a in a group: 128 KB. With few columns fetching a takes the time, and that is
 * fastest in long runs: no pieces. Floats of a ahead that are fetched: at its first use a comes from far. */
enum { PIECE = 256, CUT_COLUMNS = 9, GROUP = 32 * 1024, AHEAD = 512 };

typedef struct block {
    vector at[LOSSI_ROWS][LOSSI_COLUMNS];
} block;

/* sum += a [k][4] times b [k][n][8]; n is a constant where this is inlined. */
static inline __attribute__((always_inline)) void multiply(const int n, size_t k, const float *a, const float *b, block *total)
{
    block sum = *total;
    for (size_t i = 0; i < k; i++, a += LOSSI_ROWS, b += n * LOSSI_VECTOR) {
        vector column[LOSSI_COLUMNS];
        prefetch(a + AHEAD);
#pragma GCC unroll 3
        for (int j = 0; j < n; j++)
            column[j] = load(b + j * LOSSI_VECTOR);
#pragma GCC unroll 4
        for (int r = 0; r < LOSSI_ROWS; r++) {
            vector weight = all(a + r);
#pragma GCC unroll 3
            for (int j = 0; j < n; j++)
                sum.at[r][j] = plus_product(weight, column[j], sum.at[r][j]);
        }
    }
    *total = sum;
}

/* A piece of the sums: terms begin .. begin + k - 1. */
typedef struct piece {
    size_t begin, k;
    const float *before, *bias; /* as in lossi_gemm, for this piece */
    bool relu;
} piece;

/* Four rows from `row` on, n columns from `column` on; panel: of these columns. */
static inline __attribute__((always_inline)) void run_block(const int n, const lossi_gemm *g, const piece *p, size_t row, size_t column,
                                                            const float *panel)
{
    block sum;
    size_t rows = g->m - row < LOSSI_ROWS ? g->m - row : LOSSI_ROWS, at = row * g->c_row + column * LOSSI_VECTOR;
    for (size_t r = 0; r < rows; r++) {
        prefetch_to_write(g->c + at + r * g->c_row);
        prefetch_to_write(g->c + at + r * g->c_row + (n * LOSSI_VECTOR - 1));
    }
#pragma GCC unroll 4
    for (size_t r = 0; r < LOSSI_ROWS; r++)
#pragma GCC unroll 3
        for (int j = 0; j < n; j++)
            sum.at[r][j] = p->before && r < rows ? load(p->before + at + r * g->c_row + (size_t)j * LOSSI_VECTOR) : zeros();
    multiply(n, p->k, g->a + row / LOSSI_ROWS * g->a_block + p->begin * LOSSI_ROWS, panel, &sum);
#pragma GCC unroll 4
    for (size_t r = 0; r < LOSSI_ROWS; r++) {
        if (r == rows)
            break;
        vector bias = p->bias ? all(p->bias + row + r) : zeros();
#pragma GCC unroll 3
        for (int j = 0; j < n; j++) {
            vector value = plus(sum.at[r][j], bias);
            store(g->c + at + r * g->c_row + (size_t)j * LOSSI_VECTOR, p->relu ? positive(value) : value);
        }
    }
}

/* The same for four whole rows without anything before or after. */
static inline __attribute__((always_inline)) void run_plain_block(const int n, const lossi_gemm *g, const piece *p, size_t row,
                                                                  size_t column, const float *panel)
{
    block sum;
#pragma GCC unroll 4
    for (size_t r = 0; r < LOSSI_ROWS; r++)
#pragma GCC unroll 3
        for (int j = 0; j < n; j++)
            sum.at[r][j] = zeros();
    multiply(n, p->k, g->a + row / LOSSI_ROWS * g->a_block + p->begin * LOSSI_ROWS, panel, &sum);
    float *c = g->c + row * g->c_row + column * LOSSI_VECTOR;
#pragma GCC unroll 4
    for (size_t r = 0; r < LOSSI_ROWS; r++)
#pragma GCC unroll 3
        for (int j = 0; j < n; j++)
            store(c + r * g->c_row + (size_t)j * LOSSI_VECTOR, sum.at[r][j]);
}

#define RUN(run, width, last)                 \
    for (; row < (last); row += LOSSI_ROWS)   \
        (width) == 3   ? run(3, g, p, row, column, panel) \
        : (width) == 2 ? run(2, g, p, row, column, panel) \
                       : run(1, g, p, row, column, panel)

static void run_rows(const lossi_gemm *g, const piece *p, size_t row, size_t end, size_t column, size_t width, const float *panel)
{
    bool is_plain = !p->before && !p->bias && !p->relu;
    size_t plain_end = is_plain ? end / LOSSI_ROWS * LOSSI_ROWS : row;
    RUN(run_plain_block, width, plain_end);
    RUN(run_block, width, end);
}

static void run_piece(const lossi_gemm *g, const piece *p)
{
    size_t step = GROUP / p->k / LOSSI_ROWS * LOSSI_ROWS;
    step = step < LOSSI_ROWS ? LOSSI_ROWS : step;
    for (size_t row = 0; row < g->m; row += step) {
        const float *panel = g->b;
        for (size_t column = 0, width; column < g->n; column += width) {
            width = lossi_panel_width(g->n - column);
            run_rows(g, p, row, row + step < g->m ? row + step : g->m, column, width, panel + p->begin * width * LOSSI_VECTOR);
            panel += width * g->k * LOSSI_VECTOR + g->b_pad;
        }
    }
}

void lossk_gemm_avx2(const lossi_gemm *g)
{
    size_t pieces = g->n < CUT_COLUMNS ? 1 : (g->k + PIECE - 1) / PIECE, size = (g->k + pieces - 1) / pieces;
    for (size_t begin = 0; begin < g->k; begin += size) {
        bool is_last = begin + size >= g->k;
        piece p = {begin, is_last ? g->k - begin : size, begin ? g->c : g->before, is_last ? g->bias : NULL, is_last && g->relu};
        run_piece(g, &p);
    }
}
