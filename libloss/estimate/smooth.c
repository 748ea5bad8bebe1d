#include "estimate/smooth.h"

#include <math.h>
#include <stdlib.h>

#include "base/one_thread.h"

/* A side of a tile at most, and the points around it that it sees. */
enum { TILE = 26, MARGIN = 6 };
/* With fewer points nothing is told of a model. */
enum { LEAST_POINTS = 9 };
/* Of the axes, whose length is 2: beyond it the covariance hardly changes its shape. */
static const double LONGEST = 8;
/* Of the logarithm of the likelihood: what a rougher model may lack of the likeliest. */
static const double LACK = 0.5;
static const double ROUGHER = 1.05;

/* A rectangle of the grid. */
typedef struct tile {
    size_t x, y, nx, ny;
} tile;

typedef struct grid {
    size_t nx, ny;
    const lossi_valued *measured; /* [ny][nx] */
    lossi_valued *smoothed;       /* [ny][nx] */
    lossi_process process;        /* of a tile */
    lossi_spot *spots;            /* [points of a tile] */
    lossi_valued *told;           /* the same */
    double *room;                 /* [points of a tile][points of a tile and around it] */
} grid;

static void free_grid(grid *g)
{
    lossi_process_free(&g->process);
    free(g->spots);
    free(g->told);
    free(g->room);
}

static loss_status make_grid(grid *g)
{
    size_t most = lossi_smaller(g->nx, TILE + 2 * MARGIN) * lossi_smaller(g->ny, TILE + 2 * MARGIN),
           inner = lossi_smaller(g->nx, TILE) * lossi_smaller(g->ny, TILE);
    g->spots = lossi_alloc(inner, sizeof *g->spots);
    g->told = lossi_alloc(inner, sizeof *g->told);
    g->room = lossi_alloc(inner * most, sizeof *g->room);
    loss_status status = lossi_process_init(&g->process, most);
    return g->spots && g->told && g->room ? status
                                          : lossi_fail_nomem(inner * most * sizeof *g->room);
}

/* ---- Tiles ---------------------------------------------------------------------------------- */

/* Tiles of about the same size side by side. */
static size_t count_tiles(size_t n)
{
    return (n + TILE - 1) / TILE;
}

static tile tile_at(const grid *g, size_t i)
{
    size_t across = count_tiles(g->nx), down = count_tiles(g->ny), tx = i % across, ty = i / across,
           x = tx * g->nx / across, y = ty * g->ny / down;
    return (tile){x, y, (tx + 1) * g->nx / across - x, (ty + 1) * g->ny / down - y};
}

static size_t all_tiles(const grid *g)
{
    return count_tiles(g->nx) * count_tiles(g->ny);
}

static tile with_margin(const grid *g, tile t)
{
    size_t x = t.x > MARGIN ? t.x - MARGIN : 0, y = t.y > MARGIN ? t.y - MARGIN : 0;
    return (tile){x, y, lossi_smaller(g->nx, t.x + t.nx + MARGIN) - x,
                  lossi_smaller(g->ny, t.y + t.ny + MARGIN) - y};
}

static size_t point_of(const grid *g, tile t, size_t k)
{
    return (t.y + k / t.nx) * g->nx + t.x + k % t.nx;
}

/* What was measured in a tile. @return whether it can be solved */
static bool solve(grid *g, tile t, const lossi_process_model *model)
{
    lossi_process *p = &g->process;
    p->n = 0;
    for (size_t k = 0; k < t.nx * t.ny; k++) {
        size_t point = point_of(g, t, k);
        if (isnan(g->measured[point].value))
            continue;
        p->spots[p->n] = lossi_spot_of(point, g->nx, g->ny);
        p->values[p->n++] = g->measured[point];
    }
    return lossi_process_solve(p, model);
}

/* ---- The model ------------------------------------------------------------------------------ */

/* Of the values, tiles as if each stood alone. */
static double likelihood(grid *g, const lossi_process_model *model)
{
    double sum = 0;
    for (size_t i = 0; i < all_tiles(g); i++) {
        if (solve(g, tile_at(g, i), model))
            sum += lossi_process_likelihood(&g->process);
        else if (g->process.n)
            return -INFINITY;
    }
    return sum;
}

