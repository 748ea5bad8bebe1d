/* The figure of a landscape, as the user asks for it. */
#ifndef FIGURE_MAKE_H
#define FIGURE_MAKE_H

#include "fields.h"
#include "overlay.h"

/** What is to be shown, and how. */
typedef struct figure_request {
    const char *colours;
    int split, quantity;
    bool has_split, has_quantity;
    scale_request scale;
    overlay_options overlay;
} figure_request;

/** Fills a figure whose size is set. What it then owns figure_free() frees, after a failure too. */
loss_status figure_make(figure *f, loss_surface *surface, const figure_request *r);
void figure_free(figure *f);

#endif
