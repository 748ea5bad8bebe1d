/* One table; float16 is IEEE 754 binary16, bfloat16 the upper half of a float32. Only
 * little-endian processors are supported, as by safetensors itself. */
#include "formats/dtype.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *safetensors, *storage, *numpy;
    size_t size;
} types[LOSSI_N_DTYPES] = {
    [LOSSI_F64] = {"F64", "DoubleStorage", "<f8", 8},
    [LOSSI_F32] = {"F32", "FloatStorage", "<f4", 4},
    [LOSSI_F16] = {"F16", "HalfStorage", "<f2", 2},
    [LOSSI_BF16] = {"BF16", "BFloat16Storage", NULL, 2},
    [LOSSI_I64] = {"I64", "LongStorage", "<i8", 8},
    [LOSSI_I32] = {"I32", "IntStorage", "<i4", 4},
    [LOSSI_I16] = {"I16", "ShortStorage", "<i2", 2},
    [LOSSI_U64] = {"U64", NULL, "<u8", 8},
    [LOSSI_U32] = {"U32", NULL, "<u4", 4},
    [LOSSI_U16] = {"U16", NULL, "<u2", 2},
    [LOSSI_I8] = {"I8", "CharStorage", "|i1", 1},
    [LOSSI_U8] = {"U8", "ByteStorage", "|u1", 1},
    [LOSSI_BOOL] = {"BOOL", "BoolStorage", "|b1", 1},
};

const char *lossi_dtype_name(lossi_dtype dtype)
{
    return types[dtype].safetensors;
}

size_t lossi_dtype_size(lossi_dtype dtype)
{
    return types[dtype].size;
}

bool lossi_dtype_of_safetensors(const char *name, lossi_dtype *dtype)
{
    for (int i = 0; i < LOSSI_N_DTYPES; i++)
        if (strcmp(types[i].safetensors, name) == 0) {
            *dtype = (lossi_dtype)i;
            return true;
        }
    return false;
}

bool lossi_dtype_of_storage(const char *name, lossi_dtype *dtype)
{
    for (int i = 0; i < LOSSI_N_DTYPES; i++)
        if (types[i].storage && strcmp(types[i].storage, name) == 0) {
            *dtype = (lossi_dtype)i;
            return true;
        }
    return false;
}

bool lossi_dtype_of_numpy(const char *name, lossi_dtype *dtype)
{
    for (int i = 0; i < LOSSI_N_DTYPES; i++)
        if (types[i].numpy && strcmp(types[i].numpy, name) == 0) {
            *dtype = (lossi_dtype)i;
            return true;
        }
    return false;
}

static float from_half(uint16_t half)
{
    int exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
    float sign = half & 0x8000 ? -1.0f : 1.0f;
    if (exponent == 0x1f)
        return fraction ? NAN : sign * INFINITY;
    if (!exponent)
        return sign * ldexpf((float)fraction, -24);
    return sign * ldexpf((float)(fraction | 0x400), exponent - 25);
}

static float from_bfloat(uint16_t upper)
{
    uint32_t bits = (uint32_t)upper << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* One case of lossi_dtype_float() and lossi_dtype_double(): the element as TYPE, converted by
 * CONVERT. */
#define ELEMENT(TYPE, CONVERT)                                                                     \
    do {                                                                                           \
        TYPE element;                                                                              \
        memcpy(&element, bytes, sizeof element);                                                   \
        return CONVERT(element);                                                                   \
    } while (0)
#define CAST(x) (float)(x)

float lossi_dtype_float(lossi_dtype dtype, const uint8_t *bytes)
{
    switch (dtype) {
    case LOSSI_F64: ELEMENT(double, CAST);
    case LOSSI_F32: ELEMENT(float, CAST);
    case LOSSI_F16: ELEMENT(uint16_t, from_half);
    case LOSSI_BF16: ELEMENT(uint16_t, from_bfloat);
    case LOSSI_I64: ELEMENT(int64_t, CAST);
    case LOSSI_I32: ELEMENT(int32_t, CAST);
    case LOSSI_I16: ELEMENT(int16_t, CAST);
    case LOSSI_U64: ELEMENT(uint64_t, CAST);
    case LOSSI_U32: ELEMENT(uint32_t, CAST);
    case LOSSI_U16: ELEMENT(uint16_t, CAST);
    case LOSSI_I8: ELEMENT(int8_t, CAST);
    case LOSSI_U8: ELEMENT(uint8_t, CAST);
    case LOSSI_BOOL: return bytes[0] ? 1 : 0;
    case LOSSI_N_DTYPES: break;
    }
    return NAN;
}

#undef CAST
#define CAST(x) (double)(x)

double lossi_dtype_double(lossi_dtype dtype, const uint8_t *bytes)
{
    switch (dtype) {
    case LOSSI_F64: ELEMENT(double, CAST);
    case LOSSI_I64: ELEMENT(int64_t, CAST);
    case LOSSI_I32: ELEMENT(int32_t, CAST);
    case LOSSI_U64: ELEMENT(uint64_t, CAST);
    case LOSSI_U32: ELEMENT(uint32_t, CAST);
    default: return (double)lossi_dtype_float(dtype, bytes); /* which holds all of its values */
    }
}
