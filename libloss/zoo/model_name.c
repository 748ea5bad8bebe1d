/* Parser of model names. Numbers are plain decimals read without the locale, in which 0.5 might
 * be 0,5. */
#include "zoo/model_name.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { WORD_SIZE = 64, MAX_DIGITS = 15 }; /* a double holds 15 decimal digits */

/* A piece of the text, not ended by NUL. */
typedef struct span {
    const char *at;
    size_t length;
} span;

static bool span_is(span s, const char *word)
{
    return strlen(word) == s.length && memcmp(s.at, word, s.length) == 0;
}

/* As a string for messages, cut if it is long. */
static const char *span_text(span s, char text[WORD_SIZE])
{
    snprintf(text, WORD_SIZE, "%.*s", (int)(s.length < WORD_SIZE ? s.length : WORD_SIZE), s.at);
    return text;
}

bool lossi_allows_width(double k)
{
    return k > 0 && k <= 16;
}

bool lossi_allows_dropout(double p)
{
    return p >= 0 && p < 1;
}

size_t lossi_family_n_entries(const lossi_family *family)
{
    size_t n = 0;
    while (n < LOSSI_FAMILY_MAX_MODELS && family->entries[n].name)
        n++;
    return n;
}

size_t lossi_family_n_keys(const lossi_family *family)
{
    size_t n = 0;
    while (n < LOSSI_MODEL_MAX_KEYS && family->keys[n].is.name)
        n++;
    return n;
}

/* LOSS_ERR_NAME with the nearest of all names, those with a suffix included. */
static loss_status fail_name(span name, const lossi_family *const *families, size_t n_families)
{
    char word[WORD_SIZE];
    size_t most = n_families * LOSSI_FAMILY_MAX_MODELS, n = 0, n_suffixed = 0;
    const char **names = calloc(2 * most, sizeof *names);
    char(*suffixed)[WORD_SIZE] = calloc(most, sizeof *suffixed);
    for (size_t f = 0; names && suffixed && f < n_families; f++)
        for (size_t i = 0; i < lossi_family_n_entries(families[f]); i++) {
            names[n++] = families[f]->entries[i].name;
            if (!families[f]->suffix)
                continue;
            char *whole = suffixed[n_suffixed++];
            snprintf(whole, WORD_SIZE, "%s%s", families[f]->entries[i].name, families[f]->suffix);
            names[n++] = whole;
        }
    const char *nearest = n ? loss_text_nearest(span_text(name, word), names, n) : NULL;
    loss_status status =
        nearest ? lossi_fail(LOSS_ERR_NAME, "%s: no such model; the nearest is %s", word, nearest)
                : lossi_fail_nomem(most * WORD_SIZE);
    free(names);
    free(suffixed);
    return status;
}

static loss_status fail_key(const lossi_model *model, span key)
{
    const lossi_family *family = model->family;
    char word[WORD_SIZE], all[WORD_SIZE] = "";
    const char *names[LOSSI_MODEL_MAX_KEYS];
    size_t n = lossi_family_n_keys(family), length = 0;
    for (size_t i = 0; i < n; i++) {
        names[i] = family->keys[i].is.name;
        length +=
            (size_t)snprintf(all + length, sizeof all - length, "%s%s", i ? ", " : "", names[i]);
    }
    const char *nearest = loss_text_nearest(span_text(key, word), names, n);
    return lossi_fail(LOSS_ERR_ARGUMENT, "%s: no key \"%s\"; the nearest is %s (it has %s)",
                      model->entry->name, word, nearest, all);
}

/* Decimal digits with at most one point into their shortest spelling: "00.50" to "0.5". */
static bool spell_number(span text, char spelled[LOSSI_MODEL_VALUE_SIZE])
{
    const char *at = text.at, *end = text.at + text.length;
    size_t n = 0, n_whole = 0, n_fraction = 0;
    while (at < end && *at == '0' && end - at > 1 && at[1] != '.')
        at++;
    for (; at < end && *at >= '0' && *at <= '9' && n_whole < MAX_DIGITS; at++, n_whole++)
        spelled[n++] = *at;
    if (!n_whole)
        return false;
    if (at < end && *at == '.') {
        spelled[n++] = *at++;
        for (; at < end && *at >= '0' && *at <= '9' && n_whole + n_fraction < MAX_DIGITS;
             at++, n_fraction++)
            spelled[n++] = *at;
        if (!n_fraction)
            return false;
        while (spelled[n - 1] == '0')
            n--;
        n -= spelled[n - 1] == '.';
    }
    spelled[n] = 0;
    return at == end;
}

/* Value of a spelled number: whole numbers and powers of ten below 10^15 are exact, so it is the
 * nearest double. */
static double number_of(const char *spelled)
{
    double digits = 0, scale = 1;
    bool in_fraction = false;
    for (const char *at = spelled; *at; at++) {
        if (*at == '.') {
            in_fraction = true;
            continue;
        }
        digits = 10 * digits + (*at - '0');
        scale *= in_fraction ? 10 : 1;
    }
    return digits / scale;
}

