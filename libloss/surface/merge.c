/* Parts of one surface, from machines that share no file, into a whole one. */
#include <loss/file.h>
#include <loss/surface.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "surface/compare.h"
#include "surface/refinement.h"
#include "surface/surface.h"

/* What was collected so far. The first file that is read says what it is of. */
typedef struct whole {
    const char *first; /* that file; NULL: none so far */
    lossi_facts facts;
    loss_axis x, y;
    bool has_split[2];
    loss_point *points[2];              /* by split, [ny][nx] */
    loss_point_curvature *curvature[2]; /* by split, [ny][nx]; NULL: there are none */
    lossi_path_row *path[2];            /* by split, [n_path] */
    size_t n_path[2], path_capacity[2];
    float *directions[2]; /* NULL: the file has none */
    size_t n_parameters[2];
    size_t parts;  /* of how many the files are; 0: they do not say the same */
    char *command; /* what made the files, one after the other; NULL: they do not say */
} whole;

static void free_whole(whole *w)
{
    lossi_facts_free(&w->facts);
    free(w->command);
    for (int k = 0; k < 2; k++) {
        free(w->points[k]);
        free(w->curvature[k]);
        lossi_path_free(w->path[k], w->n_path[k]);
        free(w->directions[k]);
    }
}

/* Facts of one file, and not of what it holds; estimates are not put together. */
static bool is_of_file(const char *key)
{
    return strcmp(key, LOSS_KEY_ID) == 0 || strcmp(key, LOSS_KEY_PART) == 0 ||
           strncmp(key, LOSS_KEY_ESTIMATE, strlen(LOSS_KEY_ESTIMATE)) == 0;
}

static loss_status take_facts(whole *w, const loss_surface *s)
{
    for (size_t i = 0; i < s->facts.n; i++)
        if (!is_of_file(s->facts.keys[i]) && !lossi_facts_find(&w->facts, s->facts.keys[i]) &&
            !lossi_facts_add(&w->facts, s->facts.keys[i], "%s", s->facts.values[i]))
            return lossi_fail_nomem(1024);
    return LOSS_OK;
}

#define THEN " && "

/* Whether a command line is one of those that follow each other. */
static bool is_among(const char *commands, const char *command)
{
    size_t n = strlen(command), then = strlen(THEN);
    for (const char *at = commands; (at = strstr(at, command)); at++)
        if ((at == commands || strncmp(at - then, THEN, then) == 0) &&
            (!at[n] || strncmp(at + n, THEN, then) == 0))
            return true;
    return false;
}

/* Appends a command line, fit for a shell, that is not among them yet. */
static loss_status take_command(whole *w, const char *command)
{
    if (!command || (w->command && is_among(w->command, command)))
        return LOSS_OK;
    const char *before = w->command ? w->command : "";
    char *all = lossi_format("%s%s%s", before, *before ? THEN : "", command);
    if (!all)
        return lossi_fail_nomem(strlen(command));
    free(w->command);
    w->command = all;
    return LOSS_OK;
}

/* Those of the result, which may be of parts that are merged again, of the parts, and the last. */
static loss_status take_commands(whole *w, loss_surface *const *read, size_t n, const char *command)
{
    loss_status status = take_command(w, loss_surface_metadata(read[n], LOSS_KEY_COMMAND));
    for (size_t i = 0; i < n && !status; i++)
        status = take_command(w, loss_surface_metadata(read[i], LOSS_KEY_COMMAND));
    if (!status)
        status = take_command(w, command);
    if (!status && w->command && !lossi_facts_set(&w->facts, LOSS_KEY_COMMAND, w->command))
        status = lossi_fail_nomem(strlen(w->command));
    return status;
}

static const char *const AXES[2] = {"x", "y"};

