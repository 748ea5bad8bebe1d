/* What the picture says about itself. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scene/scene.h"

/* What a quantity of a view is called, with the split where the file and the caller tell it. */
static void words_of(const scene *s, const view *v, quantity which, bool with_split, char text[128])
{
    const quantity_words *words = quantity_words_of(which);
    const char *label = words->ends_with_label ? grid_label(&v->grid) : "";
    if (s->set.split == SHOW_DIFFERENCE)
        snprintf(text, 128, "%s%s", with_split ? "test \342\210\222 training " : "",
                 which == QUANTITY_LOSS ? label : "accuracy (percentage points)");
    else
        snprintf(text, 128, "%s%s",
                 with_split && v->grid.tells_split ? words->of_split[scene_split(s, v)]
                                                   : words->alone,
                 label);
}

/* Of one view, or what all have in common. */
static void quantity_text(const scene *s, quantity which, size_t number, char text[128])
{
    const view *v = &s->views[number < s->n_views ? number : 0], *other = &s->views[s->n_views - 1];
    char others[128];
    text[0] = 0;
    for (int with_split = 1; with_split >= 0 && s->n_views; with_split--) {
        words_of(s, v, which, with_split == 1, text);
        words_of(s, other, which, with_split == 1, others);
        if (number < s->n_views || strcmp(text, others) == 0)
            return;
    }
    if (s->n_views)
        snprintf(text, 128, "value (what it is stands above)");
}

void scene_quantity(const scene *s, size_t number, char text[128])
{
    quantity_text(s, settings_height(&s->set), number, text);
}

void scene_colour_quantity(const scene *s, size_t number, char text[128])
{
    quantity_text(s, scene_is_tinted(s) ? (quantity)s->set.field : settings_height(&s->set), number,
                  text);
}

void scene_title(const scene *s, size_t number, char text[700])
{
    const grid *g = &s->views[number].grid;
    const char *what =
        s->set.split == SHOW_DIFFERENCE
            ? (settings_height(&s->set) == QUANTITY_ACCURACY ? "Test \342\210\222 training accuracy"
                                                             : "Test \342\210\222 training loss")
        : settings_height(&s->set) != QUANTITY_LOSS
            ? quantity_words_of(settings_height(&s->set))->title
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
        char what[128];
        scene_quantity(s, number, what);
        NOTE("%s", what);
    }
    if (scene_is_tinted(s)) {
        char what[128];
        scene_colour_quantity(s, number, what);
        NOTE("colours: %s", what);
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
    if (v->basins.shown) {
        const basin *b = &v->basins.items[v->basins.shown - 1];
        char persistence[48];
        basins_persistence(r, b, persistence);
        if (b->saddle)
            NOTE("basin %zu of %zu: %.4g to %.4g, persistence %s; %zu of %zu grid points",
                 v->basins.shown, v->basins.n, b->birth, b->death, persistence, v->basins.n_inside,
                 nx * ny);
        else
            NOTE("basin %zu of %zu, the deepest: from %.4g, without end", v->basins.shown,
                 v->basins.n, b->birth);
    }
    if (s->set.exaggeration < 1 || s->set.exaggeration > 1)
        NOTE("height \303\227 %.3g", s->set.exaggeration);
    double stretched =
        r->y_extent / (r->y_high - r->y_low) * ((r->x_high - r->x_low) / r->x_extent);
    if (fabs(stretched - 1) > 1e-3)
        NOTE("axes not of one scale: y is drawn %.3g times as long as x", stretched);
}
