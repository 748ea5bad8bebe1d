/* Which of Winograd's tiles a shape has: the one rule for convolutions (conv.c) and for gradients
 * of filters (weights.c). */
#include "kernels/simd/tiles.h"

/* At stride 1, tiles of 4 x 4 do a quarter of the multiplications, of 2 x 2 four ninths; but maps
 * of 5 or 6 pixels leave too much of the larger tiles empty. Whole maps of 2 x 2 do a quarter, of
 * 3 x 3 a fifth. With fewer than eight channels transforms are most of the work; the stem's three
 * would gain 1 % of a ResNet-20, and cost a fourth of its accuracy.
 *
 * Lanes decide nothing, so that a convolution has the same bits in every set and with any number of
 * images in a chunk. */
const lossi_winograd *lossk_tiles(const lossi_conv_shape *s)
{
    size_t side = s->out_h < s->out_w ? s->out_h : s->out_w;
    bool is_3x3 = s->kernel == 3 && s->stride <= 2 && s->padding == 1 && s->in_c >= 8;
    if (!is_3x3 || side < 2)
        return NULL;
    if (s->stride == 2)
        return &lossk_winograd_strided;
    if (s->out_h == s->out_w && side < 4)
        return side == 2 ? &lossk_winograd_whole_2 : &lossk_winograd_whole_3;
    return side >= 7 || side == 4 ? &lossk_winograd_4x4 : &lossk_winograd_2x2;
}
