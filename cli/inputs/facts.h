/* Facts of a landscape as the program needs them. */
#ifndef FACTS_H
#define FACTS_H

#include "options.h"

/** A fact that is a number, or another number where the file has none. */
double fact_number(const loss_surface *surface, const char *key, double otherwise);

/** One or three numbers with commas between them, such as "0.49,0.48,0.45"; as many as are there.
 */
channels fact_channels(const loss_surface *surface, const char *key);

#endif