/* Puts a value into its one spelling if the key takes it. */
static bool spell_value(const lossi_model_key *key, span value,
                        char spelled[LOSSI_MODEL_VALUE_SIZE])
{
    if (key->allows)
        return spell_number(value, spelled) && key->allows(number_of(spelled));
    for (size_t i = 0; i < LOSSI_MODEL_MAX_CHOICES && key->choices[i]; i++)
        if (span_is(value, key->choices[i])) {
            snprintf(spelled, LOSSI_MODEL_VALUE_SIZE, "%s", key->choices[i]);
            return true;
        }
    return false;
}

/* Takes one "key=value". */
static loss_status take_setting(lossi_model *model, span setting)
{
    const lossi_family *family = model->family;
    const char *equals = memchr(setting.at, '=', setting.length);
    span key = {setting.at, equals ? (size_t)(equals - setting.at) : setting.length};
    span value = {setting.at + key.length + 1, equals ? setting.length - key.length - 1 : 0};
    char word[WORD_SIZE];
    size_t i = 0, n = lossi_family_n_keys(family);
    if (!key.length)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: expected key=value, found \"%s\"",
                          model->entry->name, span_text(setting, word));
    while (i < n && !span_is(key, family->keys[i].is.name))
        i++;
    if (i == n)
        return fail_key(model, key);
    if (!equals)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %s has no value; expected %s=%s",
                          model->entry->name, family->keys[i].is.name, family->keys[i].is.name,
                          family->keys[i].is.values);
    if (model->values[i][0])
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %s is given twice, as %s and as %s",
                          model->entry->name, family->keys[i].is.name, model->values[i],
                          span_text(value, word));
    char spelled[LOSSI_MODEL_VALUE_SIZE];
    if (!spell_value(&family->keys[i], value, spelled))
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %s=%s; expected %s", model->entry->name,
                          family->keys[i].is.name, span_text(value, word),
                          family->keys[i].is.values);
    memcpy(model->values[i], spelled, sizeof spelled);
    return LOSS_OK;
}

/* True if the name is that of the entry; with the family's suffix the setting it stands for is
 * made. */
static bool take_entry(lossi_model *model, span name, const lossi_family *family,
                       const lossi_zoo_entry *entry)
{
    size_t length = strlen(entry->name);
    if (name.length < length || memcmp(name.at, entry->name, length) != 0)
        return false;
    span rest = {name.at + length, name.length - length};
    if (rest.length && (!family->suffix || !span_is(rest, family->suffix)))
        return false;
    model->family = family;
    model->entry = entry;
    for (size_t k = 0; rest.length && k < lossi_family_n_keys(family); k++)
        if (strcmp(family->keys[k].is.name, family->suffix_key) == 0)
            snprintf(model->values[k], sizeof model->values[k], "%s", family->suffix_value);
    return true;
}

static loss_status take_name(lossi_model *model, span name, const lossi_family *const *families,
                             size_t n_families)
{
    for (size_t f = 0; f < n_families; f++)
        for (size_t i = 0; i < lossi_family_n_entries(families[f]); i++)
            if (take_entry(model, name, families[f], &families[f]->entries[i]))
                return LOSS_OK;
    return fail_name(name, families, n_families);
}

loss_status lossi_model_parse(lossi_model *model, const char *text,
                              const lossi_family *const *families, size_t n_families)
{
    memset(model, 0, sizeof *model);
    span name = {text, strcspn(text, ":")};
    loss_status status = take_name(model, name, families, n_families);
    const char *at = text + name.length;
    while (!status && *at) { /* at the ':' or a ',' */
        span setting = {at + 1, strcspn(at + 1, ",")};
        status = take_setting(model, setting);
        at = setting.at + setting.length;
    }
    if (status)
        return status;
    const lossi_family *family = model->family;
    for (size_t i = 0; i < lossi_family_n_keys(family); i++)
        if (!model->values[i][0])
            snprintf(model->values[i], sizeof model->values[i], "%s", family->keys[i].is.standard);
    return LOSS_OK;
}

char *lossi_model_canonical(const lossi_model *model)
{
    const lossi_family *family = model->family;
    char settings[LOSSI_MODEL_MAX_KEYS * (LOSSI_MODEL_VALUE_SIZE + 16)] = "";
    size_t length = 0;
    for (size_t i = 0; i < lossi_family_n_keys(family); i++)
        if (strcmp(model->values[i], family->keys[i].is.standard) != 0)
            length +=
                (size_t)snprintf(settings + length, sizeof settings - length, "%c%s=%s",
                                 length ? ',' : ':', family->keys[i].is.name, model->values[i]);
    return lossi_format("%s%s", model->entry->name, settings);
}

/* The value of a key, "" if the family lacks it. */
static const char *value_of(const lossi_model *model, const char *key)
{
    const lossi_family *family = model->family;
    for (size_t i = 0; i < lossi_family_n_keys(family); i++)
        if (strcmp(family->keys[i].is.name, key) == 0)
            return model->values[i];
    return "";
}

bool lossi_model_is(const lossi_model *model, const char *key, const char *value)
{
    return strcmp(value_of(model, key), value) == 0;
}

double lossi_model_number(const lossi_model *model, const char *key)
{
    return number_of(value_of(model, key));
}

size_t lossi_model_channels(const lossi_model *model, size_t c)
{
    double scaled = round((double)c * lossi_model_number(model, "width"));
    return scaled < 1 ? 1 : (size_t)scaled;
}
