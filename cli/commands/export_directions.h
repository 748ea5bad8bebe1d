/* The directions of a landscape as a file. */
#ifndef EXPORT_DIRECTIONS_H
#define EXPORT_DIRECTIONS_H

#include "inputs/target.h"

/** Writes them as --directions reads them: .safetensors by the parameters' names, .h5 as the
 * scripts of Li et al. number them. Atomic.
 *  @param surface  the landscape
 *  @param t        the same as t->run, and what of its files has moved
 *  @return an exit code; a failure was told */
int export_directions(const char *path, const loss_surface *surface, target *t);

#endif
