/* What a recognition holds: shared by the search for candidates and by their evaluation. */
#ifndef LOSSI_RECOGNITION_H
#define LOSSI_RECOGNITION_H

#include <loss/recognise.h>

typedef struct lossi_candidate {
    char *model;
    loss_check check;
    double *losses; /* [check.images] of each image; NULL before the evaluation */
} lossi_candidate;

struct loss_recognition {
    char *path;
    char *key; /* of several sets of tensors in the file; NULL: none given */
    lossi_candidate *candidates;
    size_t n, capacity;
    bool is_evaluated;
};

#endif
