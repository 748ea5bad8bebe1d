/* Themes and tables of colours. */
#include "colours.h"

#include <string.h>

#include <loss/loss.h>

void colours_table(int map, uint8_t steps[LOSS_COLOUR_STEPS][3])
{
    for (int i = 0; i < LOSS_COLOUR_STEPS; i++)
        if (loss_colour_at(loss_colour_maps()[map], (double)i / (LOSS_COLOUR_STEPS - 1), steps[i]))
            memset(steps[i], 128, 3);
}

rgb rgb_of_run(size_t run)
{
    const double *c = loss_run_colour(run);
    return (rgb){c[0], c[1], c[2]};
}

const theme *theme_of(int number)
{
    static const theme themes[] = {
        {{0.93, 0.94, 0.955},
         {1, 1, 1},
         {0.11, 0.12, 0.14},
         {0.62, 0.64, 0.68},
         {1, 1, 1},
         {1, 1, 1},
         {0.12, 0.38, 0.72},
         1},
        {{0.075, 0.08, 0.095},
         {0.15, 0.16, 0.185},
         {0.93, 0.94, 0.95},
         {0.42, 0.44, 0.48},
         {0.07, 0.075, 0.09},
         {0.13, 0.14, 0.16},
         {0.42, 0.66, 0.98},
         1},
        {{1, 1, 1},
         {1, 1, 1},
         {0, 0, 0},
         {0.66, 0.66, 0.66},
         {1, 1, 1},
         {1, 1, 1},
         {0.12, 0.38, 0.72},
         0.65},
    };
    return &themes[number];
}
