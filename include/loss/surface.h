/* Surfaces: the loss on a grid of a plane, kept in a .landscape file (an SQLite database;
 * docs/file-formats.md). */
#ifndef LOSS_SURFACE_H
#define LOSS_SURFACE_H

#include <loss/curvature.h>
#include <loss/grid.h>
#include <loss/keys.h>
#include <loss/team.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A landscape file that is open. Single-threaded. Several processes may have one file open, also
 *  for evaluation. Since 0.1. */
typedef struct loss_surface loss_surface;

/** One evaluated point. Since 0.1. */
typedef struct loss_point {
    bool evaluated; /**< false: not done yet; the other fields mean nothing */
    double loss;    /**< nats per image; may be Inf or NaN: such a point is present and says so */
    double standard_error; /**< of the loss */
    double accuracy;       /**< percent */
    double seconds;        /**< it took */
} loss_point;

/** The extreme eigenvalues of the loss's Hessian at one point (Li et al. 2018, section 6: where
 *  |min / max| is small, the surface is nearly convex). Since 0.1. */
typedef struct loss_point_curvature {
    bool evaluated;                    /**< false: not done yet; the other fields mean nothing */
    double min, max;                   /**< NaN where the loss is not finite: there is no Hessian */
    double min_residual, max_residual; /**< |H u - value u| for the unit vectors found */
    double seconds;                    /**< it took */
} loss_point_curvature;

/** How far loss_surface_evaluate() is. Since 0.1. */
typedef struct loss_surface_progress {
    size_t done, total;           /**< points, all splits together */
    size_t done_before;           /**< of them found in the file */
    double seconds, seconds_left; /**< since the call; estimate of the rest */
    double images_per_second;     /**< all images of this call by its seconds */
    double x, y;                  /**< the point just finished */
    loss_split split;             /**< the split that the point is of */
    loss_point point;             /**< what came out */
    /** with eigenvalues, which count as points of their own: those just finished; NULL: it was the
     *  loss */
    const loss_point_curvature *curvature;
} loss_surface_progress;

/** What BatchNorm's running means and variances are at a point. Since 0.1. */
typedef enum loss_bn {
    LOSS_BN_WEIGHTS = 0, /**< the origin's */
    /** moved as the weights are, on a plane between solutions; a point where a variance would be
     *  negative has no network: its loss is NaN */
    LOSS_BN_STATES = 1,
    /** estimated again at each point: loss_net_recalibrate() with bn_data */
    LOSS_BN_RECALIBRATE = 2
} loss_bn;

/** A mode's name: "weights", "states" or "recalibrate". Static storage. Threads: any. Since 0.1. */
LOSS_API const char *loss_bn_name(loss_bn bn);

/** The grid of a surface, and how it is evaluated. Start from LOSS_SURFACE_OPTIONS_INIT.
 *  Since 0.1. */
