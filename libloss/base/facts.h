/* Facts that are recorded with what was computed: text by key. */
#ifndef LOSSI_FACTS_H
#define LOSSI_FACTS_H

#include "base/base.h"

/** A list of facts, sorted by key. Owns its strings. */
typedef struct lossi_facts {
    size_t n;
    char **keys, **values;
} lossi_facts;

void lossi_facts_free(lossi_facts *facts);
/** The value of a key, NULL if there is none. Borrowed. */
const char *lossi_facts_find(const lossi_facts *facts, const char *key);
/** The value of the key `key_of`, NULL if there is none. Borrowed. */
const char *lossi_facts_find_of(const lossi_facts *facts, const char *key, const char *of);
/** Adds a fact; the value is printf style. @return false when memory is out. */
bool lossi_facts_add(lossi_facts *facts, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** Adds a fact, or gives it another value. @return false when memory is out. */
bool lossi_facts_set(lossi_facts *facts, const char *key, const char *value);

/** The value of a key, "" if there is none. Borrowed. */
const char *lossi_facts_text(const lossi_facts *facts, const char *key);
/** A fact that must be there and be a number, or a whole number.
 *  @param path  the file that the facts are of, for the message
 *  @return LOSS_OK, LOSS_ERR_FORMAT */
loss_status lossi_facts_number(const lossi_facts *facts, const char *path, const char *key,
                               double *value);
loss_status lossi_facts_count(const lossi_facts *facts, const char *path, const char *key,
                              uint64_t *value);

#endif
