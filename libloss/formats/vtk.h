/* VTK's XML files: what is named stands as XML, the values follow it as they are in memory. */
#ifndef LOSSI_VTK_H
#define LOSSI_VTK_H

#include <cjson/cJSON.h>

#include "base/file.h"

enum { LOSSI_VTK_MOST_ARRAYS = 24 };

/** A file under way. */
typedef struct lossi_vtk {
    loss_file *out;
    const char *type; /* "PolyData" */
    struct {
        const void *values;
        uint64_t bytes;
    } arrays[LOSSI_VTK_MOST_ARRAYS];
    size_t n_arrays;
    uint64_t offset; /* of the next array's values */
} lossi_vtk;

/** What the values of an array are. */
typedef struct lossi_vtk_type {
    const char *name;
    size_t size; /* bytes of one; 0: a text and its NUL */
} lossi_vtk_type;
extern const lossi_vtk_type LOSSI_VTK_DOUBLE, LOSSI_VTK_FLOAT, LOSSI_VTK_INDEX, LOSSI_VTK_VERTEX,
    LOSSI_VTK_BYTE, LOSSI_VTK_TEXT;

/** Begins a file: its element and, in it, FieldData.
 *  @param type   such as "PolyData"; static storage
 *  @param extent of that element, such as " WholeExtent=..."
 *  @param facts  an object of texts and numbers, or NULL. Borrowed for the call.
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM; then nothing is to be ended */
loss_status lossi_vtk_begin(lossi_vtk *v, const char *path, const char *type, const char *extent,
                            const cJSON *facts);
/** An array of n values, or of n bytes of texts, which are borrowed until the end. */
void lossi_vtk_put(lossi_vtk *v, const lossi_vtk_type *type, const char *name, int components,
                   const void *values, size_t n);
/** XML between arrays. */
void lossi_vtk_xml(lossi_vtk *v, const char *xml);
/** Ends the element, writes the values, and commits the file. */
loss_status lossi_vtk_end(lossi_vtk *v);

/** Named points in space, with a line through some of them: training paths, critical points. All
 * borrowed. */
typedef struct lossi_vtk_points {
    size_t n;
    const double *positions; /* [n][3] */
    const struct lossi_vtk_column {
        const char *name;
        const lossi_vtk_type *type;
        const void *values; /* [n] */
        size_t bytes;       /* of texts: of all together */
    } * columns;
    size_t n_columns;
    const uint64_t *connectivity; /* [n + 1]: 0, 1, 2, ... */
    const uint64_t *offsets;      /* [n_lines] ends of the lines; NULL: each point by itself */
    size_t n_lines;
} lossi_vtk_points;
loss_status lossi_vtk_write_points(const char *path, const lossi_vtk_points *points,
                                   const cJSON *facts);

#endif
