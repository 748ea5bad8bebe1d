/* Pyramids on four corners, and two of them base to base. */
#include "formats/glb_shapes.h"

#include "formats/glb.h"

/* The vertex that is a pyramid's point comes first; seen from outside corners turn left. */
static const float DOWN[] = {0, 0, 0, 1, 0, 2, 0, 1, 2, -1, 0, 2, 0, -1, 2},
                   UP[] = {0, 0, 2, 1, 0, 0, 0, 1, 0, -1, 0, 0, 0, -1, 0},
                   BOTH[] = {0, 0, 1, 1, 0, 0, 0, 1, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1};
static const float DOT[] = {0,      0, 0.35F, 0.35F, 0,      0, 0, 0.35F, 0,
                            -0.35F, 0, 0,     0,     -0.35F, 0, 0, 0,     -0.35F};
static const uint16_t DOWN_FACES[] = {0, 2, 1, 0, 3, 2, 0, 4, 3, 0, 1, 4, 1, 2, 3, 1, 3, 4},
                      UP_FACES[] = {0, 1, 2, 0, 2, 3, 0, 3, 4, 0, 4, 1, 1, 3, 2, 1, 4, 3},
                      BOTH_FACES[] = {0, 1, 2, 0, 2, 3, 0, 3, 4, 0, 4, 1,
                                      5, 2, 1, 5, 3, 2, 5, 4, 3, 5, 1, 4};

const lossi_glb_shape LOSSI_GLB_SHAPES[LOSSI_GLB_N_SHAPES] = {
    {{0.02F, 0.34F, 0.91F}, DOWN, 5, DOWN_FACES, 6},
    {{1.00F, 0.60F, 0.02F}, BOTH, 6, BOTH_FACES, 8},
    {{0.85F, 0.05F, 0.03F}, UP, 5, UP_FACES, 6},
    {{1, 1, 1}, DOT, 6, BOTH_FACES, 8},
};
