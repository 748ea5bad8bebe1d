/* A restricted reader of Python pickles: what torch.save() writes. No name that a pickle refers to
 * is ever looked up or called. Tensors and plain containers become values; an object of any other
 * class becomes an OPAQUE value, which keeps what the pickle says of it and is never made. */
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
    LOSSI_PICKLE_GLOBAL, /* a class or function: text is its MODULE.NAME */
    LOSSI_PICKLE_STORAGE,
    LOSSI_PICKLE_TENSOR,
    LOSSI_PICKLE_OPAQUE /* an object: items are its class, its arguments and its states */
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
    lossi_dtype dtype;            /* STORAGE; GLOBAL: of a class of storages */
    bool is_seen;                 /* for those who walk the values: no value twice */
    bool is_plain;                /* OPAQUE: of a class that torch.load(weights_only) makes, too */
    lossi_pickle_value *previous; /* all values of a pickle are chained, to be freed */
    union {
        int64_t integer; /* BOOL, INT, GLOBAL (which), STORAGE (first element, for a view of a
                            storage) */
        double number;   /* FLOAT */
        size_t capacity; /* TUPLE, LIST, DICT, OPAQUE */
    };
    size_t n; /* TUPLE, LIST, DICT, OPAQUE: items; STRING, LONG, GLOBAL: bytes; STORAGE: elements */
    union {
        char *text;                  /* STRING, LONG, GLOBAL, STORAGE (its key). A NUL follows. */
        lossi_pickle_value **items;  /* TUPLE, LIST, DICT, OPAQUE. May contain the value itself:
                                        never walk it without a bound. */
        lossi_pickle_tensor *tensor; /* TENSOR */
        void *owned;
    };
};

/** A pickle of more than these bytes is refused. That of a network takes a few hundred for each
 *  tensor. Values take more memory than they have bytes: 1 MiB and 32 times the pickle are allowed.
 */
enum { LOSSI_PICKLE_LARGEST = 16 << 20 };

/** A pickle that was read. */
typedef struct lossi_pickle {
    lossi_pickle_value *top;  /* what it describes. Lives as long as the pickle. */
    lossi_pickle_value *last; /* the chain */
    size_t used;              /* bytes up to its end */
    size_t spent;             /* bytes of memory that its values take */
} lossi_pickle;

/** What a pickle may have: bytes, and memory for its values: `always` and `ratio` times the bytes.
 */
typedef struct lossi_pickle_limits {
    size_t most, always, ratio;
} lossi_pickle_limits;

/** True if the bytes may begin a pickle. */
bool lossi_pickle_is(const uint8_t *bytes, size_t size);

/** Reads one pickle, protocols 2 to 5, from the beginning of the bytes.
 *  @param label  names the file in messages
 *  @return LOSS_OK, LOSS_ERR_FORMAT (damaged, or too large for its size), LOSS_ERR_NOMEM */
loss_status lossi_pickle_read(lossi_pickle *pickle, const uint8_t *bytes, size_t size,
                              const char *label);
/** The same with other limits. Borrowed. */
loss_status lossi_pickle_read_within(lossi_pickle *pickle, const uint8_t *bytes, size_t size,
                                     const lossi_pickle_limits *limits, const char *label);
void lossi_pickle_free(lossi_pickle *pickle);

/** The state that an OPAQUE object was given, a DICT of its attributes; NULL if there is none. */
const lossi_pickle_value *lossi_pickle_state(const lossi_pickle_value *object);

/** The value of a string key in a DICT; NULL if there is none or it is no DICT. */
lossi_pickle_value *lossi_pickle_get(const lossi_pickle_value *dict, const char *key);

#endif
