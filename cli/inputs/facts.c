/* Facts as numbers. */
#include "inputs/facts.h"

double fact_number(const loss_surface *surface, const char *key, double otherwise)
{
    double number;
    return loss_surface_number(surface, key, &number) ? number : otherwise;
}

channels fact_channels(const loss_surface *surface, const char *key)
{
    channels c = {0, {0}};
    const char *text = loss_surface_text(surface, key, "");
    double value;
    while (c.n < 3 && loss_number_parse(text, &text, &value)) {
        c.values[c.n++] = (float)value;
        if (*text != ',')
            break;
        text++;
    }
    return c;
}
