/* Scales and their ticks. */
#include "scale.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

double scale_place(const scale *s, double value)
{
    if (isnan(value) || (s->log && value <= 0))
        return (double)NAN;
    if (!(s->low < s->high))
        return 0.5;
    return s->log ? log(value / s->low) / log(s->high / s->low)
                  : (value - s->low) / (s->high - s->low);
}

double scale_value(const scale *s, double place)
{
    return s->log ? s->low * pow(s->high / s->low, place) : s->low + (s->high - s->low) * place;
}

static const double STEPS[] = {1, 2, 5};

/* Over some decades only the powers of ten, over many only every so many of them. */
static size_t log_ticks(const scale *s, size_t wanted, double *ticks)
{
    double decades = log10(s->high / s->low), stride = ceil(decades / (1.5 * (double)wanted));
    size_t n = 0;
    for (double power = stride * floor(log10(s->low) / stride); power <= log10(s->high);
         power += stride)
        for (int k = 0; k < 3 && n < MOST_TICKS; k++) {
            double tick = STEPS[k] * pow(10, power);
            if ((k == 0 || decades < 3) && tick >= s->low * (1 - 1e-12) &&
                tick <= s->high * (1 + 1e-12))
                ticks[n++] = tick;
        }
    return n;
}

size_t scale_ticks(const scale *s, size_t wanted, double *ticks)
{
    if (!(s->low < s->high)) {
        ticks[0] = s->low;
        return isfinite(s->low) ? 1 : 0;
    }
    size_t n = s->log ? log_ticks(s, wanted, ticks) : 0;
    if (n >= 2)
        return n;
    double rough = (s->high - s->low) / (double)wanted, power = pow(10, floor(log10(rough))),
           step = 10 * power;
    for (int k = 2; k >= 0; k--)
        if (STEPS[k] * power >= rough)
            step = STEPS[k] * power;
    n = 0;
    for (double i = ceil(s->low / step - 1e-9); i * step <= s->high + 1e-9 * step && n < MOST_TICKS;
         i++)
        ticks[n++] = i == 0 ? 0 : i * step;
    return n;
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
