/* Scales: where values lie, and which scale a range of them gets. */
#include <loss/scale.h>

#include <math.h>

#include <loss/analysis.h>

const char *loss_scale_kind_name(loss_scale_kind kind)
{
    static const char *const names[] = {"linear", "log", "symmetric log"};
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

loss_scale loss_scale_of_range(double low, double high)
{
    bool is_steep = low > 0 && isfinite(high) && high / LOSS_SCALE_STEEP > low;
    return (loss_scale){is_steep ? LOSS_SCALE_LOG : LOSS_SCALE_LINEAR, low, high, 0};
}

loss_scale loss_scale_about_zero(double reach, double typical)
{
    if (!isfinite(reach) || !(reach > 0))
        reach = 1;
    bool is_steep = typical > 0 && reach / LOSS_SCALE_STEEP > typical;
    return (loss_scale){is_steep ? LOSS_SCALE_SYMLOG : LOSS_SCALE_LINEAR, -reach, reach,
                        is_steep ? typical : 0};
}

double loss_typical_size(const double *values, size_t n)
{
    double sum = 0;
    size_t counted = 0;
    for (size_t i = 0; values && i < n; i++)
        if (isfinite(values[i]) && values[i] != 0) {
            sum += log(fabs(values[i]));
            counted++;
        }
    return counted ? exp(sum / (double)counted) : NAN;
}

double loss_scale_stretch(const loss_scale *s, double value)
{
    if (!s || isnan(value) || (s->kind == LOSS_SCALE_LOG && !(value > 0)))
        return NAN;
    switch (s->kind) {
    case LOSS_SCALE_LOG: return log10(value);
    case LOSS_SCALE_SYMLOG: return copysign(log10(1 + fabs(value) / s->linear), value);
    default: return value;
    }
}

double loss_scale_unstretch(const loss_scale *s, double stretched)
{
    if (!s)
        return NAN;
    switch (s->kind) {
    case LOSS_SCALE_LOG: return pow(10, stretched);
    case LOSS_SCALE_SYMLOG: return copysign(s->linear * (pow(10, fabs(stretched)) - 1), stretched);
    default: return stretched;
    }
}

/* In halves where the difference of the ends is more than a double holds. */
double loss_scale_place(const loss_scale *s, double value)
{
    double at = loss_scale_stretch(s, value);
    if (isnan(at))
        return NAN;
    double low = loss_scale_stretch(s, s->low), high = loss_scale_stretch(s, s->high);
    if (!(low < high))
        return 0.5;
    return isfinite(high - low) ? (at - low) / (high - low)
                                : (at / 2 - low / 2) / (high / 2 - low / 2);
}

double loss_scale_value(const loss_scale *s, double place)
{
    if (!s)
        return NAN;
    double low = loss_scale_stretch(s, s->low), high = loss_scale_stretch(s, s->high);
    return loss_scale_unstretch(s, isfinite(high - low)
                                       ? low + place * (high - low)
                                       : 2 * (low / 2 + place * (high / 2 - low / 2)));
}

/* 0, and on both sides every so many powers of ten from the linear part up. */
static size_t symmetric_ticks(const loss_scale *s, size_t wanted, double *ticks, size_t most)
{
    enum { LEAST = -300, MOST = 300 };
    int low = (int)fmax(ceil(log10(s->linear) - 1e-9), LEAST),
        high = (int)fmin(floor(log10(s->high) + 1e-9), MOST);
    size_t side = wanted < most ? wanted / 2 : (most - 1) / 2, n = 0;
    int stride = side ? (high - low) / (int)side + 1 : 0;
    size_t each = side && high >= low ? (size_t)((high - low) / stride) + 1 : 0;
    for (size_t i = 0; i < each; i++)
        ticks[n++] = -pow(10, high - stride * (int)i);
    ticks[n++] = 0;
    for (size_t i = each; i-- > 0;)
        ticks[n++] = pow(10, high - stride * (int)i);
    return n;
}

size_t loss_scale_ticks(const loss_scale *s, size_t wanted, double *ticks, size_t most)
{
    if (!s || !ticks || !most)
        return 0;
    if (s->kind == LOSS_SCALE_SYMLOG && s->linear > 0 && s->linear < s->high)
        return symmetric_ticks(s, wanted, ticks, most);
    return loss_ticks(s->low, s->high, s->kind == LOSS_SCALE_LOG, wanted, ticks, most);
}
