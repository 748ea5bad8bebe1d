/* Convolution with any filter on panels, and the gradient of its input.
 *
 * The gradient dx[r] sums dy[o] w[u] over the outputs o and taps u with o * stride + u - padding =
 * r. So pixels of dx whose row has the same remainder by the stride see the same taps, every
 * stride-th, and the same holds for columns: for each pair of remainders a part of the filter,
 * turned around, slides over dy (Dumoulin & Visin 2016, section 4.5: without the zeros between the
 * pixels of dy). At stride 1 there is one. */
#include "kernels/simd/gemm.h"
#include "kernels/simd/panel.h"

static lossi_slide slide_of(const lossi_conv_shape *s)
{
    return (lossi_slide){.lanes = s->lanes,
                         .in_c = s->in_c,
                         .in_h = s->in_h,
                         .in_w = s->in_w,
                         .out_c = s->out_c,
                         .out_h = s->out_h,
                         .out_w = s->out_w,
                         .rows = s->out_h,
                         .columns = s->out_w,
                         .taps_h = s->kernel,
                         .taps_w = s->kernel,
                         .stride = s->stride,
                         .row = -(ptrdiff_t)s->padding,
                         .column = -(ptrdiff_t)s->padding,
                         .step = 1};
}

size_t lossk_panel_packed(const lossi_conv_shape *s)
{
    return lossi_round_rows(s->out_c) * s->in_c * s->kernel * s->kernel;
}

size_t lossk_panel_scratch(const lossi_conv_shape *s)
{
    lossi_slide slide = slide_of(s);
    return lossk_slide_scratch(&slide);
}

void lossk_panel_pack(const lossi_conv_shape *s, const lossi_filters *f, size_t begin, size_t end,
                      float *packed)
{
    lossi_slide slide = slide_of(s);
    lossk_slide_pack(&slide, f, begin, end, packed);
}

void lossk_panel_forward(const lossi_conv_shape *s, const float *x, const float *packed,
                         const lossi_epilogue *epilogue, float *y, float *scratch)
{
    lossi_slide slide = slide_of(s);
    lossk_slide(&slide, x, packed, epilogue, y, scratch);
}

/* ---- The gradient of the input -------------------------------------------------------------- */

/* What dx's pixels with one remainder see along an axis. */
typedef struct side {
    size_t pixels, taps;
    size_t last_tap; /* of the filter; the others come before it, stride by stride */
    ptrdiff_t first; /* output under the last tap for the first pixel; may lie outside */
} side;

static side side_of(const lossi_conv_shape *s, size_t in, size_t remainder)
{
    size_t first_tap = (remainder + s->padding) % s->stride;
    if (first_tap >= s->kernel)
        return (side){0};
    side a = {.pixels = (in - remainder + s->stride - 1) / s->stride,
              .taps = (s->kernel - first_tap + s->stride - 1) / s->stride};
    a.last_tap = first_tap + (a.taps - 1) * s->stride;
    a.first = ((ptrdiff_t)(remainder + s->padding) - (ptrdiff_t)a.last_tap) / (ptrdiff_t)s->stride;
    return a;
}

/* The part of the filter for a pair of remainders. Begins as {0}. */
typedef struct part {
    size_t number; /* of the pairs before it */
    lossi_slide slide;
    side row, column;
    size_t packed; /* where its filters are among those made ready */
} part;

static void set_slide(const lossi_conv_shape *s, size_t i, size_t j, part *p)
{
    p->row = side_of(s, s->in_h, i);
    p->column = side_of(s, s->in_w, j);
    p->slide = (lossi_slide){.lanes = s->lanes,
                             .in_c = s->out_c,
                             .in_h = s->out_h,
                             .in_w = s->out_w,
                             .out_c = s->in_c,
                             .out_h = s->in_h,
                             .out_w = s->in_w,
                             .rows = p->row.pixels,
                             .columns = p->column.pixels,
                             .taps_h = p->row.taps,
                             .taps_w = p->column.taps,
                             .stride = 1,
                             .row = p->row.first,
                             .column = p->column.first,
                             .step = s->stride,
                             .y_row = i,
                             .y_column = j};
}

/* The next part that has a tap; false: there is none. */
static bool next_part(const lossi_conv_shape *s, part *p)
{
    size_t down = lossi_smaller(s->stride, s->in_h), across = lossi_smaller(s->stride, s->in_w);
    p->packed += lossi_round_rows(s->in_c) * s->out_c * p->slide.taps_h * p->slide.taps_w;
    while (p->number < down * across) {
        set_slide(s, p->number / across, p->number % across, p);
        p->number++;
        if (p->slide.taps_h && p->slide.taps_w)
            return true;
    }
    return false;
}

size_t lossk_panel_packed_backward(const lossi_conv_shape *s)
{
    return lossi_round_rows(s->in_c) * s->out_c * s->kernel * s->kernel;
}

size_t lossk_panel_scratch_backward(const lossi_conv_shape *s)
{
    size_t most = 0;
    for (part p = {0}; next_part(s, &p);)
        most = lossi_larger(most, lossk_slide_scratch(&p.slide));
    return most;
}

void lossk_panel_pack_backward(const lossi_conv_shape *s, const lossi_filters *f, size_t begin,
                               size_t end, float *packed)
{
    for (part p = {0}; next_part(s, &p);) {
        lossi_filters turned = *f;
        turned.w +=
            (ptrdiff_t)p.row.last_tap * f->by_row + (ptrdiff_t)p.column.last_tap * f->by_column;
        turned.by_row *= -(ptrdiff_t)s->stride;
        turned.by_column *= -(ptrdiff_t)s->stride;
        lossk_slide_pack(&p.slide, &turned, begin, end, packed + p.packed);
    }
}

void lossk_panel_backward(const lossi_conv_shape *s, const float *dy, const float *packed,
                          float *dx, float *scratch)
{
    lossi_epilogue add = {.residual = dx};
    for (part p = {0}; next_part(s, &p);)
        lossk_slide(&p.slide, dy, packed + p.packed, &add, dx, scratch);
}
