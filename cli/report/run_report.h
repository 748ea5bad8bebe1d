/* What a RUN/ folder tells: its options, its checkpoints, its last epoch. */
#ifndef RUN_REPORT_H
#define RUN_REPORT_H

#include "json.h"

/** Adds it to the root of an object: "kind", "folder", "run" (its run.json), "checkpoints" and
 * "last_epoch" (of its log).
 *  @return LOSS_OK, or what reading came to */
loss_status run_report_add(json *j, const char *folder);
#endif
