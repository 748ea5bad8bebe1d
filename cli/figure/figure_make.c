/* Fields, labels, scale, captions and marks of a figure. */
#include "figure/figure_make.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "figure/captions.h"
#include "inputs/facts.h"
#include "report/imported.h"

void figure_free(figure *f)
{
    for (size_t k = 0; k < f->n_fields; k++) {
        free(f->fields[k].values);
        free(f->fields[k].errors);
        free(f->fields[k].lines);
    }
    for (size_t i = 0; i < f->n_captions; i++)
        free(f->captions[i]);
    overlay_free(f->overlay);
}

/* What a line shows: both splits unless one is asked for, and the accuracy beside the loss unless a
 * quantity is. */
static loss_status add_line_fields(figure *f, loss_surface *surface, const figure_request *r,
                                   loss_split split, bool is_repeated)
{
    loss_split other = split == LOSS_SPLIT_TEST ? LOSS_SPLIT_TRAIN : LOSS_SPLIT_TEST;
    loss_status status = LOSS_OK;
    if (!r->has_split && loss_surface_has_split(surface, other))
        status = fields_add(f, surface, other, (quantity)r->quantity);
    size_t n = f->n_fields;
    for (size_t k = 0; k < n && !is_repeated && !r->has_quantity && !status; k++) {
        status = fields_add(f, surface, f->fields[k].split, QUANTITY_ACCURACY);
        f->fields[f->n_fields - 1].on_right = true;
    }
    for (size_t k = 0; k < f->n_fields && is_repeated && !status; k++)
        status = fields_summarise_lines(&f->fields[k]);
    return status;
}

/* The figure's axes from now on: a line has one, along whichever direction it goes. */
static void straighten(figure *f, bool is_repeated)
{
    if (f->x.n == 1 && !is_repeated)
        f->x = f->y;
    f->y = (loss_axis){0, 0, 1};
    for (size_t k = 0; k < f->n_fields; k++) {
        f->fields[k].nx = f->x.n;
        f->fields[k].ny = 1;
    }
}

static void set_labels(figure *f, const loss_surface *surface, const figure_request *r,
                       bool is_repeated)
{
    if (imported_is(surface)) {
        bool along_y = f->x.n == 1;
        f->x_label = along_y ? loss_surface_text(surface, LOSS_KEY_IMPORTED_Y, "y")
                             : loss_surface_text(surface, LOSS_KEY_IMPORTED_X, "x");
        f->y_label = f->is_map ? loss_surface_text(surface, LOSS_KEY_IMPORTED_Y, "y")
                               : quantity_label(f, (quantity)r->quantity);
        return;
    }
    f->x_label = is_repeated          ? "along the direction (multiples)"
                 : f->n_solutions > 2 ? "towards the second solution (ring at 1)"
                 : f->n_solutions     ? "from the origin (0) to the other solution (1)"
                                      : "direction 1 (multiples)";
    f->y_label = !f->is_map       ? quantity_label(f, (quantity)r->quantity)
                 : f->n_solutions ? "towards the third solution (ring at 1)"
                                  : "direction 2 (multiples)";
}

/* One scale for both axes where they have one unit, as directions of one length have. Where that is
 * not known, axes of like length get one scale; very different ones fill the area. */
static void set_aspect(figure *f, const loss_surface *surface, int aspect)
{
    double width = f->x.max / 2 - f->x.min / 2, height = f->y.max / 2 - f->y.min / 2; /* halved */
    double along_x = fact_number(surface, LOSS_KEY_NORM_X, NAN),
           along_y = fact_number(surface, LOSS_KEY_NORM_Y, NAN);
    bool has_one_unit = fabs(along_x - along_y) <= 1e-3 * fabs(along_x);
    f->has_one_scale =
        aspect == ASPECT_EQUAL ||
        (aspect == ASPECT_AUTO && (has_one_unit || (width / 2 <= height && height / 2 <= width)));
}

static loss_status add_overlay(figure *f, loss_surface *surface, const figure_request *r)
{
    char caption[256];
    loss_status status = loss_surface_paths(surface, f->fields[0].split, &f->n_path, &f->path);
    if (!status)
        status = overlay_make(&f->overlay, f, &r->overlay);
    if (status)
        return status;
    overlay_caption(f->overlay, caption, sizeof caption);
    if (*caption)
        figure_add_caption(f, "%s", caption);
    return LOSS_OK;
}

loss_status figure_make(figure *f, loss_surface *surface, const figure_request *r)
{
    loss_split split = (loss_split)r->split;
    uint64_t n_solutions = 0;
    bool is_repeated = loss_surface_metadata(surface, LOSS_KEY_REPEAT) != NULL;
    bool is_difference = r->split == SPLIT_DIFFERENCE;
    if (is_difference)
        split = LOSS_SPLIT_TEST;
    else if (!r->has_split)
        split = loss_surface_split(surface, split);
    f->x = loss_surface_x(surface);
    f->y = loss_surface_y(surface);
    f->is_map = f->x.n > 1 && f->y.n > 1 && !is_repeated;
    f->has_convexity = r->quantity == QUANTITY_CONVEXITY;
    loss_surface_count(surface, LOSS_KEY_SOLUTIONS, &n_solutions);
    f->n_solutions = n_solutions <= 3 ? (size_t)n_solutions : 0; /* a plane has no more */
    set_labels(f, surface, r, is_repeated);
    quantity which = (quantity)r->quantity;
    char subject[SUBJECT_SIZE];
    subject_of(surface, subject);
    snprintf(f->what, sizeof f->what, "%s%.30s of %.80s",
             is_difference ? "Test \342\210\222 training " : "",
             is_difference ? quantity_names[which] : quantity_words_of(which)->title, subject);
    loss_status status = is_difference ? fields_add_difference(f, surface, (quantity)r->quantity)
                                       : fields_add(f, surface, split, (quantity)r->quantity);
    if (!status && !f->is_map)
        status = add_line_fields(f, surface, r, split, is_repeated);
    if (status)
        return status;
    if (!f->is_map)
        straighten(f, is_repeated);
    fields_set_scale(f, (quantity)r->quantity, &r->scale);
    f->colours = r->colours ? r->colours : loss_colour_map_for(&f->scale);
    set_aspect(f, surface, r->aspect);
    status = captions_add(f, surface);
    if (!status && f->is_map)
        status = add_overlay(f, surface, r);
    return !status && f->failed ? LOSS_ERR_NOMEM : status;
}
