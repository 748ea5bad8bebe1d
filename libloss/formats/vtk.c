/* VTK's XML files with values as text: large, but read by everything and compared by eye. */
#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "formats/grid.h"
#include "formats/mesh.h"

static const loss_file_kind KIND = {"VTK file", 0, "<?xml", 5};

/* VTK's reader knows "nan" and takes no "inf": infinite values are written as the largest
 * double, as VTK itself would clamp. */
static void write_number(loss_file *out, double value)
{
    if (isnan(value))
        loss_file_put_text(out, "nan");
    else
        loss_file_print(out, "%.17g",
                        isinf(value) ? copysign(1.7976931348623157e308, value) : value);
}

static void begin_array(loss_file *out, const char *type, const char *name, int components)
{
    loss_file_print(
        out, "<DataArray type=\"%s\" Name=\"%s\" NumberOfComponents=\"%d\" format=\"ascii\">\n",
        type, name, components);
}

static void write_doubles(loss_file *out, const char *name, const double *values, size_t n)
{
    begin_array(out, "Float64", name, 1);
    for (size_t i = 0; i < n; i++) {
        write_number(out, values[i]);
        loss_file_put_text(out, "\n");
    }
    loss_file_put_text(out, "</DataArray>\n");
}

static void write_vectors(loss_file *out, const char *name, const float *values, size_t n)
{
    begin_array(out, "Float32", name, 3);
    for (size_t i = 0; i < n; i++, values += 3)
        loss_file_print(out, "%.9g %.9g %.9g\n", (double)values[0], (double)values[1],
                        (double)values[2]);
    loss_file_put_text(out, "</DataArray>\n");
}

static void begin_file(loss_file *out, const char *type)
{
    loss_file_print(out,
                    "<?xml version=\"1.0\"?>\n<VTKFile type=\"%s\" version=\"1.0\" "
                    "byte_order=\"LittleEndian\">\n",
                    type);
}

loss_status lossi_vti_write(const char *path, const lossi_vti *v)
{
    loss_file *out;
    loss_status status = loss_file_open(&out, path, &KIND);
    if (status)
        return status;
    begin_file(out, "ImageData");
    loss_file_print(
        out,
        "<ImageData WholeExtent=\"0 %zu 0 %zu 0 0\" Origin=\"%.17g %.17g 0\" Spacing=\"%.17g "
        "%.17g 1\">\n",
        v->nx - 1, v->ny - 1, v->origin[0], v->origin[1], v->spacing[0], v->spacing[1]);
    loss_file_print(out, "<Piece Extent=\"0 %zu 0 %zu 0 0\">\n<PointData Scalars=\"%s\">\n",
                    v->nx - 1, v->ny - 1, v->arrays[0].name);
    for (size_t k = 0; k < v->n_arrays; k++) {
        const lossi_grid_array *array = &v->arrays[k];
        if (array->values) {
            write_doubles(out, array->name, array->values, v->nx * v->ny);
            continue;
        }
        begin_array(out, "UInt8", array->name, 1);
        for (size_t i = 0; i < v->nx * v->ny; i++)
            loss_file_print(out, "%d\n", array->flags[i]);
        loss_file_put_text(out, "</DataArray>\n");
    }
    loss_file_put_text(out, "</PointData>\n</Piece>\n</ImageData>\n</VTKFile>\n");
    return loss_file_commit(out);
}

static void write_triangles(loss_file *out, const lossi_mesh *mesh)
{
    loss_file_put_text(out, "<Polys>\n");
    begin_array(out, "Int64", "connectivity", 1);
    for (size_t i = 0; i < mesh->n_triangles; i++)
        loss_file_print(out, "%u %u %u\n", mesh->triangles[3 * i], mesh->triangles[3 * i + 1],
                        mesh->triangles[3 * i + 2]);
    loss_file_put_text(out, "</DataArray>\n");
    begin_array(out, "Int64", "offsets", 1);
    for (size_t i = 1; i <= mesh->n_triangles; i++)
        loss_file_print(out, "%zu\n", 3 * i);
    loss_file_put_text(out, "</DataArray>\n</Polys>\n");
}

static loss_status write_vtp(const char *path, const lossi_mesh *mesh, bool ascii)
{
    (void)ascii;
    loss_file *out;
    loss_status status = loss_file_open(&out, path, &KIND);
    if (status)
        return status;
    size_t n = mesh->n_vertices;
    begin_file(out, "PolyData");
    loss_file_print(
        out,
        "<PolyData>\n<Piece NumberOfPoints=\"%zu\" NumberOfVerts=\"0\" NumberOfLines=\"0\" "
        "NumberOfStrips=\"0\" "
        "NumberOfPolys=\"%zu\">\n<PointData Scalars=\"loss\" Normals=\"Normals\">\n",
        n, mesh->n_triangles);
    write_doubles(out, "loss", mesh->loss, n);
    write_doubles(out, "standard_error", mesh->standard_error, n);
    write_doubles(out, "accuracy", mesh->accuracy, n);
    write_vectors(out, "Normals", mesh->normals, n);
    loss_file_put_text(out, "</PointData>\n<Points>\n");
    write_vectors(out, "Points", mesh->positions, n);
    loss_file_put_text(out, "</Points>\n");
    write_triangles(out, mesh);
    loss_file_put_text(out, "</Piece>\n</PolyData>\n</VTKFile>\n");
    return loss_file_commit(out);
}

const lossi_mesh_format lossi_mesh_vtp = {
    {".vtp", "mesh with loss, error and accuracy (ParaView, f3d)", false}, write_vtp};
