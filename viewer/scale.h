/* From values to places between 0 and 1, and round numbers to mark them. */
#ifndef SCALE_H
#define SCALE_H

#include <stdbool.h>
#include <stddef.h>

enum { MOST_TICKS = 64 };

typedef struct scale {
    double low, high; /* low <= high; of finite values */
    bool log;         /* then low > 0 */
} scale;

/** Where a value lies between low and high: 0 at low, 1 at high; and the value at such a share.
 * Their difference may be more than a double holds. */
double share_of(double value, double low, double high);
double value_at(double share, double low, double high);

/** Place of a value: 0 at low, 1 at high, beyond them less or more; 0.5 if low = high. NaN for
 * NaN and, on a logarithmic scale, for 0 or less. */
double scale_place(const scale *s, double value);
/** The value at a place. */
double scale_value(const scale *s, double place);

/** Round numbers within the scale, as loss_ticks() gives them.
 *  @param ticks  [MOST_TICKS], written. @return how many. */
size_t scale_ticks(const scale *s, size_t wanted, double *ticks);

/** A number with as few digits as its tick needs. */
void scale_text(double value, char text[32]);

#endif
