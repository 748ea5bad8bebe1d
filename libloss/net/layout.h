/* Vectors of parameters: which tensors' values they hold, one after the other in the network's
 * order, and where. */
#ifndef LOSSI_LAYOUT_H
#define LOSSI_LAYOUT_H

#include "net/net.h"

typedef struct lossi_layout {
    size_t count;     /* values of a vector */
    size_t n_tensors; /* of the network */
    size_t *at;       /* [n_tensors]; SIZE_MAX: not in it */
} lossi_layout;

/** Of trainable tensors.
 *  @param filters  of filters alone
 *  @param names    of those whose name fits one of these patterns, with commas between them;
 *                  NULL: of all
 *  @return LOSS_OK, LOSS_ERR_NOMEM; lossi_layout_free() in every case */
loss_status lossi_layout_create(lossi_layout *l, const loss_net *net, bool filters,
                                const char *names);
void lossi_layout_free(lossi_layout *l);

/** A vector's part for a tensor; NULL where it has none, for tensor -1, or of no vector. */
static inline const lossi_real *lossi_layout_part(const lossi_layout *l, const lossi_real *vector,
                                                  int tensor)
{
    return !vector || tensor < 0 || l->at[tensor] == SIZE_MAX ? NULL : vector + l->at[tensor];
}
/** The same, to write. */
static inline lossi_real *lossi_layout_place(const lossi_layout *l, lossi_real *vector, int tensor)
{
    return (lossi_real *)lossi_layout_part(l, vector, tensor);
}

/** Whether a layout of `filters` and `names` has a tensor. */
bool lossi_layout_takes(const lossi_tensor *tensor, bool filters, const char *names);
/** LOSS_ERR_NAME unless a layout of them has some tensor. */
loss_status lossi_layout_check(const loss_net *net, bool filters, const char *names);

/** Between vectors and directions, which have a value for each trainable one: those that are not
 * in the vector are left out, or 0. */
void lossi_layout_take(const lossi_layout *l, const loss_net *net, const float *direction,
                       lossi_real *vector);
void lossi_layout_put(const lossi_layout *l, const loss_net *net, const lossi_real *vector,
                      float *direction);

/** Copies what two vectors of a network both hold; the rest of `to` stays. */
void lossi_layout_copy(const loss_net *net, const lossi_layout *l, const lossi_real *from,
                       const lossi_layout *to_layout, lossi_real *to);

/** Adds lambda v, for the L2 term of the network's loss, lambda / 2 |w|^2.
 *  @param v  NULL: the weights, which gives its gradient; else its Hessian times v */
void lossi_layout_add_l2(const lossi_layout *l, const loss_net *net, const lossi_real *v,
                         lossi_real *result);

#endif