typedef struct loss_surface_options {
    size_t struct_size; /**< sizeof(loss_surface_options): set by the initialiser */
    loss_axis x, y;     /**< y.n = 1, y.min = y.max = 0: a line */
    /** the other split, evaluated at the same points; may be NULL. Borrowed. */
    const loss_dataset *second;
    size_t threads; /**< 0: one for each processor this process may use */
    /** after each point, from the caller's thread */
    void (*progress)(const loss_surface_progress *progress, void *user);
    loss_cancelled cancelled; /**< asked in worker threads every few images */
    void *user;               /**< passed to the functions above */
    /** with LOSS_BN_RECALIBRATE: all of these images give the statistics; else NULL. Borrowed. */
    const loss_dataset *bn_data;
    /** 0: none. K: y must be 0 .. K - 1 in K points, the number of a direction; row i is the line
     *  along the first direction of seed + i. The plane must be random. */
    size_t repeat;
    loss_bn bn; /**< BatchNorm's running statistics */
    /** not NULL: the extreme eigenvalues at each point, too. Its ignore, layers and seed count.
     *  Copied. */
    const loss_curvature_options *curvature;
    /** for them: steps and tolerance count. NULL: 100 and 0.01. Copied. */
    const loss_eigen_options *eigen;
    /** about each second while another program keeps the file locked, from the caller's thread; may
     *  be NULL. It is waited for as long as that takes, or until cancelled. */
    void (*waiting)(double seconds, void *user);
    /** how it is known which network the weights are of, such as "named" or "recognised"; kept as
     *  metadata of that key when the file is made. May be NULL. Borrowed. */
    const char *network_from;
    /** what makes the network doubtful (loss_check_caveat()); kept as metadata of that key when the
     *  file is made. May be NULL. Borrowed. */
    const char *caveat;
    /** what was chosen and left out of the file of weights (loss_load_report_text()); kept as
     *  metadata of that key when the file is made. May be NULL. Borrowed. */
    const char *weights_read;
    /** about each second while only points are left that other processes evaluate, from the
     * caller's thread; may be NULL */
    void (*waiting_for_points)(double seconds, void *user);
    /** 0: all points. K of N: every N-th point from the K-th on, in the order in which they are
     *  evaluated, for loss_surface_merge(). 1 <= part <= parts. */
    size_t part, parts;
    /** most bytes for what is kept (loss_surface_kept()), half of it at most, and for the weights
     * of the points that loss_surface_evaluate() has in work at once; too few for one point are
     *  refused. 0: an eighth of the machine's memory, or one point */
    uint64_t memory;
    /** once, before the first point: points in work at once, the threads of each, and bytes of all
     *  their weights; from the caller's thread; may be NULL */
    void (*in_work)(size_t points, size_t threads, uint64_t bytes, void *user);
    uint64_t kept_memory; /**< 0: half of `memory`. Else bytes of what is kept in memory */
    /** what is kept of images that memory has no room for goes into a temporary file, in $TMPDIR or
     *  else in /var/tmp; false: it is computed at each point */
    bool kept_on_disk;
    /** the command line that makes the surface, fit for a shell in any folder; kept as metadata of
     *  that key when the file is made. May be NULL. Borrowed. */
    const char *command;
    /** name of the machine; kept as metadata of that key when the file is made. May be NULL.
     *  Borrowed. */
    const char *host;
    /** paths of the files that the weights and the network are from; kept as metadata of
     *  LOSS_KEY_WEIGHTS and LOSS_KEY_NETWORK_FILE when the file is made. May be NULL. Borrowed. */
    const char *weights, *network_file;
} loss_surface_options;

/** The defaults of loss_surface_options. Since 0.1. */
#define LOSS_SURFACE_OPTIONS_INIT                                                                  \
    {                                                                                              \
        sizeof(loss_surface_options), {-1, 1, 25}, {-1, 1, 25}, NULL, 0, NULL, NULL, NULL, NULL,   \
            0, LOSS_BN_WEIGHTS, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, NULL, 0, false, \
            NULL, NULL, NULL, NULL                                                                 \
    }

/** Makes a landscape file for this network, plane and data, or opens one that holds part of it.
 *
 *  @param path  NULL: no file; such a handle is for loss_surface_compute() (tasks.h) and metadata.
 *               Borrowed.
 *  A file of other weights, directions, data, grid or splits is refused and left untouched.
 *  @param net, plane, data  borrowed until loss_surface_close(). net's weights are the origin and
 *                           must not change.
 *  @param opt               NULL: 25 x 25 on -1 .. 1.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (an axis), LOSS_ERR_SHAPE, LOSS_ERR_MISMATCH (what differs,
 *          both values), LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM.
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_surface_open(loss_surface **out, const char *path, const loss_net *net,
                                       const loss_plane *plane, const loss_dataset *data,
                                       const loss_surface_options *opt);

/** What evaluation computes once for all points: the outputs, for each image, of layers that do not
 *  depend on a parameter that the plane moves, where others read them. Losses are the same, bit for
 *  bit. Only where BatchNorm's running statistics are the origin's, and where it saves more than it
 *  costs to read them. Set struct_size with LOSS_KEPT_INIT before the call. Since 0.1. */
