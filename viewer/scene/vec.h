/* Vectors and 4 x 4 matrices (column-major, as OpenGL has them), in double: they become float
 * when they are uploaded. */
#ifndef VEC_H
#define VEC_H

#include <math.h>

typedef struct vec3 {
    double x, y, z;
} vec3;

typedef struct mat4 {
    double m[16];
} mat4;

static inline vec3 vec_add(vec3 a, vec3 b)
{
    return (vec3){a.x + b.x, a.y + b.y, a.z + b.z};
}
static inline vec3 vec_sub(vec3 a, vec3 b)
{
    return (vec3){a.x - b.x, a.y - b.y, a.z - b.z};
}
static inline vec3 vec_scale(vec3 a, double s)
{
    return (vec3){a.x * s, a.y * s, a.z * s};
}
static inline double vec_dot(vec3 a, vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
static inline vec3 vec_cross(vec3 a, vec3 b)
{
    return (vec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
static inline double vec_length(vec3 a)
{
    return sqrt(vec_dot(a, a));
}

static inline mat4 mat_multiply(mat4 a, mat4 b)
{
    mat4 c;
    for (int j = 0; j < 4; j++)
        for (int i = 0; i < 4; i++) {
            c.m[4 * j + i] = 0;
            for (int k = 0; k < 4; k++)
                c.m[4 * j + i] += a.m[4 * k + i] * b.m[4 * j + k];
        }
    return c;
}

static inline void mat_to_floats(mat4 a, float out[16])
{
    for (int i = 0; i < 16; i++)
        out[i] = (float)a.m[i];
}

#endif
