/* Input values under each filter tap as the rows of a matrix, block by block so that the matrix stays in cache. */
#include <string.h>

#include "kernels/blas/blas.h"

size_t lossk_block_columns(const lossi_conv_shape *s, const lossi_column_block *b)
{
    return b->n_images * b->rows * s->out_w;
}

/* For tap column v: outputs first .. last - 1 of a row lie on the input, the others on padding. */
static void valid_outputs(const lossi_conv_shape *s, size_t v, size_t *first, size_t *last)
{
    *first = v >= s->padding ? 0 : (s->padding - v + s->stride - 1) / s->stride;
    size_t reach = s->in_w + s->padding; /* one past the last input column, from the padded edge */
    *last = reach <= v ? 0 : (reach - v + s->stride - 1) / s->stride;
    if (*last > s->out_w)
        *last = s->out_w;
    if (*first > *last)
        *first = *last;
}

/* One row of the output under one tap: out_w values. input is the row of x that the tap lies on, NULL for padding. */
static void gather_row(const lossi_conv_shape *s, const lossi_real *input, size_t v, size_t first, size_t last,
                       lossi_real *out)
{
    if (!input)
        first = last = 0;
    memset(out, 0, first * sizeof *out);
    if (s->stride == 1 && first < last)
        memcpy(out + first, input + first + v - s->padding, (last - first) * sizeof *out);
    else
        for (size_t c = first; c < last; c++)
            out[c] = input[c * s->stride + v - s->padding];
    memset(out + last, 0, (s->out_w - last) * sizeof *out);
}

void lossk_im2col(const lossi_conv_shape *s, const lossi_column_block *b, const lossi_real *x, lossi_real *columns)
{
    for (size_t k = 0; k < s->in_c; k++)
        for (size_t u = 0; u < s->kernel; u++)
            for (size_t v = 0; v < s->kernel; v++) {
                size_t first, last;
                valid_outputs(s, v, &first, &last);
                for (size_t i = 0; i < b->n_images; i++) {
                    const lossi_real *plane = x + (k * s->n + b->image + i) * s->in_h * s->in_w;
                    for (size_t r = b->row; r < b->row + b->rows; r++, columns += s->out_w) {
                        size_t row = r * s->stride + u;
                        int inside = row >= s->padding && row - s->padding < s->in_h;
                        gather_row(s, inside ? plane + (row - s->padding) * s->in_w : NULL, v, first, last, columns);
                    }
                }
            }
}

void lossk_col2im(const lossi_conv_shape *s, const lossi_column_block *b, const lossi_real *columns, lossi_real *dx)
{
    for (size_t k = 0; k < s->in_c; k++)
        for (size_t u = 0; u < s->kernel; u++)
            for (size_t v = 0; v < s->kernel; v++) {
                size_t first, last;
                valid_outputs(s, v, &first, &last);
                for (size_t i = 0; i < b->n_images; i++) {
                    lossi_real *plane = dx + (k * s->n + b->image + i) * s->in_h * s->in_w;
                    for (size_t r = b->row; r < b->row + b->rows; r++, columns += s->out_w) {
                        size_t row = r * s->stride + u;
                        if (row < s->padding || row - s->padding >= s->in_h || first == last)
                            continue;
                        lossi_real *out = plane + (row - s->padding) * s->in_w + first * s->stride + v - s->padding;
                        const lossi_real *in = columns + first;
                        if (s->stride == 1)
                            for (size_t c = 0; c < last - first; c++)
                                out[c] += in[c];
                        else
                            for (size_t c = 0; c < last - first; c++)
                                out[c * s->stride] += in[c];
                    }
                }
            }
}
