/* Colours of another quantity than the heights: the standard error, or the convexity, over the
 * loss. */
#ifndef TINT_H
#define TINT_H

#include "scene/scene.h"

/** Gives the reliefs of a scene such colours, of one scale, where the settings ask for them.
 *  @return false with the reason: a file lacks the quantity, or memory ran out */
bool tint_make(scene *s, problem *p);

#endif
