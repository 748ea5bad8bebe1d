/* Ghosts: the loss plus and minus its standard error as surfaces of their own; of an estimate the
 * ends of its 95 % intervals, which an exact point has not. */
#ifndef GHOST_H
#define GHOST_H

#include "scene/scene.h"

typedef enum ghost_side { GHOST_ABOVE, GHOST_BELOW, N_GHOSTS } ghost_side;

/** Makes the ghost of a view on the scale of its surface. *has is false, and nothing is made, where
 * the values shown have no standard error.
 *  @return false: out of memory */
bool ghost_make(relief *r, bool *has, const scene *s, const view *v, ghost_side side);

/** The order in which they are drawn: the farther from the camera first, so that it is seen through
 * the nearer. */
void ghost_order(const camera *c, ghost_side order[N_GHOSTS]);

#endif
