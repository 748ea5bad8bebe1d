/* How many images a check of a network looks at, and the check of exactly those. */
#ifndef LOSSI_CHECK_H
#define LOSSI_CHECK_H

#include <loss/recognise.h>

/** Numbers of images. The first are few, for what is clear; the others are for what stays
 * doubtful. Both are bounded by work, and at least what a decision needs. */
typedef struct lossi_check_sizes {
    size_t first, most;
} lossi_check_sizes;

/** @param macs  of the network, or the largest of several: loss_net_macs() */
lossi_check_sizes lossi_check_choose(double macs, const loss_dataset *data);

/** Checks a network on n images, spread evenly over data.
 *  @param losses  [n] of each image; may be NULL
 *  @return as loss_net_check() */
loss_status lossi_check_some(const loss_net *net, const loss_dataset *data, size_t n,
                             const loss_evaluate_options *opt, loss_check *check, double *losses);

#endif
