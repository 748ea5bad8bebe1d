/* Tables of the colour maps. */
#ifndef LOSSI_COLORMAP_H
#define LOSSI_COLORMAP_H

#include <stdint.h>

enum { LOSSI_COLOUR_STEPS = 256 };

extern const uint8_t lossi_viridis[LOSSI_COLOUR_STEPS][3];
extern const uint8_t lossi_cividis[LOSSI_COLOUR_STEPS][3];
extern const uint8_t lossi_magma[LOSSI_COLOUR_STEPS][3];
extern const uint8_t lossi_coolwarm[LOSSI_COLOUR_STEPS][3];
extern const uint8_t lossi_terrain[LOSSI_COLOUR_STEPS][3];

#endif
