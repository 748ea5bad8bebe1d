/* Surfaces as files of other programs: picks the writer by the path's ending. */
#include <loss/estimate.h>
#include <loss/export.h>
#include <loss/text.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "formats/grid.h"
#include "surface/export.h"
#include "surface/mesh.h"
#include "surface/provenance.h"
#include "surface/surface.h"

static const loss_file_kind TABLE = {"text", 0, NULL, 0};

/* Fields of all points of a split, [ny][nx]; NaN where a point is absent. */
typedef struct fields {
    loss_point *points;
    double *loss, *standard_error, *accuracy;
    uint8_t *evaluated;
    /* Of a file that holds estimates; NULL: it holds none. */
    loss_estimate *estimates;
    double *low, *high;
    uint8_t *estimated;
} fields;

static void fields_free(fields *f)
{
    free(f->points);
    free(f->loss);
    free(f->standard_error);
    free(f->accuracy);
    free(f->evaluated);
    free(f->estimates);
    free(f->low);
    free(f->high);
    free(f->estimated);
    *f = (fields){0};
}

static loss_status read_estimates(loss_surface *s, loss_split split, fields *f)
{
    size_t n = s->x.n * s->y.n;
    f->estimates = lossi_alloc(n, sizeof *f->estimates);
    f->low = lossi_alloc(n, sizeof *f->low);
    f->high = lossi_alloc(n, sizeof *f->high);
    f->estimated = lossi_alloc(n, 1);
    loss_status status = f->estimates && f->low && f->high && f->estimated
                             ? loss_surface_estimates(s, split, f->estimates)
                             : lossi_fail_nomem(n * sizeof *f->estimates);
    for (size_t i = 0; i < n && !status; i++) {
        const loss_estimate *e = &f->estimates[i];
        f->low[i] = e->evaluated ? e->low : NAN;
        f->high[i] = e->evaluated ? e->high : NAN;
        f->estimated[i] = e->evaluated && !e->is_exact;
    }
    return status;
}

static loss_status read_fields(loss_surface *s, loss_split split, fields *f)
{
    size_t n = s->x.n * s->y.n;
    bool has = false;
    *f = (fields){.points = lossi_alloc(n, sizeof *f->points),
                  .loss = lossi_alloc(n, sizeof(double)),
                  .standard_error = lossi_alloc(n, sizeof(double)),
                  .accuracy = lossi_alloc(n, sizeof(double)),
                  .evaluated = lossi_alloc(n, 1)};
    loss_status status = f->points && f->loss && f->standard_error && f->accuracy && f->evaluated
                             ? loss_surface_points(s, split, f->points)
                             : lossi_fail_nomem(n * sizeof *f->points);
    for (size_t i = 0; i < n && !status; i++) {
        const loss_point *p = &f->points[i];
        f->evaluated[i] = p->evaluated;
        f->loss[i] = p->evaluated ? p->loss : NAN;
        f->standard_error[i] = p->evaluated ? p->standard_error : NAN;
        f->accuracy[i] = p->evaluated ? p->accuracy : NAN;
    }
    if (!status)
        status = loss_surface_has_estimates(s, &has);
    if (!status && has)
        status = read_estimates(s, split, f);
    if (status)
        fields_free(f);
    return status;
}

/* Takes the line over, NULL where memory is out. Whatever the file says in it stays on one line. */
static loss_status add_comment(lossi_mesh *mesh, char *line)
{
    char *escaped = line ? loss_text_escaped(line) : NULL;
    char **comments =
        escaped ? realloc(mesh->comments, (mesh->n_comments + 1) * sizeof *comments) : NULL;
    free(line);
    if (!comments) {
        free(escaped);
        return lossi_fail_nomem((mesh->n_comments + 1) * sizeof *comments);
    }
    mesh->comments = comments;
    comments[mesh->n_comments++] = escaped;
    return LOSS_OK;
}

static const char *height_of(const lossi_height_scale *scale)
{
    return scale->kind == LOSS_HEIGHT_LOG ? "log10(loss)" : "loss";
}

