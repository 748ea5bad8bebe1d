/* Running statistics of BatchNorm estimated again: threads and memory are set up once and used
 * for any number of networks of a graph. */
#ifndef LOSSI_RECALIBRATE_H
#define LOSSI_RECALIBRATE_H

#include "net/net.h"

typedef struct lossi_recalibrator lossi_recalibrator;

/** @param net   only its graph is looked at, now.
 *  @param data  the images that statistics are estimated from, all of them. Borrowed for the
 * recalibrator's life.
 *  @param threads  0: one for each processor this process may use. */
loss_status lossi_recalibrator_create(lossi_recalibrator **out, const loss_net *net,
                                      const loss_dataset *data, size_t threads);
void lossi_recalibrator_free(lossi_recalibrator *recalibrator);

/** Sets the running statistics of `net` (any network of the graph), as loss_net_recalibrate().
 *  @return LOSS_OK, LOSS_ERR_CANCELLED (the statistics are part old, part new) */
loss_status lossi_recalibrator_run(lossi_recalibrator *recalibrator, loss_net *net,
                                   loss_cancelled cancelled, void *user);

#endif
