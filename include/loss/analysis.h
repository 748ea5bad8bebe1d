/* What a surface looks like in figures: contour lines, critical points with their persistence,
 * and a few numbers.
 *
 * Pure functions of a grid of values: no files, no network, no drawing. docs/definitions.md says
 * what each number means. They may be called from any thread; what they make is immutable and
 * may be shared between threads. The same grid gives the same bits.
 *
 * A value that is NaN or Inf is a hole. The surface is made of the cells (four neighbouring
 * points) whose corners are all finite; each is two triangles, cut by the diagonal from its
 * corner (ix, iy) to (ix + 1, iy + 1), as in the meshes that loss_surface_export() writes. A
 * line (nx or ny is 1) is made of the pieces between neighbours that are finite. A point of no
 * cell and no piece is not part of the surface. */
#ifndef LOSS_ANALYSIS_H
#define LOSS_ANALYSIS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include <loss/grid.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Levels --------------------------------------------------------------------------------- */

/** How levels are spread over the values. Since 0.1. */
typedef enum loss_level_scale {
    LOSS_LEVELS_LINEAR = 0,  /**< even steps */
    LOSS_LEVELS_LOG = 1,     /**< even factors; only values above 0 count */
    LOSS_LEVELS_QUANTILE = 2 /**< the same number of values between neighbouring levels */
} loss_level_scale;

/** A scale's name: "linear", "log" or "quantile". Static storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_level_scale_name(loss_level_scale scale);

/** Which levels loss_levels() gives. Start from LOSS_LEVELS_OPTIONS_INIT. Since 0.1. */
typedef struct loss_levels_options {
    size_t struct_size;     /**< sizeof(loss_levels_options): set by the initialiser */
    loss_level_scale scale; /**< how they are spread */
    double low, high;       /**< range to cut; NaN: the lowest, the highest finite value */
    /** LINEAR and LOG: round numbers (1, 2, 5 times powers of ten; ...), at most n of them; else
     *  exactly n, which cut the range into n + 1 equal parts */
    bool round;
} loss_levels_options;

/** The defaults of loss_levels_options. Since 0.1. */
#define LOSS_LEVELS_OPTIONS_INIT                                                                   \
    {                                                                                              \
        sizeof(loss_levels_options), LOSS_LEVELS_LINEAR, NAN, NAN, false                           \
    }

/** Levels for contour lines, ascending, all different, all strictly inside the range. QUANTILE is
 *  the k/(n + 1) quantiles of the finite values in the range (type 7 of Hyndman and Fan 1996:
 *  linear between order statistics); equal ones become one.
 *  @param n         how many are wanted
 *  @param opt       NULL: linear, not rounded
 *  @param levels    [n], written. Caller-owned.
 *  @param n_levels  how many there are; 0 when no two values differ (or none is above 0, on the log
 *                   scale)
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_SHAPE (an empty axis), LOSS_ERR_NOMEM.
 *  Threads: any. Cost: O(N log N). Since 0.1. */
LOSS_API loss_status loss_levels(const loss_grid *grid, size_t n, const loss_levels_options *opt,
                                 double *levels, size_t *n_levels);

/** Ticks of an axis or a colour bar: round numbers within low .. high. Even steps of 1, 2 or 5
 *  times a power of ten; with `log` 1, 2, 5 times powers of ten, or over many decades only some of
 *  the powers, unless there are fewer than two such numbers.
 *  @param low, high  if low is not below high, low is the one tick; none if either is not finite
 *  @param wanted     about how many
 *  @param ticks      [most], written, ascending. Caller-owned.
 *  @return how many there are, at most `most`.
 *  Threads: any. Cost: O(most). Since 0.1. */
LOSS_API size_t loss_ticks(double low, double high, bool log, size_t wanted, double *ticks,
                           size_t most);

/* ---- Contour lines -------------------------------------------------------------------------- */

/** Contour lines of one or more levels. Immutable. Since 0.1. */
typedef struct loss_contours loss_contours;

/** What the surface is between grid points. Since 0.1. */
typedef enum loss_contour_cells {
    /** bilinear in each cell: marching squares; a cell whose corners alternate is joined by its
     *  saddle's value (the asymptotic decider, Nielson and Hamann 1991) */
    LOSS_CONTOUR_SQUARES = 0,
    /** the mesh's triangles: lines have a point on each diagonal too, so they lie on the mesh */
    LOSS_CONTOUR_TRIANGLES = 1
} loss_contour_cells;

/** One line. Higher values are on its left. Since 0.1. */
typedef struct loss_contour {
    double level;    /**< the value that it is at */
    size_t n_points; /**< at least 2; neighbouring points differ */
    bool is_closed;  /**< a loop; its first point is not repeated at the end */
    /** [n_points] x, y in the grid's coordinates. Borrowed from the loss_contours. */
    const double (*points)[2];
} loss_contour;

