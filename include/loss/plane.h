/* Planes: two directions through weight space. A point (a, b) is the network with parameters w +
 * a x + b y. */
#ifndef LOSS_PLANE_H
#define LOSS_PLANE_H

#include <loss/net.h>
#include <loss/team.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Two directions, each one value for every trainable value of a network. Immutable once made; does
 *  not hold the weights, and needs the network only while it is made. Since 0.1. */
typedef struct loss_plane loss_plane;

/** How a random direction d is scaled against the weights w (tensors of two or more dimensions; Li
 *  et al. 2018, section 4). Since 0.1. */
typedef enum loss_norm {
    LOSS_NORM_FILTER = 0, /**< for each index i of dimension 0: d_i *= |w_i| / (|d_i| + 1e-10) */
    LOSS_NORM_LAYER = 1,  /**< d *= |w| / |d| over the tensor */
    LOSS_NORM_WEIGHT = 2, /**< d *= w, elementwise */
    LOSS_NORM_NONE = 3    /**< as drawn from N(0, 1) */
} loss_norm;

/** Tensors of one dimension (biases, BatchNorm weight and bias). Since 0.1. */
typedef enum loss_ignore {
    LOSS_IGNORE_BIASBN = 0, /**< direction 0: they stay */
    LOSS_IGNORE_NONE = 1    /**< direction w itself, as the reference implementation does */
} loss_ignore;

/** A normalisation's name: "filter", "layer", "weight" or "none". Static storage. Threads: any.
 *  Since 0.1. */
LOSS_API const char *loss_norm_name(loss_norm norm);

/** What is left out, by name: "biasbn" or "none". Static storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_ignore_name(loss_ignore ignore);

/** Which random directions. Start from LOSS_RANDOM_OPTIONS_INIT. Since 0.1. */
typedef struct loss_random_options {
    size_t struct_size; /**< sizeof(loss_random_options): set by the initialiser */
    loss_norm norm;     /**< how tensors of two or more dimensions are scaled */
    loss_ignore ignore; /**< what happens to tensors of one dimension */
    uint64_t seed;      /**< of the generator */
    /** not NULL: only parameters with such names move, patterns as the shell's with commas between
     *  them: "layer3.*,fc.weight". Where they move, they move as they would without. Borrowed for
     *  the call. */
    const char *layers;
} loss_random_options;

/** The defaults of loss_random_options. Since 0.1. */
#define LOSS_RANDOM_OPTIONS_INIT                                                                   \
    {                                                                                              \
        sizeof(loss_random_options), LOSS_NORM_FILTER, LOSS_IGNORE_BIASBN, 0, NULL                 \
    }

/** Two random directions at the network's present weights. Values come from a counter-based
 *  generator keyed by (seed, axis, tensor name); the two are not made orthogonal: see
 *  loss_plane_cosine().
 *  @param opt  NULL: filter-normalised, biasbn, seed 0.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_NAME (no parameter that moves is among the layers),
 *          LOSS_ERR_NOMEM.
 *  Threads: any, while nothing changes the network. Since 0.1. */
LOSS_API loss_status loss_plane_random(loss_plane **out, const loss_net *net,
                                       const loss_random_options *opt);

/** Directions of the caller: n = loss_net_n_parameters() values each, tensors in the network's
 *  order without running statistics. Copied. `y` may be NULL: a line. Threads: any, while nothing
 *  changes the network. Since 0.1. */
LOSS_API loss_status loss_plane_create(loss_plane **out, const loss_net *net, const float *x,
                                       const float *y);

/** Directions from a .safetensors file with tensors x/<parameter> and y/<parameter>; a parameter
 *  that is absent does not move.
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_MISMATCH (a tensor the network lacks,
 *          another shape), LOSS_ERR_NOMEM
 *  Threads: any, while nothing changes the network. Since 0.1. */
LOSS_API loss_status loss_plane_load(loss_plane **out, const loss_net *net, const char *path);

/** Writes a plane as such a file, atomically.
 *  @param net  names the tensors: the network that the plane was made for. Borrowed.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_SHAPE, LOSS_ERR_IO, LOSS_ERR_NOMEM
 *  Threads: any, while nothing changes the network. Since 0.1. */