/* That the losses are estimates, and of how many images. */
static loss_status add_estimates(loss_surface *s, loss_split split, lossi_mesh *mesh)
{
    loss_estimate_report r = LOSS_ESTIMATE_REPORT_INIT;
    loss_status status = loss_surface_estimate_report(s, split, &r);
    if (status || !r.estimated)
        return status;
    return add_comment(
        mesh,
        lossi_format("estimated from %llu to %llu of %llu images at %zu of %zu points; median "
                     "standard error %.2g of the loss",
                     (unsigned long long)r.fewest, (unsigned long long)r.most,
                     (unsigned long long)r.images, r.estimated, r.estimated + r.exact,
                     r.median_error));
}

/* Each fact on a line of its own. */
static loss_status add_fact_lines(const cJSON *facts, lossi_mesh *mesh)
{
    loss_status status = LOSS_OK;
    for (const cJSON *fact = facts->child; fact && !status; fact = fact->next) {
        char *text = cJSON_IsString(fact) ? NULL : cJSON_PrintUnformatted(fact);
        const char *value = cJSON_IsString(fact) ? fact->valuestring : text;
        status = add_comment(mesh, value ? lossi_format("%s: %s", fact->string, value) : NULL);
        cJSON_free(text);
    }
    return status;
}

static loss_status add_lines(char *const *lines, size_t n, lossi_mesh *mesh)
{
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < n; i++) {
        loss_status added = add_comment(mesh, lines[i]);
        status = status ? status : added;
    }
    return status;
}

/* What was measured. */
static loss_status add_subject(const loss_surface *s, loss_split split, lossi_mesh *mesh)
{
    char images[LOSSI_KEY_SIZE];
    lossi_split_key(images, LOSS_KEY_IMAGES, split);
    char *const lines[] = {
        lossi_format("loss landscape by libloss %s: %s, weights %s",
                     lossi_surface_fact(s, LOSS_KEY_VERSION), lossi_surface_fact(s, LOSS_KEY_MODEL),
                     lossi_surface_fact(s, LOSS_KEY_WEIGHTS_DIGEST)),
        lossi_format("mean %s over %s %s images of %s, BatchNorm mode %s",
                     loss_surface_text(s, LOSS_KEY_LOSS, "cross-entropy in nats"),
                     lossi_surface_fact(s, images), loss_split_name(split),
                     lossi_surface_fact(s, LOSS_KEY_DATA_FORMAT),
                     lossi_surface_fact(s, LOSS_KEY_BN)),
        lossi_format("directions: %s; cosine %s; x and y in multiples of them",
                     lossi_surface_fact(s, LOSS_KEY_DIRECTIONS),
                     lossi_surface_fact(s, LOSS_KEY_COSINE)),
    };
    return add_lines(lines, sizeof lines / sizeof *lines, mesh);
}

/* What was measured, and how z was made of it. */
static loss_status add_comments(loss_surface *s, loss_split split, const lossi_height_scale *scale,
                                const cJSON *facts, lossi_mesh *mesh)
{
    bool has = false;
    loss_status status = lossi_provenance_is_imported(s)
                             ? add_comment(mesh, lossi_provenance_imported(s))
                             : add_subject(s, split, mesh);
    if (!status)
        status = add_comment(
            mesh, lossi_format("z = %.9g + %.9g * %s, colours by %s; quality is the loss itself",
                               scale->offset, scale->scale, height_of(scale), height_of(scale)));
    if (!status)
        status = loss_surface_has_estimates(s, &has);
    if (!status && has)
        status = add_estimates(s, split, mesh);
    return status ? status : add_fact_lines(facts, mesh);
}

loss_status lossi_export_facts(const loss_surface *s, loss_split split, cJSON **facts)
{
    bool failed = false;
    *facts = cJSON_CreateObject();
    lossi_provenance_add(s, split, *facts, &failed);
    if (!failed)
        return LOSS_OK;
    cJSON_Delete(*facts);
    *facts = NULL;
    return lossi_fail_nomem(sizeof(cJSON));
}

