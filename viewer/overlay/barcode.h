/* The barcode beside a view: a bar for each basin, the most persistent first. Where things are in
 * it. */
#ifndef BARCODE_H
#define BARCODE_H

#include "overlay/layout.h"

typedef struct barcode {
    const basins *basins;
    const loss_scale *scale; /* that of the heights */
    box at;                  /* where the bars are, pixels */
    size_t n;                /* bars that have room; the others are less persistent */
    double step;             /* from one bar to the next */
} barcode;

/** The barcode of a view. @return false: there is none */
bool barcode_make(barcode *b, const layout *l, const scene *s, size_t number);
/** The box of bar i, from 0: from the end of the basin down to its minimum. */
box barcode_bar(const barcode *b, size_t i);
/** Whether a place is beside a view, among the bars. */
bool barcode_holds(const layout *l, double px, double py);
/** The bar whose column a place is in. @param number  from 1. @return false: none */
bool barcode_find(const layout *l, const scene *s, double px, double py, size_t *view_number,
                  size_t *number);

#endif
