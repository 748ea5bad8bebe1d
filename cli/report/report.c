/* The report of a landscape, as text and as JSON. */
#include "report/report.h"

#include <stdio.h>
#include <string.h>

#include "display.h"
#include "document.h"
#include "report/imported.h"
#include "report/summary.h"
#include "report/summary_figures.h"
#include "report/validity.h"

/* "0.49,0.48,0.45", a number for each channel. */
static void add_channels(json *j, cJSON *to, const char *key, const char *value)
{
    cJSON *list = json_list(j, to, key);
    const char *end = value;
    double number;
    for (; loss_number_parse(value, &end, &number); value = end + 1) {
        json_number(j, list, NULL, number);
        if (*end != ',')
            return;
    }
}

/* A number with all its digits: a seed has up to 20. */
static void add_number(json *j, cJSON *to, const char *key, const char *value)
{
    bool is_whole = *value && *value != '0' && strspn(value, "0123456789") == strlen(value);
    double number;
    if (is_whole)
        json_item(j, to, key, cJSON_CreateRaw(value));
    else if (loss_number_parse(value, NULL, &number))
        json_number(j, to, key, number);
    else
        json_text(j, to, key, value);
}

/* Texts stay texts, also where one happens to look like a number, as a folder's name may. */
static void add_metadata(json *j, cJSON *to, const loss_surface *surface)
{
    const char *key;
    for (size_t i = 0; (key = loss_surface_metadata_key(surface, i)); i++) {
        const char *value = loss_surface_metadata(surface, key), *shown = display(key);
        switch (loss_key_kind_of(key)) {
        case LOSS_KEY_IS_TEXT: json_text(j, to, shown, value); break;
        case LOSS_KEY_IS_NUMBER: add_number(j, to, shown, value); break;
        case LOSS_KEY_IS_NUMBERS: add_channels(j, to, shown, value); break;
        }
    }
}

static void add_axis(json *j, const char *key, loss_axis axis)
{
    cJSON *object = json_object(j, j->root, key);
    json_number(j, object, "min", axis.min);
    json_number(j, object, "max", axis.max);
    json_number(j, object, "n", (double)axis.n);
}

/* Figures of a split. Repeated lines are no surface, and an unfinished one has its points far
 * apart: they have none. */
typedef struct part {
    bool is_there;
    summary summary;
    bool is_unfinished, has_figures;
    surface_figures figures;
} part;

/* parts [2], written: by loss_split. */
static loss_status find_parts(loss_surface *surface, part *parts)
{
    loss_status status = LOSS_OK;
    for (int k = 0; k < 2 && !status; k++) {
        part *p = &parts[k];
        *p = (part){.is_there = loss_surface_has_split(surface, (loss_split)k),
                    .has_figures = !loss_surface_metadata(surface, LOSS_KEY_REPEAT)};
        if (p->is_there)
            status = summary_of(surface, (loss_split)k, &p->summary);
        p->is_unfinished =
            p->is_there && p->summary.evaluated < p->summary.total && !imported_is(surface);
        p->has_figures = p->has_figures && !p->is_unfinished;
        if (!status && p->is_there && p->has_figures)
            status = surface_figures_of(surface, (loss_split)k, &p->figures);
    }
    return status;
}

/* What validity.c is given. */
static const summary *summary_in(const part *p)
{
    return p->is_there ? &p->summary : NULL;
}

static loss_status make_document(loss_surface *surface, const char *path, const part *parts,
                                 json *out)
{
    json j = json_begin();
    json_text(&j, j.root, "kind", "landscape");
    json_text(&j, j.root, "file", path);
    add_axis(&j, "x", loss_surface_x(surface));
    add_axis(&j, "y", loss_surface_y(surface));
    add_metadata(&j, json_object(&j, j.root, "metadata"), surface);
    cJSON *splits = json_object(&j, j.root, "splits");
    for (int k = 0; k < 2; k++) {
        if (!parts[k].is_there)
            continue;
        cJSON *split = json_object(&j, splits, loss_surface_split_name(surface, (loss_split)k));
        summary_add(&j, split, &parts[k].summary);
        if (parts[k].has_figures)
            surface_figures_add(&j, json_object(&j, split, "figures"), &parts[k].figures);
    }
    const summary *const summaries[] = {summary_in(&parts[0]), summary_in(&parts[1])};
    loss_status status = validity_add(surface, summaries, &j);
    if (status)
        json_free(&j);
    *out = j;
    return status;
}

loss_status report_make(loss_surface *surface, const char *path, json *j)
{
    part parts[2];
    loss_status status = find_parts(surface, parts);
    return status ? status : make_document(surface, path, parts, j);
}

static loss_status give_document(loss_surface *surface, const char *path, const part *parts)
{
    json j;
    loss_status status = make_document(surface, path, parts, &j);
    return status ? status : document_give(&j);
}

static void print_head(const loss_surface *surface, const char *path)
{
    loss_axis x = loss_surface_x(surface), y = loss_surface_y(surface);
    const char *bn = loss_surface_metadata(surface, LOSS_KEY_BN),
               *images = loss_surface_metadata(surface, LOSS_KEY_BN_IMAGES),
               *directions = loss_surface_metadata(surface, LOSS_KEY_DIRECTIONS);
    printf("%s: x %g:%g:%zu, y %g:%g:%zu\n", display(path), x.min, x.max, x.n, y.min, y.max, y.n);
    if (bn)
        printf("BatchNorm: %s%s%s\n", display(bn), images ? ", images: " : "",
               images ? display(images) : "");
    if (directions)
        printf("directions: %s\n", display(directions));
}

static loss_status print_text(loss_surface *surface, const char *path, const part *parts,
                              bool is_whole)
{
    print_head(surface, path);
    for (int k = 0; k < 2; k++) {
        if (!parts[k].is_there)
            continue;
        summary_print(surface, (loss_split)k, &parts[k].summary);
        if (parts[k].has_figures)
            surface_figures_print(&parts[k].figures);
        if (parts[k].is_unfinished)
            printf("       figures  come when all points are evaluated\n");
    }
    const summary *const summaries[] = {summary_in(&parts[0]), summary_in(&parts[1])};
    loss_status status = LOSS_OK;
    char imported[IMPORTED_TEXT];
    if (imported_is(surface))
        printf("validity\n  not known: %s\n", display(imported_text(surface, imported)));
    else
        status = validity_print(surface, summaries);
    if (status || !is_whole)
        return status;
    status = validity_print_paths(surface, summaries);
    const char *key;
    if (!status)
        printf("metadata\n");
    for (size_t i = 0; !status && (key = loss_surface_metadata_key(surface, i)); i++)
        printf("  %-18s %s\n", display(key), display(loss_surface_metadata(surface, key)));
    return status;
}

loss_status report_print(loss_surface *surface, const char *path, bool is_whole)
{
    part parts[2];
    loss_status status = find_parts(surface, parts);
    if (status)
        return status;
    return document_is_wanted() ? give_document(surface, path, parts)
                                : print_text(surface, path, parts, is_whole);
}