static loss_status begin(whole *w, loss_surface *s)
{
    size_t n = s->x.n * s->y.n;
    w->first = s->path;
    w->x = s->x;
    w->y = s->y;
    for (int k = 0; k < 2; k++) {
        w->has_split[k] = s->has_split[k];
        if (s->has_split[k] && !(w->points[k] = calloc(n, sizeof *w->points[k])))
            return lossi_fail_nomem(n * sizeof *w->points[k]);
    }
    loss_status status = lossi_surface_refuse_imported(s);
    for (int k = 0; k < 2 && !status; k++)
        status =
            lossi_store_copy_direction(s->store, AXES[k], &w->directions[k], &w->n_parameters[k]);
    return status;
}

/* The file is of the same thing as the first one. */
static loss_status compare(const whole *w, loss_surface *s)
{
    lossi_difference d;
    lossi_facts facts = {0};
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < s->facts.n && !status; i++)
        if (!is_of_file(s->facts.keys[i]) &&
            !lossi_facts_add(&facts, s->facts.keys[i], "%s", s->facts.values[i]))
            status = lossi_fail_nomem(1024);
    if (!status && lossi_facts_differ(&w->facts, &facts, &d))
        status = lossi_fail(LOSS_ERR_MISMATCH,
                            "%s: a landscape of something else than %s: its %s: %s; there: %s",
                            s->path, w->first, d.what, d.second, d.first);
    else if (!status && !(lossi_axis_is_same(w->x, s->x) && lossi_axis_is_same(w->y, s->y)))
        status = lossi_fail(LOSS_ERR_MISMATCH,
                            "%s: its grid is x %g:%g:%zu, y %g:%g:%zu; that of %s: x %g:%g:%zu, y "
                            "%g:%g:%zu",
                            s->path, s->x.min, s->x.max, s->x.n, s->y.min, s->y.max, s->y.n,
                            w->first, w->x.min, w->x.max, w->x.n, w->y.min, w->y.max, w->y.n);
    lossi_facts_free(&facts);
    return status;
}

static bool is_same_number(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b);
}

static loss_status take_points(whole *w, loss_surface *s, int k)
{
    size_t n = s->x.n * s->y.n;
    loss_point *points = malloc(n * sizeof *points), *to = w->points[k];
    loss_status status =
        points ? lossi_store_read_points(s->store, (loss_split)k, s->x.n, s->y.n, points)
               : lossi_fail_nomem(n * sizeof *points);
    for (size_t i = 0; i < n && !status; i++) {
        if (!points[i].evaluated)
            continue;
        if (!to[i].evaluated)
            to[i] = points[i];
        else if (!is_same_number(to[i].loss, points[i].loss) ||
                 !is_same_number(to[i].standard_error, points[i].standard_error) ||
                 !is_same_number(to[i].accuracy, points[i].accuracy))
            status = lossi_fail(LOSS_ERR_MISMATCH,
                                "%s: its point ix %zu, iy %zu of the split %s has the loss %.17g; "
                                "another file has %.17g",
                                s->path, i % s->x.n, i / s->x.n, loss_split_name((loss_split)k),
                                points[i].loss, to[i].loss);
    }
    free(points);
    return status;
}

/* The eigenvalues at the points, where the file has some. */
static loss_status take_curvature(whole *w, loss_surface *s, int k)
{
    size_t n = s->x.n * s->y.n;
    const char *is = loss_surface_metadata(s, LOSS_KEY_CURVATURE),
               *was = lossi_facts_find(&w->facts, LOSS_KEY_CURVATURE);
    if (!is)
        return LOSS_OK;
    if (was && strcmp(was, is) != 0)
        return lossi_fail(LOSS_ERR_MISMATCH, "%s: its eigenvalues: %s; those of %s: %s", s->path,
                          is, w->first, was);
    if (!w->curvature[k] && !(w->curvature[k] = calloc(n, sizeof *w->curvature[k])))
        return lossi_fail_nomem(n * sizeof *w->curvature[k]);
    loss_point_curvature *found = malloc(n * sizeof *found);
    loss_status status = found ? loss_surface_curvature(s, (loss_split)k, found)
                               : lossi_fail_nomem(n * sizeof *found);
    for (size_t i = 0; i < n && !status; i++)
        if (found[i].evaluated && !w->curvature[k][i].evaluated)
            w->curvature[k][i] = found[i];
    free(found);
    return status;
}

