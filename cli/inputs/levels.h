/* Contour levels as the user gives them: how many, or which. */
#ifndef LEVELS_H
#define LEVELS_H

#include <loss/loss.h>

enum { MOST_LEVELS = 256 };

typedef struct level_choice {
    bool is_list; /* levels [n] are given; else at most n are made */
    size_t n;
    double levels[MOST_LEVELS];
} level_choice;

/** Reads "12" (so many), "0.5,1,2" or "0.5" (these) or "none".
 *  @return -1 to go on, or the exit code of an error that was told. */
int levels_parse(const char *command, const char *option, const char *text, level_choice *choice);

/** The levels themselves: those of the list, or round numbers (quantiles as they are) in low ..
 * high.
 *  @param levels  [MOST_LEVELS], written. */
loss_status levels_make(const level_choice *choice, const loss_grid *grid, loss_level_scale scale,
                        double low, double high, double *levels, size_t *n);

/** The loss of a split on the grid, NaN where a point is absent or not finite. grid->z is the
 * caller's: landscape_grid_free().
 *  @param errors  *errors [ny][nx] is set to the standard errors, the caller's: free(). NULL: they
 *                 are not wanted
 *  @return LOSS_OK, LOSS_ERR_NOMEM or what reading came to */
loss_status landscape_grid(loss_surface *surface, loss_split split, loss_grid *grid,
                           double **errors);
void landscape_grid_free(loss_grid *grid);

#endif
