/* Whether a frame is drawn coarsely: where fine ones take long, while the mouse drags. */
#ifndef PACE_H
#define PACE_H

#include <stdbool.h>

typedef struct pace {
    double fine_seconds; /* what the last fine frame took */
} pace;

/** @param moves  the mouse drags something */
bool pace_is_coarse(const pace *p, bool moves);
/** Takes note of a frame that was drawn. */
void pace_drew(pace *p, bool is_coarse, double seconds);

#endif
