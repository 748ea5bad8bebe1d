/* Colours of values. The lightness of viridis, cividis and magma rises evenly, so that they can
 * be read by the colour-blind and in grey; coolwarm has its middle in grey (differences),
 * terrain looks like a map. */
#include "analysis/colormap.h"

#include <math.h>
#include <string.h>

#include <loss/export.h>

#include "base/base.h"

static const char *const names[] = {"viridis", "cividis", "magma", "coolwarm", "terrain", NULL};
static const uint8_t (*const tables[])[3] = {lossi_viridis, lossi_cividis, lossi_magma,
                                             lossi_coolwarm, lossi_terrain};
enum { N_MAPS = sizeof tables / sizeof *tables, GREY = 128 };

const char *const *loss_colour_maps(void)
{
    return names;
}

const char *loss_colour_map_for(const loss_scale *scale)
{
    return scale && scale->low < 0 && scale->low + scale->high == 0 ? "coolwarm" : names[0];
}

loss_status loss_colour_at(const char *map, double t, uint8_t rgb[3])
{
    LOSSI_REQUIRE(map && rgb);
    size_t i = 0;
    while (i < N_MAPS && strcmp(names[i], map) != 0)
        i++;
    if (i == N_MAPS)
        return lossi_fail(LOSS_ERR_NAME, "%s: no such colour map; the nearest is %s", map,
                          loss_text_nearest(map, names, N_MAPS));
    if (isnan(t)) {
        memset(rgb, GREY, 3);
        return LOSS_OK;
    }
    double place = (t < 0 ? 0 : t > 1 ? 1 : t) * (LOSS_COLOUR_STEPS - 1);
    size_t low = (size_t)place, high = low + 1 < LOSS_COLOUR_STEPS ? low + 1 : low;
    for (int k = 0; k < 3; k++) {
        double a = tables[i][low][k], b = tables[i][high][k];
        rgb[k] = (uint8_t)(a + (b - a) * (place - (double)low) + 0.5);
    }
    return LOSS_OK;
}

const double *loss_run_colour(size_t run)
{
    static const double colours[LOSS_RUN_COLOURS][3] = {{1, 0.55, 0.15},    {0.40, 0.85, 1},
                                                        {1, 0.50, 0.80},    {0.95, 0.90, 0.30},
                                                        {0.55, 0.95, 0.55}, {1, 1, 1}};
    return colours[run % LOSS_RUN_COLOURS];
}
