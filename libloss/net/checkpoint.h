/* Names of checkpoints: epoch-012.safetensors are the weights after epoch 12. */
#ifndef LOSSI_CHECKPOINT_H
#define LOSSI_CHECKPOINT_H

#include "base/base.h"

/** FOLDER/epoch-NNN.safetensors; owned by the caller, NULL when memory is out. */
char *lossi_checkpoint_path(const char *folder, size_t epoch);

/** The epoch in a checkpoint's path or name. @return false for any other name */
bool lossi_checkpoint_epoch(const char *path, size_t *epoch);

#endif
