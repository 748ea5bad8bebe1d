/* Bright colours that the colour-blind tell apart by lightness, too. */
#include "run_colours.h"

const double *run_colour(size_t i)
{
    static const double colours[N_RUN_COLOURS][3] = {{1, 0.55, 0.15},    {0.40, 0.85, 1},
                                                     {1, 0.50, 0.80},    {0.95, 0.90, 0.30},
                                                     {0.55, 0.95, 0.55}, {1, 1, 1}};
    return colours[i % N_RUN_COLOURS];
}
