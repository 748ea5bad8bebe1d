/* The colours that tell runs apart, in pictures and in the viewer. */
#ifndef RUN_COLOURS_H
#define RUN_COLOURS_H

#include <stddef.h>

enum { N_RUN_COLOURS = 6 };

/** Red, green and blue of run number i, 0 to 1; they come again after N_RUN_COLOURS. Each is
 * bright: it is drawn on surfaces, with a dark rim. Static storage. */
const double *run_colour(size_t i);

#endif
