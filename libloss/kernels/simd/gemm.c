/* The micro-kernel keeps the sums of LOSSI_ROWS x LOSSI_COLUMNS in registers. Sums are cut into
 * pieces, so that a panel's part stays in L1 or near it while all rows pass, and rows into groups
 * that stay in L2 while all panels pass. */
#include "kernels/simd/gemm.h"

#include "kernels/simd/vector.h"

/* PIECE: terms of a piece; three columns of it are 48 KB, which come from L2 in long runs. With few
 * columns reading a takes the time, and that is fastest in long runs: fewer than CUT_COLUMNS are
 * not cut into pieces. GROUP: floats of a in a group, 128 KB. AHEAD: how many floats ahead a is
 * prefetched, because its first use misses the cache. LINE: floats of a cache line, which hold
 * TERMS terms of a. */
enum {
    PIECE = 4096 / LOSSI_VECTOR,
    CUT_COLUMNS = 9,
    GROUP = 32 * 1024,
    AHEAD = 512,
    LINE = 16,
    TERMS = LINE / LOSSI_ROWS
};

_Static_assert(PIECE % LOSSI_TERMS == 0, "pieces cut no sum of LOSSI_TERMS terms");

/* clang does not unroll two rounds when it is asked for up to three, and then keeps the sums in
 * memory. */
#define FOR_PANEL_COLUMNS(j, n)                                                                    \
    for (int j = 0; j < LOSSI_COLUMNS; j++)                                                        \
        if (j < (n))

typedef struct block {
    vector at[LOSSI_ROWS][LOSSI_COLUMNS];
} block;

/* Rows and a piece of the terms that meet a panel. For panels that lie side by side: so many
 * products, each of so many runs of terms. */
typedef struct strip {
    size_t rows, k;
    const float *a, *b;
    size_t a_block, b_row;
    size_t runs, a_run, b_run;
    size_t count, a_next, b_next, c_next;
    float *c;
    size_t c_row;
    const size_t *places;
    const float *before, *bias; /* as in lossi_gemm, for these rows and this piece */
    const lossi_bounds *bounds;
    lossi_rows next; /* the next input under the panel: each block of rows prefetches its share */
    size_t share, first_share; /* rows of a share; the number of this strip's first */
} strip;

/* A share of the next input on its way from memory, line by line. */
typedef struct ahead {
    const float *row;
    size_t rows, pitch, width; /* rows left; floats from row to row, of a row */
    size_t done, each;         /* floats of this row; lines that are prefetched at once */
} ahead;

/* sum += a column of a times a row of b; n is a constant where this is inlined, here and below. */
ALWAYS_INLINE void add_term(const int n, const float *a, const float *b, block *sum)
{
    vector column[LOSSI_COLUMNS];
    quad weights = load_quad(a);
#pragma GCC unroll 3
    FOR_PANEL_COLUMNS(j, n)
    column[j] = load(b + j * LOSSI_VECTOR);
#pragma GCC unroll 8
    for (int r = 0; r < LOSSI_ROWS; r++) {
        if (r && r % 4 == 0)
            weights = load_quad(a + r);
        vector weight = all_of(weights, r % 4);
#pragma GCC unroll 3
        FOR_PANEL_COLUMNS(j, n)
        sum->at[r][j] = plus_product(weight, column[j], sum->at[r][j]);
    }
}

ALWAYS_INLINE void prefetch_ahead(ahead *next)
{
    for (size_t i = 0; i < next->each && next->rows; i++) {
        prefetch_to_l2(next->row + next->done);
        next->done += LINE;
        if (next->done >= next->width) {
            next->done = 0;
            next->row += next->pitch;
            next->rows--;
        }
    }
}

/* sum += a [k][LOSSI_ROWS] times b, whose rows lie b_row floats apart. The loop is not unrolled:
 * else gcc reads values of b from memory more than once. With `next`, lines of it are prefetched
 * with each line of a. */
ALWAYS_INLINE void multiply(const int n, size_t k, const float *a, const float *b, size_t b_row,
                            block *total, ahead *next)
{
    block sum = *total;
    for (; k >= TERMS; k -= TERMS) {
        prefetch(a + AHEAD);
        if (next)
            prefetch_ahead(next);
#pragma GCC unroll 1
        for (int i = 0; i < TERMS; i++, a += LOSSI_ROWS, b += b_row)
            add_term(n, a, b, &sum);
    }
    for (; k; k--, a += LOSSI_ROWS, b += b_row)
        add_term(n, a, b, &sum);
    *total = sum;
}

ALWAYS_INLINE void clear(block *sum)
{
#pragma GCC unroll 8
    for (int r = 0; r < LOSSI_ROWS; r++)
#pragma GCC unroll 3
        for (int j = 0; j < LOSSI_COLUMNS; j++)
            sum->at[r][j] = zeros();
}

/* Prefetches the lines of a column, which need not begin with a line. */
ALWAYS_INLINE void prefetch_column(const float *c)
{
    for (int i = 0; i < LOSSI_VECTOR; i += LINE)
        prefetch_to_write(c + i);
    prefetch_to_write(c + LOSSI_VECTOR - 1);
}

