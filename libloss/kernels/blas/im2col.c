/* Input vectors under each filter tap as the rows of a matrix, some output rows at a time so
 * that the matrix stays in cache. Under one tap an output row is a run of an input row, shifted;
 * what lies on padding is zero. */
#include <string.h>

#include "kernels/blas/blas.h"

/* Outputs whose input under tap t of an axis with `in` pixels is no padding: begin .. end - 1 of
 * n. */
static void valid_outputs(const lossi_conv_shape *s, size_t t, size_t in, size_t n, size_t *begin,
                          size_t *end)
{
    size_t reach = in + s->padding; /* one past the last input, from the padded edge */
    *begin = t >= s->padding ? 0 : (s->padding - t + s->stride - 1) / s->stride;
    *end = reach <= t ? 0 : (reach - t + s->stride - 1) / s->stride;
    *begin = *begin > n ? n : *begin;
    *end = *end > n ? n : *end < *begin ? *begin : *end;
}

/* Vector of input row (r s + u - p) under tap v for output column 0; it may lie before the row. */
static ptrdiff_t row_offset(const lossi_conv_shape *s, size_t r, size_t u, size_t v)
{
    return (((ptrdiff_t)(r * s->stride + u) - (ptrdiff_t)s->padding) * (ptrdiff_t)s->in_w +
            (ptrdiff_t)v - (ptrdiff_t)s->padding) *
           (ptrdiff_t)s->lanes;
}

/* One output row under one tap: out [out_w][lanes] from a plane. */
static void gather(const lossi_conv_shape *s, const lossi_real *plane, ptrdiff_t from, size_t begin,
                   size_t end, lossi_real *out)
{
    memset(out, 0, begin * s->lanes * sizeof *out);
    if (s->stride == 1 && end > begin)
        memcpy(out + begin * s->lanes, plane + from + (ptrdiff_t)(begin * s->lanes),
               (end - begin) * s->lanes * sizeof *out);
    else
        for (size_t c = begin; c < end; c++)
            memcpy(out + c * s->lanes, plane + from + (ptrdiff_t)(c * s->stride * s->lanes),
                   s->lanes * sizeof *out);
    memset(out + end * s->lanes, 0, (s->out_w - end) * s->lanes * sizeof *out);
}

/* The reverse: adds. */
static void scatter(const lossi_conv_shape *s, const lossi_real *in, ptrdiff_t to, size_t begin,
                    size_t end, lossi_real *plane)
{
    for (size_t c = begin; c < end; c++)
        for (size_t i = 0; i < s->lanes; i++)
            plane[to + (ptrdiff_t)(c * s->stride * s->lanes + i)] += in[c * s->lanes + i];
}

void lossk_im2col(const lossi_conv_shape *s, size_t row, size_t n_rows, const lossi_real *x,
                  lossi_real *columns)
{
    size_t width = s->out_w * s->lanes;
    for (size_t k = 0; k < s->in_c; k++, x += s->in_h * s->in_w * s->lanes)
        for (size_t u = 0; u < s->kernel; u++)
            for (size_t v = 0; v < s->kernel; v++) {
                size_t top, bottom, left, right;
                valid_outputs(s, u, s->in_h, s->out_h, &top, &bottom);
                valid_outputs(s, v, s->in_w, s->out_w, &left, &right);
                for (size_t r = row; r < row + n_rows; r++, columns += width)
                    if (r >= top && r < bottom)
                        gather(s, x, row_offset(s, r, u, v), left, right, columns);
                    else
                        memset(columns, 0, width * sizeof *columns);
            }
}

void lossk_col2im(const lossi_conv_shape *s, size_t row, size_t n_rows, const lossi_real *columns,
                  lossi_real *dx)
{
    size_t width = s->out_w * s->lanes;
    for (size_t k = 0; k < s->in_c; k++, dx += s->in_h * s->in_w * s->lanes)
        for (size_t u = 0; u < s->kernel; u++)
            for (size_t v = 0; v < s->kernel; v++) {
                size_t top, bottom, left, right;
                valid_outputs(s, u, s->in_h, s->out_h, &top, &bottom);
                valid_outputs(s, v, s->in_w, s->out_w, &left, &right);
                for (size_t r = row; r < row + n_rows; r++, columns += width)
                    if (r >= top && r < bottom)
                        scatter(s, columns, row_offset(s, r, u, v), left, right, dx);
            }
}
