/* Keys of the facts that a landscape file records (docs/file-formats.md). Facts are texts by key:
 * loss_surface_metadata() and the functions beside it give them. A key "of each split" or "of each
 * path's run" has the split's or the run's name after it, as in "images_test":
 * loss_surface_metadata_of(). */
#ifndef LOSS_KEYS_H
#define LOSS_KEYS_H

#include <loss/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What the text of a fact is. Since 0.1. */
typedef enum loss_key_kind {
    LOSS_KEY_IS_TEXT = 0,   /**< a text, also where it looks like a number; and unknown keys */
    LOSS_KEY_IS_NUMBER = 1, /**< a decimal number */
    LOSS_KEY_IS_NUMBERS = 2 /**< decimal numbers with commas between them */
} loss_key_kind;

/** What the text of a fact is, by its key, such as LOSS_KEY_COSINE or "images_test".
 *  LOSS_KEY_IS_TEXT for NULL. Threads: any. Since 0.1. */
LOSS_API loss_key_kind loss_key_kind_of(const char *key);

/* The file. */

/** 32 digits, drawn when the file is made. Since 0.1. */
#define LOSS_KEY_ID "id"

/** Of the library that made the file. Since 0.1. */
#define LOSS_KEY_VERSION "version"

/** Kernel set, loss_isa(). Since 0.1. */
#define LOSS_KEY_ISA "isa"

/** OpenBLAS's version and core, where the kernel set calls it. Since 0.1. */
#define LOSS_KEY_BLAS "blas"

/** When the file was made, in UTC. Since 0.1. */
#define LOSS_KEY_CREATED "created"

/** The command line that made the file, for a shell in any folder. Since 0.1. */
#define LOSS_KEY_COMMAND "command"

/** Name of the machine that made the file. Since 0.1. */
#define LOSS_KEY_HOST "host"

/* Of what other programs made. Such a file has no facts of network, images and plane. */

/** The file that it was imported from, with its folder. Since 0.1. */
#define LOSS_KEY_IMPORTED_FROM "imported_from"

/** What that file is, loss_import_kind(). Since 0.1. */
#define LOSS_KEY_IMPORTED_AS "imported_as"

/** Digest of its bytes. Since 0.1. */
#define LOSS_KEY_IMPORTED_DIGEST "imported_digest"

/** `heights`, where it is not known that the values are losses. Since 0.1. */
#define LOSS_KEY_IMPORTED_VALUES "imported_values"

/** `unknown`, where that file does not say of which split its values are. Since 0.1. */
#define LOSS_KEY_IMPORTED_SPLIT "imported_split"

/** What that file calls x, where it has a word for it. Since 0.1. */
#define LOSS_KEY_IMPORTED_X "imported_x"

/** What that file calls y, where it has a word for it. Since 0.1. */
#define LOSS_KEY_IMPORTED_Y "imported_y"

/* The network. */

/** The network, loss_net_model(). Since 0.1. */
#define LOSS_KEY_MODEL "model"

/** How many. Since 0.1. */
#define LOSS_KEY_PARAMETERS "parameters"

/** Loss_net_digest(). Since 0.1. */
#define LOSS_KEY_WEIGHTS_DIGEST "weights_digest"

/** Euclidean norm of the parameters. Since 0.1. */
#define LOSS_KEY_WEIGHTS_NORM "weights_norm"

/** Path of the file that the weights are from, absolute. Since 0.1. */
#define LOSS_KEY_WEIGHTS "weights"

/** Path of the file that the network is from, absolute, where it is of a file. Since 0.1. */
#define LOSS_KEY_NETWORK_FILE "network_file"

/** How the network is known: `named`, `recognised`, `order`, `run`. Since 0.1. */
#define LOSS_KEY_NETWORK_FROM "network_from"

/** What makes the network doubtful. Since 0.1. */
#define LOSS_KEY_CAVEAT "caveat"

/** Convolutions that seem to hold a BatchNorm, loss_net_n_folded_norms(), where there are some.
 *  Since 0.1. */
#define LOSS_KEY_FOLDED_NORMS "folded_batchnorm_layers"

/** What was chosen and left out of the file of weights. Since 0.1. */
#define LOSS_KEY_WEIGHTS_READ "weights_read"

/* The images. */

/** `train`, `test` or `train,test`. Since 0.1. */
#define LOSS_KEY_SPLITS "splits"

/** Path of the data set, absolute where it was there. Since 0.1. */
#define LOSS_KEY_DATA "data"

/** Its kind, loss_dataset_format(). Since 0.1. */
#define LOSS_KEY_DATA_FORMAT "data_format"

/** Of the normalisation, a number for each channel. Since 0.1. */
#define LOSS_KEY_MEAN "mean"

/** Of the normalisation, a number for each channel. Since 0.1. */
#define LOSS_KEY_STD "std"

/** Of each split: how many. Since 0.1. */
#define LOSS_KEY_IMAGES "images"