static const lossi_path_row *find_checkpoint(const whole *w, int k, const lossi_path_row *row)
{
    for (size_t i = 0; i < w->n_path[k]; i++)
        if (strcmp(w->path[k][i].point.run, row->point.run) == 0 &&
            strcmp(w->path[k][i].point.checkpoint, row->point.checkpoint) == 0)
            return &w->path[k][i];
    return NULL;
}

static loss_status take_path(whole *w, loss_surface *s, int k)
{
    lossi_path_row *rows;
    size_t n, i = 0;
    loss_status status = lossi_store_read_path(s->store, (loss_split)k, &rows, &n);
    for (; i < n && !status; i++) {
        const lossi_path_row *there = find_checkpoint(w, k, &rows[i]);
        if (there && strcmp(there->digest, rows[i].digest) != 0)
            status = lossi_fail(LOSS_ERR_MISMATCH,
                                "%s: %s of the run %s has the digest %s; in another file: %s",
                                s->path, rows[i].point.checkpoint, rows[i].point.run,
                                rows[i].digest, there->digest);
        else if (!there && !lossi_reserve((void **)&w->path[k], &w->path_capacity[k], w->n_path[k],
                                          sizeof *w->path[k]))
            status = lossi_fail_nomem(n * sizeof *rows);
        else if (!there) {
            w->path[k][w->n_path[k]++] = rows[i];
            rows[i].point.run = rows[i].point.checkpoint = NULL;
        }
    }
    lossi_path_free(rows, n);
    return status;
}

/* Of how many the file is a part. */
static void take_part(whole *w, const loss_surface *s, bool is_first)
{
    const char *part = loss_surface_metadata(s, LOSS_KEY_PART);
    const char *slash = part ? strchr(part, '/') : NULL;
    size_t parts = slash ? strtoul(slash + 1, NULL, 10) : 0;
    w->parts = is_first || w->parts == parts ? parts : 0;
}

static loss_status take(whole *w, const char *path, loss_surface **s, bool is_result)
{
    bool is_first = !w->first;
    loss_status status = loss_surface_read(s, path);
    if (!status && is_result && loss_surface_metadata(*s, LOSS_KEY_PART))
        status = lossi_fail(LOSS_ERR_MISMATCH,
                            "%s: it is part %s of a surface itself; the whole goes into another "
                            "file",
                            path, loss_surface_metadata(*s, LOSS_KEY_PART));
    if (!status)
        status = is_first ? begin(w, *s) : compare(w, *s);
    for (int k = 0; k < 2 && !status; k++) {
        if (!w->has_split[k])
            continue;
        status = take_points(w, *s, k);
        if (!status)
            status = take_curvature(w, *s, k);
        if (!status)
            status = take_path(w, *s, k);
    }
    if (!status)
        status = take_facts(w, *s);
    if (!status && !is_result)
        take_part(w, *s, is_first);
    return status;
}

static loss_status write_contents(const whole *w, lossi_store *store)
{
    const char *curvature = lossi_facts_find(&w->facts, LOSS_KEY_CURVATURE);
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < w->facts.n && !status; i++)
        status = lossi_store_put_fact(store, w->facts.keys[i], w->facts.values[i],
                                      strcmp(w->facts.keys[i], LOSS_KEY_COMMAND) == 0);
    if (!status && curvature)
        status = lossi_store_begin_curvature(store, curvature);
    for (int k = 0; k < 2 && !status; k++) {
        if (w->has_split[k])
            status = lossi_store_put_points(store, (loss_split)k, w->x.n, w->y.n, w->points[k]);
        for (size_t i = 0; w->curvature[k] && i < w->x.n * w->y.n && !status; i++)
            if (w->curvature[k][i].evaluated)
                status = lossi_store_put_curvature(store, (loss_split)k, i / w->x.n, i % w->x.n,
                                                   &w->curvature[k][i]);
        for (size_t i = 0; i < w->n_path[k] && !status; i++)
            status = lossi_store_put_path(store, (loss_split)k, &w->path[k][i]);
    }
    return status;
}

