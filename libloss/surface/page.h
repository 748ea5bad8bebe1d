/* What a page shows, as JSON for its script. */
#ifndef LOSSI_SURFACE_PAGE_H
#define LOSSI_SURFACE_PAGE_H

#include "surface/drawn.h"
#include "surface/provenance.h"

enum { PAGE_LOSS, PAGE_ERROR, PAGE_ACCURACY, PAGE_N_QUANTITIES };
enum { PAGE_NAME = 32 };

/* What is known of a split. */
typedef struct lossi_page_split {
    bool is_there;
    lossi_drawn drawn;
    double *values[PAGE_N_QUANTITIES]; /* [ny][nx] as the file has them; NaN: not evaluated */
    bool has[PAGE_N_QUANTITIES];       /* one that is finite */
    double *own;                       /* [n_own] losses of the checkpoints of all paths */
    size_t n_own;
} lossi_page_split;

typedef struct lossi_page {
    loss_surface *surface;
    const loss_export_options *opt;
    lossi_page_split splits[2]; /* by split */
    cJSON *json, *views;
    const char *map_names[4]; /* [n_maps] colour maps that the views have */
    size_t n_maps;
    bool failed; /* memory is out */
} lossi_page;

/** Fills in all but surface and opt. lossi_page_free(), also after a failure.
 *  @return LOSS_OK, LOSS_ERR_SHAPE (no finite loss), LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM
 */
loss_status lossi_page_make(lossi_page *page);
void lossi_page_free(lossi_page *page);

/** The name of an array of the page: "loss-test". @return text */
const char *lossi_page_array(const loss_surface *s, loss_split split, int quantity,
                             char text[PAGE_NAME]);

#endif
