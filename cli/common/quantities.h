/* The quantities that a landscape may have at its points, and what they are called: in a figure
 * and in the viewer alike. */
#ifndef QUANTITIES_H
#define QUANTITIES_H

#include <stdbool.h>

typedef enum quantity {
    QUANTITY_LOSS,
    QUANTITY_ACCURACY,
    QUANTITY_ERROR,
    QUANTITY_CONVEXITY,
    N_QUANTITIES
} quantity;

typedef struct quantity_words {
    const char *title;       /* of a picture of it: "Accuracy" */
    const char *word, *unit; /* in a sentence: "accuracy", " %" */
    const char *axis;        /* beside an axis that several splits share; NULL: the loss's label */
    /* what one split's is called, by loss_split, or that of a file which tells no split */
    const char *of_split[2], *alone;
    const char *lacking;  /* what is told of a file without it, after the file's name */
    bool ends_with_label; /* these go on with what loss_label() says: "loss (nats per image)" */
    bool is_loss;         /* it may span powers of ten */
    bool has_errors;      /* its standard error is known, so that splits can be subtracted */
    bool is_height;       /* a surface can have it as height; else it colours that of the loss */
} quantity_words;

/** Their names as options, ended by NULL. */
extern const char *const quantity_names[N_QUANTITIES + 1];
const quantity_words *quantity_words_of(quantity which);

#endif
