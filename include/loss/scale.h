/* Scales of values: what pictures, meshes and the viewer take colours and heights by, chosen by
 * the same rule in each. Pure functions. */
#ifndef LOSS_SCALE_H
#define LOSS_SCALE_H

#include <stdbool.h>
#include <stddef.h>

#include <loss/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a scale stretches values. Since 0.1. */
typedef enum loss_scale_kind {
    LOSS_SCALE_LINEAR = 0, /**< as they are */
    LOSS_SCALE_LOG = 1,    /**< log10; a value of 0 or less has no place */
    /** sign(v) log10(1 + |v| / linear): values about 0 over several powers of ten */
    LOSS_SCALE_SYMLOG = 2
} loss_scale_kind;

/** A kind's name: "linear", "log" or "symmetric log". Static storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_scale_kind_name(loss_scale_kind kind);

/** A range of values and how it is stretched. Since 0.1. */
typedef struct loss_scale {
    loss_scale_kind kind; /**< how it is stretched */
    double low, high;     /**< low <= high; of LOG above 0 */
    double linear;        /**< of SYMLOG: values much smaller than this lie as on a linear scale */
} loss_scale;

/** A range counts as steep from this factor between its ends. Since 0.1. */
#define LOSS_SCALE_STEEP 20

/** The scale for a range of losses: LOG where low is above 0 and high more than LOSS_SCALE_STEEP
 *  times as large, else LINEAR. Most of a steep landscape would have one colour on a linear scale.
 *  Threads: any. Since 0.1. */
LOSS_API loss_scale loss_scale_of_range(double low, double high);

/** The scale for differences: 0 in its middle, `reach` at both ends; SYMLOG where the reach is more
 *  than LOSS_SCALE_STEEP times the typical size, which is then its linear part.
 *  @param reach    the largest size; 0 or less or not finite: 1
 *  @param typical  as loss_typical_size() gives it
 *  Threads: any. Since 0.1. */
LOSS_API loss_scale loss_scale_about_zero(double reach, double typical);

/** The geometric mean of the sizes of the values that are finite and not 0; NaN if there are none.
 *  @param values  [n]. Borrowed.
 *  Threads: any. Cost: O(n). Since 0.1. */
LOSS_API double loss_typical_size(const double *values, size_t n);

/** A value as the scale stretches it, and back. NaN for NaN, on LOG for 0 or less, and without a
 *  scale. Threads: any. Since 0.1. */
LOSS_API double loss_scale_stretch(const loss_scale *scale, double value);
/** The value that loss_scale_stretch() gives this for. Threads: any. Since 0.1. */
LOSS_API double loss_scale_unstretch(const loss_scale *scale, double stretched);

/** Where a value lies on the scale: 0 at low, 1 at high, beyond them less or more; 0.5 if low is
 *  high. NaN where it has no place. Threads: any. Since 0.1. */
LOSS_API double loss_scale_place(const loss_scale *scale, double value);
/** The value at a place. Threads: any. Since 0.1. */
LOSS_API double loss_scale_value(const loss_scale *scale, double place);

/** Round numbers on the scale, as loss_ticks() gives them; on SYMLOG 0 and powers of ten about it.
 *  @param wanted  about how many
 *  @param ticks   [most], written, ascending. Caller-owned.
 *  @return how many there are, at most `most`. Threads: any. Cost: O(most). Since 0.1. */
LOSS_API size_t loss_scale_ticks(const loss_scale *scale, size_t wanted, double *ticks,
                                 size_t most);

/** Round levels for contour lines, ascending, all strictly inside the scale: on LINEAR even steps
 *  of 1, 2 or 5 times a power of ten, on LOG such numbers of each decade or only powers of ten, on
 *  SYMLOG 0 and on both sides of it what LOG has beyond the linear part.
 *  @param n       at most so many
 *  @param levels  [n], written. Caller-owned.
 *  @return how many there are. Threads: any. Cost: O(n). Since 0.1. */
LOSS_API size_t loss_scale_levels(const loss_scale *scale, size_t n, double *levels);

#ifdef __cplusplus
}
#endif
#endif
