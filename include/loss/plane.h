/* Planes: two directions through weight space. A point (a, b) is the network with parameters w + a x + b y. */
#ifndef LOSS_PLANE_H
#define LOSS_PLANE_H

#include <loss/net.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Two directions, each one value for every trainable value of a network. Immutable once made; does not hold
 *  the weights, and needs the network only while it is made. */
typedef struct loss_plane loss_plane;

/** How a random direction d is scaled against the weights w (tensors of two or more dimensions; Li et al. 2018, section 4). */
typedef enum loss_norm {
    LOSS_NORM_FILTER = 0, /**< for each index i of dimension 0: d_i *= |w_i| / (|d_i| + 1e-10) */
    LOSS_NORM_LAYER = 1,  /**< d *= |w| / |d| over the tensor */
    LOSS_NORM_WEIGHT = 2, /**< d *= w, elementwise */
    LOSS_NORM_NONE = 3    /**< as drawn from N(0, 1) */
} loss_norm;

/** Tensors of one dimension (biases, BatchNorm weight and bias). */
typedef enum loss_ignore {
    LOSS_IGNORE_BIASBN = 0, /**< direction 0: they stay */
    LOSS_IGNORE_NONE = 1    /**< direction w itself, as the reference implementation does */
} loss_ignore;

/** "filter", "layer", "weight", "none"; "biasbn", "none". */
LOSS_API const char *loss_norm_name(loss_norm norm);
LOSS_API const char *loss_ignore_name(loss_ignore ignore);

typedef struct loss_random_options {
    size_t struct_size;
    loss_norm norm;
    loss_ignore ignore;
    uint64_t seed;
} loss_random_options;
#define LOSS_RANDOM_OPTIONS_INIT { sizeof(loss_random_options), LOSS_NORM_FILTER, LOSS_IGNORE_BIASBN, 0 }

/** Two random directions at the network's present weights. Values come from a counter-based generator keyed by
 *  (seed, axis, tensor name); the two are not made orthogonal: see loss_plane_cosine().
 *  @param opt  NULL: filter-normalised, biasbn, seed 0.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_NOMEM.   Since 0.1. */
LOSS_API loss_status loss_plane_random(loss_plane **out, const loss_net *net, const loss_random_options *opt);

/** Directions of the caller: n = loss_net_n_parameters() values each, tensors in the network's order without running
 *  statistics. Copied. `y` may be NULL: a line. */
LOSS_API loss_status loss_plane_create(loss_plane **out, const loss_net *net, const float *x, const float *y);

/** Directions from a .safetensors file with tensors x/<parameter> and y/<parameter>; a parameter that is absent does not move.
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_MISMATCH (a tensor the network lacks, another shape), LOSS_ERR_NOMEM */
LOSS_API loss_status loss_plane_load(loss_plane **out, const loss_net *net, const char *path);
/** Writes such a file, atomically. */
LOSS_API loss_status loss_plane_save(const loss_plane *plane, const loss_net *net, const char *path);

/** The line or plane through solutions: `origin` at (0, 0), `first` at (1, 0), `second` at (0, 1). Every parameter moves; at these
 *  points the network is the solution to the bit. The values are copied.
 *  @param second       NULL: a line.
 *  @param description  for loss_plane_description(), such as the names of the files; NULL: "between two solutions". Copied.
 *  @return LOSS_OK, LOSS_ERR_SHAPE (networks of different tensors), LOSS_ERR_NOMEM.   Since 0.1. */
LOSS_API loss_status loss_plane_between(loss_plane **out, const loss_net *origin, const loss_net *first, const loss_net *second,
                                        const char *description);
/** Solutions besides the origin that the plane was made from: 1 or 2; 0 for every other kind of directions. */
LOSS_API size_t loss_plane_solutions(const loss_plane *plane);

/** Frees a plane; NULL is a no-op. */
LOSS_API void loss_plane_free(loss_plane *plane);

/** A direction's values, [n_parameters]: axis 0 is x, 1 is y (NULL for a line). Borrowed. */
LOSS_API const float *loss_plane_direction(const loss_plane *plane, int axis);
/** Euclidean norm of a direction (axis 0 or 1), computed in double. */
LOSS_API double loss_plane_norm(const loss_plane *plane, int axis);
/** Cosine of the angle between the directions; 0 for a line. */
LOSS_API double loss_plane_cosine(const loss_plane *plane);
/** Of a plane made by loss_plane_hessian(): the eigenvalue that goes with a direction; NaN for other kinds. */
LOSS_API double loss_plane_eigenvalue(const loss_plane *plane, int axis);
/** What it is, one line: "random norm=filter ignore=biasbn seed=0", "file directions.safetensors", "arrays". Borrowed. */
LOSS_API const char *loss_plane_description(const loss_plane *plane);
/** Digest of both directions: 16 hexadecimal digits. Borrowed. */
LOSS_API const char *loss_plane_digest(const loss_plane *plane);

/** Sets `moved` (same network as `origin`, made by the same name) to origin + a x + b y; each value is computed in double
 *  and rounded once. Running statistics are the origin's (BatchNorm mode `weights`). */
LOSS_API loss_status loss_plane_move(const loss_plane *plane, const loss_net *origin, double a, double b, loss_net *moved);

/** The same with running means and variances moved as the parameters are (BatchNorm mode `states`). Beyond the solutions a variance can
 *  become negative, and then it is: what such a network gives means nothing.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (a plane not made by loss_plane_between()), LOSS_ERR_SHAPE.   Since 0.1. */
LOSS_API loss_status loss_plane_move_states(const loss_plane *plane, const loss_net *origin, double a, double b, loss_net *moved);

#ifdef __cplusplus
}
#endif
#endif
