/* A restricted reader of Python pickles: what torch.save() writes for a dictionary of tensors,
 * and nothing else. No name that a pickle refers to is ever looked up or called; each must be
 * one of a short table, or the pickle is refused by that name. */
#ifndef LOSSI_PICKLE_H
#define LOSSI_PICKLE_H

#include "formats/arrays.h"

typedef enum lossi_pickle_kind {
    LOSSI_PICKLE_NONE,
    LOSSI_PICKLE_BOOL,
    LOSSI_PICKLE_INT,
    LOSSI_PICKLE_LONG, /* an int of more than 64 bits: text holds its little-endian bytes */
    LOSSI_PICKLE_FLOAT,
    LOSSI_PICKLE_STRING,
    LOSSI_PICKLE_TUPLE,
    LOSSI_PICKLE_LIST,
    LOSSI_PICKLE_DICT,   /* items are keys and values in turn */
    LOSSI_PICKLE_GLOBAL, /* one of the table: callable says which */
    LOSSI_PICKLE_STORAGE,
    LOSSI_PICKLE_TENSOR
} lossi_pickle_kind;

typedef struct lossi_pickle_value lossi_pickle_value;

/** Where a tensor lies. */
typedef struct lossi_pickle_tensor {
    lossi_pickle_value *storage;
    size_t offset;    /* of the first element, in elements */
    lossi_array view; /* dtype, n_dims, dims, strides */
} lossi_pickle_tensor;

struct lossi_pickle_value {
    lossi_pickle_kind kind;
    lossi_dtype dtype;            /* STORAGE */
    lossi_pickle_value *previous; /* all values of a pickle are chained, to be freed */
    union {
        int64_t integer; /* BOOL, INT, GLOBAL (which), STORAGE (first element, for a view of a
                            storage) */
        double number;   /* FLOAT */
        size_t capacity; /* TUPLE, LIST, DICT */
    };
    size_t n; /* TUPLE, LIST, DICT: items; STRING, LONG: bytes; STORAGE: elements */
    union {
        char *text;                  /* STRING, LONG, STORAGE (its key). A NUL follows. */
        lossi_pickle_value **items;  /* TUPLE, LIST, DICT. May contain the value itself: never
                                        walk it without a bound. */
        lossi_pickle_tensor *tensor; /* TENSOR */
        void *owned;
    };
};

/** A pickle of more than these bytes is refused, as values take more memory than they have
 * bytes. That of a network takes a few hundred for each tensor. */
enum { LOSSI_PICKLE_LARGEST = 16 << 20 };

/** A pickle that was read. */
typedef struct lossi_pickle {
    lossi_pickle_value *top;  /* what it describes. Lives as long as the pickle. */
    lossi_pickle_value *last; /* the chain */
    size_t used;              /* bytes up to its end */
} lossi_pickle;

/** True if the bytes may begin a pickle. */
bool lossi_pickle_is(const uint8_t *bytes, size_t size);

/** Reads one pickle, protocols 2 to 5, from the beginning of the bytes.
 *  @param label  names the file in messages
 *  @return LOSS_OK, LOSS_ERR_FORMAT (damaged, or refused: the message names what it refers to),
 * LOSS_ERR_NOMEM */
loss_status lossi_pickle_read(lossi_pickle *pickle, const uint8_t *bytes, size_t size,
                              const char *label);
void lossi_pickle_free(lossi_pickle *pickle);

/** The value of a string key in a DICT; NULL if there is none or it is no DICT. */
lossi_pickle_value *lossi_pickle_get(const lossi_pickle_value *dict, const char *key);

#endif
