/* Facts: a small sorted list of key and value. */
#include "base/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <loss/text.h>

void lossi_facts_free(lossi_facts *facts)
{
    for (size_t i = 0; i < facts->n; i++) {
        free(facts->keys[i]);
        free(facts->values[i]);
    }
    free(facts->keys);
    free(facts->values);
    *facts = (lossi_facts){0};
}

/* Where the key is, or would be: facts are sorted. */
static size_t place_of(const lossi_facts *facts, const char *key)
{
    size_t low = 0, high = facts->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(facts->keys[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const char *lossi_facts_find(const lossi_facts *facts, const char *key)
{
    size_t at = place_of(facts, key);
    return at < facts->n && strcmp(facts->keys[at], key) == 0 ? facts->values[at] : NULL;
}

const char *lossi_facts_find_of(const lossi_facts *facts, const char *key, const char *of)
{
    size_t n = strlen(key);
    for (size_t i = 0; i < facts->n; i++)
        if (strncmp(facts->keys[i], key, n) == 0 && facts->keys[i][n] == '_' &&
            strcmp(facts->keys[i] + n + 1, of) == 0)
            return facts->values[i];
    return NULL;
}

bool lossi_facts_add(lossi_facts *facts, const char *key, const char *format, ...)
{
    char *text = NULL;
    locale_t previous = lossi_use_c_locale();
    va_list arguments;
    va_start(arguments, format);
    bool printed = vasprintf(&text, format, arguments) >= 0;
    va_end(arguments);
    lossi_restore_locale(previous);
    char **keys = realloc(facts->keys, (facts->n + 1) * sizeof *keys);
    if (keys)
        facts->keys = keys;
    char **values = realloc(facts->values, (facts->n + 1) * sizeof *values);
    if (values)
        facts->values = values;
    char *new_key = lossi_strdup(key);
    if (!printed || !keys || !values || !new_key) {
        free(new_key);
        if (printed)
            free(text);
        return false;
    }
    size_t at = facts->n++;
    for (; at && strcmp(keys[at - 1], key) > 0; at--) {
        keys[at] = keys[at - 1];
        values[at] = values[at - 1];
    }
    keys[at] = new_key;
    values[at] = text;
    return true;
}

bool lossi_facts_set(lossi_facts *facts, const char *key, const char *value)
{
    for (size_t i = 0; i < facts->n; i++) {
        if (strcmp(facts->keys[i], key) != 0)
            continue;
        char *copy = lossi_strdup(value);
        if (!copy)
            return false;
        free(facts->values[i]);
        facts->values[i] = copy;
        return true;
    }
    return lossi_facts_add(facts, key, "%s", value);
}

const char *lossi_facts_text(const lossi_facts *facts, const char *key)
{
    const char *value = lossi_facts_find(facts, key);
    return value ? value : "";
}

loss_status lossi_facts_number(const lossi_facts *facts, const char *path, const char *key,
                               double *value)
{
    const char *text = lossi_facts_text(facts, key);
    return loss_number_parse(text, NULL, value)
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_FORMAT, "%s: its %s is \"%.100s\"; expected a number", path,
                            key, text);
}

loss_status lossi_facts_count(const lossi_facts *facts, const char *path, const char *key,
                              uint64_t *value)
{
    const char *text = lossi_facts_text(facts, key);
    return loss_count_parse(text, NULL, value)
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_FORMAT, "%s: its %s is \"%.100s\"; expected a whole number",
                            path, key, text);
}
