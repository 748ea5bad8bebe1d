/* Two landscapes in columns: what they are of, and the figures of each split. */
#include "report/comparison.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "display.h"
#include "document.h"
#include "report/imported.h"
#include "report/report.h"
#include "report/summary.h"
#include "report/summary_figures.h"

enum { CELL = 40, LABEL = 22 };

/* What a column is made of: a landscape, and one of its splits. */
typedef struct column {
    loss_surface *surface;
    bool is_there, has_figures; /* the split; all its points are there and form a surface */
    loss_split split;
    summary summary;
    surface_figures figures;
} column;

static loss_status find_column(loss_surface *surface, loss_split split, column *c)
{
    *c = (column){
        .surface = surface, .is_there = loss_surface_has_split(surface, split), .split = split};
    loss_status status = c->is_there ? summary_of(surface, split, &c->summary) : LOSS_OK;
    c->has_figures = c->is_there && !loss_surface_metadata(surface, LOSS_KEY_REPEAT) &&
                     (c->summary.evaluated == c->summary.total || imported_is(surface));
    if (!status && c->has_figures)
        status = surface_figures_of(surface, split, &c->figures);
    return status;
}

static void axis_text(loss_axis axis, char text[CELL])
{
    snprintf(text, CELL, "%g:%g:%zu", axis.min, axis.max, axis.n);
}

static void subject_cell(const column *c, char text[CELL])
{
    char subject[SUBJECT_SIZE];
    subject_of(c->surface, subject);
    snprintf(text, CELL, "%.39s", display(subject));
}

static void x_cell(const column *c, char text[CELL])
{
    axis_text(loss_surface_x(c->surface), text);
}

static void y_cell(const column *c, char text[CELL])
{
    axis_text(loss_surface_y(c->surface), text);
}

static void points_cell(const column *c, char text[CELL])
{
    snprintf(text, CELL, "%zu of %zu", c->summary.evaluated, c->summary.total);
}

static void images_cell(const column *c, char text[CELL])
{
    const char *images =
        loss_surface_metadata_of(c->surface, LOSS_KEY_IMAGES, loss_split_name(c->split));
    snprintf(text, CELL, "%.39s", images ? display(images) : "");
}

/* A number, or nothing where it is not known. */
static void number_text(double value, const char *unit, char text[CELL])
{
    if (isnan(value))
        text[0] = 0;
    else
        snprintf(text, CELL, "%.6g%s", value, unit);
}

static void centre_cell(const column *c, char text[CELL])
{
    number_text(c->summary.has_centre ? c->summary.centre.loss : NAN, "", text);
}

static void accuracy_cell(const column *c, char text[CELL])
{
    number_text(c->summary.has_centre ? c->summary.centre.accuracy : NAN, " %", text);
}

static void lowest_cell(const column *c, char text[CELL])
{
    number_text(c->summary.min, "", text);
}

static void place_cell(const column *c, char text[CELL])
{
    snprintf(text, CELL, "(%.4g, %.4g)", c->summary.min_x, c->summary.min_y);
}

static void highest_cell(const column *c, char text[CELL])
{
    number_text(c->summary.max, "", text);
}

static void minima_cell(const column *c, char text[CELL])
{
    snprintf(text, CELL, "%zu", c->figures.minima[0]);
}

static void deep_minima_cell(const column *c, char text[CELL])
{
    snprintf(text, CELL, "%zu", c->figures.minima[2]);
}

static void area_cell(const column *c, char text[CELL])
{
    number_text(100 * c->figures.share_below[1], " %", text);
}

static void convex_cell(const column *c, char text[CELL])
{
    number_text(c->figures.figures.n_hessians ? 100 * c->figures.figures.convex_share : NAN, " %",
                text);
}

static void rough_cell(const column *c, char text[CELL])
{
    number_text(c->figures.figures.roughness, "", text);
}

typedef struct row {
    const char *label;
    void (*cell)(const column *c, char text[CELL]);
    bool is_figure; /* of a whole surface */
} row;

