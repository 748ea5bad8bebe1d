/* VTK's XML ImageData: a grid with arrays at its points. */
#include <math.h>
#include <string.h>

#include "import/vtk_file.h"

/* The extent 0 nx-1 0 ny-1 k k, and where its points are. */
static loss_status take_grid(lossi_vtk_file *f, const char *tag)
{
    double extent[6], origin[3] = {0, 0, 0}, spacing[3] = {1, 1, 1};
    if (!lossi_vtk_numbers(tag, "WholeExtent", extent, 6))
        return lossi_vtk_fail(f, "its ImageData has no WholeExtent");
    lossi_vtk_numbers(tag, "Origin", origin, 3);
    lossi_vtk_numbers(tag, "Spacing", spacing, 3);
    double nx = extent[1] - extent[0] + 1, ny = extent[3] - extent[2] + 1;
    if (!(nx >= 1) || !(ny >= 1) || extent[5] > extent[4] || extent[5] < extent[4])
        return lossi_vtk_fail(f, "its extent is no plane of points");
    if (!lossi_vtk_explains(f, nx * ny))
        return lossi_vtk_fail(f, "its extent has more points than a file of this size holds");
    f->n = (size_t)nx * (size_t)ny;
    f->places = lossi_alloc(f->n, 3 * sizeof *f->places);
    if (!f->places)
        return lossi_fail_nomem(f->n * 3 * sizeof *f->places);
    for (size_t i = 0; i < f->n; i++) {
        const size_t at[2] = {i % (size_t)nx, i / (size_t)nx};
        for (size_t k = 0; k < 2; k++)
            f->places[3 * i + k] =
                origin[k] + extent[2 * k] * spacing[k] + (double)at[k] * spacing[k];
    }
    return LOSS_OK;
}

static loss_status parse(loss_import *to, const uint8_t *bytes, size_t size, const char *path)
{
    lossi_vtk_file f;
    bool is_loss = false;
    loss_status status = lossi_vtk_open(&f, bytes, size, path);
    const char *tag = strstr(f.source.text, "<ImageData");
    if (!status)
        status =
            tag ? take_grid(&f, tag) : lossi_vtk_fail(&f, "it holds no ImageData, and no PolyData");
    if (!status)
        status = lossi_vtk_take_roles(&f, true, &is_loss);
    if (!status && !is_loss && !f.values[LOSSI_ROLE_LOSS])
        status = lossi_vtk_fail(&f, "none of the arrays at its points is a loss");
    to->is_height = !is_loss;
    if (!status)
        status = lossi_vtk_to_grid(to, &f);
    lossi_vtk_close(&f);
    return status;
}

const lossi_import_kind lossi_import_vti = {
    .name = "VTK image", .endings = ".vti", .is = lossi_vtk_is, .parse = parse};