typedef struct loss_kept {
    size_t struct_size;         /**< sizeof(loss_kept): set by LOSS_KEPT_INIT */
    size_t layers, layers_kept; /**< all; those that are computed once, 0: none is */
    double share;               /**< of all multiply-adds, theirs: 0 to 1 */
    size_t images, images_kept; /**< of all splits; those that there is room for */
    uint64_t bytes;             /**< for all images */
    uint64_t bytes_in_memory;   /**< of them; the rest is on disk, or computed each time */
} loss_kept;

/** The defaults of loss_kept. Since 0.1. */
#define LOSS_KEPT_INIT                                                                             \
    {                                                                                              \
        sizeof(loss_kept), 0, 0, 0, 0, 0, 0, 0                                                     \
    }

/** Tells what is computed once. Nothing is computed yet.
 *  @param kept  written
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (a surface of loss_surface_read()), LOSS_ERR_NOMEM,
 *          LOSS_ERR_IO (kept_on_disk: there can be no temporary file).
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_kept(loss_surface *surface, loss_kept *kept);

/** Whether a file begins as a landscape does.
 *  @param is_landscape  written
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (NULL), LOSS_ERR_IO (no regular file, or it cannot be read).
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_surface_recognise(bool *is_landscape, const char *path);

/** Opens a landscape file to look at, also while another process fills it.
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_surface_read(loss_surface **out, const char *path);

/** Evaluates the points that the file lacks, and their eigenvalues if they were asked for, coarse
 *  to fine: the corners, then those that halve the distances, and so on. Each is committed when it
 *  is done, or up to 0.25 s later with others (Li et al. 2018, section 3). Points that other
 *  processes of this machine evaluate for the same file are left to them, and waited for at the
 *  end:
 *
 *      L(a, b) = 1/N sum_i xent(f(w + a x + b y; x_i), y_i)
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (opened with loss_surface_read; too little memory in the
 *          options), LOSS_ERR_IO (a full disk, ...), LOSS_ERR_NOMEM, LOSS_ERR_SYSTEM,
 * LOSS_ERR_CANCELLED; whatever it is, finished points stay in the file The bits do not depend on
 * the number of threads or on interruptions. Threads: one caller a handle. Cost: points x images
 * forward passes. Since 0.1. */
LOSS_API loss_status loss_surface_evaluate(loss_surface *surface);

/** What loss_surface_merge() found. Start from LOSS_MERGE_REPORT_INIT. Since 0.1. */
typedef struct loss_merge_report {
    size_t struct_size;    /**< sizeof(loss_merge_report): set by the initialiser */
    size_t total, present; /**< points, all splits together; those that are there now */
    size_t parts;          /**< of how many the files are parts; 0: they do not say, or differ */
    /** numbers of the parts that lack points: "3, 7"; cut if it is longer */
    char incomplete[256];
} loss_merge_report;

/** The defaults of loss_merge_report. Since 0.1. */
#define LOSS_MERGE_REPORT_INIT                                                                     \
    {                                                                                              \
        sizeof(loss_merge_report), 0, 0, 0, ""                                                     \
    }

/** Puts the points, eigenvalues and paths of several landscape files of one thing into one: parts
 *  that machines without a common file evaluated (loss_surface_options: part, parts), or copies of
 *  one file that went on apart. Bits are kept. What is missing can be evaluated later, by
 *  loss_surface_evaluate() of the whole file or of a part.
 *  @param out    is made; or a landscape of the same thing that is added to. Borrowed.
 *  @param parts  [n] paths of landscape files. Borrowed.
 *  @param command the command line that merges, fit for a shell in any folder: kept as metadata
 *                behind those of the files. May be NULL. Borrowed.
 *  @param report written on success; may be NULL
 *  @return LOSS_OK; LOSS_ERR_ARGUMENT (no parts); LOSS_ERR_MISMATCH (files of different things, or
 *          with different numbers for one point: which, and both; out is left as it was, or not
 *          made); LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM.
 *  Threads: any. Memory: the points of two grids. Since 0.1. */
