/* What the depthwise kernels share. */
#ifndef LOSSI_SIMD_DEPTHWISE_H
#define LOSSI_SIMD_DEPTHWISE_H

#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

static inline size_t lossi_output_plane(const lossi_windows *s)
{
    return s->h.out * s->w.out * s->lanes;
}

/* What meets in a row of outputs under one tap: runs of vectors of the input and the output, in
 * `runs` lots. */
typedef struct lossi_meeting {
    size_t n, runs, x, y, x_step, y_step;
} lossi_meeting;

static inline lossi_meeting lossi_meeting_of(const lossi_windows *s, size_t r, size_t u, size_t v)
{
    size_t begin, end, vectors = s->lanes / LOSSI_VECTOR;
    lossi_window_outputs(&s->w, v, &begin, &end);
    lossi_meeting m = {.n = end - begin, .runs = vectors};
    if (end == begin)
        return m;
    m.x = ((r * s->h.stride + u * s->h.dilation - s->h.padding) * s->w.in + begin * s->w.stride +
           v * s->w.dilation - s->w.padding) *
          s->lanes;
    m.y = (r * s->w.out + begin) * s->lanes;
    m.x_step = s->w.stride * s->lanes;
    m.y_step = s->lanes;
    if (s->w.stride == 1) {
        m.n *= vectors;
        m.runs = 1;
        m.x_step = m.y_step = LOSSI_VECTOR;
    }
    return m;
}

#endif
