/* A drag that begins finely goes on coarsely as soon as one frame is slow; the frame after it is
 * fine, and is measured again. */
#include "pace.h"

static const double SLOW_FRAME = 0.05;

bool pace_is_coarse(const pace *p, bool moves)
{
    return moves && p->fine_seconds > SLOW_FRAME;
}

void pace_drew(pace *p, bool is_coarse, double seconds)
{
    if (!is_coarse)
        p->fine_seconds = seconds;
}
