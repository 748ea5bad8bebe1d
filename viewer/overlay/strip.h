/* The strip below a view: the losses of its training path by epoch. Where things are in it. */
#ifndef STRIP_H
#define STRIP_H

#include "overlay/layout.h"

typedef struct strip {
    const grid *grid;
    loss_split split;   /* whose losses they are */
    box at;             /* where the curves are, pixels */
    loss_scale scale;   /* of the losses */
    double first, last; /* epochs at the left and the right end */
    double sharpest;    /* the largest eigenvalue below the path; 0: none is known */
    bool has_residual;  /* how far off the plane the checkpoints are is known */
} strip;

/** The strip of a view. @return false: there is none, or nothing to draw in it */
bool strip_make(strip *t, const layout *l, const scene *s, size_t number);
/** Where an epoch and a loss are; NaN where a loss has no place. */
double strip_x(const strip *t, double epoch);
double strip_y(const strip *t, double loss);
/** The largest eigenvalue on the plane below a point of the path, between those of the grid; NaN:
 * it is not known. */
double strip_sharpness(const strip *t, const path_point *p);
/** Which view's strip a place is in. @return false: none */
bool strip_find(const layout *l, double px, double py, size_t *number);
/** The epoch with a checkpoint that is nearest to a place of a view's strip. @return false: there
 * is no strip */
bool strip_epoch(const layout *l, const scene *s, size_t number, double px, size_t *epoch);

#endif
