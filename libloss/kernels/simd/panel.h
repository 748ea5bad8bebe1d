/* A convolution, or a part of one, as products: a filter slides over x. */
#ifndef LOSSI_SIMD_PANEL_H
#define LOSSI_SIMD_PANEL_H

#include "kernels/simd/simd.h"

/** At each of rows x columns positions the filter's taps lie on a rectangle of x [in_c][in_h]
 * [in_w][lanes] and give a pixel of y [out_c][out_h][out_w][lanes]. For position (i, j) the
 * rectangle begins at (i * stride + row, j * stride + column), perhaps on padding, and the pixel is
 * (i * step + y_row, j * step + y_column). Where step is 1, every pixel of y has a position. */
typedef struct lossi_slide {
    size_t lanes;
    size_t in_c, in_h, in_w;
    size_t out_c, out_h, out_w;
    size_t rows, columns, taps_h, taps_w;
    size_t stride;
    ptrdiff_t row, column;
    size_t step, y_row, y_column;
} lossi_slide;

/** Values of the scratch memory that it needs. */
size_t lossk_slide_scratch(const lossi_slide *s);
/** Makes filters begin .. end - 1 ready: [in_c * taps_h * taps_w] values for each, and for the
 * zeros that fill up LOSSI_ROWS. */
void lossk_slide_pack(const lossi_slide *s, const lossi_filters *f, size_t begin, size_t end,
                      float *packed);
/** y = epilogue(filters * x). With a step of more than 1 there may be no bounds. */
void lossk_slide(const lossi_slide *s, const float *x, const float *packed,
                 const lossi_epilogue *epilogue, float *y, float *scratch);

#endif
