/* Names of weights that the exporter turned on their side and gave names of its own. */
#ifndef LOSSI_ONNX_NAMES_H
#define LOSSI_ONNX_NAMES_H

#include "onnx/emit.h"

/** What a linear layer's module calls its weights: the initializer's name; where that is made up,
 * what its bias's name says ("fc.bias": "fc.weight"), or else the node's ("/head/fc/MatMul").
 * Where neither says it the made-up name stays, and no other file of weights will have it.
 *  @param bias  NULL: none
 *  @return owned by the caller: free(); NULL: memory is out */
char *lossi_onnx_weight_name(const lossi_onnx_call *call, const lossi_onnx_entry *weight,
                             const lossi_onnx_entry *bias);

#endif
