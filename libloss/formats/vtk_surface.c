/* A surface in VTK's XML files: its flat grid (.vti), its mesh (.vtp). */
#include <stdlib.h>

#include "formats/grid.h"
#include "formats/mesh.h"
#include "formats/vtk.h"

loss_status lossi_vti_write(const char *path, const lossi_vti *g)
{
    lossi_vtk v;
    char *extent = lossi_format("0 %zu 0 %zu 0 0", g->nx - 1, g->ny - 1),
         *head =
             extent ? lossi_format(" WholeExtent=\"%s\" Origin=\"%.17g %.17g 0\" "
                                   "Spacing=\"%.17g %.17g 1\"",
                                   extent, g->origin[0], g->origin[1], g->spacing[0], g->spacing[1])
                    : NULL;
    loss_status status =
        head ? lossi_vtk_begin(&v, path, "ImageData", head, g->facts) : lossi_fail_nomem(128);
    if (!status) {
        loss_file_print(v.out, "<Piece Extent=\"%s\">\n<PointData Scalars=\"%s\">\n", extent,
                        g->arrays[0].name);
        for (size_t k = 0; k < g->n_arrays; k++) {
            const lossi_grid_array *a = &g->arrays[k];
            lossi_vtk_put(&v, a->values ? &LOSSI_VTK_DOUBLE : &LOSSI_VTK_BYTE, a->name, 1,
                          a->values ? (const void *)a->values : a->flags, g->nx * g->ny);
        }
        lossi_vtk_xml(&v, "</PointData>\n</Piece>\n");
        status = lossi_vtk_end(&v);
    }
    free(extent);
    free(head);
    return status;
}

static loss_status write_vtp(const char *path, const lossi_mesh *mesh, bool ascii)
{
    (void)ascii;
    size_t n = mesh->n_vertices;
    uint64_t *ends = lossi_alloc(mesh->n_triangles, sizeof *ends);
    lossi_vtk v;
    loss_status status = ends ? lossi_vtk_begin(&v, path, "PolyData", "", mesh->facts)
                              : lossi_fail_nomem(mesh->n_triangles * sizeof *ends);
    if (!status) {
        for (size_t i = 0; i < mesh->n_triangles; i++)
            ends[i] = 3 * (i + 1);
        loss_file_print(v.out,
                        "<Piece NumberOfPoints=\"%zu\" NumberOfVerts=\"0\" NumberOfLines=\"0\" "
                        "NumberOfStrips=\"0\" NumberOfPolys=\"%zu\">\n"
                        "<PointData Scalars=\"loss\" Normals=\"Normals\">\n",
                        n, mesh->n_triangles);
        lossi_vtk_put(&v, &LOSSI_VTK_DOUBLE, "loss", 1, mesh->loss, n);
        lossi_vtk_put(&v, &LOSSI_VTK_DOUBLE, "standard_error", 1, mesh->standard_error, n);
        lossi_vtk_put(&v, &LOSSI_VTK_DOUBLE, "accuracy", 1, mesh->accuracy, n);
        lossi_vtk_put(&v, &LOSSI_VTK_FLOAT, "Normals", 3, mesh->normals, n);
        lossi_vtk_xml(&v, "</PointData>\n<Points>\n");
        lossi_vtk_put(&v, &LOSSI_VTK_FLOAT, "Points", 3, mesh->positions, n);
        lossi_vtk_xml(&v, "</Points>\n<Polys>\n");
        lossi_vtk_put(&v, &LOSSI_VTK_VERTEX, "connectivity", 1, mesh->triangles,
                      3 * mesh->n_triangles);
        lossi_vtk_put(&v, &LOSSI_VTK_INDEX, "offsets", 1, ends, mesh->n_triangles);
        lossi_vtk_xml(&v, "</Polys>\n</Piece>\n");
        status = lossi_vtk_end(&v);
    }
    free(ends);
    return status;
}

const lossi_mesh_format lossi_mesh_vtp = {
    {".vtp", "mesh with loss, error and accuracy (ParaView, f3d)", true}, write_vtp};
