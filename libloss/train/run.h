/* A RUN/ folder: what was asked (run.json), the checkpoints, the state to go on from, the log.
 * Each file is written whole and atomically, and the state last: whatever moment a process is
 * killed at, the state names a checkpoint that is there. */
#ifndef LOSSI_RUN_H
#define LOSSI_RUN_H

#include <loss/train.h>

#include "train/sgd.h"

/** Makes the folder, locks it, and makes run.json, or compares with the run.json that is there.
 *  @param folder_lock  held until lossi_run_close(), also on failure
 *  @return LOSS_OK, LOSS_ERR_MISMATCH (the key that differs, both values), LOSS_ERR_IO,
 * LOSS_ERR_FORMAT, LOSS_ERR_ARGUMENT (opt->run_json is no JSON object), LOSS_ERR_NOMEM,
 * LOSS_ERR_SYSTEM (another training is in this folder) */
loss_status lossi_run_open(int *folder_lock, const char *folder, const loss_net *net,
                           const loss_dataset *data, const loss_dataset *test,
                           const loss_train_options *opt);
void lossi_run_close(int folder_lock);

/** Goes back to the last checkpoint: weights into net, momentum into sgd, its epoch into *epoch
 * (0: there is none, nothing is changed), and the log's rows up to it into *log (owned by the
 * caller). */
loss_status lossi_run_restore(const char *folder, loss_net *net, lossi_sgd *sgd, size_t *epoch,
                              char **log);

/** Writes epoch-NNN.safetensors only: for the initial weights. */
loss_status lossi_run_save_weights(const char *folder, const loss_net *net, size_t epoch);
/** Writes weights, then the state that points at them. */
loss_status lossi_run_save(const char *folder, const loss_net *net, const lossi_sgd *sgd,
                           size_t epoch);
/** Writes log.csv: header and rows. */
loss_status lossi_run_save_log(const char *folder, const char *rows);

#endif
