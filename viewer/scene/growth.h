/* A surface as it was when only some of its points were evaluated: for a film of its growth. */
#ifndef GROWTH_H
#define GROWTH_H

#include "problem.h"

#include <stddef.h>

/** Leaves the first `shown` of the values, in the order of evaluation, and puts what was seen in
 * place of the others then: values between the nearest ones.
 *  @param values  [ny][nx], changed
 *  @return false: out of memory */
bool growth_thin(double *values, size_t nx, size_t ny, size_t shown, problem *p);

/** How many points of n are shown in frame i of n_frames: the corners first, all at the end, always
 * by the same factor more. */
size_t growth_shown(size_t n, size_t i, size_t n_frames);

#endif
