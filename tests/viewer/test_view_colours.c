/* Light and shade move no colour along its own map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "colours.h"

enum { MIXTURES = 8, SLIP = 5 }; /* of 255: 2 % */

static int n_maps(void)
{
    int n = 0;
    while (loss_colour_maps()[n])
        n++;
    return n;
}

/* As the graphics card mixes neighbouring rows of the texture. */
static void mix(const uint8_t a[3], const uint8_t b[3], int part, uint8_t out[3])
{
    for (int k = 0; k < 3; k++)
        out[k] = (uint8_t)((a[k] * (MIXTURES - part) + b[k] * part + MIXTURES / 2) / MIXTURES);
}

static void test_colours_are_read_back(void **state)
{
    (void)state;
    for (int map = 0; map < n_maps(); map++) {
        uint8_t lights[N_LIGHTS][COLOUR_STEPS][3], seen[3];
        colours_lit(map, lights);
        for (int i = 0; i < COLOUR_STEPS; i++)
            for (int part = 0; part <= MIXTURES; part++)
                for (int side = LIGHT_SHADE; side <= LIGHT_LIT; side += 2) {
                    mix(lights[LIGHT_PLAIN][i], lights[side][i], part, seen);
                    int found = colours_read(map, seen);
                    if (abs(found - i) > SLIP)
                        fail_msg("%s: place %d is read as %d", loss_colour_maps()[map], i, found);
                }
    }
}

/* Without a difference nobody would see a shape. */
static void test_light_is_seen(void **state)
{
    (void)state;
    for (int map = 0; map < n_maps(); map++) {
        uint8_t lights[N_LIGHTS][COLOUR_STEPS][3];
        int apart = 0;
        colours_lit(map, lights);
        for (int i = 0; i < COLOUR_STEPS; i++)
            for (int k = 0; k < 3; k++)
                apart += abs(lights[LIGHT_LIT][i][k] - lights[LIGHT_SHADE][i][k]);
        assert_true(apart / COLOUR_STEPS > 15);
        int dark = 0; /* nor at the dark end of viridis */
        for (int i = 0; i < 16 && map == 0; i++)
            for (int k = 0; k < 3; k++)
                dark += abs(lights[LIGHT_LIT][i][k] - lights[LIGHT_SHADE][i][k]);
        assert_true(map > 0 || dark / 16 > 85);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_colours_are_read_back),
                                       cmocka_unit_test(test_light_is_seen)};
    return cmocka_run_group_tests_name("view_colours", tests, NULL, NULL);
}
