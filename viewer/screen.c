/* Some systems place windows in pixels, others in units of several pixels. */
#include "screen.h"

#include <math.h>

static bool has_size(const screen *s)
{
    return s->width > 0 && s->height > 0 && s->pixels_wide > 0 && s->pixels_high > 0;
}

double screen_scale(const screen *s)
{
    return s->asked > 0 ? s->asked : s->content_scale > 0 ? s->content_scale : 1;
}

bool screen_pixel(const screen *s, double x, double y, double pixel[2])
{
    if (!has_size(s))
        return false;
    pixel[0] = x * s->pixels_wide / s->width;
    pixel[1] = y * s->pixels_high / s->height;
    return true;
}

void screen_window_size(const screen *s, double w, double h, double size[2])
{
    double scale = screen_scale(s);
    size[0] = w * scale * (has_size(s) ? s->width / s->pixels_wide : 1);
    size[1] = h * scale * (has_size(s) ? s->height / s->pixels_high : 1);
}

int screen_pixels(double units, double scale)
{
    return (int)fmax(round(units * scale), 1);
}