LOSS_API loss_status loss_plane_save(const loss_plane *plane, const loss_net *net,
                                     const char *path);

/** The line or plane through solutions: `origin` at (0, 0), `first` at (1, 0), `second` at (0, 1).
 *  Every parameter moves; at these points the network is the solution to the bit. The values are
 *  copied.
 *  @param second       NULL: a line.
 *  @param description  for loss_plane_description(), such as the names of the files; NULL: "between
 *                      two solutions". Copied.
 *  @return LOSS_OK, LOSS_ERR_SHAPE (networks of different tensors), LOSS_ERR_NOMEM.
 *  Threads: any, while nothing changes the network. Since 0.1. */
LOSS_API loss_status loss_plane_between(loss_plane **out, const loss_net *origin,
                                        const loss_net *first, const loss_net *second,
                                        const char *description);

/** Solutions besides the origin that the plane was made from: 1 or 2; 0 for every other kind of
 *  directions. Threads: any. Since 0.1. */
LOSS_API size_t loss_plane_solutions(const loss_plane *plane);

/** How far loss_plane_pca() is. Since 0.1. */
typedef struct loss_pca_progress {
    size_t done, total;           /**< checkpoints read; each is read several times */
    double seconds, seconds_left; /**< since the call; estimate of the rest */
} loss_pca_progress;

/** How principal components are computed. Start from LOSS_PCA_OPTIONS_INIT. Since 0.1. */
typedef struct loss_pca_options {
    size_t struct_size; /**< sizeof(loss_pca_options): set by the initialiser */
    /** BIASBN: tensors of one dimension count as if they had not moved, and the directions are 0
     *  there; NONE: every parameter takes part as it is */
    loss_ignore ignore;
    /** after each checkpoint read; may be NULL */
    void (*progress)(const loss_pca_progress *progress, void *user);
    loss_cancelled cancelled; /**< asked before each; may be NULL */
    void *user;               /**< passed to the functions above */
    /** not NULL: only parameters with such names take part, as in loss_random_options; the others
     *  count as if they had not moved. Borrowed for the call. */
    const char *layers;
    /** not NULL: processes that share the products of checkpoints, with the same arguments. Each
     *  reads all checkpoints. Borrowed for the call. */
    const loss_team *team;
} loss_pca_options;

/** The defaults of loss_pca_options. Since 0.1. */
#define LOSS_PCA_OPTIONS_INIT                                                                      \
    {                                                                                              \
        sizeof(loss_pca_options), LOSS_IGNORE_BIASBN, NULL, NULL, NULL, NULL, NULL                 \
    }

/** The plane in which n checkpoints lie best: the two leading right singular vectors of the rows
 *  w_t - w, columns centred, of unit length (Li et al. 2018, section 7). The same as sklearn's
 *  PCA(2) on these rows. Signs: the first checkpoint's coordinates are positive (of those that are
 *  not 0). Checkpoints on one straight line give a line.
 *  @param net    the origin w of the plane, usually the last of the checkpoints. Borrowed.
 *  @param paths  [n] files of weights, as loss_net_load() takes them; 2 to 20,000. Borrowed.
 *  @param opt    NULL: biasbn.
 *  @return LOSS_OK; LOSS_ERR_ARGUMENT (less than 2 checkpoints, all alike, a value that is not
 *          finite); LOSS_ERR_NAME (no parameter that takes part is among the layers);
 *          LOSS_ERR_MISMATCH (a checkpoint of another network; members of a team with other
 *          checkpoints), LOSS_ERR_IO,
 *          LOSS_ERR_FORMAT, LOSS_ERR_NOMEM, LOSS_ERR_SYSTEM, LOSS_ERR_CANCELLED
 *  Threads: any, while nothing changes the network. Memory: O(n^2), the two directions and a few
 *  networks (192 MiB of rows, or two rows). Since 0.1. */
LOSS_API loss_status loss_plane_pca(loss_plane **out, const loss_net *net, const char *const *paths,
                                    size_t n, const loss_pca_options *opt);