loss_status lossi_export_faces(const loss_surface *s, const char *path)
{
    if (s->x.n > 1 && s->y.n > 1)
        return LOSS_OK;
    return lossi_fail(
        LOSS_ERR_SHAPE,
        "%s: a line of %zu x %zu points has no faces; export it as .csv, .npz or .vti", path,
        s->x.n, s->y.n);
}

/* How a mesh goes into a file of one format. */
static loss_status write_mesh(loss_surface *s, const char *path, const lossi_mesh_format *format,
                              const loss_export_options *opt)
{
    loss_split split = loss_surface_split(s, opt->split);
    fields f;
    loss_status status = lossi_export_faces(s, path);
    if (!status)
        status = read_fields(s, split, &f);
    if (status)
        return status;
    double width = s->x.max - s->x.min, depth = s->y.max - s->y.min;
    lossi_height_scale scale = lossi_height_scale_fit(opt->height, f.points, s->x.n * s->y.n,
                                                      width > depth ? width : depth);
    lossi_mesh mesh;
    status = lossi_mesh_make(&mesh, s->x, s->y, f.points, &scale,
                             opt->colours ? opt->colours : "viridis");
    fields_free(&f);
    if (status)
        return status;
    cJSON *facts;
    status = lossi_export_facts(s, split, &facts);
    mesh.facts = facts;
    if (!status)
        status = add_comments(s, split, &scale, facts, &mesh);
    if (!status)
        status = format->write(path, &mesh, opt->ascii);
    cJSON_Delete(facts);
    lossi_mesh_free(&mesh);
    return status;
}

static loss_status write_vti(loss_surface *s, const char *path, const loss_export_options *opt)
{
    loss_split split = loss_surface_split(s, opt->split);
    fields f;
    cJSON *facts;
    loss_status status = lossi_export_facts(s, split, &facts);
    if (!status)
        status = read_fields(s, split, &f);
    if (status) {
        cJSON_Delete(facts);
        return status;
    }
    lossi_grid_array arrays[] = {{"loss", f.loss, NULL},
                                 {"standard_error", f.standard_error, NULL},
                                 {"accuracy", f.accuracy, NULL},
                                 {"evaluated", NULL, f.evaluated},
                                 {"low", f.low, NULL},
                                 {"high", f.high, NULL},
                                 {"estimated", NULL, f.estimated}};
    lossi_vti vti = {s->x.n, s->y.n, {s->x.min, s->y.min}, {1, 1}, arrays, f.estimates ? 7 : 4,
                     facts};
    if (s->x.n > 1)
        vti.spacing[0] = (s->x.max - s->x.min) / (double)(s->x.n - 1);
    if (s->y.n > 1)
        vti.spacing[1] = (s->y.max - s->y.min) / (double)(s->y.n - 1);
    status = lossi_vti_write(path, &vti);
    cJSON_Delete(facts);
    fields_free(&f);
    return status;
}

static void put_row(loss_file *file, const loss_surface *s, loss_split split, size_t i,
                    const fields *f)
{
    const loss_point *p = &f->points[i];
    if (lossi_surface_tells_split(s))
        loss_file_print(file, "%s,", loss_split_name(split));
    loss_file_print(file, "%zu,%zu,%.17g,%.17g,%.17g,%.17g,%.17g,%.4g", i / s->x.n, i % s->x.n,
                    loss_axis_at(s->x, i % s->x.n), loss_axis_at(s->y, i / s->x.n), p->loss,
                    p->standard_error, p->accuracy, p->seconds);
    if (f->estimates) {
        const loss_estimate *e = &f->estimates[i];
        loss_file_print(file, ",%d,%llu,%.17g,%.17g,%.17g,%.17g", !e->is_exact,
                        (unsigned long long)e->images, e->low, e->high, e->accuracy_low,
                        e->accuracy_high);
    }
    loss_file_put_text(file, "\n");
}

