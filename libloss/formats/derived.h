/* Weights that a checkpoint holds as a product, as PyTorch's pruning and weight normalisation keep
 * them. */
#ifndef LOSSI_DERIVED_H
#define LOSSI_DERIVED_H

#include "formats/arrays.h"

/** Puts the weight in the place of its parts, as float32:
 *    NAME_orig and NAME_mask       NAME = orig * mask         torch.nn.utils.prune
 *    NAME_g and NAME_v             NAME = g v / |v|           torch.nn.utils.weight_norm
 *    parametrizations.NAME.original0 and .original1           the same, of torch 2
 *  |v| is the Euclidean norm of all that shares the first index (dim=0, PyTorch's default; another
 *  shape of g is left as it is). The metadata "computed" says how many there were.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (more values than the file's size allows), LOSS_ERR_NOMEM */
loss_status lossi_arrays_derive(lossi_arrays *arrays, const char *label);

#endif
