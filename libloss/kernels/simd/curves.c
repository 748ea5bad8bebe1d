/* The functions of one value that networks are full of, in float, and written without branches so
 * that compilers make vectors of the loops. Errors stay below a few units in the last place.
 * Polynomials are minimax fits of relative error. What is not here is done by the reference. */
#include <string.h>

#include "kernels/ref/ref.h"
#include "kernels/simd/simd.h"

/* ---- Building blocks ------------------------------------------------------------------------ */

static inline float fma_of(float a, float b, float c)
{
    return __builtin_fmaf(a, b, c);
}

static inline float size_of(float x)
{
    return __builtin_fabsf(x);
}

/* The sign of `of` on a value that has none. */
static inline float with_sign(float value, float of)
{
    return __builtin_copysignf(value, of);
}

static inline float from_bits(int32_t bits)
{
    union {
        int32_t bits;
        float value;
    } u = {bits};
    return u.value;
}

static inline int32_t bits_of(float value)
{
    union {
        float value;
        int32_t bits;
    } u = {value};
    return u.bits;
}

/* 2^n, n from -126 to 127; of another n, as NaN gives it, anything. */
static inline float power_of_two(int32_t n)
{
    return from_bits((int32_t)((uint32_t)(n + 127) << 23));
}

/* e^x = 2^n e^r with |r| <= log(2) / 2. Two powers of two, since one may be out of range where
 * the result is not. Adding SHIFT rounds to whole numbers, in the last bits. */
static inline float exp_of(float x)
{
    const float SHIFT = 12582912;
    float in = x > 89 ? 89 : x < -104 ? -104 : x; /* NaN stays */
    float shifted = fma_of(in, 1.44269504f, SHIFT), n = shifted - SHIFT,
          r = fma_of(n, -0.693359375f, in);
    r = fma_of(n, 2.12194440e-4f, r);
    float p = fma_of(r, 0.00138368341f, 0.00837482233f);
    p = fma_of(p, r, 0.0416682251f);
    p = fma_of(p, r, 0.166664198f);
    p = fma_of(p, r, 0.499999911f);
    p = fma_of(p, r, 1);
    p = fma_of(p, r, 1);
    int32_t whole = bits_of(shifted) - bits_of(SHIFT), half = whole >> 1;
    return p * power_of_two(half) * power_of_two(whole - half);
}

/* 1 / (1 + e^-x) and its derivative. */
typedef struct logistic {
    float s, slope;
} logistic;

static inline logistic logistic_of(float x)
{
    float e = exp_of(-size_of(x)), by = 1 / (1 + e), small = e * by;
    return (logistic){x < 0 ? small : by, small * by};
}

static inline float tanh_of(float x)
{
    float a = size_of(x), q = x * x;
    float p = fma_of(q, 0.00187978754f, -0.00785810221f);
    p = fma_of(p, q, 0.021555692f);
    p = fma_of(p, q, -0.0539164692f);
    p = fma_of(p, q, 0.133329198f);
    p = fma_of(p, q, -0.333333194f);
    float near = fma_of(p * q, x, x), far = with_sign(1 - 2 / (exp_of(2 * a) + 1), x);
    return a < 0.7f ? near : far;
}

/* The derivative of tanh. */
static inline float tanh_slope(float x)
{
    float e = exp_of(-2 * size_of(x)), by = 1 / (1 + e);
    return 4 * e * by * by;
}

/* e^(-factor a^2); the square is rounded, and what is lost is put back. */
static inline float bell(float a, float factor)
{
    float square = a * a, lost = fma_of(a, a, -square);
    return exp_of(-factor * square) * fma_of(-factor, lost, 1);
}

/* erfc(z) e^(z^2) for z >= 0; a polynomial in (z - 2) / (z + 2), after Shepherd and Laframboise
 * (1981). */
