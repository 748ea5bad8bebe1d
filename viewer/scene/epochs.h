/* The epochs of the paths of training: which there are, and up to which one the paths are shown.
 * What a film, a key, an option and the strip below the picture set is settings.epoch. */
#ifndef EPOCHS_H
#define EPOCHS_H

#include "scene/scene.h"

/** The first and the last epoch of the paths that the files hold. @return false: there is no path
 */
bool epochs_range(const scene *s, size_t *first, size_t *last);
/** The epoch with a checkpoint that is nearest to a number; of `wanted` below all, the first.
 * @return false: there is no path */
bool epochs_nearest(const scene *s, double wanted, size_t *epoch);
/** The last epoch of the paths that is shown. @return false: there is no path */
bool epochs_shown(const scene *s, size_t *epoch);
/** Shows the paths up to an epoch; of the last one, whole. */
void epochs_show(scene *s, size_t epoch);
/** Shows them up to the next epoch with a checkpoint, or the one before (step -1). */
void epochs_step(scene *s, int step);

#endif
