/* Functions of one value with their first and second derivatives, in double. Where a curve has a
 * corner, the derivative is PyTorch's. */
#include <math.h>

#include "kernels/ref/ref.h"

static const double SELU_ALPHA = 1.6732632423543772848, SELU_SCALE = 1.0507009873554804934,
                    TANH_CUBE = 0.044715; /* of GELU by tanh */

static double sign(double x)
{
    return (x > 0) - (x < 0);
}

/* ---- Straight pieces ------------------------------------------------------------------------ */

static double leaky_relu(double x, const double *k)
{
    return x > 0 ? x : k[0] * x;
}

static double leaky_relu_1(double x, const double *k)
{
    return x > 0 ? 1 : k[0];
}

static double zero(double x, const double *k)
{
    (void)x;
    (void)k;
    return 0;
}

static double clip(double x, const double *k)
{
    double above = x < k[0] ? k[0] : x; /* false for NaN */
    return above > k[1] ? k[1] : above;
}

static double clip_1(double x, const double *k)
{
    return x <= k[0] || x >= k[1] ? 0 : 1;
}

static double hard_sigmoid(double x, const double *k)
{
    double y = k[0] * x + k[1];
    return y < 0 ? 0 : y > 1 ? 1 : y;
}

static double hard_sigmoid_1(double x, const double *k)
{
    double y = k[0] * x + k[1];
    return y <= 0 || y >= 1 ? 0 : k[0];
}

static double hard_swish(double x, const double *k)
{
    (void)k;
    return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6;
}

static double hard_swish_1(double x, const double *k)
{
    (void)k;
    return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5;
}

static double hard_swish_2(double x, const double *k)
{
    (void)k;
    return x > -3 && x < 3 ? 1.0 / 3 : 0;
}

static double absolute(double x, const double *k)
{
    (void)k;
    return fabs(x);
}

static double absolute_1(double x, const double *k)
{
    (void)k;
    return sign(x);
}

static double negative(double x, const double *k)
{
    (void)k;
    return -x;
}

static double negative_1(double x, const double *k)
{
    (void)x;
    (void)k;
    return -1;
}

static double scale(double x, const double *k)
{
    return k[0] * x + k[1];
}

static double scale_1(double x, const double *k)
{
    (void)x;
    return k[0];
}

/* ---- Exponentials --------------------------------------------------------------------------- */

static double logistic(double x)
{
    return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
}

static double elu(double x, const double *k)
{
    return x > 0 ? x : k[0] * expm1(x);
}

static double elu_1(double x, const double *k)
{
    return x > 0 ? 1 : k[0] * exp(x);
}

static double elu_2(double x, const double *k)
{
    return x > 0 ? 0 : k[0] * exp(x);
}

static double selu(double x, const double *k)
{
    (void)k;
    return SELU_SCALE * elu(x, &SELU_ALPHA);
}

static double selu_1(double x, const double *k)
{
    (void)k;
    return SELU_SCALE * elu_1(x, &SELU_ALPHA);
}

static double selu_2(double x, const double *k)
{
    (void)k;
    return SELU_SCALE * elu_2(x, &SELU_ALPHA);
}

static double sigmoid(double x, const double *k)
{
    (void)k;
    return logistic(x);
}

static double sigmoid_1(double x, const double *k)
{
    (void)k;
    return logistic(x) * logistic(-x);
}

static double sigmoid_2(double x, const double *k)
{
    return sigmoid_1(x, k) * (1 - 2 * logistic(x));
}

static double silu(double x, const double *k)
{
    (void)k;
    return x * logistic(x);
}

static double silu_1(double x, const double *k)
{
    return logistic(x) + x * sigmoid_1(x, k);
}

static double silu_2(double x, const double *k)
{
    return 2 * sigmoid_1(x, k) + x * sigmoid_2(x, k);
}

static double hyperbolic(double x, const double *k)
{
    (void)k;
    return tanh(x);
}

static double hyperbolic_1(double x, const double *k)
{
    (void)k;
    return 1 - tanh(x) * tanh(x);
}

static double hyperbolic_2(double x, const double *k)
{
    return -2 * tanh(x) * hyperbolic_1(x, k);
}

static double softplus(double x, const double *k)
{
    double u = k[0] * x;
    return u > k[1] ? x : ((u > 0 ? u : 0) + log1p(exp(-fabs(u)))) / k[0];
}

static double softplus_1(double x, const double *k)
{
    return k[0] * x > k[1] ? 1 : logistic(k[0] * x);
}

static double softplus_2(double x, const double *k)
{
    return k[0] * x > k[1] ? 0 : k[0] * sigmoid_1(k[0] * x, k);
}

static const double PLAIN_SOFTPLUS[] = {1, INFINITY};

/* x t with t = tanh(softplus(x)) */
static double mish(double x, const double *k)
{
    (void)k;
    return x * tanh(softplus(x, PLAIN_SOFTPLUS));
}

static double mish_1(double x, const double *k)
{
    (void)k;
    double t = tanh(softplus(x, PLAIN_SOFTPLUS));
    return t + x * (1 - t * t) * logistic(x);
}

static double mish_2(double x, const double *k)
{
    (void)k;
    double t = tanh(softplus(x, PLAIN_SOFTPLUS)), s = logistic(x), t1 = (1 - t * t) * s,
           t2 = -2 * t * t1 * s + t1 * (1 - s);
    return 2 * t1 + x * t2;
}

/* ---- GELU ----------------------------------------------------------------------------------- */

