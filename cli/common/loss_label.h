/* What the values of a landscape are, for axes and colour bars. */
#ifndef LOSS_LABEL_H
#define LOSS_LABEL_H

#include <loss/loss.h>

enum { LOSS_LABEL_SIZE = 112 };

/** "loss (nats per image)" of cross-entropy; other losses by their names, as "loss (mse)"; with the
 * lambda of an L2 term that is in the values. */
void loss_label(const loss_surface *surface, char text[LOSS_LABEL_SIZE]);

#endif