/** Of each split: which, as loss_selection_parse() reads it. Since 0.1. */
#define LOSS_KEY_SELECTION "selection"

/** Of each split: loss_dataset_digest(). Since 0.1. */
#define LOSS_KEY_DATA_DIGEST "data_digest"

/** Of each split: the model's own loss, nats per image. Since 0.1. */
#define LOSS_KEY_MODEL_LOSS "model_loss"

/** Loss_net_loss(), where it is not the first one. Since 0.1. */
#define LOSS_KEY_LOSS "loss"

/** Loss_net_l2(), where it is not 0. Since 0.1. */
#define LOSS_KEY_L2 "l2"

/* BatchNorm's running statistics. */

/** Loss_bn_name(). Since 0.1. */
#define LOSS_KEY_BN "bn"

/** Of the mode `recalibrate`: how many images. Since 0.1. */
#define LOSS_KEY_BN_IMAGES "bn_images"

/** Of the mode `recalibrate`: which images. Since 0.1. */
#define LOSS_KEY_BN_SELECTION "bn_selection"

/** Of the mode `recalibrate`: their digest. Since 0.1. */
#define LOSS_KEY_BN_DATA_DIGEST "bn_data_digest"

/* The plane. */

/** A description. Since 0.1. */
#define LOSS_KEY_DIRECTIONS "directions"

/** Loss_plane_digest(). Since 0.1. */
#define LOSS_KEY_PLANE_DIGEST "plane_digest"

/** Length of the first direction. Since 0.1. */
#define LOSS_KEY_NORM_X "norm_x"

/** Length of the second direction; 0: a line. Since 0.1. */
#define LOSS_KEY_NORM_Y "norm_y"

/** Of the angle between the directions. Since 0.1. */
#define LOSS_KEY_COSINE "cosine"

/** Of random directions: loss_norm_name(). Since 0.1. */
#define LOSS_KEY_NORM "norm"

/** What the directions leave out: loss_ignore_name(). Since 0.1. */
#define LOSS_KEY_IGNORE "ignore"

/** The layers that the directions are restricted to, loss_plane_layers(), where they are.
 *  Since 0.1. */
#define LOSS_KEY_LAYERS "layers"

/** Of random directions. Since 0.1. */
#define LOSS_KEY_SEED "seed"

/** Of repeated lines: how many. Since 0.1. */
#define LOSS_KEY_REPEAT "repeat"

/** Of principal components: of how many checkpoints. Since 0.1. */
#define LOSS_KEY_PCA_CHECKPOINTS "pca_checkpoints"

/** Of principal components: the first one's share of the variance. Since 0.1. */
#define LOSS_KEY_EXPLAINED_X "explained_x"

/** Of principal components: the second one's share of the variance. Since 0.1. */
#define LOSS_KEY_EXPLAINED_Y "explained_y"

/** Of the first direction, where both are eigenvectors. Since 0.1. */
#define LOSS_KEY_EIGENVALUE_X "eigenvalue_x"

/** Of the second direction, where both are eigenvectors. Since 0.1. */
#define LOSS_KEY_EIGENVALUE_Y "eigenvalue_y"

/** On a plane between solutions: how many, with the origin. Since 0.1. */
#define LOSS_KEY_SOLUTIONS "solutions"

/** Of a part of a surface: which, as K/N. Since 0.1. */
#define LOSS_KEY_PART "part"

/** Which layers give the same at all points, and how much work they are, where they are computed
 *  once. Since 0.1. */
#define LOSS_KEY_COMPUTED_ONCE "computed_once"

/* What was added to the points. */

/** What the eigenvalues at the points are of. Since 0.1. */
#define LOSS_KEY_CURVATURE "curvature"

/** What the estimates at the points are made by. Since 0.1. */
#define LOSS_KEY_ESTIMATE "estimate"

/** Of the estimates: the share of the work that was asked for last. Since 0.1. */
#define LOSS_KEY_ESTIMATE_SHARE "estimate_share"

/** Of the estimates: the relative error that was asked for last. Since 0.1. */
#define LOSS_KEY_ESTIMATE_ERROR "estimate_error"

/** Of each split's estimates: how the coarse points come out, each estimated from the others.
 *  Since 0.1. */
#define LOSS_KEY_ESTIMATE_CHECK "estimate_check"

/** The same of accuracies. Since 0.1. */
#define LOSS_KEY_ESTIMATE_ACCURACY_CHECK "estimate_accuracy_check"

/** Of each split's estimates: by what neighbouring points are smoothed, as far as that is done.
 *  Since 0.1. */
#define LOSS_KEY_ESTIMATE_SMOOTHING "estimate_smoothing"

/** Of each path's run: the plane's share of the path's variance. Since 0.1. */
#define LOSS_KEY_PATH_HELD "path_held"

#ifdef __cplusplus
}
#endif
#endif
