#include "tick_text.h"

#include <math.h>
#include <stdio.h>

void tick_text(double value, char text[TICK_TEXT])
{
    double size = fabs(value);
    const char *minus = value < 0 ? "\342\210\222" : ""; /* of -0 too: none */
    snprintf(text, TICK_TEXT, size >= 9999.5 && size < 999999.5 ? "%s%.0f" : "%s%.4g", minus, size);
}
