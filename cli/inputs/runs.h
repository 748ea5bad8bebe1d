/* Runs whose checkpoints span a plane, or whose paths are drawn on one. */
#ifndef RUNS_H
#define RUNS_H

#include "command.h"

typedef struct run_path {
    char *name;
    const char *folder; /* NULL: the checkpoints are another program's */
    loss_checkpoints checkpoints;
} run_path;

typedef struct run_list {
    size_t n;
    run_path items[MOST_TEXTS + 1];
} run_list;

/** Finds the checkpoints of a run given as RUN/ or NAME=RUN/, and appends it. The name is that
 * of the folder unless it is given.
 *  @return -1 to go on, else an exit code after telling why */
int runs_add(run_list *runs, const char *command, const char *given);
/** The same for those of --run, and for those of --checkpoints: [NAME=]PATTERN. */
int runs_add_all(run_list *runs, const char *command, const text_list *folders,
                 const text_list *patterns);
void runs_free(run_list *runs);

/* The row of --checkpoints. */
#define OPT_CHECKPOINTS(list)                                                                      \
    OPT_TEXTS("checkpoints", "[NAME=]PATTERN",                                                     \
              "the same of checkpoints of another program, by number: 'ckpt/*.pth'", list)

/** The plane of the principal components of all checkpoints of all runs. */
loss_status runs_make_plane(const run_list *runs, const loss_net *net, loss_ignore ignore,
                            const char *layers, bool quiet, loss_plane **plane);

/** Sets the axes that are automatic (their min is NaN) to hold all paths and the centre with a
 * margin of a fifth; the centre is a point of the grid. A line has the y axis 0. */
loss_status runs_fit_axes(const run_list *runs, const char *model, const loss_net *net,
                          const loss_plane *plane, loss_axis *x, loss_axis *y);
bool axis_is_auto(loss_axis axis);

/** Puts all paths into the file of a surface that is open for evaluation.
 *  @param team  of ranks that share the checkpoints, or NULL */
loss_status runs_add_paths(const run_list *runs, loss_surface *surface, const loss_team *team,
                           bool quiet);

#endif
