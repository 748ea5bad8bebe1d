/* PLY (Turk 1994). MeshLab reads `quality`; a property called `intensity` would turn it white. */
#include "base/file.h"
#include "formats/mesh.h"

static void write_header(FILE *out, const lossi_mesh *mesh, bool ascii)
{
    fprintf(out, "ply\nformat %s 1.0\n", ascii ? "ascii" : "binary_little_endian");
    for (size_t i = 0; i < mesh->n_comments; i++)
        fprintf(out, "comment %s\n", mesh->comments[i]);
    fprintf(out, "element vertex %zu\n", mesh->n_vertices);
    fprintf(out, "property float x\nproperty float y\nproperty float z\n"
                 "property float nx\nproperty float ny\nproperty float nz\n"
                 "property uchar red\nproperty uchar green\nproperty uchar blue\n"
                 "property float quality\n");
    fprintf(out, "element face %zu\nproperty list uchar int vertex_indices\nend_header\n",
            mesh->n_triangles);
}

static void write_ascii(FILE *out, const lossi_mesh *mesh)
{
    for (size_t i = 0; i < mesh->n_vertices; i++) {
        const float *p = mesh->positions + 3 * i, *n = mesh->normals + 3 * i;
        const uint8_t *c = mesh->colours + 3 * i;
        fprintf(out, "%.9g %.9g %.9g %.6g %.6g %.6g %d %d %d %.9g\n", (double)p[0], (double)p[1],
                (double)p[2], (double)n[0], (double)n[1], (double)n[2], c[0], c[1], c[2],
                mesh->loss[i]);
    }
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        const uint32_t *t = mesh->triangles + 3 * i;
        fprintf(out, "3 %u %u %u\n", t[0], t[1], t[2]);
    }
}

static void write_binary(FILE *out, const lossi_mesh *mesh)
{
    for (size_t i = 0; i < mesh->n_vertices; i++) {
        float quality = (float)mesh->loss[i];
        fwrite(mesh->positions + 3 * i, sizeof(float), 3, out);
        fwrite(mesh->normals + 3 * i, sizeof(float), 3, out);
        fwrite(mesh->colours + 3 * i, 1, 3, out);
        fwrite(&quality, sizeof quality, 1, out);
    }
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        fputc(3, out);
        fwrite(mesh->triangles + 3 * i, sizeof(uint32_t), 3, out);
    }
}

loss_status lossi_ply_write(const char *path, const lossi_mesh *mesh, bool ascii)
{
    lossi_file file;
    loss_status status = lossi_file_begin(&file, path);
    if (status)
        return status;
    write_header(file.stream, mesh, ascii);
    if (ascii)
        write_ascii(file.stream, mesh);
    else
        write_binary(file.stream, mesh);
    return lossi_file_commit(&file);
}
