/* What the user types for a model, NAME[:key=value,...], held against the tables of the families
 * in zoo.c. Values are kept as text in one spelling, so that a model has one canonical name. */
#ifndef LOSSI_MODEL_NAME_H
#define LOSSI_MODEL_NAME_H

#include <loss/net.h>

enum { LOSSI_MODEL_MAX_KEYS = 3, LOSSI_MODEL_MAX_CHOICES = 3, LOSSI_MODEL_VALUE_SIZE = 24 };

/** A key of a family and the values it takes. */
typedef struct lossi_model_key {
    const char *name;
    const char *standard;                         /* value when it is not given */
    const char *expected;                         /* the values in words, for messages */
    const char *choices[LOSSI_MODEL_MAX_CHOICES]; /* unused places NULL; none at all: a number */
    bool (*allows)(double number);                /* for numbers */
} lossi_model_key;

struct lossi_model;

/** Networks made by one function from one set of keys. */
typedef struct lossi_family {
    loss_node (*build)(loss_builder *builder,
                       const struct lossi_model *model); /* gives the logits */
    lossi_model_key keys[LOSSI_MODEL_MAX_KEYS]; /* unused places have no name; the canonical name
                                                   keeps this order */
    const char *suffix, *suffix_key,
        *suffix_value; /* NAME + suffix means NAME:suffix_key=suffix_value; may be NULL */
} lossi_family;

/** A network of the zoo. */
typedef struct lossi_zoo_entry {
    const char *name;
    const lossi_family *family;
    size_t depth; /* the number in the name */
} lossi_zoo_entry;

/** A model that was asked for. */
typedef struct lossi_model {
    const lossi_zoo_entry *entry;
    char values[LOSSI_MODEL_MAX_KEYS]
               [LOSSI_MODEL_VALUE_SIZE]; /* in the order of the family's keys */
} lossi_model;

/** @return LOSS_OK, LOSS_ERR_NAME (the message gives the nearest name), LOSS_ERR_ARGUMENT (a key
 * or a value) */
loss_status lossi_model_parse(lossi_model *model, const char *text, const lossi_zoo_entry *entries,
                              size_t n_entries);

/** NAME with the keys that differ from the family's standard; NULL when memory is out. Free with
 * free(). */
char *lossi_model_canonical(const lossi_model *model);

/** True if the family has this key and it has this value. */
bool lossi_model_is(const lossi_model *model, const char *key, const char *value);
/** Value of a number key of the family. */
double lossi_model_number(const lossi_model *model, const char *key);
/** c channels times the model's width: rounded, at least 1. */
size_t lossi_model_channels(const lossi_model *model, size_t c);

#endif
