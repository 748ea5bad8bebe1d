/* Doubles that are the same up to a tolerance (cmocka compares floats only). */
#ifndef NEAR_H
#define NEAR_H

#include <math.h>

#define assert_near(a, b, tolerance) assert_true(fabs((double)(a) - (double)(b)) <= (tolerance))

#endif
