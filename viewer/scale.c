#include "scale.h"

#include <math.h>

double share_of(double value, double low, double high)
{
    return isfinite(high - low) ? (value - low) / (high - low)
                                : (value / 2 - low / 2) / (high / 2 - low / 2);
}

double value_at(double share, double low, double high)
{
    return isfinite(high - low) ? low + share * (high - low)
                                : 2 * (low / 2 + share * (high / 2 - low / 2));
}