/* The spread of the values themselves; 0: there is nothing to find. */
static double find_spread(const grid *g)
{
    double sum = 0, squares = 0, n = 0;
    for (size_t i = 0; i < g->nx * g->ny; i++)
        if (!isnan(g->measured[i].value)) {
            sum += g->measured[i].value;
            n++;
        }
    for (size_t i = 0; i < g->nx * g->ny; i++)
        if (!isnan(g->measured[i].value))
            squares += pow(g->measured[i].value - sum / n, 2);
    return n >= LEAST_POINTS ? sqrt(squares / n) : 0;
}

/* One move to a likelier model, each of its numbers times or over a factor. @return whether there
 * was one */
static bool improve(grid *g, double factor, lossi_process_model *best, double *most)
{
    static const double MOVES[][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {-1, -1}};
    double shortest = 2 / (double)(lossi_larger(2, lossi_larger(g->nx, g->ny)) - 1);
    for (size_t k = 0; k < sizeof MOVES / sizeof *MOVES; k++) {
        lossi_process_model other = {best->length * pow(factor, MOVES[k][0]),
                                     best->spread * pow(factor, MOVES[k][1])};
        if (other.length < shortest || other.length > LONGEST)
            continue;
        double is = likelihood(g, &other);
        if (is > *most + 1e-3) {
            *best = other;
            *most = is;
            return true;
        }
    }
    return false;
}

/* The likeliest model, and then the roughest one that is about as likely: where the surface has an
 * edge, a model of all of it is too smooth. */
static lossi_process_model find_model(grid *g)
{
    enum { MOST_MOVES = 40 };
    lossi_process_model best = {1, find_spread(g)};
    if (!(best.spread > 0))
        return (lossi_process_model){0, 0};
    double most = likelihood(g, &best), factor = 4;
    for (int k = 0; k < MOST_MOVES && factor > 1.1; k++)
        if (!improve(g, factor, &best, &most))
            factor = sqrt(factor);
    if (!isfinite(most))
        return (lossi_process_model){0, 0};
    lossi_process_model rougher = best;
    for (int k = 0; k < MOST_MOVES && likelihood(g, &rougher) > most - LACK; k++) {
        best = rougher;
        rougher.spread *= ROUGHER;
    }
    return best;
}

/* ---- What it says --------------------------------------------------------------------------- */

static void tell(grid *g, tile t, const lossi_process_model *model)
{
    tile around = with_margin(g, t);
    size_t n = t.nx * t.ny;
    if (!solve(g, around, model))
        return;
    for (size_t k = 0; k < n; k++)
        g->spots[k] = lossi_spot_of(point_of(g, t, k), g->nx, g->ny);
    lossi_process_tell(&g->process, n, g->spots, g->room, g->told);
    for (size_t k = 0; k < n; k++) {
        size_t point = point_of(g, t, k);
        const lossi_valued *m = &g->measured[point];
        if (isnan(m->value) || m->variance > 0)
            g->smoothed[point] = g->told[k];
    }
}

loss_status lossi_smooth(size_t nx, size_t ny, const lossi_valued *measured,
                         lossi_process_model *model, lossi_valued *smoothed)
{
    grid g = {.nx = nx, .ny = ny, .measured = measured, .smoothed = smoothed};
    loss_status status = make_grid(&g);
    lossi_one_thread_begin();
    *model = status ? (lossi_process_model){0, 0} : find_model(&g);
    for (size_t i = 0; i < nx * ny; i++)
        smoothed[i] = measured[i];
    for (size_t i = 0; !status && model->spread > 0 && i < all_tiles(&g); i++)
        tell(&g, tile_at(&g, i), model);
    lossi_one_thread_end();
    free_grid(&g);
    return status;
}

void lossi_smooth_variances(size_t nx, size_t ny, const double *variances, double *steadier)
{
    for (size_t i = 0; i < nx * ny; i++) {
        size_t x = i % nx, y = i / nx, n = 0;
        double sum = 0;
        for (size_t b = y ? y - 1 : 0; b < ny && b <= y + 1; b++)
            for (size_t a = x ? x - 1 : 0; a < nx && a <= x + 1; a++)
                if (!isnan(variances[b * nx + a])) {
                    sum += variances[b * nx + a];
                    n++;
                }
        steadier[i] = isnan(variances[i]) ? NAN : sum / (double)n;
    }
}