static loss_status write_csv(loss_surface *s, const char *path, const loss_export_options *opt)
{
    (void)opt;
    loss_file *file;
    bool has;
    loss_status status = loss_surface_has_estimates(s, &has);
    if (!status)
        status = loss_file_open(&file, path, &TABLE);
    if (status)
        return status;
    loss_file_put_text(file, lossi_surface_tells_split(s) ? "split," : "");
    loss_file_put_text(file, "iy,ix,x,y,loss,standard_error,accuracy,seconds");
    if (has)
        loss_file_put_text(file, ",estimated,images,low,high,accuracy_low,accuracy_high");
    loss_file_put_text(file, "\n");
    for (int k = 0; k < 2 && !status; k++) {
        fields f;
        if (!loss_surface_has_split(s, (loss_split)k))
            continue;
        status = read_fields(s, (loss_split)k, &f);
        for (size_t i = 0; i < s->x.n * s->y.n && !status; i++)
            if (f.points[i].evaluated)
                put_row(file, s, (loss_split)k, i, &f);
        if (!status)
            fields_free(&f);
    }
    if (!status)
        return loss_file_commit(file);
    loss_file_abandon(file);
    return status;
}

/* Names of a split's arrays, such as "loss_test"; "loss" where the split is not known. */
enum { N_NAMES = 7, NAME = 32 };
static void name_arrays(const loss_surface *s, loss_split split, char names[N_NAMES][NAME])
{
    static const char *const of[N_NAMES] = {"loss", "standard_error", "accuracy", "evaluated",
                                            "low",  "high",           "estimated"};
    bool is_told = lossi_surface_tells_split(s);
    for (size_t i = 0; i < N_NAMES; i++)
        snprintf(names[i], NAME, "%s%s%s", of[i], is_told ? "_" : "",
                 is_told ? loss_split_name(split) : "");
}

static loss_status write_npz(loss_surface *s, const char *path, const loss_export_options *opt)
{
    (void)opt;
    char names[2][N_NAMES][NAME];
    size_t nx = s->x.n, ny = s->y.n, n = 0;
    lossi_npz_member members[17];
    fields f[2] = {{0}, {0}};
    double *axes = lossi_alloc(nx + ny, sizeof *axes);
    char *meta = lossi_provenance_text(s);
    loss_status status = axes && meta ? LOSS_OK : lossi_fail_nomem((nx + ny) * sizeof *axes);
    if (!status) {
        members[n++] = (lossi_npz_member){
            .name = "meta", .n_dims = 1, .dims = {strlen(meta)}, .bytes = (uint8_t *)meta};
        for (size_t i = 0; i < nx; i++)
            axes[i] = loss_axis_at(s->x, i);
        for (size_t i = 0; i < ny; i++)
            axes[nx + i] = loss_axis_at(s->y, i);
        members[n++] = (lossi_npz_member){"x", 1, {nx, 0}, axes, NULL, NULL};
        members[n++] = (lossi_npz_member){"y", 1, {ny, 0}, axes + nx, NULL, NULL};
    }
    for (int k = 0; k < 2 && !status; k++) {
        if (!loss_surface_has_split(s, (loss_split)k))
            continue;
        status = read_fields(s, (loss_split)k, &f[k]);
        name_arrays(s, (loss_split)k, names[k]);
        members[n++] = (lossi_npz_member){names[k][0], 2, {ny, nx}, f[k].loss, NULL, NULL};
        members[n++] =
            (lossi_npz_member){names[k][1], 2, {ny, nx}, f[k].standard_error, NULL, NULL};
        members[n++] = (lossi_npz_member){names[k][2], 2, {ny, nx}, f[k].accuracy, NULL, NULL};
        members[n++] = (lossi_npz_member){names[k][3], 2, {ny, nx}, NULL, f[k].evaluated, NULL};
        if (!f[k].estimates)
            continue;
        members[n++] = (lossi_npz_member){names[k][4], 2, {ny, nx}, f[k].low, NULL, NULL};
        members[n++] = (lossi_npz_member){names[k][5], 2, {ny, nx}, f[k].high, NULL, NULL};
        members[n++] = (lossi_npz_member){names[k][6], 2, {ny, nx}, NULL, f[k].estimated, NULL};
    }
    if (!status)
        status = lossi_npz_write(path, members, n);
    fields_free(&f[0]);
    fields_free(&f[1]);
    free(axes);
    free(meta);
    return status;
}

