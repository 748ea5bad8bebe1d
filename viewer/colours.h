/* Which colours: the library's maps, and those of background, ink and marks in the themes. */
#ifndef COLOURS_H
#define COLOURS_H

#include <stddef.h>
#include <stdint.h>

enum { COLOUR_STEPS = 256 };

/** A map of loss_colour_maps() as COLOUR_STEPS sRGB triples. */
void colours_table(int map, uint8_t steps[COLOUR_STEPS][3]);

/** A colour in shade, as it is, and in light. */
enum { LIGHT_SHADE, LIGHT_PLAIN, LIGHT_LIT, N_LIGHTS };

/** The colours of a map in these lights. What lies between is read from a picture as the same
 * place of the map, to 2 % of its length: its nearest colour in CIE Lab. */
void colours_lit(int map, uint8_t out[N_LIGHTS][COLOUR_STEPS][3]);
/** The place of the map whose colour is nearest, 0 to COLOUR_STEPS - 1. */
int colours_read(int map, const uint8_t colour[3]);

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
