/* BatchNorm's sums and maps. Sums are kept lane by lane in double and added up in a fixed order. */
#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

/* The sum of the first n lanes. */
static double total(doubles a, size_t n)
{
    double lanes[LOSSI_VECTOR], sum = 0;
    store_doubles(lanes, a);
    for (size_t i = 0; i < n && i < LOSSI_VECTOR; i++)
        sum += lanes[i];
    return sum;
}

void lossk_norm_sums(const lossi_maps *m, const float *x, double *sum, double *square)
{
    for (size_t c = 0; c < m->channels; c++, x += m->pixels * m->lanes) {
        sum[c] = square[c] = 0;
        for (size_t lane = 0; lane < m->images; lane += LOSSI_VECTOR) {
            doubles sums = no_doubles(), squares = no_doubles();
            for (size_t p = 0; p < m->pixels; p++) {
                doubles value = widen(load(x + p * m->lanes + lane));
                sums = added(sums, value);
                squares = added_product(value, value, squares);
            }
            sum[c] += total(sums, m->images - lane);
            square[c] += total(squares, m->images - lane);
        }
    }
}

void lossk_norm_apply(const lossi_maps *m, const float *x, const float *scale, const float *shift,
                      const lossi_bounds *bounds, float *y)
{
    size_t n = m->pixels * m->lanes;
    for (size_t c = 0; c < m->channels; c++, x += n, y += n) {
        vector factor = all(scale + c), offset = all(shift + c);
        for (size_t j = 0; j < n; j += LOSSI_VECTOR) {
            vector value = plus_product(factor, load(x + j), offset);
            store(y + j, bounds ? within(bounds, value) : value);
        }
    }
}

void lossk_norm_backward_sums(const lossi_maps *m, const float *x, const float *dy,
                              const double *mean, double *sum_dy, double *sum_dy_x)
{
    size_t n = m->pixels * m->lanes;
    for (size_t c = 0; c < m->channels; c++, x += n, dy += n) {
        doubles minus_mean = all_doubles(-mean[c]), sums = no_doubles(), products = no_doubles();
        for (size_t j = 0; j < n; j += LOSSI_VECTOR) {
            doubles gradient = widen(load(dy + j));
            sums = added(sums, gradient);
            products = added_product(gradient, added(widen(load(x + j)), minus_mean), products);
        }
        sum_dy[c] = total(sums, LOSSI_VECTOR);
        sum_dy_x[c] = total(products, LOSSI_VECTOR);
    }
}

void lossk_norm_backward(const lossi_maps *m, const float *x, const float *dy, const float *by_dy,
                         const float *by_x, const float *constant, float *dx)
{
    size_t n = m->pixels * m->lanes;
    for (size_t c = 0; c < m->channels; c++, x += n, dy += n, dx += n)
        for (size_t lane = 0; lane < m->images; lane += LOSSI_VECTOR) {
            mask images = first_lanes(m->images - lane);
            vector a = all(by_dy + c), b = all(by_x + c), offset = all(constant + c);
            for (size_t j = lane; j < n; j += m->lanes) {
                vector change = plus_product(a, load(dy + j), plus_product(b, load(x + j), offset));
                store(dx + j, plus(load(dx + j), where(images, change)));
            }
        }
}
