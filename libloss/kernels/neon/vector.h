/* Vectors of NEON (AArch64's Advanced SIMD): four floats. What each function does:
 * kernels/simd/vector.h. */
#ifndef LOSSI_NEON_VECTOR_H
#define LOSSI_NEON_VECTOR_H

#include <arm_neon.h>
#include <stddef.h>

/* 24 sums, three columns and a filter's value fill 28 of the 32 registers. */
enum { LOSSI_VECTOR = 4, LOSSI_ROWS = 8, LOSSI_COLUMNS = 3 };

typedef float32x4_t vector;
typedef uint32x4_t mask; /* a lane is all ones or all zeros */

static inline vector zeros(void)
{
    return vdupq_n_f32(0);
}

static inline vector load(const float *at)
{
    return vld1q_f32(at);
}

static inline void store(float *at, vector value)
{
    vst1q_f32(at, value);
}

static inline vector all(const float *at)
{
    return vld1q_dup_f32(at);
}

/* In a register: products with one of its lanes are single instructions. */
#define LOSSI_HAS_QUAD 1
typedef float32x4_t quad;

static inline quad load_quad(const float *at)
{
    return vld1q_f32(at);
}

static inline vector all_of(quad values, int i)
{
    return i == 0   ? vdupq_laneq_f32(values, 0)
           : i == 1 ? vdupq_laneq_f32(values, 1)
           : i == 2 ? vdupq_laneq_f32(values, 2)
                    : vdupq_laneq_f32(values, 3);
}

static inline vector plus(vector a, vector b)
{
    return vaddq_f32(a, b);
}

static inline vector minus(vector a, vector b)
{
    return vsubq_f32(a, b);
}

static inline vector plus_product(vector a, vector b, vector c)
{
    return vfmaq_f32(c, a, b);
}

static inline vector times(float factor, vector a)
{
    return vmulq_n_f32(a, factor);
}

static inline vector plus_times(float factor, vector a, vector b)
{
    return vfmaq_n_f32(b, a, factor);
}

static inline vector kept(vector a)
{
    __asm__("" : "+w"(a));
    return a;
}

/* The instructions for it give NaN where either is NaN. */
static inline vector larger(vector a, vector b)
{
    return vbslq_f32(vcgtq_f32(a, b), a, b);
}

static inline vector smaller(vector a, vector b)
{
    return vbslq_f32(vcltq_f32(a, b), a, b);
}

static inline vector positive(vector a)
{
    return larger(zeros(), a);
}

static inline float sum_of_lanes(vector a)
{
    vector pairs = vpaddq_f32(a, a);
    return vgetq_lane_f32(vpaddq_f32(pairs, pairs), 0);
}

static inline void add_three_sums(float *at, vector a, vector b, vector c)
{
    vector sums = vpaddq_f32(vpaddq_f32(a, b), vpaddq_f32(c, zeros()));
    store(at, plus(load(at), sums));
}

static inline void transpose_four(const float *const in[4], float *out, size_t row)
{
    float32x4x2_t ab = vtrnq_f32(load(in[0]), load(in[1]));
    float32x4x2_t cd = vtrnq_f32(load(in[2]), load(in[3]));
    store(out, vcombine_f32(vget_low_f32(ab.val[0]), vget_low_f32(cd.val[0])));
    store(out + row, vcombine_f32(vget_low_f32(ab.val[1]), vget_low_f32(cd.val[1])));
    store(out + 2 * row, vcombine_f32(vget_high_f32(ab.val[0]), vget_high_f32(cd.val[0])));
    store(out + 3 * row, vcombine_f32(vget_high_f32(ab.val[1]), vget_high_f32(cd.val[1])));
}

/* ---- Masks ---------------------------------------------------------------------------------- */

static inline mask first_lanes(size_t n)
{
    const mask number = {0, 1, 2, 3};
    return vcgtq_u32(vdupq_n_u32(n < LOSSI_VECTOR ? (uint32_t)n : LOSSI_VECTOR), number);
}

static inline mask greater(vector a, vector b)
{
    return vcgtq_f32(a, b);
}

static inline mask equal(vector a, vector b)
{
    return vceqq_f32(a, b);
}

static inline mask is_nan(vector a)
{
    return vmvnq_u32(vceqq_f32(a, a));
}

static inline mask either(mask a, mask b)
{
    return vorrq_u32(a, b);
}

static inline vector where(mask m, vector a)
{
    return vreinterpretq_f32_u32(vandq_u32(m, vreinterpretq_u32_f32(a)));
}

static inline vector unless(mask m, vector a)
{
    return vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(a), m));
}

static inline vector chosen(mask m, vector there, vector elsewhere)
{
    return vbslq_f32(m, there, elsewhere);
}

/* ---- Doubles -------------------------------------------------------------------------------- */

typedef struct doubles {
    float64x2_t low, high; /* lanes 0, 1 and 2, 3 */
} doubles;

static inline doubles widen(vector a)
{
    return (doubles){vcvt_f64_f32(vget_low_f32(a)), vcvt_high_f64_f32(a)};
}

static inline doubles no_doubles(void)
{
    return (doubles){vdupq_n_f64(0), vdupq_n_f64(0)};
}

static inline doubles all_doubles(double value)
{
    return (doubles){vdupq_n_f64(value), vdupq_n_f64(value)};
}

static inline doubles added(doubles a, doubles b)
{
    return (doubles){vaddq_f64(a.low, b.low), vaddq_f64(a.high, b.high)};
}

static inline doubles added_product(doubles a, doubles b, doubles c)
{
    return (doubles){vfmaq_f64(c.low, a.low, b.low), vfmaq_f64(c.high, a.high, b.high)};
}

static inline void store_doubles(double *at, doubles value)
{
    vst1q_f64(at, value.low);
    vst1q_f64(at + 2, value.high);
}

#endif
