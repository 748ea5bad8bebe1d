/* What is at a path, and what is in a folder. */
#ifndef LOSSI_DATA_FOLDER_H
#define LOSSI_DATA_FOLDER_H

#include "base/file.h"

/** What is at FOLDER/NAME, symbolic links followed; size of a file in *size, if not NULL.
 *  @return LOSS_OK, also if there is nothing; LOSS_ERR_IO (the system could not tell),
 * LOSS_ERR_NOMEM */
loss_status lossi_look(const char *folder, const char *name, loss_path_kind *kind, size_t *size);

/** The names in a folder in the order of their bytes, without those that begin with a point and
 * those that a desktop leaves behind (Thumbs.db, desktop.ini, ...). Owned. */
typedef struct lossi_listing {
    char **names;
    size_t n;
} lossi_listing;

/** @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM; the listing is empty on failure */
loss_status lossi_list(const char *folder, lossi_listing *out);
void lossi_listing_free(lossi_listing *l);

#endif
