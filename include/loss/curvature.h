/* Curvature: the Hessian H of the mean loss over a dataset at a network's weights, known by its
 * products with vectors.
 *
 * The loss is that of evaluation mode: BatchNorm's running statistics are constants, dropout is
 * the identity. H is over the parameters that directions move: with LOSS_IGNORE_BIASBN the
 * weights of convolutions and linear layers, with LOSS_IGNORE_NONE all trainable ones. Products
 * are exact up to the rounding of float (Pearlmutter 1994), not finite differences. */
#ifndef LOSS_CURVATURE_H
#define LOSS_CURVATURE_H

#include <loss/plane.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The Hessian at one network's weights, with threads and memory set up. Single-threaded.
 *  Since 0.1. */
typedef struct loss_curvature loss_curvature;

/** What a calculation has come to; one product is about eight forward passes over the images.
 *  Since 0.1. */
typedef struct loss_curvature_progress {
    size_t done, most;   /**< products of this call: finished, and how many at most */
    double seconds;      /**< since the call */
    double seconds_left; /**< at most; eigenvalues often converge earlier */
    /** eigenvalues: the worst residual, as loss_eigen_options.tolerance counts it; trace: the mean
     *  so far; else NaN */
    double value;
    double standard_error; /**< trace: of the mean so far; else NaN */
} loss_curvature_progress;

/** Which Hessian, and how it is computed. Start from LOSS_CURVATURE_OPTIONS_INIT. Since 0.1. */
typedef struct loss_curvature_options {
    size_t struct_size; /**< sizeof(loss_curvature_options): set by the initialiser */
    loss_ignore ignore; /**< which parameters stay: biases and BatchNorm's (default), or none */
    uint64_t seed;      /**< of start vectors and random vectors */
    size_t threads;     /**< 0: one for each processor this process may use */
    /** after each product, from the caller's thread; may be NULL */
    void (*progress)(const loss_curvature_progress *progress, void *user);
    loss_cancelled cancelled; /**< asked every few images; may be NULL */
    void *user;               /**< passed to the functions above */
    /** not NULL: only the block of H of the parameters with such names, patterns as the shell's
     * with commas between them: "layer1.*,fc.weight". Products take as long as those of all of H.
     *  Borrowed for the call. */
    const char *layers;
    /** 0: the loss is the mean over all images. Else over a mini-batch of so many: the images are
     *  shuffled by the seed, and mini-batch k has those from k * batch on. */
    size_t batch;
    size_t batch_number; /**< k; (k + 1) * batch is at most the number of images */
} loss_curvature_options;

/** The defaults of loss_curvature_options. Since 0.1. */
#define LOSS_CURVATURE_OPTIONS_INIT                                                                \
    {                                                                                              \
        sizeof(loss_curvature_options), LOSS_IGNORE_BIASBN, 0, 0, NULL, NULL, NULL, NULL, 0, 0     \
    }

/** Sets up the Hessian of the mean loss at a network's weights.
 *  @param out   NULL on failure. Owned by the caller: loss_curvature_free().
 *  @param net   its weights must not change for the handle's life. Borrowed.
 *  @param data  the loss is the mean over all of it, or over a mini-batch of it. Borrowed.
 *  @param opt   may be NULL.
 *  @return LOSS_OK, LOSS_ERR_SHAPE, LOSS_ERR_ARGUMENT (a mini-batch beyond the images),
 *          LOSS_ERR_NAME (no parameter that moves is among the layers), LOSS_ERR_NOMEM,
 *          LOSS_ERR_SYSTEM
 *  Threads: any, while nothing changes the network. Memory: activations and
 *  gradients of a chunk of images, twice, for each thread; filters four times; and for sums 4 to 64
 *  times the parameters. Since 0.1. */
LOSS_API loss_status loss_curvature_create(loss_curvature **out, const loss_net *net,
                                           const loss_dataset *data,
                                           const loss_curvature_options *opt);

/** Frees it; NULL is a no-op. Threads: any; nothing else may use the handle then. Since 0.1. */
LOSS_API void loss_curvature_free(loss_curvature *curvature);

/** Parameters that H is over: its rows. Threads: one caller a handle. Since 0.1. */
LOSS_API size_t loss_curvature_rows(const loss_curvature *curvature);

/** The mean loss and its gradient.
 *  @param loss      written; may be NULL.
 *  @param gradient  [loss_net_n_parameters()], tensors in the network's order, 0 where parameters
 *                   do not move; written; may be NULL.
 *  @return LOSS_OK, LOSS_ERR_NOT_FINITE (the loss, or the gradient), LOSS_ERR_CANCELLED,
 *          LOSS_ERR_NOMEM
 *  The bits of this and of all below do not depend on the number of threads.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_curvature_gradient(loss_curvature *curvature, double *loss,
                                             float *gradient);

/** product = H direction.
 *  @param direction  [loss_net_n_parameters()]; what it says of parameters that do not move is not
 *                    used. Borrowed.
 *  @param product    [loss_net_n_parameters()], 0 where parameters do not move; written.
 *  @return LOSS_OK, LOSS_ERR_NOT_FINITE, LOSS_ERR_CANCELLED, LOSS_ERR_NOMEM.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_curvature_hvp(loss_curvature *curvature, const float *direction,
                                        float *product);

/** An eigenvalue. Since 0.1. */
typedef struct loss_eigenvalue {
    double value; /**< the eigenvalue */
    /** |H u - value u| for the unit vector u found: an eigenvalue is no farther than this from
     *  `value` */
    double residual;
    bool has_converged; /**< to the tolerance; else the steps were used up */
} loss_eigenvalue;