static inline float scaled_erfc(float z)
{
    float t = (z - 2) / (z + 2);
    float p = fma_of(t, 3.718281e-05f, -0.000343083258f);
    p = fma_of(p, t, -0.00125179882f);
    p = fma_of(p, t, 0.0012545333f);
    p = fma_of(p, t, 0.00863161869f);
    p = fma_of(p, t, -0.00803921558f);
    p = fma_of(p, t, -0.0542028658f);
    p = fma_of(p, t, 0.164052591f);
    p = fma_of(p, t, -0.166031569f);
    p = fma_of(p, t, -0.0927638784f);
    p = fma_of(p, t, 1.27697837f);
    return p / fma_of(2, z, 1);
}

static inline float erf_of(float x)
{
    float a = size_of(x) > 10 ? 10 : size_of(x), q = x * x;
    float p = fma_of(q, 7.85385782e-05f, -0.000801019254f);
    p = fma_of(p, q, 0.00518832775f);
    p = fma_of(p, q, -0.026853811f);
    p = fma_of(p, q, 0.112835854f);
    p = fma_of(p, q, -0.37612626f);
    p = fma_of(p, q, 1.12837911f);
    float near = p * x, far = with_sign(1 - bell(a, 1) * scaled_erfc(a), x);
    return size_of(x) < 1 ? near : x != x ? x : far;
}

/* The normal distribution: below x, and its density. */
typedef struct normal {
    float below, density;
} normal;

static inline normal normal_of(float x)
{
    float a = size_of(x) > 20 ? 20 : size_of(x), e = bell(a, 0.5f),
          tail = 0.5f * e * scaled_erfc(a * 0.707106781f);
    return (normal){x < 0 ? tail : 1 - tail, e * 0.398942280f};
}

/* ---- The functions, and their derivatives --------------------------------------------------- */

/* What GELU by tanh is the logistic function of, and its derivatives. */
static inline float inner(float x)
{
    return 1.59576912f * fma_of(0.044715f * x * x, x, x);
}

static inline float inner_1(float x)
{
    return 1.59576912f * fma_of(0.134145f * x, x, 1);
}

static inline float inner_2(float x)
{
    return 0.428128957f * x;
}

/* softplus's tanh is n / (n + 2) with n = e^x (e^x + 2) */
typedef struct mish {
    float t, t1, t2;
} mish;

static inline mish mish_of(float x)
{
    float e = exp_of(x > 20 ? 20 : x), n = e * (e + 2), by = 1 / (n + 2), s = e / (1 + e),
          t = n * by, t1 = 4 * (n + 1) * by * by * s;
    return (mish){t, t1, -2 * t * t1 * s + t1 / (1 + e)};
}

/* Values that are copied before they are worked on: y may be x, which compilers would otherwise
 * have to allow for. */
enum { PIECE = 64 };

static inline float at_least(float least, float x)
{
    return x < least ? least : x;
}

static inline float at_most(float most, float x)
{
    return x > most ? most : x;
}

/* A loop for each order; x: a value, k: the constants, which are copied for the same reason. */
#define LOOP(name, expression)                                                                     \
    static void name(const float *constants, size_t count, const float *from, float *to)           \
    {                                                                                              \
        const float k[LOSSI_CURVE_CONSTANTS] = {constants[0], constants[1]};                       \
        (void)k;                                                                                   \
        for (size_t at = 0; at < count; at += PIECE) {                                             \
            size_t n = count - at < PIECE ? count - at : PIECE;                                    \
            float in[PIECE], *out = to + at;                                                       \
            memcpy(in, from + at, n * sizeof *in);                                                 \
            for (size_t i = 0; i < n; i++) {                                                       \
                float x = in[i];                                                                   \
                (void)x;                                                                           \
                out[i] = (expression);                                                             \
            }                                                                                      \
        }                                                                                          \
    }

