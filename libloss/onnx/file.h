/* An ONNX file in memory: the messages that protobuf-c made of it, and the files beside it. */
#ifndef LOSSI_ONNX_FILE_H
#define LOSSI_ONNX_FILE_H

#include "formats/arrays.h"
#include "onnx/onnx.h"
#include <onnx.pb-c.h>

typedef struct lossi_onnx_file {
    const char *path;        /* for messages, and for the folder of external data. Borrowed. */
    Onnx__ModelProto *model; /* owned */
    size_t allowance;        /* bytes that the messages may still take */
    bool ran_out;            /* of the system's memory, and not of the allowance */
    lossi_arrays arrays;     /* owns external data; its allowance is that of what is computed */
    struct lossi_onnx_external *external; /* [n_external] files beside it that were read */
    size_t n_external, external_capacity;
} lossi_onnx_file;

/** Unpacks the messages of a file. Memory is bounded by its size; nested graphs by a depth.
 *  @param path  kept, not copied.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM. lossi_onnx_file_free() is needed in each
 *          case. */
loss_status lossi_onnx_file_unpack(lossi_onnx_file *file, const uint8_t *bytes, size_t size,
                                   const char *path);
void lossi_onnx_file_free(lossi_onnx_file *file);

/** A tensor's values as an array that views the messages, or a file beside them. Its name is
 *  the tensor's. Everything viewed lives as long as the file.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_IO (external data), LOSS_ERR_NOMEM */
loss_status lossi_onnx_tensor(lossi_onnx_file *file, const Onnx__TensorProto *tensor,
                              lossi_array *array);

/** The bytes of an external file, read once.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (a location that leaves the folder), LOSS_ERR_IO,
 *          LOSS_ERR_NOMEM */
loss_status lossi_onnx_external(lossi_onnx_file *file, const char *location, const uint8_t **bytes,
                                size_t *size);
/** Hands each external file that was read to a function, until one fails. @return what it did */
loss_status lossi_onnx_external_each(const lossi_onnx_file *file, lossi_onnx_take *take,
                                     void *user);
void lossi_onnx_external_free(lossi_onnx_file *file);

/** Holds bytes against a message's description before they are unpacked: every length, and how
 *  deep messages lie in each other, which bounds the recursion of protobuf-c.
 *  @return false: they are no such message, or nested too deeply. */
bool lossi_onnx_wire_is_sound(const uint8_t *bytes, size_t size,
                              const ProtobufCMessageDescriptor *message);

#endif
