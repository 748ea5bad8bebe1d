/* Pooling, a vector of images at a time. Windows are clipped to the input as in the reference. */
#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

/* Input rows (or columns) under the window of one output. */
typedef struct range {
    size_t begin, end;
} range;

static range window(const lossi_pool_shape *s, size_t out, size_t in_size, size_t kernel)
{
    size_t from = out * s->stride, to = from + kernel; /* counted from the padded edge */
    range r = {from < s->padding ? 0 : from - s->padding, to < s->padding ? 0 : to - s->padding};
    r.end = r.end < in_size ? r.end : in_size;
    return r;
}

/* The larger, or NaN if one of them is. */
static inline vector largest(vector best, vector value)
{
    return chosen(either(greater(value, best), is_nan(value)), value, best);
}

void lossk_max_pool(const lossi_pool_shape *s, const float *x, float *y)
{
    for (size_t c = 0; c < s->channels; c++, x += s->in_h * s->in_w * s->lanes)
        for (size_t r = 0; r < s->out_h; r++)
            for (size_t k = 0; k < s->out_w; k++) {
                range rows = window(s, r, s->in_h, s->kernel_h),
                      columns = window(s, k, s->in_w, s->kernel_w);
                for (size_t lane = 0; lane < s->lanes; lane += LOSSI_VECTOR, y += LOSSI_VECTOR) {
                    vector best =
                        load(x + (rows.begin * s->in_w + columns.begin) * s->lanes + lane);
                    for (size_t i = rows.begin; i < rows.end; i++)
                        for (size_t j = columns.begin; j < columns.end; j++)
                            best = largest(best, load(x + (i * s->in_w + j) * s->lanes + lane));
                    store(y, best);
                }
            }
}

void lossk_max_pool_backward(const lossi_pool_shape *s, const float *x, const float *dy, float *dx)
{
    size_t plane = s->in_h * s->in_w * s->lanes;
    for (size_t c = 0; c < s->channels; c++, x += plane, dx += plane)
        for (size_t r = 0; r < s->out_h; r++)
            for (size_t k = 0; k < s->out_w; k++) {
                range rows = window(s, r, s->in_h, s->kernel_h),
                      columns = window(s, k, s->in_w, s->kernel_w);
                for (size_t lane = 0; lane < s->lanes; lane += LOSSI_VECTOR, dy += LOSSI_VECTOR) {
                    vector best =
                        load(x + (rows.begin * s->in_w + columns.begin) * s->lanes + lane);
                    for (size_t i = rows.begin; i < rows.end; i++)
                        for (size_t j = columns.begin; j < columns.end; j++)
                            best = largest(best, load(x + (i * s->in_w + j) * s->lanes + lane));
                    /* Each image's gradient goes to the first that is the largest (or NaN), and
                     * is spent then. */
                    vector left = load(dy);
                    for (size_t i = rows.begin; i < rows.end; i++)
                        for (size_t j = columns.begin; j < columns.end; j++) {
                            size_t at = (i * s->in_w + j) * s->lanes + lane;
                            vector value = load(x + at);
                            mask is_best = either(equal(value, best), is_nan(value));
                            store(dx + at, plus(load(dx + at), where(is_best, left)));
                            left = unless(is_best, left);
                        }
                }
            }
}

/* In double, as the reference does. */
void lossk_average_pool(const lossi_pool_shape *s, const float *x, float *y)
{
    double size = (double)(s->kernel_h * s->kernel_w), total[LOSSI_VECTOR];
    for (size_t c = 0; c < s->channels; c++, x += s->in_h * s->in_w * s->lanes)
        for (size_t r = 0; r < s->out_h; r++)
            for (size_t k = 0; k < s->out_w; k++) {
                range rows = window(s, r, s->in_h, s->kernel_h),
                      columns = window(s, k, s->in_w, s->kernel_w);
                for (size_t lane = 0; lane < s->lanes; lane += LOSSI_VECTOR, y += LOSSI_VECTOR) {
                    doubles sum = no_doubles();
                    for (size_t i = rows.begin; i < rows.end; i++)
                        for (size_t j = columns.begin; j < columns.end; j++)
                            sum = added(sum, widen(load(x + (i * s->in_w + j) * s->lanes + lane)));
                    store_doubles(total, sum);
                    for (size_t i = 0; i < LOSSI_VECTOR; i++)
                        y[i] = (float)(total[i] / size);
                }
            }
}

void lossk_average_pool_backward(const lossi_pool_shape *s, const float *dy, float *dx)
{
    float share = 1 / (float)(s->kernel_h * s->kernel_w);
    for (size_t c = 0; c < s->channels; c++, dx += s->in_h * s->in_w * s->lanes)
        for (size_t r = 0; r < s->out_h; r++)
            for (size_t k = 0; k < s->out_w; k++) {
                range rows = window(s, r, s->in_h, s->kernel_h),
                      columns = window(s, k, s->in_w, s->kernel_w);
                for (size_t lane = 0; lane < s->lanes; lane += LOSSI_VECTOR, dy += LOSSI_VECTOR)
                    for (size_t i = rows.begin; i < rows.end; i++)
                        for (size_t j = columns.begin; j < columns.end; j++) {
                            float *at = dx + (i * s->in_w + j) * s->lanes + lane;
                            store(at, plus_times(share, load(dy), load(at)));
                        }
            }
}
