/* Which array of a file belongs to which tensor of a network. */
#ifndef LOSSI_MATCH_H
#define LOSSI_MATCH_H

#include "formats/arrays.h"
#include "net/net.h"

/** Arrays of a file with their canonical names, ready to be looked up. */
typedef struct lossi_match {
    const lossi_arrays *arrays; /* borrowed */
    size_t skip;                /* bytes that all names have in front, beyond the network's */
    char **canonical;           /* [arrays->n] */
    size_t n_spellings;
    struct lossi_spelling *spellings; /* all names of all arrays, sorted */
    size_t *array_of;  /* [n_tensors of the last network]: number of the array, or SIZE_MAX */
    size_t n_problems; /* of the last network: missing, unexpected, of another shape */
} lossi_match;

loss_status lossi_match_create(lossi_match *match, const lossi_arrays *arrays);
void lossi_match_free(lossi_match *match);

/** The array of that name, exact, without wrappers or canonical; NULL if there is none. */
const lossi_array *lossi_match_find(const lossi_match *match, const char *name);

/** Finds each tensor's array by name, or by order: the i-th array, counters of batches left out,
 * is the i-th tensor's. Only names and shapes of the network are looked at.
 *  @return LOSS_OK; LOSS_ERR_MISMATCH with all that does not fit in the message, as far as it
 * goes; LOSS_ERR_NOMEM */
loss_status lossi_match_by_name(lossi_match *match, const loss_net *net, const char *model,
                                const char *label);
loss_status lossi_match_by_order(lossi_match *match, const loss_net *net, const char *model,
                                 const char *label);

#endif
