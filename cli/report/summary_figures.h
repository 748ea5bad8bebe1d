/* Figures of the surface that a split's points form. */
#ifndef SUMMARY_FIGURES_H
#define SUMMARY_FIGURES_H

#include "json.h"

/** Persistences at which minima are counted, and heights above the lowest loss under which the
 * area is taken. */
enum { N_PERSISTENCES = 4, N_HEIGHTS = 3 };

typedef struct surface_figures {
    loss_figures figures;
    size_t minima[N_PERSISTENCES];
    size_t minima_within_error;    /* whose persistence is within the sampling error */
    double share_below[N_HEIGHTS]; /* of the area; NaN without a cell */
    bool has_lowest;
    loss_critical lowest; /* the minimum whose grid point is lowest */
} surface_figures;

/** Computes them of what the file has of a split. */
loss_status surface_figures_of(loss_surface *surface, loss_split split, surface_figures *f);

void surface_figures_print(const surface_figures *f);
void surface_figures_add(json *j, cJSON *to, const surface_figures *f);

#endif
