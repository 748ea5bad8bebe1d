/* Constants of an ONNX graph: what the exporter computes shapes with, scalars, indices. They are
 * computed while the graph is read.
 *
 * All numbers are doubles: a whole number below 2^53 is exact, and larger ones are only ever the
 * "to the end" of a slice. The number of images of the batch is not known: a value can be so many
 * times that number, or there can be values for each image, which grow from image to image. */
#ifndef LOSSI_ONNX_VALUE_H
#define LOSSI_ONNX_VALUE_H

#include "onnx/file.h"

typedef enum lossi_onnx_type {
    LOSSI_ONNX_FLOAT,
    LOSSI_ONNX_WHOLE,
    LOSSI_ONNX_BOOL
} lossi_onnx_type;

typedef struct lossi_value {
    lossi_onnx_type type;
    size_t n_dims, dims[LOSSI_ARRAY_MAX_DIMS], count;
    double *numbers; /* [count] row-major; owned */
    bool *times_n;   /* [count] true: that many times the number of images; owned */
    /* Values for each image: dims[batch] is for one of them; -1: the same for all. */
    int batch;
    double *by_image; /* [count] numbers are those of the first image, and so much more for each
                         image after it; NULL: batch is -1; owned */
} lossi_value;

/** A value of these sizes, of zeros; what it takes comes off the file's allowance.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (a bomb), LOSS_ERR_NOMEM. *out is owned: lossi_value_free() */
loss_status lossi_value_create(lossi_value **out, lossi_onnx_file *file, lossi_onnx_type type,
                               size_t n_dims, const size_t *dims);
/** Makes its values those of the first image, of many in dimension `batch`.
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_value_vary(lossi_value *value, int batch);
void lossi_value_free(lossi_value *value);

/** A tensor's values. @return as lossi_value_create() */
loss_status lossi_value_of_array(lossi_value **out, lossi_onnx_file *file,
                                 const lossi_array *array);

/** Sizes of what two operands give, aligned at the last dimension.
 *  @return false: they do not fit */
bool lossi_onnx_broadcast(size_t n_a, const size_t *a, size_t n_b, const size_t *b, size_t *n,
                          size_t *dims);
/** Where element `at` (row-major) of an output of `n` dims comes from in an operand that is
 * broadcast to it. */
size_t lossi_onnx_source(size_t at, size_t n, const size_t *dims, size_t n_in, const size_t *in);

#endif