/** Which eigenvalues, and how exactly. Start from LOSS_EIGEN_OPTIONS_INIT. Since 0.1. */
typedef struct loss_eigen_options {
    size_t struct_size;   /**< sizeof(loss_eigen_options): set by the initialiser */
    size_t top, smallest; /**< how many of the largest, and of the smallest (the most negative) */
    /** most products; each wanted pair takes one more for its residual. Memory: as many
     *  directions */
    size_t steps;
    /** of a residual relative to its |value|, or to a hundredth of the largest |value| where that
     *  is more */
    double tolerance;
} loss_eigen_options;

/** The defaults of loss_eigen_options. Since 0.1. */
#define LOSS_EIGEN_OPTIONS_INIT                                                                    \
    {                                                                                              \
        sizeof(loss_eigen_options), 2, 1, 200, 1e-3                                                \
    }

/** Leading and smallest eigenvalues by Lanczos's method with full reorthogonalisation.
 *  @param opt      NULL: two of the largest and the smallest.
 *  @param values   [top + smallest]: the largest, descending, then the smallest, ascending;
 *                  written.
 *  @param vectors  [top + smallest][loss_net_n_parameters()], unit length, the largest component
 *                  positive; written; may be NULL.
 *  @return LOSS_OK, also without convergence: has_converged tells; LOSS_ERR_ARGUMENT,
 *          LOSS_ERR_NOT_FINITE, LOSS_ERR_CANCELLED, LOSS_ERR_NOMEM.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_curvature_eigen(loss_curvature *curvature, const loss_eigen_options *opt,
                                          loss_eigenvalue *values, float *vectors);

/** An estimate of the trace. Since 0.1. */
typedef struct loss_trace {
    double mean;           /**< the estimate */
    double standard_error; /**< over the random vectors; NaN for one */
    size_t vectors;        /**< that it is of */
} loss_trace;

/** Trace of H by Hutchinson's estimate: the mean of v' H v over random vectors v of -1 and 1.
 *  @param trace  written, on failure too: what was done until then (vectors may be 0, the mean
 *                NaN).
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (no vectors), LOSS_ERR_NOT_FINITE, LOSS_ERR_CANCELLED,
 *          LOSS_ERR_NOMEM.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_curvature_trace(loss_curvature *curvature, size_t vectors,
                                          loss_trace *trace);

/** A spectral density: how the eigenvalues of H are distributed. Since 0.1. */
typedef struct loss_density loss_density;

/** Density of H by stochastic Lanczos quadrature (Ghorbani et al. 2019): for each random vector of
 *  -1 and 1, the eigenvalues of Lanczos's tridiagonal matrix after `steps` products are nodes,
 *  weighted by the squares of the first components of its eigenvectors.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_NOT_FINITE, LOSS_ERR_CANCELLED, LOSS_ERR_NOMEM.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_curvature_density(loss_density **out, loss_curvature *curvature,
                                            size_t vectors, size_t steps);

/** Frees it; NULL is a no-op. Threads: any; nothing else may use the handle then. Since 0.1. */
LOSS_API void loss_density_free(loss_density *density);

/** Random vectors that it is of. Threads: any. Since 0.1. */
LOSS_API size_t loss_density_vectors(const loss_density *density);

/** Nodes of vector k, ascending, and their weights, which sum up to 1. Both are borrowed.
 *  @return how many; 0 past the last vector
 *  Threads: any. Since 0.1. */
LOSS_API size_t loss_density_nodes(const loss_density *density, size_t k, const double **nodes,
                                   const double **weights);

/** Share of the eigenvalues per unit at a point, each node a Gauss curve of standard deviation
 *  sigma > 0; it integrates to 1. Threads: any. Since 0.1. */
LOSS_API double loss_density_at(const loss_density *density, double sigma, double at);

/** The plane of the two leading eigenvectors of H at the network's weights: unit length, the
 *  leading one is x. loss_plane_eigenvalue() gives the eigenvalues.
 *  @param opt     as for loss_curvature_create(); may be NULL.
 *  @param eigen   steps and tolerance; top and smallest are not used. May be NULL.
 *  @param values  [2], written; may be NULL.
 *  @return as loss_curvature_create() and loss_curvature_eigen().
 *  Threads: any, while nothing changes the network. Since 0.1. */
LOSS_API loss_status loss_plane_hessian(loss_plane **out, const loss_net *net,
                                        const loss_dataset *data, const loss_curvature_options *opt,
                                        const loss_eigen_options *eigen, loss_eigenvalue *values);

#ifdef __cplusplus
}
#endif
#endif