/** Cuts a surface at levels. Lines are whole: they end only at the border of the grid or of a hole.
 *  A value equal to the level counts as below it, so that nothing is drawn twice or broken on a
 *  plateau; lines that would be a single point are left out. A line grid has none. Ordered by level
 *  as given, then open lines, then closed ones, each by its first cell.
 *  @param levels  [n_levels], finite, any order. Copied.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (a level that is not finite), LOSS_ERR_SHAPE (an empty axis,
 *          or more than 2^31 points), LOSS_ERR_NOMEM.
 *  Threads: any. Cost: O(n_levels cells). Since 0.1. */
LOSS_API loss_status loss_contours_create(loss_contours **out, const loss_grid *grid,
                                          const double *levels, size_t n_levels,
                                          loss_contour_cells cells);

/** Frees contours; NULL is a no-op. Threads: any; nothing else may use the handle then.
 *  Since 0.1. */
LOSS_API void loss_contours_free(loss_contours *contours);

/** How many lines there are. Threads: any. Since 0.1. */
LOSS_API size_t loss_contours_count(const loss_contours *contours);

/** Line number i; past the last one, a line without points. Its points live as long as the
 *  contours. Threads: any. Since 0.1. */
LOSS_API loss_contour loss_contours_line(const loss_contours *contours, size_t i);

/* ---- Critical points ------------------------------------------------------------------------ */

/** What a critical point is. Since 0.1. */
typedef enum loss_critical_kind {
    LOSS_CRITICAL_MINIMUM = 0, /**< all neighbours are higher */
    /** lower or higher neighbours fall apart into several groups around it */
    LOSS_CRITICAL_SADDLE = 1,
    LOSS_CRITICAL_MAXIMUM = 2 /**< all neighbours are lower */
} loss_critical_kind;

/** A kind's name: "minimum", "saddle" or "maximum". Static storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_critical_kind_name(loss_critical_kind kind);

/** No partner: the deepest minimum and the highest maximum of each connected part of the surface,
 *  and saddles where no two basins and no two hills meet. Since 0.1. */
#define LOSS_NO_PARTNER SIZE_MAX

/** A critical point of the piecewise-linear surface. It is found at a grid point, where its kind
 *  and its persistence are exact, and marked at x, y with `value`: whoever draws or prints it shows
 *  those together, and may add the grid point with grid_value. Since 0.1. */
typedef struct loss_critical {
    loss_critical_kind kind; /**< minimum, saddle or maximum */
    /** where it is marked, in the grid's coordinates: the stationary point of the quadratic that
     *  fits the 3 x 3 points around, or the grid point */
    double x, y;
    double value; /**< the value there: the fit's, or the grid point's */
    /** false: there are not 9 points, their fit has no such point within one step, or it is not
     *  what they look like (docs/definitions.md); x, y and value are then the grid point's */
    bool is_fitted;
    size_t ix, iy;     /**< the grid point */
    double grid_value; /**< its value */
    /** how much higher than a minimum (deeper than a maximum) the way out of it lies; +Inf without
     *  a partner. A saddle's: that of its partner, 0 without one */
    double persistence;
    /** index in the set: of an extremum, the point (a saddle; on a line, an opposite extremum)
     *  where its basin meets a deeper one; of a saddle, its most persistent extremum; or
     *  LOSS_NO_PARTNER */
    size_t partner;
    /** at the border of the grid or of a hole: its neighbours do not go all the way round */
    bool on_border;
    /** of a saddle: groups of lower neighbours (or of higher, if these are more) less one: 1, or 2
     *  for a monkey saddle; of others 1 */
    int multiplicity;
    /** its share of the Euler characteristic: 1 less the Euler characteristic of its lower link.
     *  Inside, a minimum and a maximum have 1, a saddle minus its multiplicity */
    int index;
    /** the most that the standard error of the persistence can be: the sum of those of the two
     *  values whose difference it is. They are means over the same images, and how these vary
     *  together is not known. NaN without standard errors or without a partner */
    double error;
    /** the persistence is less than 1.96 times that: the images may be too few to tell whether the
     *  point is there */
    bool is_within_error;
} loss_critical;

/** What is known of a grid's values. Start from LOSS_CRITICALS_OPTIONS_INIT. Since 0.1. */
typedef struct loss_criticals_options {
    size_t struct_size; /**< sizeof(loss_criticals_options): set by the initialiser */
    /** [ny][nx] standard errors; NaN: not known; NULL: none is known. Borrowed for the call. */
    const double *errors;
    /** [ny][nx] the values that they are errors of, where the grid has an ascending function of
     *  these, such as their logarithms; NULL: the grid's. Borrowed for the call. */
    const double *values;
} loss_criticals_options;

/** The defaults of loss_criticals_options. Since 0.1. */
#define LOSS_CRITICALS_OPTIONS_INIT                                                                \
    {                                                                                              \
        sizeof(loss_criticals_options), NULL, NULL                                                 \
    }

