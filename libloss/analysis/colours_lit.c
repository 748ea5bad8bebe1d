/* Colours in light and in shade that still are read as themselves. Each colour of a map moves
 * lighter and darker in CIE Lab, at a right angle to the map's own way through Lab, only as far as
 * the nearest colour of the map stays its own. Where the map runs along the lightness (magma's
 * ends) or at the border of what a screen can show, that is not far. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <loss/export.h>

#include "base/base.h"

enum { STEPS = LOSS_COLOUR_STEPS };

/* CIE 1976, white D65. */
typedef struct lab {
    double l, a, b;
} lab;

static double linear_of(double c)
{
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* A map in Lab; what colours are told apart by, beside it, since they are looked up often. */
typedef struct lab_map {
    lab of[STEPS];
    double l[STEPS], a[STEPS], b[STEPS];
    double linear[256]; /* of the bytes of sRGB */
} lab_map;

static double encoded(double c)
{
    return c <= 0.0031308 ? 12.92 * c : 1.055 * pow(c, 1 / 2.4) - 0.055;
}

static double lab_curve(double t)
{
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

static double lab_curve_back(double f)
{
    return f * f * f > 216.0 / 24389 ? f * f * f : (116 * f - 16) / (24389.0 / 27);
}

static lab lab_of(const lab_map *map, const uint8_t colour[3])
{
    double r = map->linear[colour[0]], g = map->linear[colour[1]], b = map->linear[colour[2]];
    double x = lab_curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047),
           y = lab_curve(0.2126729 * r + 0.7151522 * g + 0.0721750 * b),
           z = lab_curve((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
    return (lab){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

/* @return false: no screen shows it */
static bool rgb_of(lab c, uint8_t colour[3])
{
    double fy = (c.l + 16) / 116, x = 0.95047 * lab_curve_back(fy + c.a / 500),
           y = lab_curve_back(fy), z = 1.08883 * lab_curve_back(fy - c.b / 200);
    const double linear[3] = {3.2404542 * x - 1.5371385 * y - 0.4985314 * z,
                              -0.9692660 * x + 1.8760108 * y + 0.0415560 * z,
                              0.0556434 * x - 0.2040259 * y + 1.0572252 * z};
    for (int k = 0; k < 3; k++) {
        double value = 255 * encoded(linear[k]);
        if (!(value > -0.5 && value < 255.5))
            return false;
        colour[k] = (uint8_t)(value + 0.5);
    }
    return true;
}

static double squared(lab a, lab b)
{
    return (a.l - b.l) * (a.l - b.l) + (a.a - b.a) * (a.a - b.a) + (a.b - b.b) * (a.b - b.b);
}

static int nearest(const lab_map *map, lab colour)
{
    double far[STEPS];
    int best = 0;
    for (int i = 0; i < STEPS; i++) /* apart from the search, so that vectors do it */
        far[i] = squared((lab){map->l[i], map->a[i], map->b[i]}, colour);
    for (int i = 1; i < STEPS; i++)
        best = far[i] < far[best] ? i : best;
    return best;
}

/* The map as it is, in bytes and in Lab. */
static loss_status read_map(const char *map, uint8_t table[STEPS][3], lab_map *all)
{
    for (int i = 0; i < 256; i++)
        all->linear[i] = linear_of(i / 255.0);
    for (int i = 0; i < STEPS; i++) {
        loss_status status = loss_colour_at(map, (double)i / (STEPS - 1), table[i]);
        if (status)
            return status;
        all->of[i] = lab_of(all, table[i]);
        all->l[i] = all->of[i].l;
        all->a[i] = all->of[i].a;
        all->b[i] = all->of[i].b;
    }
    return LOSS_OK;
}

loss_status loss_colour_read(const char *map, const uint8_t rgb[3], double *t)
{
    uint8_t table[STEPS][3];
    lab_map all;
    LOSSI_REQUIRE(map && rgb && t);
    loss_status status = read_map(map, table, &all);
    if (!status)
        *t = (double)nearest(&all, lab_of(&all, rgb)) / (STEPS - 1);
    return status;
}

/* The direction that is lighter, at a right angle to the map, turned about the map's way: a unit
 * vector, or nothing. Straight up, dark violet soon leaves what a screen can show; turned towards
 * another hue it gets further. */
static lab lighter(const lab_map *map, int i, double turn)
{
    enum { REACH = 6 }; /* steps to each side: the tables are rounded to bytes */
    int from = i < REACH ? 0 : i - REACH, to = i + REACH >= STEPS ? STEPS - 1 : i + REACH;
    lab way = {map->of[to].l - map->of[from].l, map->of[to].a - map->of[from].a,
               map->of[to].b - map->of[from].b};
    double length = sqrt(squared(way, (lab){0, 0, 0}));
    if (!(length > 0))
        return way;
    way = (lab){way.l / length, way.a / length, way.b / length};
    lab up = {1 - way.l * way.l, -way.l * way.a, -way.l * way.b};
    length = sqrt(squared(up, (lab){0, 0, 0}));
    if (!(length > 0.05))
        return (lab){0, 0, 0};
    up = (lab){up.l / length, up.a / length, up.b / length};
    lab side = {way.a * up.b - way.b * up.a, way.b * up.l - way.l * up.b,
                way.l * up.a - way.a * up.l};
    double c = cos(turn), s = sin(turn);
    return (lab){c * up.l + s * side.l, c * up.a + s * side.a, c * up.b + s * side.b};
}

enum { SLIP = 3 }; /* of 255: 1.2 % */

/* How far colour i can go that way. */
static double reach_of(const lab_map *map, int i, lab way, double step)
{
    static const double furthest = 20;
    double reached = 0;
    for (double far = step; far <= furthest; far += step) {
        uint8_t seen[3];
        lab there = {map->of[i].l + far * way.l, map->of[i].a + far * way.a,
                     map->of[i].b + far * way.b};
        if (!rgb_of(there, seen) || abs(nearest(map, lab_of(map, seen)) - i) > SLIP)
            break;
        reached = far;
    }
    return reached;
}

/* Neighbouring colours move alike: the least of some, then the mean of some, so that no stripe
 * shows and none moves further than it may. */
static void smooth(double reach[STEPS])
{
    enum { SIDE = 6 };
    double least[STEPS];
    for (int i = 0; i < STEPS; i++) {
        least[i] = reach[i];
        for (int k = -SIDE; k <= SIDE; k++)
            if (i + k >= 0 && i + k < STEPS)
                least[i] = fmin(least[i], reach[i + k]);
    }
    for (int i = 0; i < STEPS; i++) {
        double sum = 0;
        int n = 0;
        for (int k = -SIDE; k <= SIDE; k++)
            if (i + k >= 0 && i + k < STEPS) {
                sum += least[i + k];
                n++;
            }
        reach[i] = sum / n;
    }
}

/* Where colour i goes on a side: lighter (sign 1) or darker (-1). */
static lab way_of(const lab_map *map, int i, double sign, double turn)
{
    lab up = lighter(map, i, turn);
    return (lab){sign * up.l, sign * up.a, sign * up.b};
}

/* The turns that win most lightness, alike for neighbours: one is looked for at every few colours,
 * and all have the mean of some. */
static void choose_turns(const lab_map *map, double sign, double turns[STEPS])
{
    enum { SIDE = 12, MOST = 4, APART = 4 };
    static const double step = 0.3; /* radians */
    double best[STEPS];
    for (int i = 0; i < STEPS; i++) {
        double most = 0;
        best[i] = i % APART ? best[i - 1] : 0;
        for (int k = -MOST; k <= MOST && i % APART == 0; k++) {
            lab way = way_of(map, i, sign, k * step);
            double won = reach_of(map, i, way, 2) * fabs(way.l) - 0.2 * abs(k);
            if (won > most) {
                most = won;
                best[i] = k * step;
            }
        }
    }
    for (int i = 0; i < STEPS; i++) {
        double sum = 0;
        int n = 0;
        for (int k = -SIDE; k <= SIDE; k++)
            if (i + k >= 0 && i + k < STEPS) {
                sum += best[i + k];
                n++;
            }
        turns[i] = sum / n;
    }
}

/* How far colour i goes of `reach`: so far that its mixtures with the plain one, which the graphics
 * card makes of their sRGB, are read as it, too. */
static double reach_mixed(const lab_map *map, const uint8_t plain[3], int i, lab way, double reach)
{
    enum { MIXTURES = 8 };
    for (int tries = 0; tries < 40; tries++, reach *= 0.85) {
        uint8_t end[3] = {plain[0], plain[1], plain[2]}, mixed[3];
        bool is_read = true;
        rgb_of((lab){map->of[i].l + reach * way.l, map->of[i].a + reach * way.a,
                     map->of[i].b + reach * way.b},
               end);
        for (int part = 1; part <= MIXTURES && is_read; part++) {
            for (int k = 0; k < 3; k++)
                mixed[k] = (uint8_t)((plain[k] * (MIXTURES - part) + end[k] * part + MIXTURES / 2) /
                                     MIXTURES);
            is_read = abs(nearest(map, lab_of(map, mixed)) - i) <= SLIP + 1;
        }
        if (is_read)
            return reach;
    }
    return 0;
}

/* One side of a map: lighter (sign 1) or darker (-1). */
static void make_side(const lab_map *all, uint8_t table[STEPS][3], double sign,
                      uint8_t out[STEPS][3])
{
    double reach[STEPS], turns[STEPS];
    memcpy(out, table, sizeof(uint8_t[STEPS][3]));
    choose_turns(all, sign, turns);
    for (int i = 0; i < STEPS; i++) {
        lab way = way_of(all, i, sign, turns[i]);
        reach[i] = reach_mixed(all, table[i], i, way, reach_of(all, i, way, 0.5));
    }
    smooth(reach);
    for (int i = 0; i < STEPS; i++) {
        lab way = way_of(all, i, sign, turns[i]);
        reach[i] = reach_mixed(all, table[i], i, way, reach[i]);
        rgb_of((lab){all->of[i].l + reach[i] * way.l, all->of[i].a + reach[i] * way.a,
                     all->of[i].b + reach[i] * way.b},
               out[i]);
    }
}

loss_status loss_colours_lit(const char *map, uint8_t lit[LOSS_N_LIGHTS][LOSS_COLOUR_STEPS][3])
{
    uint8_t table[STEPS][3];
    lab_map all;
    LOSSI_REQUIRE(map && lit);
    loss_status status = read_map(map, table, &all);
    if (status)
        return status;
    make_side(&all, table, -1, lit[LOSS_LIGHT_SHADE]);
    memcpy(lit[LOSS_LIGHT_PLAIN], table, sizeof table);
    make_side(&all, table, 1, lit[LOSS_LIGHT_LIT]);
    return LOSS_OK;
}
