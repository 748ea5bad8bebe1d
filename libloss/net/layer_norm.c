/* BatchNorm (Ioffe & Szegedy 2015).
 *
 *   training:    y = weight (x - m) / sqrt(v + eps) + bias
 *   evaluation:  the same with the running mean and variance
 *
 * In training m and v are the batch's mean and biased variance per channel. In evaluation the
 * derivatives take the running statistics as constants. The running variance averages the unbiased
 * one, as PyTorch's does. */
#include <math.h>
#include <string.h>

#include "net/layer.h"

static const double EPS = 1e-5, MOMENTUM = 0.1;

/* state: five values a channel */
enum { MEAN, INVERSE_DEVIATION, BY_DY, BY_X, CONSTANT, N_STATE };

static size_t sums_count(const lossi_node *node)
{
    return 2 * node->channels;
}

static size_t state_count(const lossi_node *node)
{
    return N_STATE * node->channels;
}

static size_t scratch_count(const lossi_kernels *kernels, const lossi_node *node,
                            const lossi_node *in, size_t lanes)
{
    (void)kernels, (void)in, (void)lanes;
    return 3 * node->channels;
}

static void forward_sums(const lossi_call *call)
{
    lossi_maps m = lossi_maps_of(call);
    call->kernels->norm_sums(&m, call->x[0], call->sums, call->sums + m.channels);
}

/* Adds up sums[which] of channel c over the chunks, in their order. */
static double batch_sum(const lossi_combine *b, size_t which, size_t c)
{
    size_t channels = b->node->channels;
    double sum = 0;
    for (size_t k = 0; k < b->n_chunks; k++)
        sum += b->sums[k * 2 * channels + which * channels + c];
    return sum;
}

static void forward_combine(const lossi_combine *b)
{
    size_t channels = b->node->channels;
    double m = (double)(b->n_images * b->node->height * b->node->width);
    for (size_t c = 0; c < channels; c++) {
        double mean = batch_sum(b, 0, c) / m;
        double variance = batch_sum(b, 1, c) / m - mean * mean;
        if (variance < 0) /* rounding, for a channel of equal values */
            variance = 0;
        b->state[MEAN * channels + c] = mean;
        b->state[INVERSE_DEVIATION * channels + c] = 1 / sqrt(variance + EPS);
        double unbiased = m > 1 ? variance * m / (m - 1) : variance;
        b->mean[c] =
            (lossi_real)(b->replaces ? mean
                                     : (1 - MOMENTUM) * (double)b->mean[c] + MOMENTUM * mean);
        b->variance[c] = (lossi_real)(b->replaces ? unbiased
                                                  : (1 - MOMENTUM) * (double)b->variance[c] +
                                                        MOMENTUM * unbiased);
    }
}

void lossi_norm_affine(size_t channels, const lossi_real *weight, const lossi_real *bias,
                       const lossi_real *mean, const lossi_real *variance,
                       const lossi_real *conv_bias, lossi_real *scale, lossi_real *shift)
{
    for (size_t c = 0; c < channels; c++) {
        double s = (double)weight[c] / sqrt((double)variance[c] + EPS),
               before = conv_bias ? (double)conv_bias[c] : 0;
        scale[c] = (lossi_real)s;
        shift[c] = (lossi_real)((double)bias[c] + (before - (double)mean[c]) * s);
    }
}

/* In training the batch's own statistics; in evaluation what lossi_norm_affine() made of the
 * running ones. */
static void forward(const lossi_call *call)
{
    size_t channels = call->node->channels;
    const lossi_real *scale = call->scale, *shift = call->shift;
    if (call->training) {
        lossi_real *s = call->scratch, *t = call->scratch + channels;
        for (size_t c = 0; c < channels; c++) {
            double factor = (double)call->weight[c] * call->state[INVERSE_DEVIATION * channels + c];
            s[c] = (lossi_real)factor;
            t[c] = (lossi_real)((double)call->bias[c] - call->state[MEAN * channels + c] * factor);
        }
        scale = s;
        shift = t;
    }
    lossi_maps m = lossi_maps_of(call);
    call->kernels->norm_apply(&m, call->x[0], scale, shift, call->relu, call->y);
}

static void backward_sums(const lossi_call *call)
{
    lossi_maps m = lossi_maps_of(call);
    call->kernels->norm_backward_sums(&m, call->x[0], call->dy, call->state + MEAN * m.channels,
                                      call->sums, call->sums + m.channels);
}

/* With xhat = (x - m) r:  dx = weight r (dy - mean(dy) - xhat mean(dy xhat)), written as by_dy
 * dy + by_x x + constant. */