LOSS_API loss_status loss_surface_merge(const char *out, const char *const *parts, size_t n,
                                        const char *command, loss_merge_report *report);

/** Closes the file; NULL is a no-op. Threads: any; nothing else may use the handle then.
 *  Since 0.1. */
LOSS_API void loss_surface_close(loss_surface *surface);

/** The grid's x axis. Threads: one caller a handle. Since 0.1. */
LOSS_API loss_axis loss_surface_x(const loss_surface *surface);

/** The grid's y axis. A line has the one point 0. Threads: one caller a handle. Since 0.1. */
LOSS_API loss_axis loss_surface_y(const loss_surface *surface);

/** Whether the file is about this split. Threads: one caller a handle. Since 0.1. */
LOSS_API bool loss_surface_has_split(const loss_surface *surface, loss_split split);

/** What a split is called here: as loss_split_name() has it, or "unknown" where the landscape is
 *  imported and its file does not say of which split its values are. Static storage; NULL for
 *  another split. Threads: one caller a handle. Since 0.1. */
LOSS_API const char *loss_surface_split_name(const loss_surface *surface, loss_split split);

/** All points of a split as the file has them now.
 *  @param points  [ny][nx], written. Caller-owned.
 *  @return LOSS_OK, LOSS_ERR_NAME (no such split in the file), LOSS_ERR_IO
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_points(loss_surface *surface, loss_split split,
                                         loss_point *points);

/** Gives the points of an unfinished surface that are not evaluated a loss and an accuracy, to be
 *  looked at: between the nearest points that are there, along the row and the column, then, for
 *  what has none on both sides, between such values. Linear in the logarithm of a positive loss.
 *  `evaluated` stays false, so that what shows them can say so; standard errors become NaN, and so
 *  does what is out of reach.
 *  @param points  [ny][nx], as loss_surface_points() gives them; not of repeated lines
 *  @param n       how many got a value
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_NOMEM. Threads: any. Since 0.1. */
LOSS_API loss_status loss_points_interpolate(size_t nx, size_t ny, loss_point *points, size_t *n);

/** The order in which loss_surface_evaluate() takes the points of a grid: the corners, then those
 *  that halve the distances, and so on. Repeated lines are taken row by row.
 *  @param order  [ny * nx], written: iy * nx + ix of each point. Caller-owned.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (no point, or more than 2^32), LOSS_ERR_NOMEM. Threads: any.
 *  Cost: O(nx ny). Since 0.1. */
LOSS_API loss_status loss_points_order(size_t nx, size_t ny, uint32_t *order);

/** A checkpoint of a training run on the surface's plane (docs/definitions.md). Two losses that
 *  must not be taken for each other: the checkpoint lies off the plane, and has running statistics
 *  of its own. Since 0.1. */
typedef struct loss_path_point {
    const char *run, *checkpoint; /**< names: of the run, and of the checkpoint's file. Borrowed. */
    size_t epoch;                 /**< 0: the initial weights */
    /** least-squares coordinates, in multiples of the directions; NaN: a checkpoint that is not
     *  finite */
    double x, y;
    /** nats per image, of the checkpoint itself, with its own running statistics */
    double true_loss;
    double true_accuracy; /**< percent */
    double plane_loss;    /**< nats per image, on the plane at (x, y) */
    double residual;      /**< 0 to 1: the part of the way from the origin that is off the plane */
    double distance;      /**< Euclidean, from the origin's weights */
} loss_path_point;

