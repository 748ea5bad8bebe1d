/* BatchNorm (Ioffe & Szegedy 2015).
 *
 *   training:    y = weight (x - m) / sqrt(v + eps) + bias
 *   evaluation:  the same with the running mean and variance
 *
 * In training m and v are the batch's mean and biased variance per channel. In evaluation the
 * derivatives take the running statistics as constants. The running variance averages the unbiased
 * one, as PyTorch's does. */
#include "net/builder.h"
#include <math.h>

enum { EPS, MOMENTUM, AFFINE }; /* keys */

enum { MEAN_TENSOR = LOSSI_BIAS + 1, VARIANCE_TENSOR, N_TENSORS };

/* state: five values a channel */
enum { MEAN, INVERSE_DEVIATION, BY_DY, BY_X, CONSTANT, N_STATE };

static loss_status add(lossi_addition *a)
{
    for (size_t i = 0; i < N_TENSORS; i++)
        if (i >= MEAN_TENSOR || lossi_node_key(a->node, AFFINE))
            a->tensors[i] = (struct lossi_tensor_shape){1, {a->node->dims[0]}};
    return LOSS_OK;
}

/* 1 / sqrt(variance + eps) */
static double inverse_deviation(const lossi_node *node, double variance)
{
    return 1 / sqrt(variance + lossi_node_value(node, EPS));
}

/* Weight and bias of a channel, of layers without them too. */
static double weight_of(const lossi_real *const *p, size_t c)
{
    return p[LOSSI_WEIGHT] ? (double)p[LOSSI_WEIGHT][c] : 1;
}

static double bias_of(const lossi_real *const *p, size_t c)
{
    return p[LOSSI_BIAS] ? (double)p[LOSSI_BIAS][c] : 0;
}

static size_t sums_count(const lossi_node *node)
{
    return 2 * node->dims[0];
}

static size_t state_count(const lossi_node *node)
{
    return N_STATE * node->dims[0];
}

static size_t scratch_count(const lossi_site *site)
{
    return 3 * site->node->dims[0];
}

static void forward_sums(const lossi_call *call)
{
    lossi_maps m = lossi_maps_of(call);
    call->kernels->norm_sums(&m, call->x[0], call->sums, call->sums + m.channels);
}

/* Adds up sums[which] of channel c over the chunks, in their order. */
static double batch_sum(const lossi_combine *b, size_t which, size_t c)
{
    size_t channels = b->node->dims[0];
    double sum = 0;
    for (size_t k = 0; k < b->n_chunks; k++)
        sum += b->sums[k * 2 * channels + which * channels + c];
    return sum;
}

/* A running statistic after a batch. */
static double running(const lossi_combine *b, double before, double batch)
{
    double momentum = lossi_node_value(b->node, MOMENTUM);
    return b->replaces ? batch : (1 - momentum) * before + momentum * batch;
}

static void forward_combine(const lossi_combine *b)
{
    size_t channels = b->node->dims[0];
    double m = (double)(b->n_images * lossi_node_pixels(b->node));
    lossi_real *running_mean = b->p[MEAN_TENSOR], *running_variance = b->p[VARIANCE_TENSOR];
    for (size_t c = 0; c < channels; c++) {
        double mean = batch_sum(b, 0, c) / m;
        double variance = batch_sum(b, 1, c) / m - mean * mean;
        if (variance < 0) /* rounding, for a channel of equal values */
            variance = 0;
        b->state[MEAN * channels + c] = mean;
        b->state[INVERSE_DEVIATION * channels + c] = inverse_deviation(b->node, variance);
        double unbiased = m > 1 ? variance * m / (m - 1) : variance;
        running_mean[c] = (lossi_real)running(b, (double)running_mean[c], mean);
        running_variance[c] = (lossi_real)running(b, (double)running_variance[c], unbiased);
    }
}

static void affine(const lossi_affine *a)
{
    for (size_t c = 0; c < a->node->dims[0]; c++) {
        double s = weight_of(a->p, c) /
                   sqrt((double)a->p[VARIANCE_TENSOR][c] + lossi_node_value(a->node, EPS)),
               before = a->before ? (double)a->before[c] : 0;
        a->scale[c] = (lossi_real)s;
        a->shift[c] = (lossi_real)(bias_of(a->p, c) + (before - (double)a->p[MEAN_TENSOR][c]) * s);
    }
}

/* In training the batch's own statistics; in evaluation what affine() made of the
 * running ones. */
static void forward(const lossi_call *call)
{
    size_t channels = call->node->dims[0];
    const lossi_real *scale = call->scale, *shift = call->shift;
    if (call->training) {
        lossi_real *s = call->scratch, *t = call->scratch + channels;
        for (size_t c = 0; c < channels; c++) {
            double factor = weight_of(call->p, c) * call->state[INVERSE_DEVIATION * channels + c];
            s[c] = (lossi_real)factor;
            t[c] = (lossi_real)(bias_of(call->p, c) - call->state[MEAN * channels + c] * factor);
        }
        scale = s;
        shift = t;
    }
    lossi_maps m = lossi_maps_of(call);
    call->kernels->norm_apply(&m, call->x[0], scale, shift, call->bounds, call->y);
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
    size_t channels = b->node->dims[0];
    double m = (double)(b->n_images * lossi_node_pixels(b->node));
    for (size_t c = 0; c < channels; c++) {
        double mean = b->state[MEAN * channels + c],
               inverse = b->state[INVERSE_DEVIATION * channels + c];
        double sum_dy = batch_sum(b, 0, c);
        double sum_dy_xhat = batch_sum(b, 1, c) * inverse;
        if (b->dp[LOSSI_WEIGHT]) {
            b->dp[LOSSI_BIAS][c] = (lossi_real)sum_dy;
            b->dp[LOSSI_WEIGHT][c] = (lossi_real)sum_dy_xhat;
        }
        double by_dy = weight_of((const lossi_real *const *)b->p, c) * inverse;
        double by_x = -by_dy * inverse * sum_dy_xhat / m;
        b->state[BY_DY * channels + c] = by_dy;
        b->state[BY_X * channels + c] = by_x;
        b->state[CONSTANT * channels + c] = -by_dy * sum_dy / m - by_x * mean;
    }
}

