/* Input values under each filter tap as the rows of a matrix, block by block so that the matrix stays in cache.
 *
 * Under one tap, the rows of an image's block are runs of input rows, shifted. Where the output is as wide as the input and the
 * stride is 1 (most layers by far), the runs join into one: it is moved as a whole, and the columns where it wrapped around
 * the border are zeroed. */
#include <stdbool.h>
#include <string.h>

#include "kernels/blas/blas.h"

size_t lossk_block_columns(const lossi_conv_shape *s, const lossi_column_block *b)
{
    return b->n_images * b->rows * s->out_w;
}

/* What tap (u, v) sees of a block: outputs rows[0] .. rows[1] - 1 (counted in the image) and columns[0] .. columns[1] - 1
 * lie on the input, the others on padding. */
typedef struct tap {
    size_t u, v, rows[2], columns[2];
} tap;

/* Outputs out of begin .. end - 1 whose input under tap t of an axis with `in` values is no padding. */
static void valid_outputs(const lossi_conv_shape *s, size_t t, size_t in, size_t begin, size_t end, size_t valid[2])
{
    size_t first = t >= s->padding ? 0 : (s->padding - t + s->stride - 1) / s->stride;
    size_t reach = in + s->padding; /* one past the last input, from the padded edge */
    size_t last = reach <= t ? 0 : (reach - t + s->stride - 1) / s->stride;
    valid[0] = first < begin ? begin : first > end ? end : first;
    valid[1] = last > end ? end : last < valid[0] ? valid[0] : last;
}

static tap make_tap(const lossi_conv_shape *s, const lossi_column_block *b, size_t u, size_t v)
{
    tap t = {.u = u, .v = v};
    valid_outputs(s, u, s->in_h, b->row, b->row + b->rows, t.rows);
    valid_outputs(s, v, s->in_w, 0, s->out_w, t.columns);
    if (t.columns[0] == t.columns[1])
        t.rows[1] = t.rows[0];
    return t;
}

/* Index into the input plane under tap t of output (row, column), which must not be padding. */
static size_t input_index(const lossi_conv_shape *s, const tap *t, size_t row, size_t column)
{
    return (row * s->stride + t->u - s->padding) * s->in_w + column * s->stride + t->v - s->padding;
}

static bool rows_join(const lossi_conv_shape *s)
{
    return s->stride == 1 && s->out_w == s->in_w;
}

/* Zeroes the padding columns of n rows. */
static void zero_border(const lossi_conv_shape *s, const tap *t, size_t n, lossi_real *rows)
{
    for (size_t c = 0; c < t->columns[0]; c++)
        for (size_t r = 0; r < n; r++)
            rows[r * s->out_w + c] = 0;
    for (size_t c = t->columns[1]; c < s->out_w; c++)
        for (size_t r = 0; r < n; r++)
            rows[r * s->out_w + c] = 0;
}

/* The block's rows of one image under one tap. plane [in_h][in_w], out [b->rows][out_w]. */
static void gather(const lossi_conv_shape *s, const lossi_column_block *b, const tap *t, const lossi_real *plane,
                   lossi_real *out)
{
    size_t before = t->rows[0] - b->row, n = t->rows[1] - t->rows[0], w = s->out_w;
    size_t first = t->columns[0], width = t->columns[1] - first;
    memset(out, 0, before * w * sizeof *out);
    memset(out + (before + n) * w, 0, (b->rows - before - n) * w * sizeof *out);
    if (!n)
        return;
    out += before * w;
    if (rows_join(s)) {
        memcpy(out + first, plane + input_index(s, t, t->rows[0], first), ((n - 1) * w + width) * sizeof *out);
        zero_border(s, t, n, out);
        return;
    }
    for (size_t r = 0; r < n; r++, out += w) {
        const lossi_real *in = plane + input_index(s, t, t->rows[0] + r, first);
        for (size_t c = 0; c < first; c++)
            out[c] = 0;
        for (size_t c = 0; c < width; c++)
            out[first + c] = in[c * s->stride];
        for (size_t c = first + width; c < w; c++)
            out[c] = 0;
    }
}

/* The reverse of gather(): adds, and leaves the padding columns of `in` zeroed. */
static void scatter(const lossi_conv_shape *s, const lossi_column_block *b, const tap *t, lossi_real *in, lossi_real *plane)
{
    size_t before = t->rows[0] - b->row, n = t->rows[1] - t->rows[0], w = s->out_w;
    size_t first = t->columns[0], width = t->columns[1] - first;
    if (!n)
        return;
    in += before * w;
    if (rows_join(s)) {
        zero_border(s, t, n, in);
        lossi_real *out = plane + input_index(s, t, t->rows[0], first);
        for (size_t i = 0; i < (n - 1) * w + width; i++)
            out[i] += in[first + i];
        return;
    }
    for (size_t r = 0; r < n; r++, in += w) {
        lossi_real *out = plane + input_index(s, t, t->rows[0] + r, first);
        for (size_t c = 0; c < width; c++)
            out[c * s->stride] += in[first + c];
    }
}

void lossk_im2col(const lossi_conv_shape *s, const lossi_column_block *b, const lossi_real *x, lossi_real *columns)
{
    size_t plane = s->in_h * s->in_w, part = b->rows * s->out_w;
    for (size_t k = 0; k < s->in_c; k++)
        for (size_t u = 0; u < s->kernel; u++)
            for (size_t v = 0; v < s->kernel; v++) {
                tap t = make_tap(s, b, u, v);
                for (size_t i = 0; i < b->n_images; i++, columns += part)
                    gather(s, b, &t, x + (k * s->n + b->image + i) * plane, columns);
            }
}

void lossk_col2im(const lossi_conv_shape *s, const lossi_column_block *b, lossi_real *columns, lossi_real *dx)
{
    size_t plane = s->in_h * s->in_w, part = b->rows * s->out_w;
    for (size_t k = 0; k < s->in_c; k++)
        for (size_t u = 0; u < s->kernel; u++)
            for (size_t v = 0; v < s->kernel; v++) {
                tap t = make_tap(s, b, u, v);
                for (size_t i = 0; i < b->n_images; i++, columns += part)
                    scatter(s, b, &t, columns, dx + (k * s->n + b->image + i) * plane);
            }
}
