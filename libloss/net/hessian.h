/* Gradient and Hessian-vector products of the mean loss over a dataset in evaluation mode:
 * BatchNorm's running statistics are constants, dropout is the identity. Threads and memory are
 * set up once and used for any number of products, and networks of the graph.
 *
 * Vectors hold the values of the parameters that move, tensors in the network's order: all of
 * them, or those of filters alone; of some layers, where these are asked for. */
#ifndef LOSSI_HESSIAN_H
#define LOSSI_HESSIAN_H

#include "net/net.h"

typedef struct lossi_hessian lossi_hessian;

typedef struct lossi_hessian_options {
    const loss_dataset
        *data;        /* the loss is the mean over all of it. Borrowed for the hessian's life. */
    bool all_tensors; /* biases and BatchNorm's weights and biases move, too */
    size_t threads;   /* 0: one for each processor this process may use */
    loss_cancelled cancelled; /* asked every few images; may be NULL */
    void *user;
    const char *layers; /* patterns of tensors' names with commas between them: the rest is left
                           out of vectors; NULL: none is. Borrowed for the call. */
} lossi_hessian_options;

/** @param net  borrowed until lossi_hessian_set() gives another. */
loss_status lossi_hessian_create(lossi_hessian **out, const loss_net *net,
                                 const lossi_hessian_options *opt);
void lossi_hessian_free(lossi_hessian *hessian);

/** From now on about another network of the graph. Borrowed until the next call. */
void lossi_hessian_set(lossi_hessian *hessian, const loss_net *net);

/** Values of a vector. */
size_t lossi_hessian_count(const lossi_hessian *hessian);
/** Values of a direction: all trainable ones. */
size_t lossi_hessian_parameters(const lossi_hessian *hessian);
/** Between vectors and directions, which have a value for each parameter: those that do not move
 * are left out, or 0. */
void lossi_hessian_take(const lossi_hessian *hessian, const float *direction, lossi_real *vector);
void lossi_hessian_put(const lossi_hessian *hessian, const lossi_real *vector, float *direction);

/** @param loss      mean over the images; may be NULL.
 *  @param gradient  [count], written.
 *  @return LOSS_OK, LOSS_ERR_NOT_FINITE, LOSS_ERR_CANCELLED */
loss_status lossi_hessian_gradient(lossi_hessian *hessian, double *loss, lossi_real *gradient);

/** product = H vector. Exact up to rounding: no finite differences (Pearlmutter 1994). The bits
 * do not depend on the number of threads.
 *  @return LOSS_OK, LOSS_ERR_NOT_FINITE, LOSS_ERR_CANCELLED.   Cost: about eight forward passes
 * over the images. */
loss_status lossi_hessian_product(lossi_hessian *hessian, const lossi_real *vector,
                                  lossi_real *product);

#endif
