/* Scales and their ticks. */
#include "scale.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <loss/analysis.h>

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

double scale_place(const scale *s, double value)
{
    if (isnan(value) || (s->log && value <= 0))
        return (double)NAN;
    if (!(s->low < s->high))
        return 0.5;
    return s->log ? log(value / s->low) / log(s->high / s->low) : share_of(value, s->low, s->high);
}

double scale_value(const scale *s, double place)
{
    return s->log ? s->low * pow(s->high / s->low, place) : value_at(place, s->low, s->high);
}

size_t scale_ticks(const scale *s, size_t wanted, double *ticks)
{
    return loss_ticks(s->low, s->high, s->log, wanted, ticks, MOST_TICKS);
}

void scale_text(double value, char text[32])
{
    snprintf(text, 32, "%.4g", fabs(value) < 1e-12 ? 0 : value);
    if (text[0] == '-') { /* a minus sign as long as the plus */
        char digits[32];
        snprintf(digits, sizeof digits, "%s", text + 1);
        snprintf(text, 32, "\342\210\222%.28s", digits);
    }
}
