/* Points of a table in any order, and the grid that they lie on. */
#ifndef LOSSI_SCATTER_H
#define LOSSI_SCATTER_H

#include "import/import.h"

/** One of them. NaN: no value. */
typedef struct lossi_scatter_row {
    double x, y, loss, error, accuracy;
    size_t line; /* of the file, or number of the point, for messages */
    loss_split split;
} lossi_scatter_row;

typedef struct lossi_scatter {
    size_t n, capacity;
    lossi_scatter_row *rows;
    const char *word; /* what `line` counts: "line", "point" */
} lossi_scatter;

/** Appends a row. @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_scatter_add(lossi_scatter *s, const lossi_scatter_row *row);
void lossi_scatter_free(lossi_scatter *s);
/** Finds the grid that the rows lie on and fills in axes and points.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (no rows, not a grid, two rows for one point), LOSS_ERR_NOMEM
 */
loss_status lossi_scatter_to_grid(loss_import *to, const char *path, const lossi_scatter *s);

#endif