static const row HEAD[] = {{"of", subject_cell, false}, {"x", x_cell, false}, {"y", y_cell, false}};
static const row OF_SPLIT[] = {
    {"points", points_cell, false},
    {"images", images_cell, false},
    {"loss at the centre", centre_cell, false},
    {"accuracy there", accuracy_cell, false},
    {"lowest loss", lowest_cell, false},
    {"at", place_cell, false},
    {"highest loss", highest_cell, false},
    {"minima", minima_cell, true},
    {"of persistence 0.1", deep_minima_cell, true},
    {"area within 1", area_cell, true},
    {"convex points", convex_cell, true},
    {"roughness", rough_cell, true},
};
enum { N_HEAD = sizeof HEAD / sizeof *HEAD, N_OF_SPLIT = sizeof OF_SPLIT / sizeof *OF_SPLIT };

/* A line of the table, unless all its cells are empty. */
static void print_row(const row *r, const column columns[2], bool needs_split)
{
    char cells[2][CELL] = {"", ""};
    for (int i = 0; i < 2; i++)
        if ((columns[i].is_there || !needs_split) && (columns[i].has_figures || !r->is_figure))
            r->cell(&columns[i], cells[i]);
    if (*cells[0] || *cells[1])
        printf("%-*s %-*s %s\n", LABEL, r->label, CELL - 8, cells[0], cells[1]);
}

/* The split of a surface to show beside split k of the other: values of an unknown one stand beside
 * any. */
static loss_split split_beside(loss_surface *const surfaces[2], int i, loss_split k)
{
    return imported_tells_split(surfaces[i]) ? k : loss_surface_split(surfaces[i], k);
}

/* Whether there is a part about split k; about values that are both of unknown splits there is one.
 */
static bool is_shown(loss_surface *const surfaces[2], loss_split k)
{
    bool is_told = false, is_there = false;
    for (int i = 0; i < 2; i++)
        if (imported_tells_split(surfaces[i])) {
            is_told = true;
            is_there = is_there || loss_surface_has_split(surfaces[i], k);
        }
    return is_told ? is_there : k == LOSS_SPLIT_TEST;
}

static loss_status print_text(loss_surface *const surfaces[2], const char *const *paths)
{
    column columns[2] = {{.surface = surfaces[0]}, {.surface = surfaces[1]}};
    printf("%-*s %-*s %s\n", LABEL, "", CELL - 8, display(paths[0]), display(paths[1]));
    for (int i = 0; i < N_HEAD; i++)
        print_row(&HEAD[i], columns, false);
    loss_status status = LOSS_OK;
    for (int k = 0; k < 2 && !status; k++) {
        loss_split splits[2] = {split_beside(surfaces, 0, (loss_split)k),
                                split_beside(surfaces, 1, (loss_split)k)};
        for (int i = 0; i < 2 && !status; i++)
            status = find_column(surfaces[i], splits[i], &columns[i]);
        if (status || !is_shown(surfaces, (loss_split)k))
            continue;
        bool is_told = imported_tells_split(surfaces[0]) && imported_tells_split(surfaces[1]);
        if (is_told)
            printf("%s\n", loss_split_name((loss_split)k));
        else
            printf("%-*s %-*s %s\n", LABEL, "split", CELL - 8,
                   loss_surface_split_name(surfaces[0], splits[0]),
                   loss_surface_split_name(surfaces[1], splits[1]));
        for (int i = 0; i < N_OF_SPLIT; i++)
            print_row(&OF_SPLIT[i], columns, true);
    }
    return status;
}

loss_status comparison_print(loss_surface *const surfaces[2], const char *const *paths)
{
    if (!document_is_wanted())
        return print_text(surfaces, paths);
    json j = json_begin();
    json_text(&j, j.root, "kind", "comparison");
    cJSON *list = json_list(&j, j.root, "landscapes");
    loss_status status = LOSS_OK;
    for (int i = 0; i < 2 && !status; i++) {
        json one;
        status = report_make(surfaces[i], paths[i], &one);
        if (status)
            continue;
        j.failed = j.failed || one.failed;
        json_item(&j, list, NULL, one.root);
    }
    if (!status)
        return document_give(&j);
    json_free(&j);
    return status;
}