static loss_status write(const whole *w, const char *out)
{
    lossi_stored_direction directions[2];
    lossi_store_contents contents = {
        .facts = &w->facts, .x = w->x, .y = w->y, .directions = directions};
    for (int k = 0; k < 2; k++)
        if (w->directions[k])
            directions[contents.n_directions++] =
                (lossi_stored_direction){AXES[k], w->directions[k], w->n_parameters[k]};
    lossi_store *store;
    bool is_new;
    loss_status status = lossi_store_open_or_create(&store, out, &contents, NULL, &is_new);
    if (status)
        return status;
    status = write_contents(w, store);
    lossi_store_close(store);
    return status;
}

/* The numbers of the parts that are not complete, with commas between them. */
static void list_parts(const bool *lacks, size_t parts, char *text, size_t size)
{
    size_t n = 0;
    text[0] = 0;
    for (size_t p = 0; p < parts; p++) {
        if (!lacks[p])
            continue;
        if (n + 32 > size) {
            snprintf(text + n, size - n, ", ...");
            return;
        }
        n += (size_t)snprintf(text + n, size - n, n ? ", %zu" : "%zu", p + 1);
    }
}

static loss_status count(const whole *w, loss_merge_report *report)
{
    size_t n = w->x.n * w->y.n, parts = w->parts <= n ? w->parts : 0;
    uint32_t *order;
    bool *lacks = calloc(parts + 1, sizeof *lacks);
    loss_status status =
        lossi_refinement_make(&order, w->x.n, w->y.n, lossi_facts_find(&w->facts, LOSS_KEY_REPEAT));
    if (!status && !lacks)
        status = lossi_fail_nomem(parts + 1);
    report->total = report->present = 0;
    report->parts = parts;
    for (int k = 0; k < 2 && !status; k++)
        for (size_t i = 0; w->has_split[k] && i < n; i++) {
            bool has = w->points[k][order[i]].evaluated;
            report->total++;
            report->present += has;
            if (parts && !has)
                lacks[i % parts] = true;
        }
    if (!status)
        list_parts(lacks, parts, report->incomplete, sizeof report->incomplete);
    free(order);
    free(lacks);
    return status;
}

loss_status loss_surface_merge(const char *out, const char *const *parts, size_t n,
                               const char *command, loss_merge_report *given)
{
    LOSSI_REQUIRE(out && parts);
    LOSSI_REQUIRE_COUNT(n, sizeof *parts);
    loss_merge_report report = LOSS_MERGE_REPORT_INIT;
    whole w = {.first = NULL};
    loss_path_kind kind;
    loss_surface **read = calloc(n + 1, sizeof *read); /* open to the end: w borrows from them */
    loss_status status = given ? LOSSI_OPTIONS(report, given) : LOSS_OK;
    if (!status)
        status = read ? loss_path_find(out, &kind) : lossi_fail_nomem(n * sizeof *read);
    if (!status && !n)
        status = lossi_fail(LOSS_ERR_ARGUMENT, "%s: nothing to merge", out);
    for (size_t i = 0; i < n && !status; i++)
        status = parts[i] ? take(&w, parts[i], &read[i], false)
                          : lossi_fail(LOSS_ERR_ARGUMENT, "part %zu is NULL", i);
    if (!status && kind == LOSS_PATH_FILE)
        status = take(&w, out, &read[n], true);
    if (!status)
        status = take_commands(&w, read, n, command);
    if (!status)
        status = write(&w, out);
    if (!status)
        status = count(&w, &report);
    if (!status && given)
        lossi_put_result(given, &report, sizeof report);
    for (size_t i = 0; read && i <= n; i++)
        loss_surface_close(read[i]);
    free(read);
    free_whole(&w);
    return status;
}