static void backward_combine(const lossi_combine *b)
{
    size_t channels = b->node->channels;
    double m = (double)(b->n_images * b->node->height * b->node->width);
    for (size_t c = 0; c < channels; c++) {
        double mean = b->state[MEAN * channels + c],
               inverse = b->state[INVERSE_DEVIATION * channels + c];
        double sum_dy = batch_sum(b, 0, c);
        double sum_dy_xhat = batch_sum(b, 1, c) * inverse;
        b->dbias[c] = (lossi_real)sum_dy;
        b->dweight[c] = (lossi_real)sum_dy_xhat;
        double by_dy = (double)b->weight[c] * inverse;
        double by_x = -by_dy * inverse * sum_dy_xhat / m;
        b->state[BY_DY * channels + c] = by_dy;
        b->state[BY_X * channels + c] = by_x;
        b->state[CONSTANT * channels + c] = -by_dy * sum_dy / m - by_x * mean;
    }
}

void lossi_norm_fix_state(size_t channels, const lossi_real *weight, const lossi_real *mean,
                          const lossi_real *variance, double *state)
{
    for (size_t c = 0; c < channels; c++) {
        double inverse = 1 / sqrt((double)variance[c] + EPS);
        state[MEAN * channels + c] = (double)mean[c];
        state[INVERSE_DEVIATION * channels + c] = inverse;
        state[BY_DY * channels + c] = (double)weight[c] * inverse;
        state[BY_X * channels + c] = state[CONSTANT * channels + c] = 0;
    }
}

/* dweight += the sums over a chunk of dy (x - m) r, m the state's mean or (shifted: false) 0. */
static void add_to_dweight(const lossi_call *call, const lossi_real *x, const lossi_real *dy,
                           bool shifted, lossi_real *dweight, lossi_real *dbias)
{
    lossi_maps m = lossi_maps_of(call);
    const double *zeros = call->state + CONSTANT * m.channels; /* in evaluation mode */
    call->kernels->norm_backward_sums(&m, x, dy, shifted ? call->state + MEAN * m.channels : zeros,
                                      call->sums, call->sums + m.channels);
    for (size_t c = 0; c < m.channels; c++) {
        dweight[c] += (lossi_real)(call->sums[m.channels + c] *
                                   call->state[INVERSE_DEVIATION * m.channels + c]);
        if (dbias)
            dbias[c] += (lossi_real)call->sums[c];
    }
}

static void backward(const lossi_call *call)
{
    if (call->dweight)
        add_to_dweight(call, call->x[0], call->dy, true, call->dweight, call->dbias);
    if (!call->dx[0])
        return;
    size_t channels = call->node->channels;
    lossi_real *coefficients = call->scratch; /* [3][channels] */
    for (size_t i = 0; i < 3 * channels; i++)
        coefficients[i] = (lossi_real)call->state[BY_DY * channels + i];
    lossi_maps m = lossi_maps_of(call);
    call->kernels->norm_backward(&m, call->x[0], call->dy, coefficients, coefficients + channels,
                                 coefficients + 2 * channels, call->dx[0]);
}

/* (s x + t)' = s x' + s' x + t': the affine map that norm_backward adds. */
static void forward_tangent(const lossi_tangent *t)
{
    lossi_maps m = lossi_maps_of(&t->at);
    memset(t->y, 0, lossi_chunk_size(t->at.node, t->at.lanes) * sizeof *t->y);
    t->at.kernels->norm_backward(&m, t->at.x[0], t->x[0], t->at.scale, t->scale, t->shift, t->y);
}

static void backward_tangent(const lossi_tangent *t)
{
    const lossi_call *at = &t->at;
    lossi_maps m = lossi_maps_of(at);
    if (t->dweight) {
        add_to_dweight(at, at->x[0], t->dy, true, t->dweight, t->dbias);
        add_to_dweight(at, t->x[0], at->dy, false, t->dweight, NULL);
    }
    if (!t->dx[0])
        return;
    lossi_real *zeros = at->scratch;
    memset(zeros, 0, m.channels * sizeof *zeros);
    at->kernels->norm_backward(&m, at->dy, t->dy, at->scale, t->scale, zeros, t->dx[0]);
}

const lossi_layer lossi_layer_norm = {
    .name = "batchnorm",
    .in_place = true,
    .scratch_count = scratch_count,
    .sums_count = sums_count,
    .state_count = state_count,
    .forward_sums = forward_sums,
    .forward_combine = forward_combine,
    .forward = forward,
    .backward_sums = backward_sums,
    .backward_combine = backward_combine,
    .backward = backward,
    .forward_tangent = forward_tangent,
    .backward_tangent = backward_tangent,
};
