/* Training paths as files of their own: a table, or lines in space above the surface's mesh. */
#include <loss/export.h>
#include <loss/text.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "surface/export.h"
#include "surface/export_vtp.h"
#include "surface/surface.h"

static const loss_file_kind TABLE = {"text", 0, NULL, 0}, PLY = {"PLY mesh", 0, "ply", 3};

/* Colour of a path's lines and vertices: it stands out from all colour maps. */
static const int COLOUR[3] = {214, 40, 40};

/* Text of a run or file name as a field of a table: quoted if it has to be. */
static void write_field(loss_file *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        loss_file_put_text(out, text);
        return;
    }
    loss_file_put_text(out, "\"");
    for (; *text; text++)
        loss_file_print(out, *text == '"' ? "\"\"" : "%c", *text);
    loss_file_put_text(out, "\"");
}

static loss_status write_csv(loss_surface *s, const char *path)
{
    loss_file *file;
    loss_status status = loss_file_open(&file, path, &TABLE);
    if (status)
        return status;
    loss_file_put_text(
        file,
        "run,checkpoint,split,epoch,x,y,true_loss,true_accuracy,plane_loss,residual,distance\n");
    for (int k = 0; k < 2 && !status; k++) {
        const loss_path_point *p;
        size_t n = 0;
        if (loss_surface_has_split(s, (loss_split)k))
            status = loss_surface_paths(s, (loss_split)k, &n, &p);
        for (size_t i = 0; i < n && !status; i++) {
            write_field(file, p[i].run);
            loss_file_put_text(file, ",");
            write_field(file, p[i].checkpoint);
            loss_file_print(file, ",%s,%zu,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\n",
                            loss_split_name((loss_split)k), p[i].epoch, p[i].x, p[i].y,
                            p[i].true_loss, p[i].true_accuracy, p[i].plane_loss, p[i].residual,
                            p[i].distance);
        }
    }
    if (!status)
        return loss_file_commit(file);
    loss_file_abandon(file);
    return status;
}

loss_status lossi_export_scale(loss_surface *s, loss_split split, loss_height height,
                               lossi_height_scale *scale)
{
    size_t n = s->x.n * s->y.n;
    double width = s->x.max - s->x.min, depth = s->y.max - s->y.min;
    loss_point *points = lossi_alloc(n, sizeof *points);
    loss_status status =
        points ? loss_surface_points(s, split, points) : lossi_fail_nomem(n * sizeof *points);
    if (!status)
        *scale = lossi_height_scale_fit(height, points, n, width > depth ? width : depth);
    free(points);
    return status;
}

/* vertices [n], written. @return how many */
static size_t find_vertices(const loss_path_point *points, size_t n,
                            const lossi_height_scale *scale, lossi_path_vertex *vertices)
{
    size_t n_vertices = 0;
    for (size_t i = 0; i < n; i++) {
        const loss_path_point *p = &points[i];
        double z = lossi_height_of(scale, p->plane_loss);
        if (!isfinite(p->x) || !isfinite(p->y) || !isfinite(z))
            continue;
        bool follows = n_vertices && i && vertices[n_vertices - 1].point == p - 1 &&
                       strcmp(points[i - 1].run, p->run) == 0;
        vertices[n_vertices++] = (lossi_path_vertex){p, z, follows};
    }
    return n_vertices;
}

