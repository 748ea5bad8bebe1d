/* Drawing what a map shows above its colours. */
#ifndef FIGURE_OVERLAY_H
#define FIGURE_OVERLAY_H

#include "figure/labels.h"
#include "figure/overlay.h"

/** Where a point of the plane is in the picture. */
void figure_point(const figure *f, const frame *r, double x, double y, double at[2]);

/** Epochs beside the checkpoints of the training paths, where there is room; all labels after
 * these keep clear of the paths. */
bool figure_label_path(const figure *f, const frame *r, label_room *room, cairo_t *cr);
/** Labels on contour lines, where there is room. Both return false when memory is out. */
bool figure_label_contours(const figure *f, const frame *r, label_room *room, cairo_t *cr);

#endif