/** The share of the checkpoints' variance along a direction (axis 0 or 1), 0 to 1; NaN for
 *  directions that are no principal components. Threads: any. Since 0.1. */
LOSS_API double loss_plane_explained(const loss_plane *plane, int axis);

/** How many checkpoints the principal components are of; 0 for other directions. Threads: any.
 *  Since 0.1. */
LOSS_API size_t loss_plane_checkpoints(const loss_plane *plane);

/** Where a network lies as seen from a plane. Since 0.1. */
typedef struct loss_projection {
    double x, y;     /**< minimise |d - x d1 - y d2|, d = w - w_origin over all parameters */
    double distance; /**< |d| */
    double residual; /**< |d - x d1 - y d2| / |d|, 0 to 1; 0 for the origin itself */
} loss_projection;

/** Least-squares coordinates of `net` on a plane through `origin`; all NaN if a parameter of net is
 *  not finite.
 *  @param n_axes  1: on the direction x alone; 2: on both, if the plane has two
 *  @return LOSS_OK, LOSS_ERR_SHAPE (networks of other tensors).
 *  Threads: any, while nothing changes the network. Since 0.1. */
LOSS_API loss_status loss_plane_project(const loss_plane *plane, const loss_net *origin,
                                        const loss_net *net, size_t n_axes,
                                        loss_projection *projection);

/** Frees a plane; NULL is a no-op. Threads: any; nothing else may use the handle then.
 *  Since 0.1. */
LOSS_API void loss_plane_free(loss_plane *plane);

/** A direction's values, [n_parameters]: axis 0 is x, 1 is y (NULL for a line). Borrowed.
 *  Threads: any. Since 0.1. */
LOSS_API const float *loss_plane_direction(const loss_plane *plane, int axis);

/** Euclidean norm of a direction (axis 0 or 1), computed in double. Threads: any. Since 0.1. */
LOSS_API double loss_plane_norm(const loss_plane *plane, int axis);

/** Cosine of the angle between the directions; 0 for a line. Threads: any. Since 0.1. */
LOSS_API double loss_plane_cosine(const loss_plane *plane);

/** Of a plane made by loss_plane_hessian(): the eigenvalue that goes with a direction; NaN for
 *  other kinds. Threads: any. Since 0.1. */
LOSS_API double loss_plane_eigenvalue(const loss_plane *plane, int axis);

/** The layers that the directions are restricted to, as they were given; NULL: to none. A plane
 *  between solutions is never, and given directions say themselves what moves. Borrowed.
 *  Threads: any. Since 0.1. */
LOSS_API const char *loss_plane_layers(const loss_plane *plane);

/** What it is, one line: "random norm=filter ignore=biasbn seed=0", "file directions.safetensors",
 *  "arrays". Borrowed. Threads: any. Since 0.1. */
LOSS_API const char *loss_plane_description(const loss_plane *plane);

/** Digest of both directions: 16 hexadecimal digits. Borrowed. Threads: any. Since 0.1. */
LOSS_API const char *loss_plane_digest(const loss_plane *plane);

/** Sets `moved` (same network as `origin`, made by the same name) to origin + a x + b y; each value
 *  is computed in double and rounded once. Running statistics are the origin's (BatchNorm mode
 *  `weights`). Threads: any, each with a network `moved` of its own. Since 0.1. */
LOSS_API loss_status loss_plane_move(const loss_plane *plane, const loss_net *origin, double a,
                                     double b, loss_net *moved);

/** The same with running means and variances moved as the parameters are (BatchNorm mode `states`).
 *  Beyond the solutions a variance can become negative, and then it is: what such a network gives
 *  means nothing.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (a plane not made by loss_plane_between()), LOSS_ERR_SHAPE.
 *  Threads: any, each with a network `moved` of its own. Since 0.1. */
LOSS_API loss_status loss_plane_move_states(const loss_plane *plane, const loss_net *origin,
                                            double a, double b, loss_net *moved);

#ifdef __cplusplus
}
#endif
#endif
