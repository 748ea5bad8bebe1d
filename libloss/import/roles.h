/* What columns and arrays are, by the names that programs give them. */
#ifndef LOSSI_ROLES_H
#define LOSSI_ROLES_H

#include <stdbool.h>

/** What a column is. Those of a split are numbered from its role on. */
typedef enum lossi_role {
    LOSSI_ROLE_NONE = -1,
    LOSSI_ROLE_X,
    LOSSI_ROLE_Y,
    LOSSI_ROLE_ALONG, /* epochs or steps: x, where there is no other */
    LOSSI_ROLE_SPLIT,
    LOSSI_ROLE_LOSS,
    LOSSI_ROLE_ERROR = LOSSI_ROLE_LOSS + 3,
    LOSSI_ROLE_ACCURACY = LOSSI_ROLE_ERROR + 3,
    LOSSI_ROLE_EVALUATED = LOSSI_ROLE_ACCURACY + 3, /* whether the point is there */
    LOSSI_N_ROLES = LOSSI_ROLE_EVALUATED + 3
} lossi_role;

/** Behind a role of a split: of the split that the row names, of train, of test. */
enum { LOSSI_OF_ROW, LOSSI_OF_TRAIN, LOSSI_OF_TEST, LOSSI_N_OF };

/** The role of a name such as x, loss, train_loss, loss_train or "Test accuracy". */
lossi_role lossi_role_of(const char *name);

/** The split that a word names: train, training, test, val, ... in any case.
 *  @return LOSSI_OF_TRAIN, LOSSI_OF_TEST; LOSSI_OF_ROW: none */
int lossi_role_split(const char *word);

/** Whether the places in `roles`, [LOSSI_N_ROLES], have one of a role's three; -1: none. */
bool lossi_role_is_there(const int *roles, lossi_role first);

#endif
