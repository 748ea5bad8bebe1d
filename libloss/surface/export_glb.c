/* A surface as glTF: the mesh of the other formats, with its paths and marks. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/glb.h"
#include "surface/drawn.h"
#include "surface/export.h"
#include "surface/provenance.h"

enum { MOST_STEPS = 500, MOST_VERTICES = 2000000 };

/* Of the length that heights are fitted to: how much a line lies above the surface, which would
 * hide half of it; and how large marks are. */
static const double LIFT = 0.004, MARK_SIZE = 0.012;

static double longer_axis(const lossi_drawn *d)
{
    return fmax(d->x.max - d->x.min, d->y.max - d->y.min);
}

/* A line under way. */
typedef struct drape {
    const lossi_drawn *drawn;
    lossi_glb_line *line;
    size_t room, room_ends;
    bool is_open, failed;
} drape;

static void end_piece(drape *p)
{
    lossi_glb_line *l = p->line;
    size_t first = l->n_pieces ? l->ends[l->n_pieces - 1] : 0;
    p->is_open = false;
    if (l->n < first + 2) { /* a single point is no line */
        l->n = first;
        return;
    }
    if (lossi_reserve((void **)&l->ends, &p->room_ends, l->n_pieces, sizeof *l->ends))
        l->ends[l->n_pieces++] = l->n;
    else
        p->failed = true;
}

/* A vertex above the surface; none where that has a hole, and the piece ends. */
static void add_vertex(drape *p, double x, double y)
{
    lossi_glb_line *l = p->line;
    double z = lossi_drawn_z(p->drawn, x, y) + LIFT * longer_axis(p->drawn);
    if (!isfinite(z)) {
        end_piece(p);
        return;
    }
    if (!lossi_reserve((void **)&l->positions, &p->room, l->n, 3 * sizeof *l->positions)) {
        p->failed = true;
        return;
    }
    float *at = l->positions + 3 * l->n++;
    at[0] = (float)x;
    at[1] = (float)y;
    at[2] = (float)z;
    p->is_open = true;
}

/* From a checkpoint to the next one the line follows the surface in steps of a quarter of a cell.
 * The more checkpoints there are, the fewer steps. */
static void add_way(drape *p, const loss_path_point *from, const loss_path_point *to)
{
    const lossi_drawn *d = p->drawn;
    double cells = hypot((to->x - from->x) / (d->x.max - d->x.min) * (double)d->x.n,
                         (to->y - from->y) / (d->y.max - d->y.min) * (double)d->y.n);
    double most = fmin(MOST_STEPS, (double)(MOST_VERTICES / d->n_path));
    int steps = isfinite(cells) ? (int)fmax(1, fmin(most, ceil(4 * cells))) : 1;
    for (int i = 1; i <= steps; i++) {
        double t = (double)i / steps;
        add_vertex(p, from->x + t * (to->x - from->x), from->y + t * (to->y - from->y));
    }
}

/* A checkpoint's dot; none where the surface has no height. */
static void add_checkpoint(drape *line, const loss_path_point *p)
{
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"epoch", (double)p->epoch},
                   {"x", p->x},
                   {"y", p->y},
                   {"plane_loss", p->plane_loss},
                   {"true_loss", p->true_loss},
                   {"true_accuracy", p->true_accuracy},
                   {"residual", p->residual}};
    double z = lossi_drawn_z(line->drawn, p->x, p->y);
    if (!isfinite(z))
        return;
    lossi_glb_mark *m = &line->line->marks[line->line->n_marks++];
    *m = (lossi_glb_mark){
        .shape = LOSSI_GLB_DOT, .at = {p->x, p->y, z}, .extras = cJSON_CreateObject()};
    snprintf(m->name, sizeof m->name, "epoch %zu", p->epoch);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (isfinite(numbers[i].value))
            lossi_json_add(m->extras, numbers[i].key, cJSON_CreateNumber(numbers[i].value),
                           &line->failed);
}

/* A run's points [n]. */
static loss_status make_line(const lossi_drawn *d, const loss_path_point *points, size_t n,
                             size_t number, lossi_glb_line *line)
{
    drape p = {.drawn = d, .line = line};
    line->name = points->run;
    line->marks = lossi_alloc(n, sizeof *line->marks);
    p.failed = !line->marks;
    for (int k = 0; k < 3; k++)
        line->rgb[k] = (float)pow(loss_run_colour(number)[k], 2.2);
    for (size_t i = 0; i < n && !p.failed; i++) {
        if (i && p.is_open)
            add_way(&p, &points[i - 1], &points[i]);
        else
            add_vertex(&p, points[i].x, points[i].y);
        add_checkpoint(&p, &points[i]);
    }
    if (!p.failed)
        end_piece(&p);
    return p.failed ? lossi_fail_nomem(line->n * 3 * sizeof *line->positions) : LOSS_OK;
}

