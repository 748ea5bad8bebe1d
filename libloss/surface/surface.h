/* Inside a surface. */
#ifndef LOSSI_SURFACE_H
#define LOSSI_SURFACE_H

#include <loss/export.h>

#include "surface/store.h"

struct loss_surface {
    char *path;
    lossi_store *store;
    lossi_facts facts; /* as the file has them */
    loss_axis x, y;
    bool has_split[2];            /* by split */
    loss_path_point *path_points; /* [n_path] what loss_surface_paths() gave last; texts are
                                     those of path_rows */
    lossi_path_row *path_rows;
    size_t n_path;

    /* For evaluation; NULL and zero after loss_surface_read(). */
    const loss_net *net;
    const loss_plane *plane;
    const loss_dataset *data[2]; /* by split */
    loss_surface_options
        opt; /* its curvature and eigen point to the next two, or curvature is NULL */
    loss_curvature_options curvature;
    loss_eigen_options eigen;
    struct lossi_agenda *agenda;      /* NULL: nothing was claimed */
    struct lossi_task_worker *worker; /* NULL: nothing was computed */
    struct lossi_kept *kept;          /* NULL: nothing is, or not yet */
    char *curvature_layers;           /* of curvature. Owned; NULL: all */
};

/** Frees what evaluation needs beside the file. */
void lossi_surface_end_evaluation(loss_surface *surface);

/** @return LOSS_OK, LOSS_ERR_ARGUMENT (there is no such split), LOSS_ERR_NAME (the file lacks it)
 */
loss_status lossi_surface_need_split(const loss_surface *surface, loss_split split);
/** Copies the options of an export over the defaults in *opt, if they are right. */
loss_status lossi_export_take(loss_export_options *opt, const loss_export_options *given);

/** A surface of a store that is open, which becomes its own, also on failure. */
loss_status lossi_surface_of_store(loss_surface **out, const char *path, lossi_store *store);
/** LOSS_ERR_MISMATCH if the surface was imported: it cannot be told what would have to be added. */
loss_status lossi_surface_refuse_imported(const loss_surface *surface);
/** The value of the fact `splits`. */
const char *lossi_surface_splits(bool has_train, bool has_test);
/** Adds the fact `created`: now. @return false when memory is out. */
bool lossi_surface_add_created(lossi_facts *facts);

/** Options of the eigenvalues: those that count are copied, the rest are the surface's own. */
loss_status lossi_surface_take_curvature(loss_surface *surface);
/** The file becomes one about eigenvalues, or is one about the same. */
loss_status lossi_surface_attach_curvature(loss_surface *surface);

/** The file's facts as they are now: other processes may have added some. */
loss_status lossi_surface_read_facts(loss_surface *surface);

/** The key of a fact that there is for each split: "images_test". @param text  written
 *  @return text */
enum { LOSSI_KEY_SIZE = 48 };
const char *lossi_split_key(char text[LOSSI_KEY_SIZE], const char *key, loss_split split);

/** Whether it is known of which split its values are; of an imported one it may not be. */
bool lossi_surface_tells_split(const loss_surface *surface);

/** A fact for a text that people read; "unknown" where the file has no such key. */
const char *lossi_surface_fact(const loss_surface *surface, const char *key);

/** LOSS_ERR_NAME: a path whose ending is that of no format; the message lists them. */
loss_status lossi_export_unknown(const char *path, const char *what, bool for_paths);

#endif
