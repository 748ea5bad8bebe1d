/* The losses of the images of a run, their gradient, and their mean. */
#ifndef LOSSI_OUTCOME_H
#define LOSSI_OUTCOME_H

#include "net/engine.h"

/** Makes room for the losses of n images. */
loss_status lossi_outcome_reserve(lossi_engine *e, size_t n);

/** The losses of a chunk, and the gradient of their mean and its tangent where the engine has
 * room for them and they are wanted. */
void lossi_outcome_take(const lossi_engine *e, const lossi_chunk *chunk, bool has_gradient,
                        bool has_tangent);

/** The mean of the losses of the run, with the L2 term. */
double lossi_outcome_mean(const lossi_engine *e);
/** Mean, standard error and accuracy of the run, without the seconds. */
void lossi_outcome_summarise(const lossi_engine *e, loss_result *result);

#endif
