/* The figure of a landscape, as the user asks for it. */
#ifndef FIGURE_MAKE_H
#define FIGURE_MAKE_H

#include "figure/fields.h"
#include "figure/overlay.h"

enum { SPLIT_DIFFERENCE = LOSS_SPLIT_TEST + 1 };
enum { ASPECT_AUTO, ASPECT_EQUAL, ASPECT_FILL };

/** What is to be shown, and how. */
typedef struct figure_request {
    const char *colours;         /* NULL: those that suit the scale */
    int split, quantity, aspect; /* split: a loss_split, or SPLIT_DIFFERENCE */
    bool has_split, has_quantity;
    scale_request scale;
    overlay_options overlay;
} figure_request;

/** Fills a figure whose size is set. What it then owns figure_free() frees, after a failure too. */
loss_status figure_make(figure *f, loss_surface *surface, const figure_request *r);
void figure_free(figure *f);

#endif
