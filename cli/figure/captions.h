/* The captions below a picture of a landscape: what was measured, and the figures of what is shown.
 */
#ifndef CAPTIONS_H
#define CAPTIONS_H

#include "figure/figure.h"

/** Adds them to a figure whose fields are made. Memory that runs out shows in figure.failed too. */
loss_status captions_add(figure *f, loss_surface *surface);

#endif
