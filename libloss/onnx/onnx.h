/* Networks from ONNX files. */
#ifndef LOSSI_ONNX_H
#define LOSSI_ONNX_H

#include "net/net.h"

/** Makes the network of an ONNX file, with the parameters that are in it.
 *  @param out    NULL on failure; owned by the caller: loss_net_free()
 *  @param shape  of the images, and the number of classes; what the file fixes must agree
 *  @param model  the network's name. Copied.
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_FORMAT (damaged, or something in it is not read: the
 *          message names the node), LOSS_ERR_SHAPE, LOSS_ERR_NOMEM */
loss_status lossi_onnx_read(loss_net **out, const char *path, loss_shape shape, const char *model);
/** The same from the file's bytes; data beside it are looked for in the path's folder. */
loss_status lossi_onnx_parse(loss_net **out, const uint8_t *bytes, size_t size, const char *path,
                             loss_shape shape, const char *model);

/** What a file declares of its images and classes; 0 for what it leaves open.
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_onnx_fixed_shape(loss_shape *shape, const char *path);
/** The same from the file's bytes; path names it in messages. */
loss_status lossi_onnx_parse_shape(loss_shape *shape, const uint8_t *bytes, size_t size,
                                   const char *path);

/** True if a model's name is that of an ONNX file. */
bool lossi_onnx_is(const char *model);

/** Takes a file that an ONNX file has data in.
 *  @param location  its path from the ONNX file's folder, in it or below */
typedef loss_status lossi_onnx_take(const char *location, const uint8_t *bytes, size_t size,
                                    void *user);
/** Hands the files beside an ONNX file, whose bytes are given, to a function, until one fails.
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM, or what `take` returned */
loss_status lossi_onnx_beside(const uint8_t *bytes, size_t size, const char *path,
                              lossi_onnx_take *take, void *user);

#endif