static loss_status write_facts(loss_surface *s, const char *path, const loss_export_options *opt)
{
    (void)opt;
    char *text = lossi_provenance_text(s);
    loss_status status =
        text ? loss_file_write(path, text, strlen(text), &TABLE) : lossi_fail_nomem(sizeof(cJSON));
    free(text);
    return status;
}

/* The formats, a row each: meshes, of which formats/ has a file each, and what is written of the
 * surface itself. */
#define FORMAT_ROWS(MESH, SURFACE)                                                                 \
    MESH(ply)                                                                                      \
    MESH(vtp)                                                                                      \
    SURFACE(write_vti, {".vti", "the same on the flat grid", false})                               \
    SURFACE(lossi_export_html, {".html", "a page to look at and turn (any browser)", false})       \
    SURFACE(lossi_export_glb,                                                                      \
            {".glb", "coloured mesh with paths and marks (browsers, Blender)", false})             \
    MESH(obj)                                                                                      \
    MESH(stl)                                                                                      \
    SURFACE(write_csv, {".csv", "a row a point", true})                                            \
    SURFACE(write_npz, {".npz", "arrays for numpy", false})                                        \
    SURFACE(lossi_export_h5, {".h5", "HDF5 of the scripts of Li et al.", false})                   \
    SURFACE(write_facts, {".json", "what was measured, for a table without it", false})

#define DECLARE_MESH(name) extern const lossi_mesh_format lossi_mesh_##name;
#define DECLARE_NOTHING(...)
FORMAT_ROWS(DECLARE_MESH, DECLARE_NOTHING)

#define MESH_ROW(name)          {&lossi_mesh_##name.format, &lossi_mesh_##name, NULL},
#define SURFACE_ROW(write, ...) {&(const loss_export_format)__VA_ARGS__, NULL, write},
static const struct {
    const loss_export_format *format;
    const lossi_mesh_format *mesh; /* NULL: not of meshes */
    loss_status (*write)(loss_surface *s, const char *path, const loss_export_options *opt);
} FORMATS[] = {FORMAT_ROWS(MESH_ROW, SURFACE_ROW)};
enum { N_FORMATS = sizeof FORMATS / sizeof *FORMATS };

const loss_export_format *loss_export_format_at(size_t i)
{
    return i < N_FORMATS ? FORMATS[i].format : NULL;
}

loss_status lossi_export_unknown(const char *path, const char *what, bool for_paths)
{
    char list[128] = "";
    for (size_t i = 0; i < N_FORMATS; i++) {
        size_t length = strlen(list);
        if (!for_paths || FORMATS[i].format->has_paths)
            snprintf(list + length, sizeof list - length, " %s", FORMATS[i].format->ending);
    }
    return lossi_fail(LOSS_ERR_NAME, "%s: its ending names no format%s; expected one of%s", path,
                      what, list);
}

loss_status lossi_export_take(loss_export_options *opt, const loss_export_options *given)
{
    loss_status status = LOSSI_OPTIONS(*opt, given);
    if (!status &&
        ((unsigned)opt->height > LOSS_HEIGHT_LOG || (unsigned)opt->split > LOSS_SPLIT_TEST))
        status = lossi_fail(LOSS_ERR_ARGUMENT,
                            "height %d and split %d; expected one of loss_height and one of "
                            "loss_split",
                            (int)opt->height, (int)opt->split);
    return status;
}

loss_status loss_surface_export(loss_surface *surface, const char *path,
                                const loss_export_options *given)
{
    LOSSI_REQUIRE(surface && path);
    loss_export_options opt = LOSS_EXPORT_OPTIONS_INIT;
    loss_status status = lossi_export_take(&opt, given);
    if (status)
        return status;
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; i < N_FORMATS && ending; i++)
        if (strcmp(ending, FORMATS[i].format->ending) == 0)
            return FORMATS[i].mesh ? write_mesh(surface, path, FORMATS[i].mesh, &opt)
                                   : FORMATS[i].write(surface, path, &opt);
    return lossi_export_unknown(path, "", false);
}
