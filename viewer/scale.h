/* Shares of a range. The scales themselves are the library's. */
#ifndef SCALE_H
#define SCALE_H

#include <loss/scale.h>

enum { MOST_TICKS = 64 };

/** Where a value lies between low and high: 0 at low, 1 at high; and the value at such a share.
 * Their difference may be more than a double holds. */
double share_of(double value, double low, double high);
double value_at(double share, double low, double high);

#endif
