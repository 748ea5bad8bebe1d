/* What a command works on: model, weights and data, from options or from the run.json of a RUN/
 * folder. */
#ifndef TARGET_H
#define TARGET_H

#include "command.h"

struct cJSON;
struct json;

enum { TARGET_MODEL, TARGET_WEIGHTS, TARGET_DATA, TARGET_LOSS, TARGET_N_OWNED };

/** The model that is recognised from its weights. */
extern const char TARGET_AUTO[];

typedef struct target {
    const char *run;         /* the RUN/ folder or the landscape given, or NULL */
    loss_surface *landscape; /* that one, as it is; NULL: none was given. Owned */
    const char *model, *weights, *data;
    channels mean, std;
    size_t limit;        /* 0: all */
    size_t resize, crop; /* 0: neither */
    size_t max_bytes;    /* that images may unpack to; 0: the library's limit */
    size_t cache;        /* bytes of images in memory; 0: all */
    bool sample;
    uint64_t sample_seed;
    const char *key;  /* of several sets of tensors in the weights */
    bool by_order;    /* weights match by order instead of name */
    const char *loss; /* NULL: the network's own */
    double l2;
    bool has_l2;
    bool quiet;
    char *owned[TARGET_N_OWNED]; /* what came from run.json or was recognised */
    /* Of the network, once it is open: */
    const char *network_from; /* "named", "recognised", "order" or "run" */
    char caveat[1600];        /* what makes it, or another one, doubtful; "": nothing */
    char read[1200];          /* what was chosen and left out of its file; "": nothing */
    size_t n_folded_norms;    /* loss_net_n_folded_norms() */
} target;

/* Rows of an option table that fill a target named t. */
#define TARGET_OPTIONS(t)                                                                          \
    OPT_TEXT(                                                                                      \
        "model", "NAME",                                                                           \
        "network, such as resnet56, FILE.net or FILE.onnx; auto: what --weights is of (auto)",     \
        &(t).model),                                                                               \
        OPT_TEXT("weights", "FILE", target_weights_help(), &(t).weights),                          \
        OPT_TEXT("key", "NAME", "which of several sets of tensors in --weights, such as ema",      \
                 &(t).key),                                                                        \
        OPT_FLAG("by-order", "with --model NAME: match tensors by order and shape, not by name",   \
                 &(t).by_order),                                                                   \
        DATA_OPTIONS(t)
/* How the images of files are made fit. */
#define IMAGE_OPTIONS(t)                                                                           \
    OPT_COUNT("resize", "N", "makes the shorter side of the images N, as torchvision does",        \
              &(t).resize),                                                                        \
        OPT_COUNT("crop", "N", "cuts an N x N square out of the middle, after --resize",           \
                  &(t).crop),                                                                      \
        OPT_BYTES("max-bytes",                                                                     \
                  "most bytes that images may unpack to (256M, or 64 times their files)",          \
                  &(t).max_bytes),                                                                 \
        OPT_BYTES("cache",                                                                         \
                  "most bytes of images in memory, such as 512M; the others are in a temporary "   \
                  "file in $TMPDIR or /var/tmp (all)",                                             \
                  &(t).cache)
#define DATA_OPTIONS(t)                                                                            \
    OPT_TEXT("data", "PATH",                                                                       \
             "data set: a folder, archive or name (lossgrid --help lists the kinds)", &(t).data),  \
        OPT_COUNT("limit", "N", "at most this many images: the first ones", &(t).limit),           \
        OPT_FLAG("sample", "with --limit: a seeded choice instead of the first ones",              \
                 &(t).sample),                                                                     \
        OPT_SEED("sample-seed", "N", "seed of that choice (0)", &(t).sample_seed),                 \
        OPT_CHANNELS("mean", "mean of each channel, in 0 to 1 (one number for grey)", &(t).mean),  \
        OPT_CHANNELS("std", "standard deviation of each channel, in 0 to 1", &(t).std),            \
        IMAGE_OPTIONS(t),                                                                          \
        OPT_TEXT("loss", "NAME",                                                                   \
                 "loss, such as mse or cross-entropy:smoothing=0.1 (cross-entropy; lossgrid "      \
                 "--help lists them)",                                                             \
                 &(t).loss),                                                                       \
        OPT_NUMBER("l2", "X", "adds X / 2 |w|^2 over all parameters to the loss (0)", &(t).l2,     \
                   .given = &(t).has_l2)

/** Fills what the options left open from t->run, a folder with a run.json or a landscape, and
 * checks that nothing is missing.
 *  @return -1 to go on, else an exit code. */
int target_resolve(target *t, const char *command, bool needs_weights);
/** The same of t->run alone, where it is a landscape: network, weights, data, normalisation, images
 * and loss. */
int target_read_landscape(target *t);
void target_free(target *t);

/** Opens the target's data. */
loss_status target_open_data(const target *t, loss_split split, loss_dataset **data);
/** The same of a split that was chosen, or else of that of the landscape, or of the test split;
 * where there is none, of the training split, which is said on standard error. */
loss_status target_open_split(const target *t, loss_split split, bool is_chosen,
                              loss_dataset **data);
/** Makes the target's network for images like those of data, recognised from its weights if the
 * model is auto, and loads them. Weights that are not a run's are held against some training
 * images: what is doubtful is said on standard error and kept in the target. */
loss_status target_open_net(target *t, const loss_dataset *data, loss_net **net);
/** Holds another network of the command, such as the end of a line, against the same images: what
 * is doubtful is said, and added to the target's caveat.
 *  @param path  of its weights */
loss_status target_check_other(target *t, const loss_net *net, const char *path);
/** Adds where the network is from, and its caveat, to a JSON object. */
void target_json(const target *t, struct json *j, struct cJSON *to);

/** What --weights is, with the usual endings. Static storage. */
const char *target_weights_help(void);

/** Says on standard error, unless quiet, that BatchNorm was put into the network's convolutions. */
void target_say_folded(const loss_net *net, const char *model, bool quiet);

/** True if a model is the name of a network's file. */
bool is_net_file(const char *model);
/** True if weights are in it. */
bool has_weights(const char *model);

#endif