static void fix_state(const lossi_node *node, const lossi_real *const *p, double *state)
{
    size_t channels = node->dims[0];
    for (size_t c = 0; c < channels; c++) {
        double inverse = inverse_deviation(node, (double)p[VARIANCE_TENSOR][c]);
        state[MEAN * channels + c] = (double)p[MEAN_TENSOR][c];
        state[INVERSE_DEVIATION * channels + c] = inverse;
        state[BY_DY * channels + c] = weight_of(p, c) * inverse;
        state[BY_X * channels + c] = state[CONSTANT * channels + c] = 0;
    }
}

/* dp += the sums over a chunk of dy (x - m) r, m the state's mean or (shifted: false) 0. */
static void add_to_dweight(const lossi_call *call, const lossi_real *x, const lossi_real *dy,
                           bool shifted, lossi_real *const *dp)
{
    lossi_maps m = lossi_maps_of(call);
    const double *zeros = call->state + CONSTANT * m.channels; /* in evaluation mode */
    call->kernels->norm_backward_sums(&m, x, dy, shifted ? call->state + MEAN * m.channels : zeros,
                                      call->sums, call->sums + m.channels);
    for (size_t c = 0; c < m.channels; c++) {
        dp[LOSSI_WEIGHT][c] += (lossi_real)(call->sums[m.channels + c] *
                                            call->state[INVERSE_DEVIATION * m.channels + c]);
        if (dp[LOSSI_BIAS])
            dp[LOSSI_BIAS][c] += (lossi_real)call->sums[c];
    }
}

static void backward(const lossi_call *call)
{
    if (call->dp[LOSSI_WEIGHT])
        add_to_dweight(call, call->x[0], call->dy, true, call->dp);
    if (!call->dx[0])
        return;
    size_t channels = call->node->dims[0];
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
    t->at.kernels->zero(lossi_chunk_size(t->at.node, t->at.lanes), t->y);
    t->at.kernels->norm_backward(&m, t->at.x[0], t->x[0], t->at.scale, t->scale, t->shift, t->y);
}

static void backward_tangent(const lossi_tangent *t)
{
    const lossi_call *at = &t->at;
    lossi_maps m = lossi_maps_of(at);
    if (t->dp[LOSSI_WEIGHT]) {
        lossi_real *only_weight[] = {t->dp[LOSSI_WEIGHT], NULL};
        add_to_dweight(at, at->x[0], t->dy, true, t->dp);
        add_to_dweight(at, t->x[0], at->dy, false, only_weight);
    }
    if (!t->dx[0])
        return;
    lossi_real *zeros = at->scratch;
    at->kernels->zero(m.channels, zeros);
    at->kernels->norm_backward(&m, at->dy, t->dy, at->scale, t->scale, zeros, t->dx[0]);
}

const lossi_layer lossi_layer_batchnorm = {
    .name = "batchnorm",
    .keys = {{"eps", .is_fraction = true, .standard = 1e-5, .most = 1},
             {"momentum", .is_fraction = true, .standard = 0.1, .most = 1},
             {"affine", .standard = 1, .most = 1}},
    .tensors = {{"weight", LOSS_TENSOR_NORM_WEIGHT, LOSSI_INITIAL_ONES, false},
                {"bias", LOSS_TENSOR_NORM_BIAS, LOSSI_INITIAL_ZEROS, false},
                {"running_mean", LOSS_TENSOR_RUNNING_MEAN, LOSSI_INITIAL_ZEROS, false},
                {"running_var", LOSS_TENSOR_RUNNING_VAR, LOSSI_INITIAL_ONES, false}},
    .add = add,
    .fold = LOSSI_FOLD_AFFINE,
    .folds = LOSSI_FOLDS(LOSSI_FOLD_BOUNDS),
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
    .affine = affine,
    .fix_state = fix_state,
    .forward_tangent = forward_tangent,
    .backward_tangent = backward_tangent,
};

loss_node loss_builder_batchnorm(loss_builder *b, loss_node in, const char *name,
                                 const loss_batchnorm_options *given)
{
    loss_batchnorm_options o = LOSS_BATCHNORM_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(o, given);
    return status ? lossi_builder_fail(b, status)
                  : lossi_builder_add(b, &lossi_layer_batchnorm, name, 1, &in,
                                      (lossi_values[]){LOSSI_VALUE(o.eps), LOSSI_VALUE(o.momentum),
                                                       LOSSI_VALUE(!o.without_affine)});
}