/* The share of block `number` of a strip. */
ALWAYS_INLINE ahead share_of(const int n, const strip *s, size_t number)
{
    size_t begin = (s->first_share + number) * s->share, width = (size_t)n * LOSSI_VECTOR;
    ahead next = {.pitch = s->next.pitch, .width = width};
    if (begin >= s->next.n)
        return next;
    next.row = s->next.at + begin * s->next.pitch;
    next.rows = lossi_smaller(s->share, s->next.n - begin);
    size_t lines = next.rows * ((width + LINE - 1) / LINE), rounds = s->k / TERMS;
    next.each = rounds ? (lines + rounds - 1) / rounds : 0;
    return next;
}

/* b += a. */
ALWAYS_INLINE void add_block(const int n, const block *a, block *b)
{
#pragma GCC unroll 8
    for (int r = 0; r < LOSSI_ROWS; r++)
#pragma GCC unroll 3
        FOR_PANEL_COLUMNS(j, n)
    b->at[r][j] = plus(a->at[r][j], b->at[r][j]);
}

/* sum += what is in memory, in the rows that are there. */
ALWAYS_INLINE void add_before(const int n, const float *before, size_t c_row, size_t rows,
                              const size_t *columns, block *sum)
{
#pragma GCC unroll 8
    for (size_t r = 0; r < LOSSI_ROWS; r++, before += c_row) {
        if (r == rows)
            break;
#pragma GCC unroll 3
        FOR_PANEL_COLUMNS(j, n)
        sum->at[r][j] = plus(load(before + columns[j]), sum->at[r][j]);
    }
}

/* A block of up to LOSSI_ROWS rows of one panel. Each LOSSI_TERMS terms are summed up and added to
 * those before them, which stay in L1: rows of c are often a power of two apart and push each other
 * out of the cache. */
ALWAYS_INLINE void run_block(const int n, const strip s, size_t row, const size_t *columns)
{
    size_t rows = lossi_smaller(s.rows - row, LOSSI_ROWS), number = row / LOSSI_ROWS;
    const float *a = s.a + number * s.a_block, *b = s.b,
                *before = s.before ? s.before + row * s.c_row : NULL;
    float *c = s.c + row * s.c_row;
    ahead next = share_of(n, &s, number);
    for (size_t r = 0; r < rows; r++)
#pragma GCC unroll 3
        FOR_PANEL_COLUMNS(j, n)
    prefetch_column(c + r * s.c_row + columns[j]);
    block sum, total;
    __asm__("" : "=m"(total)); /* set before it is read, which compilers do not see */
    for (size_t k = s.k, terms; k; k -= terms) {
        terms = lossi_smaller(k, LOSSI_TERMS);
        clear(&sum);
        multiply(n, terms, a, b, (size_t)n * LOSSI_VECTOR, &sum, &next);
        a += terms * LOSSI_ROWS;
        b += terms * (size_t)n * LOSSI_VECTOR;
        if (k < s.k)
            add_block(n, &total, &sum);
        else if (before)
            add_before(n, before, s.c_row, rows, columns, &sum);
        if (terms < k)
            total = sum;
    }
#pragma GCC unroll 8
    for (size_t r = 0; r < LOSSI_ROWS; r++, c += s.c_row) {
        if (r == rows)
            break;
        vector bias = s.bias ? all(s.bias + row + r) : zeros();
#pragma GCC unroll 3
        FOR_PANEL_COLUMNS(j, n)
        {
            vector value = plus(sum.at[r][j], bias);
            store(c + columns[j], s.bounds ? within(s.bounds, value) : value);
        }
    }
}

ALWAYS_INLINE void run_blocks(const int n, const strip *given, const bool is_placed)
{
    const strip s = *given; /* or the compiler would read it anew after each store */
    size_t columns[LOSSI_COLUMNS];
    FOR_PANEL_COLUMNS(j, n)
    columns[j] = is_placed ? s.places[j] : (size_t)j * LOSSI_VECTOR;
    for (size_t row = 0; row < s.rows; row += LOSSI_ROWS)
        run_block(n, s, row, columns);
}

/* Stores a whole block of rows, or adds it to what is there. */
ALWAYS_INLINE void put_block(const int n, float *c, size_t c_row, const block *sum, const bool adds)
{
#pragma GCC unroll 8
    for (size_t r = 0; r < LOSSI_ROWS; r++, c += c_row)
#pragma GCC unroll 3
        FOR_PANEL_COLUMNS(j, n)
        {
            float *at = c + (size_t)j * LOSSI_VECTOR;
            store(at, adds ? plus(load(at), sum->at[r][j]) : sum->at[r][j]);
        }
}

/* Whole blocks of rows without anything before or after, of at most LOSSI_TERMS terms a run. The
 * products of few terms are many, so little may happen between them. */