static void put_ply(loss_file *out, const loss_surface *s, const lossi_path_vertex *vertices,
                    size_t n, const lossi_height_scale *scale)
{
    size_t n_edges = 0;
    for (size_t i = 0; i < n; i++)
        n_edges += vertices[i].follows;
    char *title =
        lossi_format("training path by libloss %s on the surface of %s, weights %s",
                     lossi_surface_fact(s, LOSS_KEY_VERSION), lossi_surface_fact(s, LOSS_KEY_MODEL),
                     lossi_surface_fact(s, LOSS_KEY_WEIGHTS_DIGEST));
    char *escaped = loss_text_escaped(title);
    loss_file_put_text(out, "ply\nformat ascii 1.0\ncomment ");
    loss_file_put_text(out, escaped);
    loss_file_put_text(out, "\n");
    free(escaped);
    free(title);
    loss_file_print(out,
                    "comment z = %.9g + %.9g * %s; quality is the loss on the plane, true_loss the "
                    "checkpoint's own, residual its share off the "
                    "plane\n",
                    scale->offset, scale->scale,
                    scale->kind == LOSS_HEIGHT_LOG ? "log10(quality)" : "quality");
    loss_file_print(
        out,
        "element vertex %zu\nproperty float x\nproperty float y\nproperty float z\nproperty "
        "uchar red\nproperty uchar green\n"
        "property uchar blue\nproperty float quality\nproperty float true_loss\nproperty float "
        "residual\nproperty int epoch\n"
        "element edge %zu\nproperty int vertex1\nproperty int vertex2\nend_header\n",
        n, n_edges);
    for (size_t i = 0; i < n; i++) {
        const loss_path_point *p = vertices[i].point;
        loss_file_print(out, "%.9g %.9g %.9g %d %d %d %.9g %.9g %.9g %zu\n", p->x, p->y,
                        vertices[i].z, COLOUR[0], COLOUR[1], COLOUR[2], p->plane_loss, p->true_loss,
                        p->residual, p->epoch);
    }
    for (size_t i = 0; i < n; i++)
        if (vertices[i].follows)
            loss_file_print(out, "%zu %zu\n", i - 1, i);
}

static loss_status write_ply(const loss_surface *s, const char *path, loss_split split,
                             const lossi_path_vertex *vertices, size_t n,
                             const lossi_height_scale *scale)
{
    loss_file *file;
    loss_status status = loss_file_open(&file, path, &PLY);
    (void)split;
    if (status)
        return status;
    put_ply(file, s, vertices, n, scale);
    return loss_file_commit(file);
}

static loss_status write_vtp(const loss_surface *s, const char *path, loss_split split,
                             const lossi_path_vertex *vertices, size_t n,
                             const lossi_height_scale *scale)
{
    cJSON *facts;
    loss_status status = lossi_export_facts(s, split, &facts);
    (void)scale;
    if (!status)
        status = lossi_write_path_vtp(path, vertices, n, facts);
    cJSON_Delete(facts);
    return status;
}

typedef loss_status write_function(const loss_surface *s, const char *path, loss_split split,
                                   const lossi_path_vertex *vertices, size_t n,
                                   const lossi_height_scale *scale);

static loss_status write_lines(loss_surface *s, const char *path, const loss_export_options *opt,
                               write_function *write)
{
    loss_split split = loss_surface_split(s, opt->split);
    const loss_path_point *points;
    size_t n;
    lossi_height_scale scale;
    loss_status status = lossi_export_scale(s, split, opt->height, &scale);
    if (!status)
        status = loss_surface_paths(s, split, &n, &points);
    lossi_path_vertex *vertices = status ? NULL : lossi_alloc(n, sizeof *vertices);
    if (!status && !vertices)
        status = lossi_fail_nomem(n * sizeof *vertices);
    if (!status)
        status =
            write(s, path, split, vertices, find_vertices(points, n, &scale, vertices), &scale);
    free(vertices);
    return status;
}

loss_status loss_surface_export_path(loss_surface *surface, const char *path,
                                     const loss_export_options *given)
{
    LOSSI_REQUIRE(surface && path);
    loss_export_options opt = LOSS_EXPORT_OPTIONS_INIT;
    loss_status status = lossi_export_take(&opt, given);
    const char *ending = strrchr(path, '.');
    if (status)
        return status;
    if (ending && strcmp(ending, ".csv") == 0)
        return write_csv(surface, path);
    if (ending && strcmp(ending, ".ply") == 0)
        return write_lines(surface, path, &opt, write_ply);
    if (ending && strcmp(ending, ".vtp") == 0)
        return write_lines(surface, path, &opt, write_vtp);
    return lossi_export_unknown(path, " for paths", true);
}
