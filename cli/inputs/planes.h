/* Kinds of planes that lossgrid surface offers: a row each of the table in planes.c. */
#ifndef PLANES_H
#define PLANES_H

#include "inputs/choices.h"
#include "inputs/runs.h"
#include "inputs/target.h"

/** Options that not every kind has a use for. */
typedef enum plane_option {
    PLANE_DIRECTIONS,
    PLANE_NORM,
    PLANE_SEED,
    PLANE_REPEAT,
    PLANE_IGNORE,
    PLANE_LAYERS,
    N_PLANE_OPTIONS
} plane_option;

typedef struct plane_options {
    const char *directions; /* a kind's word, or a file */
    const char *to, *and;   /* files of other solutions, or NULL */
    int norm, ignore;       /* of choices_norm() and choices_ignore() */
    const char *layers;     /* patterns of names; NULL: all */
    uint64_t seed;
    size_t repeat; /* lines of many directions; 0: none */
    bool is_kept;  /* those of the landscape that the command is about, unless others are given */
    bool given[N_PLANE_OPTIONS];
} plane_options;

/** Rows of an option table that fill plane_options o. */
#define PLANE_OPTIONS(o)                                                                           \
    OPT_TEXT("directions", planes_words(), planes_help(), &(o).directions,                         \
             .given = &(o).given[PLANE_DIRECTIONS]),                                               \
        OPT_TEXT("to", "W1",                                                                       \
                 "instead: towards other weights of the network, which are at x = 1 "              \
                 "(-0.5:1.5:41)",                                                                  \
                 &(o).to),                                                                         \
        OPT_TEXT("and", "W2", "with --to: the plane through three solutions; W2 is at (0, 1)",     \
                 &(o).and),                                                                        \
        OPT_COUNT("repeat", "K", "K random lines, of seeds N .. N + K - 1, in one file",           \
                  &(o).repeat, .given = &(o).given[PLANE_REPEAT]),                                 \
        OPT_CHOICE("norm", "N", choices_norm(), "random: filter, layer, weight or none (filter)",  \
                   &(o).norm, .given = &(o).given[PLANE_NORM]),                                    \
        OPT_CHOICE("ignore", "I", choices_ignore(), planes_ignore_help(), &(o).ignore,             \
                   .given = &(o).given[PLANE_IGNORE]),                                             \
        OPT_TEXT("layers", "PATTERN", planes_layers_help(), &(o).layers,                           \
                 .given = &(o).given[PLANE_LAYERS]),                                               \
        OPT_SEED("seed", "N", "seed of the random directions (0)", &(o).seed,                      \
                 .given = &(o).given[PLANE_SEED])

/** What a plane is made of. Borrowed. */
typedef struct plane_source {
    const plane_options *options;
    target *t; /* gets the caveats of other networks */
    const run_list *runs;
    const loss_curvature_options *curvature;
} plane_source;

typedef struct plane_kind {
    const char *word; /* of --directions; NULL: is_chosen tells */
    const char *help; /* what --directions says of it; NULL: nothing */
    bool (*is_chosen)(const plane_options *o);
    unsigned takes;        /* a bit 1 << PLANE_... for each option that it has a use for */
    bool has_paths;        /* made of the checkpoints of runs, whose paths are put on it */
    bool moves_statistics; /* BatchNorm's mode `states` */
    bool is_line;          /* there is no second direction */
    bool keeps_y;          /* with --x alone it is still a plane */
    loss_axis axis;        /* x, and y, where they are not given; min is NaN: automatic */
    loss_status (*make)(const plane_source *from, const loss_net *net, const loss_dataset *data,
                        loss_plane **plane);
} plane_kind;

/** The kind that the options ask for. */
const plane_kind *planes_find(const plane_options *o);

/** Tells options that would be silently without effect.
 *  @param has_curvature  eigenvalues are wanted at each point, to which --ignore then belongs
 *  @return -1 to go on */
int planes_check(const plane_kind *kind, const plane_options *o, bool has_curvature,
                 const char *command);

/* For the option table. Static storage. */
const char *planes_words(void);
const char *planes_help(void);
const char *planes_ignore_help(void);
const char *planes_layers_help(void);

#endif
