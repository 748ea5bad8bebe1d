/* PyTorch checkpoints as torch.save() writes them: the zip format (1.6 and later) and the one
 * before it. */
#ifndef LOSSI_PYTORCH_H
#define LOSSI_PYTORCH_H

#include "formats/archive.h"
#include "formats/arrays.h"

/** The weights of a checkpoint, as lossi_state_dict_find() chooses them. Names, order, types and
 *  strides are kept. Metadata say what was chosen: "weights under", "also holds", "objects not
 * made".
 *  @param key    which of several sets of tensors; NULL: the largest; sets.is_unclear says where
 *                another may as well be meant
 *  @param zip    an archive with a member data.pkl. Its members' contents are filled in.
 *  @param bytes  an old checkpoint
 *  All bytes must outlive the arrays.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (damaged, or no tensors in it),
 * LOSS_ERR_NOMEM */
loss_status lossi_pytorch_parse_zip(const lossi_archive *zip, size_t size, const char *key,
                                    const char *label, lossi_arrays *out);
loss_status lossi_pytorch_parse_old(const uint8_t *bytes, size_t size, const char *key,
                                    const char *label, lossi_arrays *out);

/** True if the archive is a checkpoint. */
bool lossi_pytorch_is_zip(const lossi_archive *zip);

#endif
