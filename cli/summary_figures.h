/* Figures of the surface that a split's points form. */
#ifndef SUMMARY_FIGURES_H
#define SUMMARY_FIGURES_H

#include <cjson/cJSON.h>
#include <loss/loss.h>

/** Persistences at which minima are counted, and heights above the lowest loss under which the
 * area is taken. */
enum { N_PERSISTENCES = 4, N_HEIGHTS = 3 };

typedef struct surface_figures {
    loss_figures figures;
    size_t minima[N_PERSISTENCES];
    double area_below[N_HEIGHTS];
} surface_figures;

/** Computes them of what the file has of a split. */
loss_status surface_figures_of(loss_surface *surface, loss_split split, surface_figures *f);

void surface_figures_print(const surface_figures *f);
/** A new object. */
cJSON *surface_figures_object(const surface_figures *f);

#endif