/** The plane of a landscape file, exactly: random directions are drawn again, others read from the
 *  file; its digest is compared.
 *  @param net  the origin: the network and weights that the file is about. Borrowed.
 *  @return LOSS_OK; LOSS_ERR_MISMATCH (other weights); LOSS_ERR_ARGUMENT (a plane between
 *          solutions, which the file does not keep); LOSS_ERR_FORMAT, LOSS_ERR_IO, LOSS_ERR_NOMEM.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_plane(const loss_surface *surface, const loss_net *net,
                                        loss_plane **plane);

/** How far loss_surface_add_path() is. Since 0.1. */
typedef struct loss_path_progress {
    size_t done, total;           /**< checkpoints times splits */
    size_t done_before;           /**< of them found in the file */
    double seconds, seconds_left; /**< since the call; estimate of the rest */
    loss_split split;             /**< the split that the losses are of */
    const loss_path_point *point; /**< the one just finished */
} loss_path_progress;

/** Progress of loss_surface_add_path(). Start from LOSS_PATH_OPTIONS_INIT. Since 0.1. */
typedef struct loss_path_options {
    size_t struct_size; /**< sizeof(loss_path_options): set by the initialiser */
    /** after each, from the caller's thread; may be NULL */
    void (*progress)(const loss_path_progress *progress, void *user);
    void *user; /**< passed to the functions above */
    /** not NULL: processes that share the checkpoints, with surfaces of one identity. The surface
     *  of one of them has the file; those of the others have none. Borrowed for the call. */
    const loss_team *team;
} loss_path_options;

/** The defaults of loss_path_options. Since 0.1. */
#define LOSS_PATH_OPTIONS_INIT                                                                     \
    {                                                                                              \
        sizeof(loss_path_options), NULL, NULL, NULL                                                \
    }

/** Puts a training path into the file of a surface opened with loss_surface_open(): for every
 *  checkpoint its coordinates on the plane, how far it is off it, its own loss, and the loss on the
 *  plane below it, over the surface's images. Each is committed when it is done, in a team when
 *  each member has done one; those that are there already are not computed again. Records as well
 * how much of the path's variance the plane holds (metadata `path_held_RUN`).
 *  @param run    a name for the path. Borrowed.
 *  @param paths  [n] files of weights of the surface's network, as loss_net_load() takes them, in
 *                the order of training. An epoch is the number in a name such as
 *                epoch-012.safetensors, else the place in the list. Borrowed.
 *  @param opt    NULL: no progress. Threads and cancellation are those of the surface.
 *  @return LOSS_OK; LOSS_ERR_ARGUMENT (opened with loss_surface_read, repeated lines, no
 *          checkpoint); LOSS_ERR_MISMATCH (a checkpoint of another network, or another one than the
 *          file has under that name; members of a team with other checkpoints), LOSS_ERR_IO,
 * LOSS_ERR_FORMAT, LOSS_ERR_NOMEM, LOSS_ERR_SYSTEM, LOSS_ERR_CANCELLED (what is finished stays)
 *  Threads: one caller a handle. Memory: some networks, whatever n is. Since 0.1. */
LOSS_API loss_status loss_surface_add_path(loss_surface *surface, const char *run,
                                           const char *const *paths, size_t n,
                                           const loss_path_options *opt);

/** The training paths that the file holds: run after run, in the order of their names and epochs.
 *  @param n       how many points; 0 for a file without a path.
 *  @param points  [n]. Borrowed: valid until the next call or loss_surface_close().
 *  @return LOSS_OK, LOSS_ERR_NAME (no such split in the file), LOSS_ERR_IO, LOSS_ERR_FORMAT,
 *          LOSS_ERR_NOMEM.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_paths(loss_surface *surface, loss_split split, size_t *n,
                                        const loss_path_point **points);

/** Whether the file is about eigenvalues, too. Threads: one caller a handle. Since 0.1. */
LOSS_API bool loss_surface_has_curvature(const loss_surface *surface);

