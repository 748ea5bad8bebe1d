/* What a load of weights tells of its choices. */
#ifndef LOSSI_LOAD_REPORT_H
#define LOSSI_LOAD_REPORT_H

#include "net/match.h"

/** Fills a report of weights that were loaded.
 *  @param match  of the network with the arrays that were taken */
void lossi_load_report_fill(loss_load_report *report, const loss_net *net,
                            const lossi_match *match);

#endif
