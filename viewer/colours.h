/* Which colours: the library's maps, and those of background, ink and marks in the themes. */
#ifndef COLOURS_H
#define COLOURS_H

#include <stddef.h>
#include <stdint.h>

#include <loss/export.h>

/** A map of loss_colour_maps() as sRGB triples. */
void colours_table(int map, uint8_t steps[LOSS_COLOUR_STEPS][3]);

typedef struct rgb {
    double r, g, b;
} rgb;

typedef struct theme {
    rgb background, background_top, ink, faint, halo, panel, accent;
    double line; /* factor of the width of lines */
} theme;

/** Of a run of training, by its number. */
rgb rgb_of_run(size_t run);

/** By THEME_LIGHT, THEME_DARK or THEME_PAPER. */
const theme *theme_of(int number);

#endif