/* Of the normal distribution. */
static double density(double x)
{
    return M_SQRT1_2 * M_2_SQRTPI / 2 * exp(-x * x / 2);
}

/* What GELU by tanh takes the tanh of, and its derivatives. */
static double inner(double x)
{
    return M_SQRT1_2 * M_2_SQRTPI * (x + TANH_CUBE * x * x * x);
}

static double inner_1(double x)
{
    return M_SQRT1_2 * M_2_SQRTPI * (1 + 3 * TANH_CUBE * x * x);
}

static double inner_2(double x)
{
    return M_SQRT1_2 * M_2_SQRTPI * 6 * TANH_CUBE * x;
}

static double gelu(double x, const double *k)
{
    return k[0] != 0 ? x / 2 * (1 + tanh(inner(x))) : x / 2 * erfc(-x * M_SQRT1_2);
}

static double gelu_1(double x, const double *k)
{
    double t = tanh(inner(x));
    return k[0] != 0 ? (1 + t) / 2 + x / 2 * (1 - t * t) * inner_1(x)
                     : erfc(-x * M_SQRT1_2) / 2 + x * density(x);
}

static double gelu_2(double x, const double *k)
{
    double t = tanh(inner(x)), u = inner_1(x);
    return k[0] != 0 ? (1 - t * t) * (u + x / 2 * (inner_2(x) - 2 * t * u * u))
                     : density(x) * (2 - x * x);
}

/* ---- Elementary functions ------------------------------------------------------------------- */

static double softsign(double x, const double *k)
{
    (void)k;
    return x / (1 + fabs(x));
}

static double softsign_1(double x, const double *k)
{
    (void)k;
    return 1 / ((1 + fabs(x)) * (1 + fabs(x)));
}

static double softsign_2(double x, const double *k)
{
    return -2 * sign(x) * softsign_1(x, k) / (1 + fabs(x));
}

static double exponential(double x, const double *k)
{
    (void)k;
    return exp(x);
}

static double logarithm(double x, const double *k)
{
    (void)k;
    return log(x);
}

static double reciprocal(double x, const double *k)
{
    (void)k;
    return 1 / x;
}

static double reciprocal_1(double x, const double *k)
{
    (void)k;
    return -1 / (x * x);
}

static double reciprocal_2(double x, const double *k)
{
    (void)k;
    return 2 / (x * x * x);
}

static double root(double x, const double *k)
{
    (void)k;
    return sqrt(x);
}

static double root_1(double x, const double *k)
{
    (void)k;
    return 0.5 / sqrt(x);
}

static double root_2(double x, const double *k)
{
    (void)k;
    return -0.25 / (x * sqrt(x));
}

static double error(double x, const double *k)
{
    (void)k;
    return erf(x);
}

static double error_1(double x, const double *k)
{
    (void)k;
    return M_2_SQRTPI * exp(-x * x);
}

static double error_2(double x, const double *k)
{
    return -2 * x * error_1(x, k);
}

/* ---- The table ------------------------------------------------------------------------------ */

static double (*const CURVES[LOSSI_N_CURVES][3])(double x, const double *k) = {
    [LOSSI_CURVE_LEAKY_RELU] = {leaky_relu, leaky_relu_1, zero},
    [LOSSI_CURVE_ELU] = {elu, elu_1, elu_2},
    [LOSSI_CURVE_SELU] = {selu, selu_1, selu_2},
    [LOSSI_CURVE_GELU] = {gelu, gelu_1, gelu_2},
    [LOSSI_CURVE_SILU] = {silu, silu_1, silu_2},
    [LOSSI_CURVE_SIGMOID] = {sigmoid, sigmoid_1, sigmoid_2},
    [LOSSI_CURVE_TANH] = {hyperbolic, hyperbolic_1, hyperbolic_2},
    [LOSSI_CURVE_HARD_SIGMOID] = {hard_sigmoid, hard_sigmoid_1, zero},
    [LOSSI_CURVE_HARD_SWISH] = {hard_swish, hard_swish_1, hard_swish_2},
    [LOSSI_CURVE_SOFTPLUS] = {softplus, softplus_1, softplus_2},
    [LOSSI_CURVE_MISH] = {mish, mish_1, mish_2},
    [LOSSI_CURVE_SOFTSIGN] = {softsign, softsign_1, softsign_2},
    [LOSSI_CURVE_CLIP] = {clip, clip_1, zero},
    [LOSSI_CURVE_EXP] = {exponential, exponential, exponential},
    [LOSSI_CURVE_LOG] = {logarithm, reciprocal, reciprocal_1},
    [LOSSI_CURVE_SQRT] = {root, root_1, root_2},
    [LOSSI_CURVE_ABS] = {absolute, absolute_1, zero},
    [LOSSI_CURVE_NEG] = {negative, negative_1, zero},
    [LOSSI_CURVE_RECIPROCAL] = {reciprocal, reciprocal_1, reciprocal_2},
    [LOSSI_CURVE_ERF] = {error, error_1, error_2},
    [LOSSI_CURVE_SCALE] = {scale, scale_1, zero},
};

void lossk_curve_ref(lossi_curve curve, unsigned order, const double k[LOSSI_CURVE_CONSTANTS],
                     size_t count, const lossi_real *x, lossi_real *y)
{
    double (*at)(double, const double *) = CURVES[curve][order];
    for (size_t i = 0; i < count; i++)
        y[i] = (lossi_real)at((double)x[i], k);
}
