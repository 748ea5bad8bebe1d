/* ReLU and addition. Counts are multiples of a vector but for what tests ask; the rest is done
 * one by one. */
#include "kernels/ref/ref.h"
#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

/* The part of count that is whole vectors. */
static size_t whole(size_t count)
{
    return count / LOSSI_VECTOR * LOSSI_VECTOR;
}

void lossk_relu(size_t count, const float *x, float *y)
{
    size_t n = whole(count);
    for (size_t i = 0; i < n; i += LOSSI_VECTOR)
        store(y + i, positive(load(x + i)));
    lossk_relu_ref(count - n, x + n, y + n);
}

void lossk_relu_backward(size_t count, const float *y, const float *dy, float *dx)
{
    size_t n = whole(count);
    for (size_t i = 0; i < n; i += LOSSI_VECTOR) {
        mask passes = greater(load(y + i), zeros());
        store(dx + i, plus(load(dx + i), where(passes, load(dy + i))));
    }
    lossk_relu_backward_ref(count - n, y + n, dy + n, dx + n);
}

void lossk_add(size_t count, const float *a, const float *b, float *y)
{
    size_t n = whole(count);
    for (size_t i = 0; i < n; i += LOSSI_VECTOR)
        store(y + i, plus(load(a + i), load(b + i)));
    lossk_add_ref(count - n, a + n, b + n, y + n);
}
