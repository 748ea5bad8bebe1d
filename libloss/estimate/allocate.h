/* How many images each point gets. */
#ifndef LOSSI_ALLOCATE_H
#define LOSSI_ALLOCATE_H

#include <stddef.h>
#include <stdint.h>

/** Steps by which a point can have more images than the least: each has half as many again. */
enum { LOSSI_MOST_STEPS = 12 };

/** Images after so many steps, at most `most`. */
size_t lossi_allocate_images(size_t least, size_t step, size_t most);

/** Steps after which an error is expected to be at most `bound`; none for an error of NaN. */
size_t lossi_allocate_steps(double error, double bound);

/** Shares out images so that the widest intervals become narrower: as many steps for each point as
 * bring its error below one bound, the lowest that can be paid.
 *  @param errors  [n] of each point with the least images; NaN: the point gets no more
 *  @param spare   images that may be added, all points together
 *  @param steps   [n], written */
void lossi_allocate(size_t n, const double *errors, size_t least, size_t most, uint64_t spare,
                    uint8_t *steps);

#endif
