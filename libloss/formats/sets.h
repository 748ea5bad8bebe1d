/* Sets of arrays that one file holds: a checkpoint may have the weights, their moving average and
 * an optimiser's state. */
#ifndef LOSSI_SETS_H
#define LOSSI_SETS_H

#include "base/base.h"

/** One of them. */
typedef struct lossi_set {
    char *key; /* where it is, such as "model_ema.module"; "" at the top. Owned. */
    size_t n_tensors;
    double n_values; /* of all its tensors */
} lossi_set;

typedef struct lossi_sets {
    size_t n, capacity;
    lossi_set *items;
    size_t chosen;   /* number of the one that was read */
    bool is_unclear; /* another may as well be meant: no key was given, and it is no much smaller */
} lossi_sets;

/** Appends a set; its key is copied. @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_sets_add(lossi_sets *sets, const char *key, size_t n_tensors, double n_values);
void lossi_sets_free(lossi_sets *sets);

/** A list for people, and its size. */
enum { LOSSI_LIST_SIZE = 400 };

/** Adds ", text" to a list, or " ..." once it is full. */
void lossi_list_add(char list[LOSSI_LIST_SIZE], const char *text);
/** Writes "state_dict (102 tensors), ema (102 tensors)".
 *  @param except  number of one that is left out; SIZE_MAX: none
 *  @return list */
const char *lossi_sets_list(const lossi_sets *sets, size_t except, char list[LOSSI_LIST_SIZE]);

#endif
