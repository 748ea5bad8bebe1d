/* VTK's XML PolyData: a mesh that is a height field over a grid. Faces are not read, the grid has
 * them, but there must be some: paths and marks have none, and are no surface. */
#include <string.h>

#include "import/vtk_file.h"

/* How many of them the piece has. */
static double count_of(const char *piece, const char *name)
{
    double n = 0;
    return lossi_vtk_numbers(piece, name, &n, 1) ? n : 0;
}

static loss_status take_piece(lossi_vtk_file *f)
{
    const char *piece = strstr(f->source.text, "<Piece");
    if (!piece)
        return lossi_vtk_fail(f, "its PolyData has no Piece");
    if (strstr(piece + 1, "<Piece"))
        return lossi_vtk_fail(f, "its PolyData is in several pieces; expected one");
    if (!(count_of(piece, "NumberOfPolys") + count_of(piece, "NumberOfStrips") > 0))
        return lossi_vtk_fail(f, "points and lines without faces, as of paths and marks; expected "
                                 "the mesh of a surface");
    double n = count_of(piece, "NumberOfPoints");
    if (!lossi_vtk_explains(f, n))
        return lossi_vtk_fail(f, "its mesh has no points, or more than a file of this size holds");
    f->n = (size_t)n;
    return lossi_vtk_take_points(f);
}

/* Heights of the mesh, where no array is the loss. */
static loss_status take_heights(lossi_vtk_file *f)
{
    double *heights = lossi_alloc(f->n, sizeof *heights);
    if (!heights)
        return lossi_fail_nomem(f->n * sizeof *heights);
    for (size_t i = 0; i < f->n; i++)
        heights[i] = f->places[3 * i + 2];
    f->values[LOSSI_ROLE_LOSS] = heights;
    return LOSS_OK;
}

static loss_status parse(loss_import *to, const uint8_t *bytes, size_t size, const char *path)
{
    lossi_vtk_file f;
    bool is_loss = false;
    loss_status status = lossi_vtk_open(&f, bytes, size, path);
    if (!status)
        status = take_piece(&f);
    if (!status)
        status = lossi_vtk_take_roles(&f, false, &is_loss);
    if (!status && !is_loss)
        status = take_heights(&f);
    to->is_height = !is_loss;
    if (!status)
        status = lossi_vtk_to_grid(to, &f);
    lossi_vtk_close(&f);
    return status;
}

static bool is(const uint8_t *bytes, size_t size)
{
    return lossi_vtk_is(bytes, size) && strstr((const char *)bytes, "<PolyData");
}

const lossi_import_kind lossi_import_vtp = {
    .name = "VTK mesh", .endings = ".vtp", .is = is, .parse = parse};
