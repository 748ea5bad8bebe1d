/* Contour lines as a table. */
#ifndef EXPORT_ANALYSIS_H
#define EXPORT_ANALYSIS_H

#include "inputs/levels.h"

/** Writes contour lines of a split as CSV, atomically: a row a point. @return an exit code; a
 * failure was told. */
int export_contours(const char *path, loss_surface *surface, loss_split split,
                    const level_choice *levels, loss_level_scale scale);

#endif
