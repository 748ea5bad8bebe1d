/* Which of Winograd's tiles a shape has, and where they lie in a chunk's maps. A column is a
 * vector of images of a tile. */
#ifndef LOSSI_SIMD_TILES_H
#define LOSSI_SIMD_TILES_H

#include "kernels/simd/gemm.h"
#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

/** Winograd's tiles for a shape; NULL: it is for panels. */
const lossi_winograd *lossk_tiles(const lossi_conv_shape *s);

typedef struct lossi_place {
    size_t row, column; /* of its first output pixel */
    ptrdiff_t x;        /* index of its first input within a channel, a pixel above and to the left;
                           perhaps before the channel */
    size_t y;           /* of its first output */
    lossi_tile input;
    size_t bottom, right; /* the last row and column of its input that are there, + 1 */
    bool is_copied;       /* its input lacks more than one row or column at the end */
    bool is_whole;        /* its output does not reach beyond the last pixels */
} lossi_place;

static inline size_t lossi_tiles_across(const lossi_winograd *t, size_t out)
{
    return (out + t->out - 1) / t->out;
}

static inline size_t lossi_n_columns(const lossi_winograd *t, const lossi_conv_shape *s)
{
    return lossi_tiles_across(t, s->out_w) * lossi_tiles_across(t, s->out_h) * s->lanes /
           LOSSI_VECTOR;
}

static inline lossi_place lossi_place_of(const lossi_winograd *t, const lossi_conv_shape *s,
                                         size_t column)
{
    size_t vectors = s->lanes / LOSSI_VECTOR, tile = column / vectors,
           lane = column % vectors * LOSSI_VECTOR;
    size_t across = lossi_tiles_across(t, s->out_w);
    lossi_place p = {.row = tile / across * t->out, .column = tile % across * t->out};
    size_t row = p.row * t->step,
           column_in = p.column * t->step; /* of the first input that is not on padding */
    p.x = (ptrdiff_t)(lane + (row * s->in_w + column_in) * s->lanes) -
          (ptrdiff_t)((s->in_w + 1) * s->lanes);
    p.y = lane + (p.row * s->out_w + p.column) * s->lanes;
    p.bottom = lossi_smaller(t->in, s->in_h + 1 - row);
    p.right = lossi_smaller(t->in, s->in_w + 1 - column_in);
    p.input = (lossi_tile){s->lanes,         s->in_w * s->lanes, !p.row,
                           p.bottom < t->in, !p.column,          p.right < t->in};
    p.is_copied = p.bottom + 1 < t->in || p.right + 1 < t->in;
    p.is_whole = p.row + t->out <= s->out_h && p.column + t->out <= s->out_w;
    return p;
}

/* Transforms a tile's input in the channel at x. square [in][in] is needed where the place is
 * copied: what there is of the tile goes there, and the rest must be zeros. */
static inline void lossi_transform_input(const lossi_winograd *t, const lossi_place *p,
                                         const float *x, float *square, float *v, size_t stride)
{
    const lossi_tile whole = {.step = LOSSI_VECTOR, .pitch = t->in * LOSSI_VECTOR};
    if (!p->is_copied) {
        t->input(x + p->x, &p->input, v, stride);
        return;
    }
    for (size_t r = p->input.lacks_top; r < p->bottom; r++)
        for (size_t c = p->input.lacks_left; c < p->right; c++)
            store(square + (r * t->in + c) * LOSSI_VECTOR,
                  load(x + p->x + (ptrdiff_t)(r * p->input.pitch + c * p->input.step)));
    t->input(square, &whole, v, stride);
}

#endif
