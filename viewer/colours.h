/* Which colours: the library's maps, and those of background, ink and marks in the two themes. */
#ifndef COLOURS_H
#define COLOURS_H

#include <stdint.h>

enum { COLOUR_STEPS = 256 };

/** A map of loss_colour_maps() as COLOUR_STEPS sRGB triples. */
void colours_table(int map, uint8_t steps[COLOUR_STEPS][3]);

typedef struct rgb {
    double r, g, b;
} rgb;

typedef struct theme {
    rgb background, background_top, ink, faint, halo, panel, accent;
} theme;

/** By THEME_LIGHT or THEME_DARK. */
const theme *theme_of(int number);

#endif
