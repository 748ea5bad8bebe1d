/* Ticks of an axis: round numbers within a range. Every loop is bounded by how many ticks there may
 * be, or by the decades of a double, whatever the range is. */
#include <math.h>

#include "analysis/grid.h"

static const double STEPS[] = {1, 2, 5};

/* Powers of ten of normal doubles. */
enum { LEAST_POWER = -308, MOST_POWER = 308 };

/* Over some decades only the powers of ten, over many only every so many of them. */
static size_t log_ticks(double low, double high, size_t wanted, double *ticks, size_t most)
{
    double ratio = high / low, decades = isfinite(ratio) ? log10(ratio) : log10(high) - log10(low),
           stride = ceil(decades / (1.5 * (double)wanted));
    size_t n = 0;
    if (!(stride >= 1))
        return 0;
    double first = fmax(stride * floor(log10(low) / stride), LEAST_POWER);
    for (double power = first; power <= fmin(log10(high), MOST_POWER); power += stride)
        for (int k = 0; k < 3 && n < most; k++) {
            double tick = STEPS[k] * pow(10, power);
            if ((k == 0 || decades < 3) && isfinite(tick) && tick >= low * (1 - 1e-12) &&
                tick <= high * (1 + 1e-12))
                ticks[n++] = tick;
        }
    return n;
}

static size_t even_ticks(double low, double high, size_t wanted, double *ticks, size_t most)
{
    double parts = (double)wanted,
           rough = isfinite(high - low) ? (high - low) / parts : high / parts - low / parts,
           power = pow(10, floor(log10(rough))), step = 10 * power;
    for (int k = 2; k >= 0; k--)
        if (STEPS[k] * power >= rough)
            step = STEPS[k] * power;
    double first = ceil(low / step - 1e-9);
    size_t n = 0;
    for (; n < most; n++) {
        double i = first + (double)n, tick = i == 0 ? 0 : i * step;
        if (!isfinite(tick) || !(tick <= high + 1e-9 * step) || (n && tick <= ticks[n - 1]))
            break;
        ticks[n] = tick;
    }
    return n;
}

size_t loss_ticks(double low, double high, bool log, size_t wanted, double *ticks, size_t most)
{
    if (!isfinite(low) || !isfinite(high) || !most || !ticks)
        return 0;
    if (!(low < high)) {
        ticks[0] = low;
        return 1;
    }
    wanted = wanted ? wanted : 1;
    size_t n = log && low > 0 ? log_ticks(low, high, wanted, ticks, most) : 0;
    return n >= 2 ? n : even_ticks(low, high, wanted, ticks, most);
}