/** Critical points of a surface. Immutable. Since 0.1. */
typedef struct loss_criticals loss_criticals;

/** Finds all critical points of the triangulated surface and pairs them by persistence. Equal
 *  values are told apart by their index (simulation of simplicity, Edelsbrunner and Mucke 1990):
 *  the later one in storage order counts as higher. A plateau is then a gentle slope; what its
 *  shape adds is paired within it, with persistence 0. Saddles of any multiplicity: Banchoff 1970.
 *  Pairs come from the merge trees of sublevel sets (minima) and superlevel sets (maxima): the
 *  younger basin ends where two meet (Edelsbrunner, Letscher and Zomorodian 2002; Carr, Snoeyink
 *  and Axen 2003). The sum of `index` over all points is the Euler characteristic of the surface,
 *  vertices - edges + triangles.
 *  @param opt  NULL: no standard errors are known
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_SHAPE (an empty axis, or more than 2^31 points),
 *          LOSS_ERR_NOMEM.
 *  Threads: any. Cost: O(N log N) time, about 40 bytes a grid point while it runs and 120 a
 *  critical point. Since 0.1. */
LOSS_API loss_status loss_criticals_create(loss_criticals **out, const loss_grid *grid,
                                           const loss_criticals_options *opt);

/** Frees critical points; NULL is a no-op. Threads: any; nothing else may use the handle then.
 *  Since 0.1. */
LOSS_API void loss_criticals_free(loss_criticals *criticals);

/** All critical points, the most persistent first (of equals: by kind, then in storage order).
 *  Borrowed. Threads: any. Since 0.1. */
LOSS_API const loss_critical *loss_criticals_points(const loss_criticals *criticals);

/** Simplification: how many points have a persistence of at least this; they are the first so many.
 *  0: all. Threads: any. Since 0.1. */
LOSS_API size_t loss_criticals_count(const loss_criticals *criticals, double persistence);

/** How many of a kind have a persistence of at least this. Threads: any. Since 0.1. */
LOSS_API size_t loss_criticals_count_kind(const loss_criticals *criticals, loss_critical_kind kind,
                                          double persistence);

/** The basin of a minimum: the points that are connected with it below the point where it meets a
 *  deeper one, its partner; with those of the shallower minima that have met it before. Of a
 *  maximum its hill. Without a partner it is the whole connected part of the surface. Two basins
 *  either have no common point, or one is a part of the other.
 *  @param grid      the grid that the points were found on, with the same values. Borrowed for the
 *                   call.
 *  @param number    of a minimum or maximum in loss_criticals_points()
 *  @param inside    [ny][nx], written: whether a grid point belongs to it; its partner does not.
 *                   Caller-owned.
 *  @param n_inside  how many do; 0 on failure
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (a saddle, or past the last point), LOSS_ERR_MISMATCH
 * (another grid), LOSS_ERR_SHAPE (an empty axis, or more than 2^31 points), LOSS_ERR_NOMEM.
 *  Threads: any. Cost: O(N) time, 4 bytes a grid point while it runs. Since 0.1. */
LOSS_API loss_status loss_criticals_basin(const loss_criticals *criticals, const loss_grid *grid,
                                          size_t number, bool *inside, size_t *n_inside);

/** Euler characteristic of the surface, vertices - edges + triangles: its connected parts less its
 *  holes. 0 if it is empty. Threads: any. Since 0.1. */
LOSS_API long loss_criticals_euler(const loss_criticals *criticals);

/* ---- Figures -------------------------------------------------------------------------------- */

/** A few numbers of a surface. docs/definitions.md defines each, with its source. Since 0.1. */
typedef struct loss_figures {
    /** of the surface's cells, in units of x times units of y; of a line its length */
    double area;
    double lowest, highest; /**< finite value of the grid; NaN if there is none */
    /** of the points with eight neighbours: share whose finite-difference Hessian has no negative
     *  eigenvalue; NaN without such a point */
    double convex_share;
    size_t n_hessians; /**< such points */
    /** mean over rows and columns of total variation / range; NaN if no row and no column varies */
    double roughness;
} loss_figures;

/** Computes the figures of a surface.
 *  @param figures  written. Caller-owned.
 *  @return LOSS_OK, LOSS_ERR_SHAPE (an empty axis).
 *  Threads: any. Cost: O(N). Since 0.1. */
LOSS_API loss_status loss_figures_of(const loss_grid *grid, loss_figures *figures);

/** Area of the surface where its value is at most `level`, exact on the triangles; of a line, the
 *  length.
 *  @param area  in units of x times units of y; of a line, units of x or y. Written.
 *  @return LOSS_OK, LOSS_ERR_SHAPE (an empty axis), LOSS_ERR_ARGUMENT (a level that is NaN).
 *  Threads: any. Cost: O(N). Since 0.1. */
LOSS_API loss_status loss_area_below(const loss_grid *grid, double level, double *area);

#ifdef __cplusplus
}
#endif
#endif
