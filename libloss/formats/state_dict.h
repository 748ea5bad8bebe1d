/* Which tensors of a checkpoint are the weights. A program saves them alone, or in a dictionary
 * beside its optimiser, its settings and other copies of them, or as the whole module. */
#ifndef LOSSI_STATE_DICT_H
#define LOSSI_STATE_DICT_H

#include "formats/pickle.h"
#include "formats/sets.h"

typedef struct lossi_state_entry {
    char *name; /* such as "layer1.0.conv1.weight" */
    const lossi_pickle_tensor *tensor;
} lossi_state_entry;

/** The weights of a pickle. Free with lossi_state_dict_free(), before the pickle. */
typedef struct lossi_state_dict {
    size_t n, capacity;
    lossi_state_entry *entries;
    lossi_sets sets; /* all dictionaries of tensors, and which of them these are */
    char *skipped; /* classes whose objects were not made: "argparse.Namespace, ..."; "" without */
} lossi_state_dict;

/** Finds the weights: the dictionary of tensors at the path `key` ("model_ema.module"), or, without
 * a key, the one with the most tensors. Another with at least half as many makes the choice
 * unclear (sets.is_unclear). A pickled module counts as the
 *  dictionary that its state_dict() would give: its _parameters, _buffers and _modules, as data.
 *  @param pickle  its is_seen marks are used
 *  @param key     NULL: none
 *  @return LOSS_OK, LOSS_ERR_FORMAT (none, no such key), LOSS_ERR_NOMEM */
loss_status lossi_state_dict_find(lossi_state_dict *found, const lossi_pickle *pickle,
                                  const char *key, const char *label);
void lossi_state_dict_free(lossi_state_dict *found);

#endif