LOOP(leaky_relu_0, x > 0 ? x : k[0] * x)
LOOP(leaky_relu_1, x > 0 ? 1 : k[0])
LOOP(clip_0, at_most(k[1], at_least(k[0], x)))
LOOP(clip_1, x <= k[0] || x >= k[1] ? 0.0f : 1.0f)
LOOP(hard_swish_0, x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) * (1.0f / 6))
LOOP(hard_swish_1, x <= -3 ? 0 : x >= 3 ? 1 : x * (1.0f / 3) + 0.5f)
LOOP(hard_swish_2, x > -3 && x < 3 ? 1.0f / 3 : 0.0f)
LOOP(neg_0, -x)
LOOP(scale_0, fma_of(k[0], x, k[1]))
LOOP(scale_1, k[0])
LOOP(zero, 0)
LOOP(exp_0, exp_of(x))
LOOP(sigmoid_0, logistic_of(x).s)
LOOP(sigmoid_1, logistic_of(x).slope)
LOOP(sigmoid_2, logistic_of(x).slope *(1 - 2 * logistic_of(x).s))
LOOP(silu_0, x *logistic_of(x).s)
LOOP(silu_1, logistic_of(x).s + x * logistic_of(x).slope)
LOOP(silu_2, logistic_of(x).slope *(2 + x * (1 - 2 * logistic_of(x).s)))
LOOP(tanh_0, tanh_of(x))
LOOP(tanh_1, tanh_slope(x))
LOOP(tanh_2, -2 * tanh_of(x) * tanh_slope(x))
LOOP(mish_0, x *mish_of(x).t)
LOOP(mish_1, mish_of(x).t + x * mish_of(x).t1)
LOOP(mish_2, 2 * mish_of(x).t1 + x * mish_of(x).t2)
LOOP(erf_0, erf_of(x))
LOOP(erf_1, 1.12837917f * bell(x, 1))
LOOP(erf_2, -2 * x * 1.12837917f * bell(x, 1))
LOOP(gelu_0, x *normal_of(x).below)
LOOP(gelu_1, normal_of(x).below + x * normal_of(x).density)
LOOP(gelu_2, normal_of(x).density *(2 - x * x))
LOOP(gelu_tanh_0, x *logistic_of(inner(x)).s)
LOOP(gelu_tanh_1, logistic_of(inner(x)).s + x * logistic_of(inner(x)).slope * inner_1(x))
LOOP(gelu_tanh_2,
     logistic_of(inner(x)).slope *(2 * inner_1(x) + x * ((1 - 2 * logistic_of(inner(x)).s) *
                                                             inner_1(x) * inner_1(x) +
                                                         inner_2(x))))

typedef void (*loop)(const float *k, size_t n, const float *from, float *to);

static const loop LOOPS[LOSSI_N_CURVES][3] = {
    [LOSSI_CURVE_LEAKY_RELU] = {leaky_relu_0, leaky_relu_1, zero},
    [LOSSI_CURVE_CLIP] = {clip_0, clip_1, zero},
    [LOSSI_CURVE_HARD_SWISH] = {hard_swish_0, hard_swish_1, hard_swish_2},
    [LOSSI_CURVE_NEG] = {neg_0, NULL, zero},
    [LOSSI_CURVE_SCALE] = {scale_0, scale_1, zero},
    [LOSSI_CURVE_EXP] = {exp_0, exp_0, exp_0},
    [LOSSI_CURVE_SIGMOID] = {sigmoid_0, sigmoid_1, sigmoid_2},
    [LOSSI_CURVE_SILU] = {silu_0, silu_1, silu_2},
    [LOSSI_CURVE_TANH] = {tanh_0, tanh_1, tanh_2},
    [LOSSI_CURVE_MISH] = {mish_0, mish_1, mish_2},
    [LOSSI_CURVE_ERF] = {erf_0, erf_1, erf_2},
    [LOSSI_CURVE_GELU] = {gelu_0, gelu_1, gelu_2},
};

static const loop GELU_TANH[] = {gelu_tanh_0, gelu_tanh_1, gelu_tanh_2};

void lossk_curve(lossi_curve curve, unsigned order, const double k[LOSSI_CURVE_CONSTANTS],
                 size_t count, const float *x, float *y)
{
    bool by_tanh = curve == LOSSI_CURVE_GELU && k[0] != 0;
    loop run = by_tanh ? GELU_TANH[order] : LOOPS[curve][order];
    const float constants[LOSSI_CURVE_CONSTANTS] = {(float)k[0], (float)k[1]};
    if (run)
        run(constants, count, x, y);
    else
        lossk_curve_ref(curve, order, k, count, x, y);
}