/* A line a run; those that the surface has no height for are left out. */
static loss_status make_lines(const lossi_drawn *d, lossi_glb *scene)
{
    loss_status status = LOSS_OK;
    size_t room = 0, number = 0;
    for (size_t first = 0, n; first < d->n_path && !status; first += n, number++) {
        for (n = 1;
             first + n < d->n_path && strcmp(d->path[first].run, d->path[first + n].run) == 0;)
            n++;
        if (!lossi_reserve((void **)&scene->lines, &room, scene->n_lines, sizeof *scene->lines))
            return lossi_fail_nomem((scene->n_lines + 1) * sizeof *scene->lines);
        lossi_glb_line *line = &scene->lines[scene->n_lines++];
        *line = (lossi_glb_line){0};
        status = make_line(d, d->path + first, n, number, line);
    }
    return status;
}

static loss_status make_marks(const lossi_drawn *d, lossi_glb *scene)
{
    bool failed = false;
    scene->mark_size = MARK_SIZE * longer_axis(d);
    scene->marks = lossi_alloc(d->n_marks, sizeof *scene->marks);
    for (size_t i = 0; i < d->n_marks && scene->marks; i++) {
        const loss_critical *c = &d->marks[i];
        double z = lossi_drawn_z(d, c->x, c->y);
        if (!isfinite(z))
            continue;
        lossi_glb_mark *m = &scene->marks[scene->n_marks++];
        *m = (lossi_glb_mark){.shape = (int)c->kind,
                              .is_pale = c->is_within_error,
                              .at = {c->x, c->y, z},
                              .extras = cJSON_CreateObject()};
        locale_t before = lossi_use_c_locale();
        snprintf(m->name, sizeof m->name, "%s %.4g", loss_critical_kind_name(c->kind), c->value);
        lossi_restore_locale(before);
        lossi_json_add(m->extras, "kind", cJSON_CreateString(loss_critical_kind_name(c->kind)),
                       &failed);
        lossi_json_add(m->extras, "x", cJSON_CreateNumber(c->x), &failed);
        lossi_json_add(m->extras, "y", cJSON_CreateNumber(c->y), &failed);
        lossi_json_add(m->extras, "loss", cJSON_CreateNumber(c->value), &failed);
        lossi_json_add(m->extras, "within_error", cJSON_CreateBool(c->is_within_error), &failed);
    }
    return scene->marks && !failed ? LOSS_OK : lossi_fail_nomem(d->n_marks * sizeof *scene->marks);
}

static loss_status make_extras(const loss_surface *s, loss_split split, const lossi_drawn *d,
                               const char *colours, lossi_glb *scene)
{
    bool failed = false, is_log = d->scale.kind == LOSS_HEIGHT_LOG;
    scene->extras = cJSON_CreateObject();
    lossi_provenance_add(s, split, scene->extras, &failed);
    lossi_json_add(scene->extras, "height_of", cJSON_CreateString(is_log ? "log10(loss)" : "loss"),
                   &failed);
    lossi_json_add(scene->extras, "height_offset", cJSON_CreateNumber(d->scale.offset), &failed);
    lossi_json_add(scene->extras, "height_scale", cJSON_CreateNumber(d->scale.scale), &failed);
    lossi_json_add(scene->extras, "colours", cJSON_CreateString(colours), &failed);
    return failed ? lossi_fail_nomem(sizeof(cJSON)) : LOSS_OK;
}

static void free_marks(lossi_glb_mark *marks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cJSON_Delete(marks[i].extras);
    free(marks);
}

static void free_scene(lossi_glb *scene)
{
    for (size_t i = 0; i < scene->n_lines; i++) {
        free(scene->lines[i].positions);
        free(scene->lines[i].ends);
        free_marks(scene->lines[i].marks, scene->lines[i].n_marks);
    }
    free_marks(scene->marks, scene->n_marks);
    cJSON_Delete(scene->extras);
    free(scene->lines);
}

loss_status lossi_export_glb(loss_surface *s, const char *path, const loss_export_options *opt)
{
    const char *colours = opt->colours ? opt->colours : "viridis";
    loss_split split = loss_surface_split(s, opt->split);
    lossi_drawn d;
    lossi_mesh mesh = {0};
    lossi_glb scene = {.mesh = &mesh};
    loss_status status = lossi_export_faces(s, path);
    if (status)
        return status;
    status = lossi_drawn_make(&d, s, split, opt->height);
    if (!status)
        status = lossi_mesh_make(&mesh, s->x, s->y, d.points, &d.scale, colours);
    if (!status && !mesh.n_triangles)
        status = lossi_fail(LOSS_ERR_SHAPE,
                            "%s: no four neighbouring points of the surface have a height, so "
                            "there is no face; a glTF file has at least one",
                            path);
    if (!status)
        status = make_extras(s, split, &d, colours, &scene);
    if (!status)
        status = make_lines(&d, &scene);
    if (!status)
        status = make_marks(&d, &scene);
    if (!status)
        status = lossi_glb_write(path, &scene);
    free_scene(&scene);
    lossi_mesh_free(&mesh);
    lossi_drawn_free(&d);
    return status;
}
