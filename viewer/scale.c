/* Shares, and numbers as texts. */
#include "scale.h"

#include <math.h>
#include <stdio.h>

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

void scale_text(double value, char text[32])
{
    snprintf(text, 32, "%.4g", value == 0 ? 0 : value); /* no minus before a zero */
    if (text[0] == '-') {                               /* a minus sign as long as the plus */
        char digits[32];
        snprintf(digits, sizeof digits, "%s", text + 1);
        snprintf(text, 32, "\342\210\222%.28s", digits);
    }
}
