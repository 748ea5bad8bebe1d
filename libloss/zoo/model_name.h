/* Families of networks, and what the user types for one of them, NAME[:key=value,...], held
 * against the families' tables. Values are kept as text in one spelling, so that a model has one
 * canonical name. */
#ifndef LOSSI_MODEL_NAME_H
#define LOSSI_MODEL_NAME_H

#include <loss/net.h>

enum {
    LOSSI_FAMILY_MAX_MODELS = 6,
    LOSSI_MODEL_MAX_KEYS = 4,
    LOSSI_MODEL_MAX_CHOICES = 5,
    LOSSI_MODEL_VALUE_SIZE = 24
};

/** A key of a family and the values it takes. */
typedef struct lossi_model_key {
    loss_model_option is; /* standard: value when it is not given; values: for messages, too */
    const char *choices[LOSSI_MODEL_MAX_CHOICES]; /* unused places NULL; none at all: a number */
    bool (*allows)(double number);                /* for numbers */
} lossi_model_key;

struct lossi_model;

/** A network of the zoo. */
typedef struct lossi_zoo_entry {
    const char *name;
    size_t depth; /* the number in the name */
} lossi_zoo_entry;

/** Networks made by one function from one set of keys: one file, and one row in families.h. */
typedef struct lossi_family {
    const char *about;                                /* one line, for help */
    lossi_zoo_entry entries[LOSSI_FAMILY_MAX_MODELS]; /* unused places have no name */
    loss_node (*build)(loss_builder *builder,
                       const struct lossi_model *model); /* gives the logits */
    lossi_model_key keys[LOSSI_MODEL_MAX_KEYS]; /* unused places have no name; the canonical name
                                                   keeps this order */
    const char *suffix, *suffix_key,
        *suffix_value; /* NAME + suffix means NAME:suffix_key=suffix_value; may be NULL */
} lossi_family;

/** A model that was asked for. */
typedef struct lossi_model {
    const lossi_family *family;
    const lossi_zoo_entry *entry;
    char values[LOSSI_MODEL_MAX_KEYS]
               [LOSSI_MODEL_VALUE_SIZE]; /* in the order of the family's keys */
} lossi_model;

/** @return LOSS_OK, LOSS_ERR_NAME (the message gives the nearest name), LOSS_ERR_ARGUMENT (a key
 * or a value) */
loss_status lossi_model_parse(lossi_model *model, const char *text,
                              const lossi_family *const *families, size_t n_families);

/** A number key that multiplies a network's channels; every family has it as its last. */
#define LOSSI_WIDTH_KEY                                                                            \
    {                                                                                              \
        .is = {"width", "1", "a number above 0, at most 16", "multiplies the channels"},           \
        .allows = lossi_allows_width                                                               \
    }
bool lossi_allows_width(double k);
/** A number key for the share of values that dropout zeroes. */
#define LOSSI_DROPOUT_KEY(standard, where)                                                         \
    {                                                                                              \
        .is = {"dropout", standard, "a number from 0, below 1", where},                            \
        .allows = lossi_allows_dropout                                                             \
    }
bool lossi_allows_dropout(double p);

/** Number of networks and of keys of a family. */
size_t lossi_family_n_entries(const lossi_family *family);
size_t lossi_family_n_keys(const lossi_family *family);

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
