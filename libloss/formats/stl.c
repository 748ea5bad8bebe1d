/* STL, binary and ASCII. A facet's normal is that of its triangle. */
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "formats/mesh.h"

static const loss_file_kind ASCII = {"text", 0, NULL, 0},
                            BINARY = {"STL mesh of ours", 0, "libloss", 7};

static void facet_normal(const lossi_mesh *mesh, const uint32_t *t, float normal[3])
{
    const float *a = mesh->positions + 3 * t[0], *b = mesh->positions + 3 * t[1],
                *c = mesh->positions + 3 * t[2];
    double u[3], v[3], n[3], length = 0;
    for (int k = 0; k < 3; k++) {
        u[k] = (double)b[k] - (double)a[k];
        v[k] = (double)c[k] - (double)a[k];
    }
    for (int k = 0; k < 3; k++) {
        n[k] = u[(k + 1) % 3] * v[(k + 2) % 3] - u[(k + 2) % 3] * v[(k + 1) % 3];
        length += n[k] * n[k];
    }
    for (int k = 0; k < 3; k++)
        normal[k] = length > 0 ? (float)(n[k] / sqrt(length)) : 0;
}

static void write_ascii(loss_file *out, const lossi_mesh *mesh)
{
    loss_file_put_text(out, "solid landscape\n");
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        const uint32_t *t = mesh->triangles + 3 * i;
        float n[3];
        facet_normal(mesh, t, n);
        loss_file_print(out, "facet normal %.6g %.6g %.6g\n outer loop\n", (double)n[0],
                        (double)n[1], (double)n[2]);
        for (int k = 0; k < 3; k++) {
            const float *p = mesh->positions + 3 * t[k];
            loss_file_print(out, "  vertex %.9g %.9g %.9g\n", (double)p[0], (double)p[1],
                            (double)p[2]);
        }
        loss_file_put_text(out, " endloop\nendfacet\n");
    }
    loss_file_put_text(out, "endsolid landscape\n");
}

static void write_binary(loss_file *out, const lossi_mesh *mesh)
{
    char header[80] = "libloss landscape"; /* must not begin with "solid" */
    uint32_t n = (uint32_t)mesh->n_triangles;
    uint16_t attributes = 0;
    loss_file_put(out, header, sizeof header);
    loss_file_put(out, &n, sizeof n);
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        const uint32_t *t = mesh->triangles + 3 * i;
        float normal[3];
        facet_normal(mesh, t, normal);
        loss_file_put(out, normal, 3 * sizeof *normal);
        for (int k = 0; k < 3; k++)
            loss_file_put(out, mesh->positions + 3 * t[k], 3 * sizeof(float));
        loss_file_put(out, &attributes, sizeof attributes);
    }
}

static loss_status write_mesh(const char *path, const lossi_mesh *mesh, bool ascii)
{
    loss_file *file;
    loss_status status = loss_file_open(&file, path, ascii ? &ASCII : &BINARY);
    if (status)
        return status;
    if (ascii)
        write_ascii(file, mesh);
    else
        write_binary(file, mesh);
    return loss_file_commit(file);
}

const lossi_mesh_format lossi_mesh_stl = {{".stl", "mesh", false}, write_mesh};
