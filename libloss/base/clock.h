/* What time it is, for rates and patience. It is a file of its own so that a simulation can put its
 * own time in its place (tests/bench/). */
#ifndef LOSSI_CLOCK_H
#define LOSSI_CLOCK_H

/** Monotonic time in seconds. */
double lossi_clock(void);

#endif
