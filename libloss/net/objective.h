/* What a network is trained for: its loss over images, and the L2 term. */
#ifndef LOSSI_OBJECTIVE_H
#define LOSSI_OBJECTIVE_H

#include "net/net.h"

/** The first loss of the table, with its standard keys. */
void lossi_objective_begin(lossi_objective *o);
void lossi_objective_free(lossi_objective *o);
/** @return LOSS_OK, LOSS_ERR_NOMEM: `to` is then empty */
loss_status lossi_objective_copy(lossi_objective *to, const lossi_objective *from);

/** What the mean over images divides by: their number, or the sum of the weights of their
 * classes. */
double lossi_objective_total(const loss_net *net, const uint32_t *labels, size_t n);
/** Weight of an image in the mean. */
double lossi_objective_weight(const loss_net *net, const uint32_t *labels, size_t i);

/** lambda / 2 |w|^2 over all trainable parameters; 0 without the term, whatever the weights. */
double lossi_objective_l2(const loss_net *net);

#endif
