/* VTK's XML files: what .vti and .vtp have in common. A file is text with tags, whose arrays may
 * lie elsewhere (vtk_values.h). */
#ifndef LOSSI_VTK_FILE_H
#define LOSSI_VTK_FILE_H

#include "import/import.h"
#include "import/roles.h"
#include "import/vtk_values.h"

/** A file, and what it has at its points. */
typedef struct lossi_vtk_file {
    const char *path;
    lossi_vtk_source source;
    size_t n;                      /* points */
    double *places;                /* [n][3]. Owned */
    double *values[LOSSI_N_ROLES]; /* [n] each; NULL: it has none. Owned */
} lossi_vtk_file;

/** Whether it is XML of VTK. */
bool lossi_vtk_is(const uint8_t *bytes, size_t size);
/** Takes what the file says of its bytes. lossi_vtk_close() also after a failure.
 *  @param bytes  a 0 follows them. Borrowed.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (big-endian, another compressor) */
loss_status lossi_vtk_open(lossi_vtk_file *f, const uint8_t *bytes, size_t size, const char *path);
void lossi_vtk_close(lossi_vtk_file *f);

/** LOSS_ERR_FORMAT: "FILE: what". */
loss_status lossi_vtk_fail(const lossi_vtk_file *f, const char *what);

/** The n numbers of a tag's attribute. @param tag  at its <
 *  @return false if it has no such attribute, or fewer numbers */
bool lossi_vtk_numbers(const char *tag, const char *name, double *values, size_t n);

/** Whether the file may hold so many points, by its size. */
bool lossi_vtk_explains(const lossi_vtk_file *f, double n);

/** The arrays of PointData that have a role.
 *  @param is_alone  an array that is alone is the loss, whatever its name
 *  @param is_loss   out: one has that name
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_vtk_take_roles(lossi_vtk_file *f, bool is_alone, bool *is_loss);
/** f->places, of the array of Points.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_vtk_take_points(lossi_vtk_file *f);

/** The surface of what was taken.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (no grid), LOSS_ERR_NOMEM */
loss_status lossi_vtk_to_grid(loss_import *to, const lossi_vtk_file *f);

#endif
