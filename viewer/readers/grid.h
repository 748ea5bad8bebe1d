/* What a file holds, as the viewer needs it: numbers on a grid, however they were stored. */
#ifndef GRID_H
#define GRID_H

#include <loss/loss.h>

#include "problem.h"
#include "quantities.h"

enum { N_SPLITS = 2, MOST_POINTS = 64 * 1024 * 1024 };

/** What the values of a file are. */
typedef enum grid_quantity {
    GRID_LOSS,  /* in whatever unit */
    GRID_HEIGHT /* plain heights, no losses */
} grid_quantity;

/** The quantities of one split, [ny][nx]; NaN: absent or not finite. NULL: the file has no such
 * quantity. Owned. */
typedef struct samples {
    double *loss, *error, *accuracy;
    double *convexity;      /* loss_point_convexity() */
    double *sharpness;      /* the largest eigenvalue; there is one where there is the other */
    double *accuracy_error; /* NaN where the file does not tell; NULL: as accuracy */
    double *low, *high;     /* the ends of 95 % intervals, of estimates; NULL: there are none */
    char *estimated;        /* how many points are estimates, of which images; NULL: none is */
} samples;

/** A checkpoint of a training path on the plane. */
typedef struct path_point {
    size_t run; /* number of the path it belongs to */
    size_t epoch;
    double x, y;
    double
        true_loss[N_SPLITS]; /* of the checkpoint itself, which lies off the plane; NaN: unknown */
    double plane_loss[N_SPLITS]; /* on the plane, at (x, y) */
    double residual; /* 0 to 1: the part of its way from the origin off the plane; NaN: no way */
} path_point;

typedef struct grid {
    size_t nx, ny;
    double *x, *y;            /* [nx], [ny]: ascending coordinates. Owned */
    samples splits[N_SPLITS]; /* by loss_split */
    bool has_split[N_SPLITS];
    size_t n_evaluated,
        n_total; /* points of all splits: fewer than all while another process fills the file */
    size_t n_not_finite;
    size_t n_interpolated; /* of those that are not evaluated yet */
    path_point *path;      /* owned */
    size_t n_path;
    char **runs; /* [n_runs] names of the runs, by path_point.run. Owned */
    size_t n_runs;
    char *name;            /* the file's, without folders. Owned */
    char *title, *caption; /* what was measured. Owned; caption may be NULL */
    char *model;           /* the network's name, where the file tells; NULL. Owned */
    grid_quantity quantity;
    char *label;      /* what the values are, where the file tells; NULL: the quantity's. Owned */
    bool tells_split; /* the file says which images the values are of */
    const char *x_label, *y_label; /* static, or axis_names */
    char *axis_names[2];           /* as the file has them; NULL. Owned */
    bool has_centre;               /* (0, 0) is the trained network */
    bool is_lines;                 /* each row is a line of its own: no surface */
    bool has_one_unit;             /* x and y are lengths in one unit */
} grid;

/** What the values are, in a word: "loss", "z". */
const char *grid_quantity_name(grid_quantity which);
/** The same with their unit, where it is known: "loss (nats per image)". */
const char *grid_label(const grid *g);

/** Frees what a grid owns and empties it. */
void grid_free(grid *g);

/** Checks what all readers must: at least 2 x 2 points, not too many, at least one finite loss
 * unless the file still grows. */
bool grid_check(const grid *g, const char *path, problem *p);
/** The interval of ascending coordinates, [n], that holds a value: the index of its lower end.
 * Beyond them it is the first or the last. */
size_t grid_interval(const double *axis, size_t n, double value);
/** The index of the coordinate nearest to a value. */
size_t grid_nearest(const double *axis, size_t n, double value);

/** Allocates the arrays of the split for nx x ny points, all NaN. */
bool grid_add_split(grid *g, int split, bool has_error, bool has_accuracy);
/** A quantity of a split, [ny][nx]; NULL: the file has none. */
const double *samples_of(const samples *s, quantity which);
/** Gives a split convexities, all NaN. @return false: out of memory */
bool grid_add_curvature(grid *g, int split);
/** Gives a split the arrays of intervals, all NaN. @return false: out of memory */
bool grid_add_intervals(grid *g, int split);

#endif
