/* Going through the elements of several blocks at once, such as the inputs and the output of a
 * layer, each with steps of its own. An element is what the images of a chunk have in one place: a
 * vector of `lanes` values. */
#ifndef LOSSI_WALK_H
#define LOSSI_WALK_H

#include "net/layer.h"

enum { LOSSI_WALK_BLOCKS = 3 };

typedef struct lossi_walk {
    size_t n_blocks, n_dims, dims[LOSSI_MOST_DIMS];
    /* In elements, from one index of a dimension to the next; 0: all the same, negative:
     * backward. */
    ptrdiff_t steps[LOSSI_WALK_BLOCKS][LOSSI_MOST_DIMS];
    ptrdiff_t at[LOSSI_WALK_BLOCKS]; /* the first elements, and then those of the next run */
    size_t index[LOSSI_MOST_DIMS];
    bool is_under_way, is_over;
} lossi_walk;

/** Elements of one dimension. */
typedef struct lossi_run {
    size_t count;
    ptrdiff_t at[LOSSI_WALK_BLOCKS], step[LOSSI_WALK_BLOCKS];
} lossi_run;

/** A walk through all elements of a node; `at` and `steps` of its blocks are to be set. */
lossi_walk lossi_walk_of(const lossi_node *node, size_t n_blocks);

/** The steps of a block that is laid out as the output of `node`; 0 where the walk goes through
 * several elements of a dimension that has one (numpy's broadcasting). The last dimensions are
 * the same ones. */
void lossi_walk_broadcast(lossi_walk *w, size_t block, const lossi_node *node);

/** The next run; false: that was all. Runs are as long as steps allow. */
bool lossi_walk_next(lossi_walk *w, lossi_run *run);

/** Makes a node's dimensions what those of its inputs broadcast to.
 *  @return LOSS_OK, LOSS_ERR_SHAPE */
loss_status lossi_broadcast(lossi_addition *a);

/** Elements from one index of a dimension to the next. */
static inline size_t lossi_step_of(const lossi_node *node, size_t dim)
{
    size_t step = 1;
    for (size_t d = dim + 1; d < node->n_dims; d++)
        step *= node->dims[d];
    return step;
}

/** The dimension that a key means: negative ones count from the end.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (there is none) */
loss_status lossi_axis(const lossi_addition *a, double axis, size_t n_dims, size_t *dim);

#endif
