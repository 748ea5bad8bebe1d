/* What the picture says about itself. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scene/scene.h"

/* "test ", "" where the file does not tell. */
static const char *split_text(const scene *s, const view *v)
{
    static const char *const splits[] = {
        [LOSS_SPLIT_TRAIN] = "training ", [LOSS_SPLIT_TEST] = "test "};
    if (s->set.split == SHOW_DIFFERENCE)
        return "test \342\210\222 training ";
    return v->grid.tells_split ? splits[scene_split(s, v)] : "";
}

static const char *label_of(const scene *s, const view *v)
{
    return s->set.field == FIELD_ACCURACY
               ? (s->set.split == SHOW_DIFFERENCE ? "accuracy (percentage points)" : "accuracy (%)")
               : grid_label(&v->grid);
}

void scene_quantity(const scene *s, size_t number, char text[128])
{
    const view *v = &s->views[number < s->n_views ? number : 0], *other = &s->views[s->n_views - 1];
    text[0] = 0;
    if (!s->n_views)
        return;
    bool all = number >= s->n_views;
    const char *split = split_text(s, v), *label = label_of(s, v);
    if (all && strcmp(split, split_text(s, other)) != 0)
        split = "";
    if (all && strcmp(label, label_of(s, other)) != 0)
        label = "value (what it is stands above)";
    snprintf(text, 128, "%s%s", split, label);
}

void scene_title(const scene *s, size_t number, char text[700])
{
    const grid *g = &s->views[number].grid;
    const char *what = s->set.split == SHOW_DIFFERENCE
                           ? (s->set.field == FIELD_ACCURACY ? "Test \342\210\222 training accuracy"
                                                             : "Test \342\210\222 training loss")
                       : s->set.field == FIELD_ACCURACY ? "Accuracy"
                                                        : NULL;
    int n = s->n_views > 1 ? snprintf(text, 700, "%.200s: ", g->name) : 0;
    if (what && g->model)
        snprintf(text + n, 700 - (size_t)n, "%s of %.400s", what, g->model);
    else if (s->n_views < 2 || strcmp(g->title, g->name) != 0)
        snprintf(text + n, 700 - (size_t)n, "%.400s", g->title);
    else
        text[n - 2] = 0; /* the name is all that the file has */
}

/* Appends a note. */
#define NOTE(...)                                                                                  \
    (n += (size_t)snprintf(text + n, n < 512 ? 512 - n : 0, "%s", n ? "; " : ""),                  \
     n += (size_t)snprintf(n < 512 ? text + n : NULL, n < 512 ? 512 - n : 0, __VA_ARGS__))

void scene_notes(const scene *s, size_t number, char text[512])
{
    const view *v = &s->views[number];
    const relief *r = &v->relief;
    size_t n = 0, above = 0;
    text[0] = 0;
    if (!v->has_relief && !v->curves)
        return;
    if (s->n_views > 1) {
        char quantity[128];
        scene_quantity(s, number, quantity);
        NOTE("%s", quantity);
    }
    if (s->scale.kind != LOSS_SCALE_LINEAR)
        NOTE("%s scale", loss_scale_kind_name(s->scale.kind));
    if (v->curves) {
        NOTE("thin: %zu directions; thick: their mean; band: \302\261 one standard deviation",
             v->grid.ny);
        return;
    }
    size_t nx = relief_grid_nx(r), ny = relief_grid_ny(r);
    if (scene_points_shown(s, v) < nx * ny)
        NOTE("%zu of %zu points, between them interpolated", scene_points_shown(s, v), nx * ny);
    for (size_t i = 0; i < nx * ny; i++)
        above += r->value[i / nx * r->parts * r->nx + i % nx * r->parts] > r->scale.high;
    if (r->parts > 1)
        NOTE("smooth between %zu \303\227 %zu grid points", nx, ny);
    if (above)
        NOTE("cut off above %.4g: %zu of %zu points", s->set.clip, above, nx * ny);
    if (isfinite(s->set.epoch) && s->set.path && v->grid.n_path)
        NOTE("the path up to epoch %.0f", s->set.epoch);
    if (s->set.exaggeration < 1 || s->set.exaggeration > 1)
        NOTE("height \303\227 %.3g", s->set.exaggeration);
    double stretched =
        r->y_extent / (r->y_high - r->y_low) * ((r->x_high - r->x_low) / r->x_extent);
    if (fabs(stretched - 1) > 1e-3)
        NOTE("axes not of one scale: y is drawn %.3g times as long as x", stretched);
}
