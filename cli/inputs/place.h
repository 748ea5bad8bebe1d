/* Where the data of a run are, kept in its run.json: from anywhere, and after the run was moved
 * together with its data. */
#ifndef PLACE_H
#define PLACE_H

#include <cjson/cJSON.h>
#include <loss/loss.h>

/** Adds data, its absolute path, and data_relative, its path from the run's folder; a data set that
 * is a name and no path is kept as it is. Where bytes are no printable UTF-8, they are escaped in
 * the text, and kept as hexadecimal digits in data_hex and data_relative_hex.
 *  @param run  the run's folder, which is there
 *  @return false when memory is out */
bool place_add(cJSON *run_json, const char *data, const char *run);

/** The data of a run.json: where they were, or, if nothing is there, where they are from the run's
 * folder.
 *  @param data  owned by the caller: free(); NULL if run.json names none, and on failure
 *  @return LOSS_OK, LOSS_ERR_IO (the system cannot tell what is there), LOSS_ERR_NOMEM */
loss_status place_find(char **data, const cJSON *run_json, const char *run);

/** Two strings and what stands between them; owned by the caller: free(). NULL when memory is out.
 */
char *place_join(const char *a, const char *between, const char *b);

/** A text of a run.json whose bytes may be no UTF-8: those of KEY_hex, or else of KEY.
 *  @param text  owned by the caller: free(); NULL if run.json has neither
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status place_take_text(char **text, const cJSON *run_json, const char *key);

#endif
