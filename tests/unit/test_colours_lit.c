/* Light and shade move no colour along its own map. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <loss/loss.h>

enum { MIXTURES = 8, SLIP = 5 }; /* of 255: 2 % */

/* As the graphics card mixes neighbouring rows of the texture. */
static void mix(const uint8_t a[3], const uint8_t b[3], int part, uint8_t out[3])
{
    for (int k = 0; k < 3; k++)
        out[k] = (uint8_t)((a[k] * (MIXTURES - part) + b[k] * part + MIXTURES / 2) / MIXTURES);
}

static void test_colours_are_read_back(void **state)
{
    (void)state;
    for (const char *const *map = loss_colour_maps(); *map; map++) {
        uint8_t lights[LOSS_N_LIGHTS][LOSS_COLOUR_STEPS][3], seen[3];
        assert_int_equal(loss_colours_lit(*map, lights), LOSS_OK);
        for (int i = 0; i < LOSS_COLOUR_STEPS; i++)
            for (int part = 0; part <= MIXTURES; part++)
                for (int side = LOSS_LIGHT_SHADE; side <= LOSS_LIGHT_LIT; side += 2) {
                    mix(lights[LOSS_LIGHT_PLAIN][i], lights[side][i], part, seen);
                    double found;
                    assert_int_equal(loss_colour_read(*map, seen, &found), LOSS_OK);
                    if (fabs(255 * found - i) > SLIP)
                        fail_msg("%s: place %d is read as %g", *map, i, 255 * found);
                }
    }
}

/* Without a difference nobody would see a shape. */
static void test_light_is_seen(void **state)
{
    (void)state;
    for (const char *const *map = loss_colour_maps(); *map; map++) {
        uint8_t lights[LOSS_N_LIGHTS][LOSS_COLOUR_STEPS][3];
        int apart = 0;
        assert_int_equal(loss_colours_lit(*map, lights), LOSS_OK);
        for (int i = 0; i < LOSS_COLOUR_STEPS; i++)
            for (int k = 0; k < 3; k++)
                apart += abs(lights[LOSS_LIGHT_LIT][i][k] - lights[LOSS_LIGHT_SHADE][i][k]);
        assert_true(apart / LOSS_COLOUR_STEPS > 15);
        int dark = 0; /* nor at the dark end of viridis */
        for (int i = 0; i < 16; i++)
            for (int k = 0; k < 3; k++)
                dark += abs(lights[LOSS_LIGHT_LIT][i][k] - lights[LOSS_LIGHT_SHADE][i][k]);
        assert_true(map > loss_colour_maps() || dark / 16 > 85);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_colours_are_read_back),
                                       cmocka_unit_test(test_light_is_seen)};
    return cmocka_run_group_tests_name("colours_lit", tests, NULL, NULL);
}
