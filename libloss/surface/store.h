/* The landscape file: one SQLite database, described in docs/file-formats.md. A point is on disk
 * when put() returns, also after a power cut. */
#ifndef LOSSI_STORE_H
#define LOSSI_STORE_H

#include <loss/surface.h>

#include "base/base.h"
#include "base/facts.h"

/** Bounds of a grid, when a file is made and when it is read: 2,000 x 2,000 points. A few bytes
 * can claim a grid of that size, and whoever shows it has arrays of its size. */
enum { LOSSI_MAX_AXIS = 100000, LOSSI_MAX_POINTS = 4000000 };

/** An axis that can be computed with: finite ends in order, not beyond +-1e38, whose steps are
 * above 1e-38 and above 1e-12 of the ends, so that neighbours differ and squares are finite.
 *  @param status  what a bad axis is: LOSS_ERR_ARGUMENT or LOSS_ERR_FORMAT
 *  @param where   begins the message, such as "a.landscape: axis x" */
loss_status lossi_axis_check(loss_axis axis, loss_status status, const char *where);

/** How others are waited for who have the file locked. Borrowed. */
typedef struct lossi_store_wait {
    bool for_ever; /* false: 20 s */
    loss_cancelled cancelled;
    void (*waiting)(double seconds, void *user); /* each second; may be NULL */
    void *user;
} lossi_store_wait;

/** Of the identity that each file is given when it is made: 32 digits and a NUL. */
enum { LOSSI_ID_SIZE = 33 };

typedef struct lossi_store lossi_store;

/** One direction of a file that cannot be drawn again. Borrowed. */
typedef struct lossi_stored_direction {
    const char *axis; /* "x" or "y" */
    const float *values;
    size_t n;
} lossi_stored_direction;

/** What a new file is made of. Borrowed. */
typedef struct lossi_store_contents {
    const lossi_facts *facts;
    loss_axis x, y;
    const lossi_stored_direction *directions;
    size_t n_directions;
    const loss_point *points[2]; /* [y.n][x.n] by split: those that are known; NULL: none */
} lossi_store_contents;

/** Opens a file to look at. @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_store_open(lossi_store **out, const char *path);

/** Opens a file to fill; makes it if there is none, whole or not at all.
 *  *is_new tells which. The contents of a file that was there are left as they are; one that was
 * made before files had an identity is given one.
 *  @param wait  NULL: 20 s */
loss_status lossi_store_open_or_create(lossi_store **out, const char *path,
                                       const lossi_store_contents *contents,
                                       const lossi_store_wait *wait, bool *is_new);

/** Makes one in memory, which is gone when it is closed.
 *  @param name  for messages. Borrowed for the call. */
loss_status lossi_store_create_in_memory(lossi_store **out, const char *name,
                                         const lossi_store_contents *contents);

void lossi_store_close(lossi_store *store);

/** LOSS_ERR_IO if points cannot be put, because the file is write-protected: known before any is
 * computed. */
loss_status lossi_store_check_writable(lossi_store *store);

loss_status lossi_store_read_facts(lossi_store *store, lossi_facts *facts);
loss_status lossi_store_read_axes(lossi_store *store, loss_axis *x, loss_axis *y);

/** Records a fact of a file that is there; replace: in place of another value, else that one
 * stays. */
loss_status lossi_store_put_fact(lossi_store *store, const char *key, const char *value,
                                 bool replace);
/** A direction that the file keeps ("x", "y"), [n]; *has: whether it does. LOSS_ERR_FORMAT if it
 * has another number of values. */
loss_status lossi_store_read_direction(lossi_store *store, const char *axis, float *values,
                                       size_t n, bool *has);

/** The same, into new memory. @param values  NULL where the file has none; free() */
loss_status lossi_store_copy_direction(lossi_store *store, const char *axis, float **values,
                                       size_t *n);

/** All points of a split, [ny][nx]; those that are absent have evaluated = false. */
loss_status lossi_store_read_points(lossi_store *store, loss_split split, size_t nx, size_t ny,
                                    loss_point *points);
/** Whether a point is there now. */
loss_status lossi_store_has_point(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                  bool *has);
/** Claims point number i for this process, until it is released or the process ends.
 *  @param is_mine  false: another one has it
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_store_claim(lossi_store *store, size_t i, bool *is_mine);
void lossi_store_release(lossi_store *store, size_t i);
/** Adds a point and commits it; a point that another process added first is left as it is.
 *  @return LOSS_OK; LOSS_ERR_MISMATCH: another file has taken the place of the one that was
 * opened, and nothing is written to it. So for all that put. LOSS_ERR_IO, LOSS_ERR_CANCELLED */
loss_status lossi_store_put_point(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                  const loss_point *point);

/** Adds all points of an array [ny][nx] that are evaluated, in one commit. */
loss_status lossi_store_put_points(lossi_store *store, loss_split split, size_t nx, size_t ny,
                                   const loss_point *points);

/** A checkpoint that goes into the table `path`; digest: of its weights. Borrowed. */
typedef struct lossi_path_row {
    loss_path_point point;
    char digest[17];
} lossi_path_row;

/** A split's rows, by run and epoch; a file without the table has none. Free with
 * lossi_path_free(). */
loss_status lossi_store_read_path(lossi_store *store, loss_split split, lossi_path_row **rows,
                                  size_t *n);
void lossi_path_free(lossi_path_row *rows, size_t n);
/** Adds a row and commits it; one that another process added first is left as it is. */
loss_status lossi_store_put_path(lossi_store *store, loss_split split, const lossi_path_row *row);
/** Makes the file one about eigenvalues, if it is not: what they are of becomes its fact
 * "curvature".
 *  @return LOSS_OK, LOSS_ERR_MISMATCH (it has eigenvalues of something else), LOSS_ERR_IO */
loss_status lossi_store_begin_curvature(lossi_store *store, const char *curvature);
/** All eigenvalues of a split, [ny][nx], of a file that is about them; those that are absent
 * have evaluated = false. */
loss_status lossi_store_read_curvature(lossi_store *store, loss_split split, size_t nx, size_t ny,
                                       loss_point_curvature *curvature);
/** Whether those of a point are there now. */
loss_status lossi_store_has_curvature(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                      bool *has);
/** Adds those of a point and commits them; those that another process added first are left as
 * they are. */
loss_status lossi_store_put_curvature(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                      const loss_point_curvature *curvature);

#endif
