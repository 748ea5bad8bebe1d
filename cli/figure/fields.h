/* What a picture of a landscape shows: quantities of the grid's points as fields of a figure. */
#ifndef FIELDS_H
#define FIELDS_H

#include "figure/figure.h"
#include "quantities.h"

/** What stands on the axis of a line of a figure that has its fields: "loss (nats per image)". */
const char *quantity_label(const figure *f, quantity which);

/** Adds a split's quantity to a figure whose axes are those of the surface. */
loss_status fields_add(figure *f, loss_surface *surface, loss_split split, quantity which);
/** Adds the test images' quantity less the training images'. LOSS_ERR_NAME if the file lacks one.
 */
loss_status fields_add_difference(figure *f, loss_surface *surface, quantity which);
/** Makes repeated lines, [ny][nx], one curve: their mean, with a band of one standard deviation (of
 * n - 1), and the lines themselves. */
loss_status fields_summarise_lines(field *q);
/** What the user asked of the scale. */
typedef struct scale_request {
    bool has_log, log, has_low, has_high;
    double low, high;
} scale_request;

/** Sets the scale of the colours, or of the curves' axis. Of losses it is the library's choice
 * unless one was asked for; its range is that of all values that it can show, of curves with their
 * bands and a margin. */
void fields_set_scale(figure *f, quantity which, const scale_request *r);

#endif
