/* Wavefront OBJ. */
#include "base/file.h"
#include "formats/mesh.h"

static const loss_file_kind KIND = {"text", 0, NULL, 0};

static loss_status write_mesh(const char *path, const lossi_mesh *mesh, bool ascii)
{
    (void)ascii;
    loss_file *file;
    loss_status status = loss_file_open(&file, path, &KIND);
    if (status)
        return status;
    for (size_t i = 0; i < mesh->n_comments; i++)
        loss_file_print(file, "# %s\n", mesh->comments[i]);
    for (size_t i = 0; i < mesh->n_vertices; i++) {
        const float *p = mesh->positions + 3 * i;
        const uint8_t *c = mesh->colours + 3 * i;
        loss_file_print(file, "v %.9g %.9g %.9g %.4g %.4g %.4g\n", (double)p[0], (double)p[1],
                        (double)p[2], c[0] / 255.0, c[1] / 255.0, c[2] / 255.0);
    }
    for (size_t i = 0; i < mesh->n_vertices; i++) {
        const float *n = mesh->normals + 3 * i;
        loss_file_print(file, "vn %.6g %.6g %.6g\n", (double)n[0], (double)n[1], (double)n[2]);
    }
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        const uint32_t *t = mesh->triangles + 3 * i; /* OBJ counts from 1 */
        loss_file_print(file, "f %u//%u %u//%u %u//%u\n", t[0] + 1, t[0] + 1, t[1] + 1, t[1] + 1,
                        t[2] + 1, t[2] + 1);
    }
    return loss_file_commit(file);
}

const lossi_mesh_format lossi_mesh_obj = {{".obj", "mesh with colours", false}, write_mesh};
