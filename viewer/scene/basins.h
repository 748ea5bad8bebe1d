/* The critical points of a surface, and the basins of its minima: where each begins and ends, and
 * which part of the surface it is. */
#ifndef BASINS_H
#define BASINS_H

#include "scene/relief.h"

/** A minimum, and where it meets a deeper one. Borrowed from the set of critical points. */
typedef struct basin {
    const loss_critical *minimum, *saddle; /* saddle: NULL of the deepest */
    double birth, death;                   /* the values there; death: INFINITY of the deepest */
} basin;

typedef struct basins {
    loss_criticals *critical; /* of the heights at the grid's points; NULL: not found yet. Owned */
    double *z;                /* [ny][nx] these, from the height of a loss of zero. Owned */
    basin *items;             /* [n] the most persistent first. Owned */
    size_t n;
    double persistence; /* of the least persistent that was listed */
    uint8_t *smallest;  /* [ny][nx] number of the smallest of the first basins that holds a point of
                           the grid; 0: none. Owned */
    size_t shown;       /* number of the one that is shown, from 1; 0: none */
    size_t n_inside;    /* points of the grid within it */
    double end;         /* height at which it ends */
    /* [ny][nx] of the relief: 255 within it, and at points beside it that are above its end; 127 at
     * such between it and another; NULL: it has no end. Owned */
    uint8_t *region;
} basins;

/** The height of a loss of zero, below which no minimum is fitted to losses; where heights are
 * logarithms there is none, and the top stands for it. Critical points have heights from there. */
double basins_zero(const relief *r);
/** Finds the critical points, if that has not been done. @return false: out of memory */
bool basins_find(basins *b, const grid *g, const relief *r, const settings *set);
/** Lists the basins that the settings' persistence leaves, whose minima are not cut off; where
 * another list is made, none is shown. @return false: out of memory */
bool basins_list(basins *b, const relief *r, const settings *set);
/** Shows a basin, by its number from 1; none for 0 and past the last. @return false: out of memory
 */
bool basins_show(basins *b, const relief *r, size_t number);
/** How persistent a basin with an end is: "0.76", on a logarithmic scale "a factor of 5.4". */
void basins_persistence(const relief *r, const basin *b, char text[48]);
/** Frees what there is and empties it. */
void basins_free(basins *b);

#endif
