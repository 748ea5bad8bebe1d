/* JSON as text becomes cJSON's tree, and a failure says which it was: bad text or too little
 * memory. cJSON alone returns NULL for both. */
#ifndef LOSSI_JSON_H
#define LOSSI_JSON_H

#include <cjson/cJSON.h>

#include "base/base.h"

/** Checks that a text is one JSON object, without memory. Parameters and errors as
 *  lossi_json_parse(), but for LOSS_ERR_NOMEM. */
loss_status lossi_json_check(const char *text, size_t size, const char *label);

/** Reads one JSON object (RFC 8259), which may be followed by white space only.
 *  @param label  what the text is, for messages: usually a file. Borrowed.
 *  @param out    owned by the caller (cJSON_Delete()), NULL on failure
 *  @return LOSS_OK; LOSS_ERR_FORMAT (no JSON, the byte where it goes wrong; another value than an
 *          object; nested more than 500 deep); LOSS_ERR_NOMEM */
loss_status lossi_json_parse(cJSON **out, const char *text, size_t size, const char *label);

/** Adds to an object under a key, or to an array where the key is NULL; frees what it cannot add.
 *  @param failed  set when memory is out, or was out when `to` or the item was made (NULL)
 *  @return the item, NULL on failure; may be the `to` of the next call all the same */
cJSON *lossi_json_add(cJSON *to, const char *key, cJSON *item, bool *failed);
/** Numbers as an array. @param values  [n]. Borrowed. */
cJSON *lossi_json_add_numbers(cJSON *to, const char *key, const double *values, size_t n,
                              bool *failed);
/** A text that a file may have brought: escaped, as bytes that are no UTF-8 are no JSON. */
cJSON *lossi_json_add_text(cJSON *to, const char *key, const char *text, bool *failed);

#endif
