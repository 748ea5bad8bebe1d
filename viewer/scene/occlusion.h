/* How much of the sky a surface hides: from itself, and from the floor below it. */
#ifndef OCCLUSION_H
#define OCCLUSION_H

#include "scene/relief.h"

enum { MOST_OCCLUSION = 80, FLOOR_SIDE = 56 };

/** The floor that the shadow covers, in scene units: -FLOOR_REACH .. FLOOR_REACH. */
static const double FLOOR_REACH = 1.35;

typedef struct occlusion {
    size_t nx, ny; /* at most MOST_OCCLUSION each: it is soft, and needs no more */
    float *hidden; /* [ny][nx], spread evenly over the relief's indices. Owned */
} occlusion;

/** The part of the sky, 0 to 1, that the surface hides above the horizon. @return false: out of
 * memory */
bool occlusion_make(occlusion *o, const relief *r);
void occlusion_free(occlusion *o);
/** At point (ix, iy) of the relief. */
double occlusion_at(const occlusion *o, const relief *r, size_t ix, size_t iy);

/** What the surface hides of the sky above the floor, [FLOOR_SIDE][FLOOR_SIDE], 0 to 255. */
void occlusion_floor(const relief *r, uint8_t shadow[FLOOR_SIDE][FLOOR_SIDE]);

#endif