ALWAYS_INLINE void run_plain_blocks(const int n, const strip *given, size_t b_row)
{
    const strip s = *given;
    for (size_t i = 0; i < s.count; i++) {
        const float *a = s.a + i * s.a_next, *b = s.b + i * s.b_next;
        float *c = s.c + i * s.c_next;
        for (size_t row = 0; row < s.rows;
             row += LOSSI_ROWS, a += s.a_block, c += LOSSI_ROWS * s.c_row) {
            block sum;
            clear(&sum);
            multiply(n, s.k, a, b, b_row, &sum, NULL);
            put_block(n, c, s.c_row, &sum, false);
            for (size_t run = 1; run < s.runs; run++) {
                clear(&sum);
                multiply(n, s.k, a + run * s.a_run, b + run * s.b_run, b_row, &sum, NULL);
                put_block(n, c, s.c_row, &sum, true);
            }
        }
    }
}

/* Functions of their own, since the compiler then finds registers for all that their loops need;
 * and the rows of a panel have a constant distance. */
#define DEFINE_STRIP(n)                                                                            \
    static __attribute__((noinline)) void run_blocks_##n(const strip *s)                           \
    {                                                                                              \
        run_blocks(n, s, false);                                                                   \
    }                                                                                              \
    static __attribute__((noinline)) void run_placed_blocks_##n(const strip *s)                    \
    {                                                                                              \
        run_blocks(n, s, true);                                                                    \
    }                                                                                              \
    static __attribute__((noinline)) void run_plain_blocks_##n(const strip *s)                     \
    {                                                                                              \
        run_plain_blocks(n, s, (size_t)n *LOSSI_VECTOR);                                           \
    }                                                                                              \
    static __attribute__((noinline)) void run_apart_blocks_##n(const strip *s)                     \
    {                                                                                              \
        run_plain_blocks(n, s, s->b_row);                                                          \
    }

DEFINE_STRIP(1)
DEFINE_STRIP(2)
DEFINE_STRIP(3)

static void run_strip(size_t width, const strip *s)
{
    if (s->places)
        (width == 3   ? run_placed_blocks_3
         : width == 2 ? run_placed_blocks_2
                      : run_placed_blocks_1)(s);
    else if (s->before || s->bias || s->bounds || s->next.n || s->rows % LOSSI_ROWS ||
             s->k > LOSSI_TERMS)
        (width == 3 ? run_blocks_3 : width == 2 ? run_blocks_2 : run_blocks_1)(s);
    else
        (width == 3 ? run_plain_blocks_3 : width == 2 ? run_plain_blocks_2 : run_plain_blocks_1)(s);
}

/* Terms begin .. begin + k - 1 of all columns. */
static void run_piece(const lossi_gemm *g, size_t begin, size_t k)
{
    bool is_last = begin + k == g->k;
    const float *before = begin ? g->c : g->before;
    size_t step = GROUP / k / LOSSI_ROWS * LOSSI_ROWS;
    step = step < LOSSI_ROWS ? LOSSI_ROWS : step;
    size_t blocks = lossi_round_rows(g->m) / LOSSI_ROWS;
    for (size_t row = 0; row < g->m; row += step) {
        const float *panel = g->b;
        for (size_t column = 0, width; column < g->n; column += width) {
            size_t at = row * g->c_row + (g->places ? 0 : column * LOSSI_VECTOR);
            width = lossi_panel_width(g->n - column);
            strip s = {.rows = lossi_smaller(step, g->m - row),
                       .k = k,
                       .a = g->a + row / LOSSI_ROWS * g->a_block + begin * LOSSI_ROWS,
                       .a_block = g->a_block,
                       .b = panel + begin * width * LOSSI_VECTOR,
                       .runs = 1,
                       .count = 1,
                       .c = g->c + at,
                       .c_row = g->c_row,
                       .places = g->places ? g->places + column : NULL,
                       .before = before ? before + at : NULL,
                       .bias = is_last && g->bias ? g->bias + row : NULL,
                       .bounds = is_last ? g->bounds : NULL,
                       .next = g->next,
                       .share = (g->next.n + blocks - 1) / blocks,
                       .first_share = row / LOSSI_ROWS};
            if (s.next.n)
                s.next.at += column * LOSSI_VECTOR;
            run_strip(width, &s);
            panel += width * g->k * LOSSI_VECTOR + g->b_pad;
        }
    }
}

void lossk_gemm(const lossi_gemm *g)
{
    size_t size = g->n < CUT_COLUMNS ? g->k : PIECE;
    for (size_t begin = 0; begin < g->k; begin += size)
        run_piece(g, begin, lossi_smaller(size, g->k - begin));
}

void lossk_gemm_panels(const lossi_panels *p)
{
    size_t a_run = p->m * p->k, b_run = p->n * LOSSI_VECTOR;
    strip s = {.rows = p->m,
               .k = p->k,
               .a = p->a,
               .a_block = p->k * LOSSI_ROWS,
               .b = p->b,
               .b_row = p->b_row,
               .runs = p->terms,
               .a_run = a_run,
               .b_run = b_run,
               .count = p->count,
               .a_next = p->terms * a_run,
               .b_next = p->terms * b_run,
               .c_next = b_run,
               .c = p->c,
               .c_row = p->c_row};
    (p->n == 3 ? run_apart_blocks_3 : p->n == 2 ? run_apart_blocks_2 : run_apart_blocks_1)(&s);
}
