/* The parts of the pickle reader: the machine that runs opcodes (pickle.c), the values they make
 * (pickle_values.c), and what a pickle may refer to (pickle_classes.c). */
#ifndef LOSSI_PICKLE_MACHINE_H
#define LOSSI_PICKLE_MACHINE_H

#include "formats/pickle.h"

typedef lossi_pickle_value value;

typedef struct machine {
    const uint8_t *bytes;
    size_t size, at;
    const char *label;
    const lossi_pickle_limits *limits;
    lossi_pickle *pickle;
    value **stack;
    size_t n, capacity;
    size_t *marks; /* heights of the stack */
    size_t n_marks, marks_capacity;
    value **memo;
    size_t n_memo, next_memo;         /* places, unused ones NULL; the number after the highest */
    value *none, *yes, *no, *nothing; /* None, True, False and () exist once */
    loss_status status;
} machine;

/* The first failure counts. @return NULL */
value *lossi_pickle_fail(machine *m, const char *what);
value *lossi_pickle_fail_nomem(machine *m, size_t bytes);

/* A new value of that kind; NULL after a failure, or when the pickle has spent its allowance. */
value *lossi_pickle_make(machine *m, lossi_pickle_kind kind);
value *lossi_pickle_make_int(machine *m, int64_t integer);
/* STRING, LONG, GLOBAL or STORAGE with a copy of n bytes; NULL also when bytes is NULL. */
value *lossi_pickle_make_text(machine *m, lossi_pickle_kind kind, const uint8_t *bytes, size_t n);
/* Two's complement of n bytes, little-endian. */
value *lossi_pickle_make_long(machine *m, const uint8_t *bytes, size_t n);
/* Appends to a TUPLE, LIST, DICT or OPAQUE. */
void lossi_pickle_append(machine *m, value *container, value *item);

/* The class or function MODULE.NAME. */
value *lossi_pickle_global(machine *m, const value *module, const value *name);
/* What a persistent id refers to: a storage, or a class in the old format. */
value *lossi_pickle_persistent(machine *m, const value *id);
/* What calling a class or function gives. */
value *lossi_pickle_call(machine *m, value *function, value *arguments);
/* Gives an object its state. */
void lossi_pickle_build(machine *m, value *object, value *state);

#endif
