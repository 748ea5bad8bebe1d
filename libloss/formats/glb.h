/* glTF 2.0 in one binary file (.glb): a mesh, lines and marks as nodes of a scene. A pure writer.
 */
#ifndef LOSSI_GLB_H
#define LOSSI_GLB_H

#include <loss/analysis.h>

#include "base/json.h"
#include "formats/mesh.h"

/** What a mark looks like: by loss_critical_kind, or a dot in the colour of its line. */
enum { LOSSI_GLB_DOT = LOSS_CRITICAL_MAXIMUM + 1, LOSSI_GLB_N_SHAPES };

typedef struct lossi_glb_mark {
    char name[48];
    int shape;
    bool is_pale; /* within the sampling error */
    double at[3];
    cJSON *extras; /* taken over; flat, as readers know no nested ones */
} lossi_glb_mark;

/** A line in space, which may be in pieces: its vertices, and where each piece ends. */
typedef struct lossi_glb_line {
    const char *name; /* borrowed, as all of it but extras */
    float rgb[3];     /* linear */
    float *positions; /* [n][3] */
    size_t n;
    size_t *ends; /* [n_pieces] piece k has the vertices from ends[k - 1] on to before ends[k] */
    size_t n_pieces;
    lossi_glb_mark *marks; /* [n_marks] children of its node */
    size_t n_marks;
} lossi_glb_line;

typedef struct lossi_glb {
    const lossi_mesh *mesh;
    lossi_glb_line *lines;
    size_t n_lines;
    lossi_glb_mark *marks;
    size_t n_marks;
    double mark_size; /* scene units */
    cJSON *extras;    /* of the whole; taken over */
} lossi_glb;

/** z, which is up, becomes glTF's y by the root node's rotation; all positions keep x, y and z.
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_glb_write(const char *path, lossi_glb *scene);

#endif
