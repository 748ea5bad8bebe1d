/* Whether two landscapes are of one thing: the same weights, directions, data and arithmetic. */
#ifndef LOSSI_SURFACE_COMPARE_H
#define LOSSI_SURFACE_COMPARE_H

#include <loss/grid.h>

#include "base/facts.h"

/** What is not the same. Borrowed from the facts. */
typedef struct lossi_difference {
    const char *what, *first, *second; /* a fact in words, and its values; "none" where it lacks */
} lossi_difference;

/** @param difference  written when there is one: the first that is found */
bool lossi_facts_differ(const lossi_facts *a, const lossi_facts *b, lossi_difference *difference);
bool lossi_axis_is_same(loss_axis a, loss_axis b);

#endif
