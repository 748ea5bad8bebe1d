/* The inputs under each tap of a window as the rows of a matrix, so that a convolution of any
 * window becomes one of a single tap. Nothing is computed, so that all sets share it. */
#include <string.h>

#include "kernels/ref/ref.h"

/* One output row under one tap: outputs of which the tap does not lie on padding, and the input
 * under the first of them. */
typedef struct run {
    size_t begin, end;
    size_t at, step; /* values */
} run;

/* False: the whole row lies on padding. */
static bool run_of(const lossi_windows *s, size_t row, size_t u, size_t v, run *r)
{
    size_t top, bottom;
    lossi_window_outputs(&s->h, u, &top, &bottom);
    lossi_window_outputs(&s->w, v, &r->begin, &r->end);
    if (row < top || row >= bottom || r->begin == r->end)
        return false;
    size_t y = row * s->h.stride + u * s->h.dilation - s->h.padding,
           x = r->begin * s->w.stride + v * s->w.dilation - s->w.padding;
    r->at = (y * s->w.in + x) * s->lanes;
    r->step = s->w.stride * s->lanes;
    return true;
}

static void gather(const lossi_windows *s, const run *r, const lossi_real *plane, lossi_real *out)
{
    size_t lanes = s->lanes, n = r->end - r->begin;
    const lossi_real *from = plane + r->at;
    memset(out, 0, r->begin * lanes * sizeof *out);
    memset(out + r->end * lanes, 0, (s->w.out - r->end) * lanes * sizeof *out);
    out += r->begin * lanes;
    if (s->w.stride == 1)
        memcpy(out, from, n * lanes * sizeof *out);
    else
        for (size_t c = 0; c < n; c++)
            memcpy(out + c * lanes, from + c * r->step, lanes * sizeof *out);
}

void lossk_unfold(const lossi_windows *s, size_t row, size_t n, const lossi_real *x,
                  lossi_real *columns)
{
    size_t width = s->w.out * s->lanes;
    for (size_t k = 0; k < s->channels; k++, x += lossi_windows_plane(s))
        for (size_t u = 0; u < s->h.kernel; u++)
            for (size_t v = 0; v < s->w.kernel; v++)
                for (size_t i = row; i < row + n; i++, columns += width) {
                    run r;
                    if (run_of(s, i, u, v, &r))
                        gather(s, &r, x, columns);
                    else
                        memset(columns, 0, width * sizeof *columns);
                }
}

void lossk_fold(const lossi_windows *s, size_t row, size_t n, const lossi_real *columns,
                lossi_real *dx)
{
    size_t lanes = s->lanes;
    for (size_t k = 0; k < s->channels; k++, dx += lossi_windows_plane(s))
        for (size_t u = 0; u < s->h.kernel; u++)
            for (size_t v = 0; v < s->w.kernel; v++)
                for (size_t i = row; i < row + n; i++, columns += s->w.out * lanes) {
                    run r;
                    bool is_there = run_of(s, i, u, v, &r);
                    for (size_t c = r.begin; is_there && c < r.end; c++, r.at += r.step)
                        for (size_t j = 0; j < lanes; j++)
                            dx[r.at + j] += columns[c * lanes + j];
                }
}
