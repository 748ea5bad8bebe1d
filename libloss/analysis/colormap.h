/* Tables of the colour maps. */
#ifndef LOSSI_COLORMAP_H
#define LOSSI_COLORMAP_H

#include <loss/export.h>

extern const uint8_t lossi_viridis[LOSS_COLOUR_STEPS][3];
extern const uint8_t lossi_cividis[LOSS_COLOUR_STEPS][3];
extern const uint8_t lossi_magma[LOSS_COLOUR_STEPS][3];
extern const uint8_t lossi_coolwarm[LOSS_COLOUR_STEPS][3];
extern const uint8_t lossi_terrain[LOSS_COLOUR_STEPS][3];

#endif
