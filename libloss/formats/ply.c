/* PLY (Turk 1994). MeshLab reads `quality`; a property called `intensity` would turn it white. */
#include "base/file.h"
#include "formats/mesh.h"

static const loss_file_kind KIND = {"PLY mesh", 0, "ply", 3};

static void write_header(loss_file *out, const lossi_mesh *mesh, bool ascii)
{
    loss_file_print(out, "ply\nformat %s 1.0\n", ascii ? "ascii" : "binary_little_endian");
    for (size_t i = 0; i < mesh->n_comments; i++)
        loss_file_print(out, "comment %s\n", mesh->comments[i]);
    loss_file_print(out, "element vertex %zu\n", mesh->n_vertices);
    loss_file_print(out, "property float x\nproperty float y\nproperty float z\n"
                         "property float nx\nproperty float ny\nproperty float nz\n"
                         "property uchar red\nproperty uchar green\nproperty uchar blue\n"
                         "property float quality\n");
    loss_file_print(out, "element face %zu\nproperty list uchar int vertex_indices\nend_header\n",
                    mesh->n_triangles);
}

static void write_ascii(loss_file *out, const lossi_mesh *mesh)
{
    for (size_t i = 0; i < mesh->n_vertices; i++) {
        const float *p = mesh->positions + 3 * i, *n = mesh->normals + 3 * i;
        const uint8_t *c = mesh->colours + 3 * i;
        loss_file_print(out, "%.9g %.9g %.9g %.6g %.6g %.6g %d %d %d %.9g\n", (double)p[0],
                        (double)p[1], (double)p[2], (double)n[0], (double)n[1], (double)n[2], c[0],
                        c[1], c[2], mesh->loss[i]);
    }
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        const uint32_t *t = mesh->triangles + 3 * i;
        loss_file_print(out, "3 %u %u %u\n", t[0], t[1], t[2]);
    }
}

static void write_binary(loss_file *out, const lossi_mesh *mesh)
{
    for (size_t i = 0; i < mesh->n_vertices; i++) {
        float quality = (float)mesh->loss[i];
        loss_file_put(out, mesh->positions + 3 * i, 3 * sizeof(float));
        loss_file_put(out, mesh->normals + 3 * i, 3 * sizeof(float));
        loss_file_put(out, mesh->colours + 3 * i, 3);
        loss_file_put(out, &quality, sizeof quality);
    }
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        loss_file_put_text(out, "\3");
        loss_file_put(out, mesh->triangles + 3 * i, 3 * sizeof(uint32_t));
    }
}

static loss_status write_mesh(const char *path, const lossi_mesh *mesh, bool ascii)
{
    loss_file *file;
    loss_status status = loss_file_open(&file, path, &KIND);
    if (status)
        return status;
    write_header(file, mesh, ascii);
    if (ascii)
        write_ascii(file, mesh);
    else
        write_binary(file, mesh);
    return loss_file_commit(file);
}

const lossi_mesh_format lossi_mesh_ply = {
    {".ply", "coloured mesh (MeshLab, Blender, CloudCompare)", true}, write_mesh};
