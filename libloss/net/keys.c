/* Keys of layers: found by name, checked against what the kind's table says. */
#include <math.h>
#include <string.h>

#include "net/layer.h"

const lossi_layer *lossi_find_layer(const char *name, const char *where)
{
    const char *names[LOSSI_MOST_LAYERS];
    size_t n = 0;
    for (; lossi_layers[n]; n++) {
        if (strcmp(lossi_layers[n]->name, name) == 0)
            return lossi_layers[n];
        names[n] = lossi_layers[n]->name;
    }
    lossi_fail(LOSS_ERR_NAME, "%sno layer is called %.60s; the nearest is %s", where, name,
               loss_text_nearest(name, names, n));
    return NULL;
}

const lossi_key *lossi_find_key(const lossi_layer *kind, const char *word, size_t n)
{
    for (const lossi_key *key = kind->keys; key->name; key++)
        if (strlen(key->name) == n && strncmp(key->name, word, n) == 0)
            return key;
    return NULL;
}

loss_status lossi_key_check(const lossi_key *key, const char *name, const lossi_values *values)
{
    size_t most = key->most_values ? key->most_values : 1;
    if (values->n > most)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %zu values of %s; at most %zu", name, values->n,
                          key->name, most);
    for (size_t i = 0; i < values->n && !key->words; i++) {
        double v = values->v[i];
        if (!(v >= key->least && v <= key->most))
            return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %s is %.10g; expected %.10g to %.10g", name,
                              key->name, v, key->least, key->most);
        if (!key->is_fraction && v != floor(v))
            return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %s is %.10g; expected a whole number", name,
                              key->name, v);
    }
    return LOSS_OK;
}

loss_status lossi_keys_complete(const lossi_layer *kind, const char *name, const bool *has,
                                lossi_values *values)
{
    for (size_t k = 0; kind->keys[k].name; k++) {
        const lossi_key *key = &kind->keys[k];
        if (!has[k] && key->is_needed)
            return lossi_fail(LOSS_ERR_ARGUMENT, "%s: this layer needs a value for %s", name,
                              key->name);
        if (!has[k])
            values[k] = key->is_optional ? (lossi_values){0} : LOSSI_VALUE(key->standard);
    }
    return LOSS_OK;
}

/* The number of a word of a key. */
static loss_status read_word(const lossi_key *key, const char *name, const char *word,
                             lossi_values *values)
{
    size_t n = 0;
    for (; key->words[n]; n++)
        if (strcmp(key->words[n], word) == 0) {
            *values = LOSSI_VALUE(n);
            return LOSS_OK;
        }
    return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %s is %.60s; the nearest that it may be is %s", name,
                      key->name, word, loss_text_nearest(word, key->words, n));
}

static loss_status read_key(const lossi_key *key, const char *name, const loss_layer_key *given,
                            lossi_values *values)
{
    if (!given->word != !key->words)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %s takes %s", name, key->name,
                          key->words ? "a word" : "numbers");
    if (given->word)
        return read_word(key, name, given->word, values);
    if (!given->n || given->n > LOSSI_MOST_VALUES || !given->values)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %zu values of %s; expected 1 to %d", name,
                          given->values ? given->n : 0, key->name, LOSSI_MOST_VALUES);
    values->n = given->n;
    memcpy(values->v, given->values, given->n * sizeof *values->v);
    return LOSS_OK;
}

loss_status lossi_keys_read(const lossi_layer *kind, const char *name, const loss_layer_key *given,
                            lossi_values *values)
{
    bool has[LOSSI_MOST_KEYS] = {false};
    for (; given && given->name; given++) {
        const lossi_key *key = lossi_find_key(kind, given->name, strlen(given->name));
        if (!key)
            return lossi_fail(LOSS_ERR_NAME, "%s: %s has no key %.60s", name, kind->name,
                              given->name);
        size_t k = (size_t)(key - kind->keys);
        if (has[k])
            return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %s is given twice", name, key->name);
        has[k] = true;
        loss_status status = read_key(key, name, given, &values[k]);
        if (status)
            return status;
    }
    return lossi_keys_complete(kind, name, has, values);
}