/** The extreme eigenvalues at all points of a split as the file has them now.
 *  @param curvature  [ny][nx], written. Caller-owned.
 *  @return LOSS_OK, LOSS_ERR_NAME (no such split, or no eigenvalues in the file), LOSS_ERR_IO.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_curvature(loss_surface *surface, loss_split split,
                                            loss_point_curvature *curvature);

/** How far from convex the surface is at a point: |min / max|, as Li et al. 2018, section 6, map
 * it.
 *  @param curvature  NULL, or not evaluated: NaN is the answer, as where there is no Hessian
 *  @return 0 or more, +Inf where max is 0; NaN. Threads: any. Since 0.1. */
LOSS_API double loss_point_convexity(const loss_point_curvature *curvature);

/** The split to show: the one that is wanted where the file is about it, else the other one.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_split loss_surface_split(const loss_surface *surface, loss_split wanted);

/** A fact recorded with the surface (<loss/keys.h> lists the keys: LOSS_KEY_MODEL, LOSS_KEY_SEED,
 *  ...); NULL when the file has no such key. Borrowed until the surface is closed, or a path of
 *  that run added to. Threads: one caller a handle. Since 0.1. */
LOSS_API const char *loss_surface_metadata(const loss_surface *surface, const char *key);

/** A fact that there is for each split or run: that of the key `key_of`, such as "images_test" of
 *  LOSS_KEY_IMAGES and "test". Else as loss_surface_metadata().
 *  @param of  name of a split or of a run
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API const char *loss_surface_metadata_of(const loss_surface *surface, const char *key,
                                              const char *of);

/** A fact, or another text where the file has no such key.
 *  @param otherwise  what is returned then; may be NULL
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API const char *loss_surface_text(const loss_surface *surface, const char *key,
                                       const char *otherwise);

/** A fact that is a number, such as "cosine"; it has a decimal point in every locale.
 *  @param value  set only on success
 *  @return false when the file has no such key, or it is no number.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API bool loss_surface_number(const loss_surface *surface, const char *key, double *value);

/** The same of a fact that counts, such as "images_test", or of "seed". Threads: one caller a
 *  handle. Since 0.1. */
LOSS_API bool loss_surface_count(const loss_surface *surface, const char *key, uint64_t *value);

/** What BatchNorm's running statistics are: the fact LOSS_KEY_BN.
 *  @param bn  set only on success
 *  @return false when the file does not tell, or not one of the modes.
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API bool loss_surface_bn(const loss_surface *surface, loss_bn *bn);

/** Whether the directions leave out biases and BatchNorm: false only where the fact
 *  LOSS_KEY_IGNORE says that they leave out nothing. Threads: one caller a handle. Since 0.1. */
LOSS_API bool loss_surface_ignores(const loss_surface *surface);

/** Key number i in alphabetical order, NULL past the last. Borrowed. Threads: one caller a handle.
 *  Since 0.1. */
LOSS_API const char *loss_surface_metadata_key(const loss_surface *surface, size_t i);

/** Whether a network and images are those that the losses are of.
 *  @param net   NULL: not asked for. Its weights are held against the file's origin by their digest
 *  @param data  NULL: not asked for. Images are held against those of their split
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (no surface), LOSS_ERR_MISMATCH (what differs, both digests),
 *          LOSS_ERR_NAME (no such split in the file).
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_matches(const loss_surface *surface, const loss_net *net,
                                          const loss_dataset *data);

/** The images of a split that the losses are of.
 *  @param selection  written. Caller-owned.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (NULL), LOSS_ERR_NAME (no such split in the file),
 *          LOSS_ERR_FORMAT (the file does not tell, or not in words that are known).
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_selection(const loss_surface *surface, loss_split split,
                                            loss_selection *selection);

/** The training images that BatchNorm's statistics were estimated from; LOSS_ERR_NAME unless its
 *  mode is `recalibrate`. Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_bn_selection(const loss_surface *surface,
                                               loss_selection *selection);

#ifdef __cplusplus
}
#endif
#endif
