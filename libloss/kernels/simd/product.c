/* Products of matrices that every image has for itself: an element is a vector, so that nothing
 * need be spread or turned around. Blocks of sums stay in registers. */
#include "kernels/simd/gemm.h"
#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

/* Sums in registers: sixteen of 32 registers with AVX-512, eight of sixteen with AVX2. */
enum { MOST_ROWS = LOSSI_VECTOR == 16 ? 4 : 2, MOST_COLUMNS = 4 };

/* A block of sums over `terms` terms; a, b and c point to its first elements. Steps are in
 * floats. */
typedef struct block {
    size_t a_row, a_column, b_row, b_column, c_row, c_column, terms;
    const float *a, *b;
    float *c;
} block;

static inline __attribute__((always_inline)) void add_block(const block *p, size_t rows,
                                                            size_t columns)
{
    vector sum[MOST_ROWS][MOST_COLUMNS];
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            sum[i][j] = zeros();
    const float *a = p->a, *b = p->b;
    for (size_t k = 0; k < p->terms; k++, a += p->a_column, b += p->b_row) {
        vector left[MOST_ROWS];
        for (size_t i = 0; i < rows; i++)
            left[i] = load(a + i * p->a_row);
        for (size_t j = 0; j < columns; j++) {
            vector right = load(b + j * p->b_column);
            for (size_t i = 0; i < rows; i++)
                sum[i][j] = plus_product(left[i], right, sum[i][j]);
        }
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            float *c = p->c + i * p->c_row + j * p->c_column;
            store(c, plus(load(c), sum[i][j]));
        }
}

/* With numbers of rows and columns that the compiler knows. */
static void add_rows_of(const block *p, size_t rows, size_t columns)
{
#define CASE(r, c)                                                                                 \
    case (r)*8 + (c): add_block(p, (r) < MOST_ROWS ? (r) : MOST_ROWS, c); break;
    switch (rows * 8 + columns) {
        CASE(1, 1)
        CASE(1, 2)
        CASE(1, 3)
        CASE(1, 4)
        CASE(2, 1)
        CASE(2, 2)
        CASE(2, 3)
        CASE(2, 4)
        CASE(3, 1)
        CASE(3, 2)
        CASE(3, 3)
        CASE(3, 4)
        CASE(4, 1)
        CASE(4, 2)
        CASE(4, 3)
        CASE(4, 4)
    }
}

static size_t fewer(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* One vector of images, some terms of each sum. */
static void add_terms(const lossi_product *p, const block *all)
{
    for (size_t i = 0; i < p->m; i += MOST_ROWS)
        for (size_t j = 0; j < p->n; j += MOST_COLUMNS) {
            block b = *all;
            b.a += i * b.a_row;
            b.b += j * b.b_column;
            b.c += i * b.c_row + j * b.c_column;
            add_rows_of(&b, fewer(p->m - i, MOST_ROWS), fewer(p->n - j, MOST_COLUMNS));
        }
}

void lossk_product(const lossi_product *p, const float *a, const float *b, float *c)
{
    size_t lanes = p->lanes;
    block all = {.a_row = p->a_row * lanes,
                 .a_column = p->a_column * lanes,
                 .b_row = p->b_row * lanes,
                 .b_column = p->b_column * lanes,
                 .c_row = p->c_row * lanes,
                 .c_column = p->c_column * lanes};
    for (size_t lane = 0; lane < lanes; lane += LOSSI_VECTOR)
        for (size_t k = 0; k < p->k; k += LOSSI_TERMS) {
            all.terms = fewer(p->k - k, LOSSI_TERMS);
            all.a = a + lane + k * all.a_column;
            all.b = b + lane + k * all.b_row;
            all.c = c + lane;
            add_terms(p, &all);
        }
}
