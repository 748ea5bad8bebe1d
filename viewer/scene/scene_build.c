/* Makes surfaces, lines and marks; only what the change of settings touches. */
#include "scene/scene_build.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "colours.h"
#include "scene/epochs.h"
#include "scene/growth.h"
#include "scene/tint.h"
#include "tick_text.h"

/* ---- Surfaces ------------------------------------------------------------------------------- */

static bool surfaces_differ(const settings *a, const settings *b)
{
    return a->split != b->split || a->field != b->field || a->height != b->height ||
           a->exaggeration != b->exaggeration || a->aspect != b->aspect || a->clip != b->clip ||
           a->path != b->path || a->surface != b->surface;
}

static bool shows_loss(const settings *s)
{
    return settings_height(s) == QUANTITY_LOSS && s->split != SHOW_DIFFERENCE;
}

static bool is_partial(const scene *s)
{
    return s->growth[0] + 1 < s->growth[1];
}

size_t scene_points_shown(const scene *s, const view *v)
{
    size_t n = v->grid.nx * v->grid.ny;
    return is_partial(s) ? growth_shown(n, s->growth[0], s->growth[1]) : n;
}

/* A logarithmic height that is asked for begins at the lowest loss above 0; the others are holes.
 */
static void lift(const scene *s, double *const values[], double *low)
{
    double least = (double)INFINITY;
    if (s->set.height != HEIGHT_LOG || !shows_loss(&s->set) || *low > 0)
        return;
    for (size_t i = 0; i < s->n_views; i++) {
        const grid *g = &s->views[i].grid;
        for (size_t k = 0; k < g->nx * g->ny; k++)
            least = values[i][k] > 0 ? fmin(least, values[i][k]) : least;
    }
    if (least <= s->set.clip && isfinite(least))
        *low = least;
}

/* How many points a logarithmic height has no place for, though they are finite. */
static size_t count_below(const double *values, size_t n, const loss_scale *scale)
{
    size_t below = 0;
    for (size_t i = 0; i < n; i++)
        below += scale->kind == LOSS_SCALE_LOG && isfinite(values[i]) && values[i] <= 0;
    return below;
}

static bool make_surfaces(scene *s)
{
    double *values[MOST_VIEWS] = {NULL}, low = (double)INFINITY, high = -(double)INFINITY,
           typical = (double)INFINITY;
    problem p = {""};
    bool done = true;
    s->full_low = (double)INFINITY;
    s->full_high = -(double)INFINITY;
    s->steepest = 0;
    for (size_t i = 0; i < s->n_views && done; i++) {
        const grid *g = &s->views[i].grid;
        values[i] = relief_values(g, &s->set, &p);
        done = values[i] != NULL;
        if (!done)
            break;
        relief_range(values[i], g->nx * g->ny, s->set.clip, &low, &high);
        relief_range(values[i], g->nx * g->ny, (double)INFINITY, &s->full_low, &s->full_high);
        typical = fmin(typical, loss_typical_size(values[i], g->nx * g->ny));
        for (size_t k = 0; k < g->n_path && s->set.path && shows_loss(&s->set); k++)
            relief_range(&g->path[k].true_loss[scene_split(s, &s->views[i])], 1, s->set.clip, &low,
                         &high);
    }
    if (done)
        lift(s, values, &low);
    if (done)
        s->scale = relief_scale(&s->set, low, high, typical);
    for (size_t i = 0; i < s->n_views; i++) {
        view *v = &s->views[i];
        if (done) {
            scene_clear(v);
            v->n_below = count_below(values[i], v->grid.nx * v->grid.ny, &s->scale);
            if (v->grid.is_lines) {
                v->curves = values[i];
                continue;
            }
            if (is_partial(s))
                done = growth_thin(values[i], v->grid.nx, v->grid.ny, scene_points_shown(s, v), &p);
            v->has_relief = relief_make(&v->relief, &v->grid, values[i], &s->scale, &s->set);
            double steepest = 0;
            if (!done || !v->has_relief || !relief_steepest(&v->relief, &steepest))
                done = problem_set(&p, "%s: out of memory", v->path);
            s->steepest = fmax(s->steepest, steepest);
        } else {
            free(values[i]);
        }
    }
    done = done && tint_make(s, &p);
    if (!done)
        snprintf(s->message, sizeof s->message, "%s", p.text);
    return done;
}

/* ---- Lines ---------------------------------------------------------------------------------- */

/* Says so. @return false */
static bool no_memory(scene *s, const view *v)
{
    problem p;
    problem_set(&p, "%s: no memory for its lines and marks", v->path);
    snprintf(s->message, sizeof s->message, "%s", p.text);
    return false;
}

/* A line without length is a dot. */
static bool add_points(view *v)
{
    const relief *r = &v->relief;
    size_t nx = relief_grid_nx(r), ny = relief_grid_ny(r);
    v->points = malloc(nx * ny * sizeof *v->points);
    for (size_t i = 0; v->points && i < nx * ny; i++) {
        size_t ix = i % nx * r->parts, iy = i / nx * r->parts;
        double z = r->z[iy * r->nx + ix];
        float x = (float)r->x[ix], y = (float)r->y[iy];
        if (z <= r->height * 1.0001)
            v->points[v->n_points++] = (segment){{x, y, (float)z}, {x, y, (float)z}, 0};
    }
    return v->points != NULL;
}

static bool make_lines(scene *s)
{
    s->n_levels = 0;
    s->n_tint_levels = loss_scale_levels(&s->tint_scale, (size_t)s->set.levels, s->tint_levels);
    if (s->n_views && s->views[0].has_relief &&
        !relief_levels(&s->views[0].relief, &s->set, s->levels, &s->n_levels))
        return no_memory(s, &s->views[0]);
    for (size_t i = 0; i < s->n_views; i++) {
        view *v = &s->views[i];
        scene_clear_lines(v);
        if (!v->has_relief)
            continue;
        if ((s->set.points && !add_points(v)) ||
            ((s->set.contours || s->set.texture == TEXTURE_ISOLINES) &&
             !relief_contours(&v->relief, s->levels, s->n_levels, false, &v->lines, &v->n_lines)) ||
            (s->set.floor && !relief_contours(&v->relief, s->levels, s->n_levels, true,
                                              &v->floor_lines, &v->n_floor_lines)))
            return no_memory(s, v);
    }
    return true;
}

/* ---- Marks ---------------------------------------------------------------------------------- */

static mark *add_mark(view *v, mark_kind kind, vec3 at)
{
    mark *grown = realloc(v->marks, (v->n_marks + 1) * sizeof *grown);
    v->lacks_marks |= !grown;
    if (!grown)
        return NULL;
    v->marks = grown;
    grown[v->n_marks] = (mark){.kind = kind, .at = at};
    return &grown[v->n_marks++];
}

/* The loss at a height of the relief. */
static void value_text(const relief *r, double z, char text[TICK_TEXT])
{
    tick_text(loss_scale_value(&r->scale, z / r->height), text);
}

static void critical_text(const scene *s, const relief *r, const loss_critical *c, mark *m)
{
    char value[TICK_TEXT], grid_value[TICK_TEXT], px[16], py[16];
    double x = relief_file_x(r, m->at.x), y = relief_file_y(r, m->at.y);
    bool with_grid = s->set.labels == LABELS_GRID, is_full = s->set.labels == LABELS_FULL;
    value_text(r, c->value + basins_zero(r), value);
    value_text(r, c->grid_value + basins_zero(r), grid_value);
    snprintf(px, sizeof px, "%.3g", fabs(x) < 5e-4 * (r->x_high - r->x_low) ? 0 : x);
    snprintf(py, sizeof py, "%.3g", fabs(y) < 5e-4 * (r->y_high - r->y_low) ? 0 : y);
    if (s->set.labels == LABELS_SHORT)
        snprintf(m->text, sizeof m->text, "%s", value);
    if (!is_full && !with_grid)
        return;
    snprintf(m->text, sizeof m->text, "%.12s %s", loss_critical_kind_name(c->kind), value);
    snprintf(m->detail, sizeof m->detail, "at (%s, %s)%s%s", px, py, with_grid ? ", grid: " : "",
             with_grid ? grid_value : "");
}

/* On the triangles that are drawn, at the place that the library marks; at the grid point where
 * there are none. */
static vec3 critical_place(const relief *r, const loss_critical *c)
{
    double place[2];
    double parts = (double)r->parts;
    relief_place(r, (const double[2]){c->x * parts, c->y * parts}, place);
    vec3 at = {place[0], place[1], relief_height_at(r, place[0], place[1])};
    return isnan(at.z) ? (vec3){r->x[c->ix * r->parts], r->y[c->iy * r->parts],
                                c->grid_value + basins_zero(r)}
                       : at;
}

/* The heights are what is seen, so it is their critical points that are marked, and the
 * persistence is a part of their range. Those at the border end there only because the grid
 * does: they are left out. */
static void add_critical(scene *s, view *v)
{
    static const mark_kind kinds[] = {MARK_MINIMUM, MARK_SADDLE, MARK_MAXIMUM};
    enum { MOST_MARKS = 2000 };
    const relief *r = &v->relief;
    const loss_criticals *all = v->basins.critical;
    size_t n = loss_criticals_count(all, s->set.persistence * r->height);
    const loss_critical *points = loss_criticals_points(all);
    for (size_t i = 0; i < n && v->n_critical < MOST_MARKS; i++) {
        const loss_critical *c = &points[i];
        if (c->on_border || c->grid_value + basins_zero(r) > r->height)
            continue;
        vec3 at = critical_place(r, c);
        mark *m = add_mark(v, kinds[c->kind], at);
        if (m) {
            m->is_hollow = c->is_within_error;
            critical_text(s, r, c, m);
        }
        v->n_critical++;
        v->n_hollow += c->is_within_error;
    }
}

/* The minimum of the basin that is shown, and where it ends, unless they are marked anyway. */
static void add_basin(scene *s, view *v)
{
    const relief *r = &v->relief;
    const basin *shown = &v->basins.items[v->basins.shown - 1];
    const loss_critical *points[] = {shown->minimum, shown->saddle};
    for (int i = 0; i < 2; i++) {
        const loss_critical *c = points[i];
        if (!c || (s->set.critical && !c->on_border) || c->grid_value + basins_zero(r) > r->height)
            continue;
        vec3 at = critical_place(r, c);
        mark *m = add_mark(v, i ? MARK_SADDLE : MARK_MINIMUM, at);
        if (m)
            critical_text(s, r, c, m);
    }
}

/* Critical points and basins come when all points are there. @return false: out of memory */
static bool make_basins(scene *s, size_t number)
{
    view *v = &s->views[number];
    size_t wanted = s->pointed[1] && s->pointed[0] == number ? s->pointed[1] : (size_t)s->set.basin;
    bool has_basins = s->set.barcode || wanted;
    if (!(s->set.critical || has_basins) || v->grid.n_interpolated || is_partial(s))
        basins_free(&v->basins);
    else if (!basins_find(&v->basins, &v->grid, &v->relief, &s->set) ||
             !basins_list(&v->basins, &v->relief, &s->set) ||
             !basins_show(&v->basins, &v->relief, wanted))
        return false;
    return true;
}

static void add_path_line(view *v, vec3 a, vec3 b, uint32_t level)
{
    segment *grown = realloc(v->path_lines, (v->n_path_lines + 1) * sizeof *grown);
    v->lacks_marks |= !grown;
    if (!grown)
        return;
    v->path_lines = grown;
    grown[v->n_path_lines++] = (segment){
        {(float)a.x, (float)a.y, (float)a.z}, {(float)b.x, (float)b.y, (float)b.z}, level};
}

static double inside(double value, double low, double high)
{
    return value > low ? (value > high ? high : value) : low; /* low for NaN too */
}

/* Between two places on the surface the line follows it in small steps. */
static void add_draped(view *v, vec3 a, vec3 b, size_t run)
{
    const relief *r = &v->relief;
    double finest = 2.0 / (double)(r->nx > r->ny ? r->nx : r->ny) / 4;
    int steps = (int)inside(ceil(hypot(b.x - a.x, b.y - a.y) / finest), 1, 500);
    vec3 from = a;
    for (int i = 1; i <= steps; i++) {
        double t = (double)i / steps;
        vec3 to = {a.x + t * (b.x - a.x), a.y + t * (b.y - a.y), 0};
        to.z = relief_height_at(r, to.x, to.y);
        if (isfinite(from.z) && isfinite(to.z) && fmax(from.z, to.z) <= r->height * 1.0001)
            add_path_line(v, from, to, (uint32_t)(run % LOSS_RUN_COLOURS));
        from = to;
    }
}

/* The path twice: on the surface, where the plane has another loss than the checkpoint, and at
 * the checkpoint's own. */
static void add_path(scene *s, view *v)
{
    const relief *r = &v->relief;
    vec3 before = {0}, true_before = {0};
    for (size_t i = 0; i < v->grid.n_path; i++) {
        const path_point *q = &v->grid.path[i];
        if ((double)q->epoch > s->set.epoch)
            continue;
        vec3 at = {relief_scene_x(r, q->x), relief_scene_y(r, q->y), 0}, above = at;
        at.z = relief_height_at(r, at.x, at.y);
        above.z = shows_loss(&s->set)
                      ? r->height * loss_scale_place(&r->scale, q->true_loss[scene_split(s, v)])
                      : (double)NAN;
        bool goes_on = i && v->grid.path[i - 1].run == q->run;
        if (goes_on && isfinite(before.z + at.z))
            add_draped(v, before, at, q->run);
        if (goes_on && isfinite(true_before.z + above.z))
            add_path_line(v, true_before, above, PATH_TRUE);
        if (isfinite(at.z + above.z))
            add_path_line(v, at, above, PATH_STEM);
        if (isfinite(above.z))
            add_mark(v, MARK_PATH_TRUE, above);
        mark *m = isfinite(at.z) ? add_mark(v, MARK_PATH, at) : NULL;
        if (m) {
            m->run = q->run;
            snprintf(m->text, sizeof m->text, "%zu", q->epoch);
        }
        before = at;
        true_before = above;
    }
}

static void add_centre(view *v)
{
    const relief *r = &v->relief;
    vec3 at = {relief_scene_x(r, 0), relief_scene_y(r, 0), 0};
    at.z = relief_height_at(r, at.x, at.y);
    if (v->grid.has_centre && isfinite(at.z) && at.z <= r->height)
        add_mark(v, MARK_CENTRE, at);
}

static bool make_marks(scene *s)
{
    bool done = true;
    for (size_t i = 0; i < s->n_views; i++) {
        view *v = &s->views[i];
        scene_clear_marks(v);
        if (!v->has_relief)
            continue;
        if (s->set.centre)
            add_centre(v);
        if (s->set.path)
            add_path(s, v);
        v->lacks_marks |= !make_basins(s, i);
        if (s->set.critical && v->basins.critical)
            add_critical(s, v);
        if (v->basins.shown)
            add_basin(s, v);
        if (v->lacks_marks)
            done = no_memory(s, v);
    }
    return done;
}

bool scene_update(scene *s)
{
    const settings *now = &s->set, *was = &s->built;
    bool surfaces = !s->is_built || surfaces_differ(now, was);
    bool lines = surfaces || now->contours != was->contours || now->floor != was->floor ||
                 now->points != was->points || now->levels != was->levels ||
                 now->spacing != was->spacing ||
                 (now->texture == TEXTURE_ISOLINES) != (was->texture == TEXTURE_ISOLINES);
    bool marks = surfaces || now->centre != was->centre || now->critical != was->critical ||
                 now->labels != was->labels || now->persistence != was->persistence ||
                 now->epoch < was->epoch || now->epoch > was->epoch || now->basin != was->basin ||
                 now->barcode != was->barcode ||
                 memcmp(s->pointed, s->pointed_built, sizeof s->pointed) != 0;
    bool done = true;
    if (surfaces && !make_surfaces(s)) {
        s->set.split = s->is_built ? was->split : SHOW_AUTO;
        s->set.field = s->is_built ? was->field : QUANTITY_LOSS;
        char message[sizeof s->message];
        memcpy(message, s->message, sizeof message);
        done = false;
        if (make_surfaces(s))
            memcpy(s->message, message, sizeof message);
    }
    if (lines)
        done = make_lines(s) && done;
    if (marks)
        done = make_marks(s) && done;
    if (surfaces)
        s->surface_version++;
    if (lines || marks)
        s->version++;
    s->built = s->set;
    memcpy(s->pointed_built, s->pointed, sizeof s->pointed);
    s->is_built = true;
    return done;
}

bool scene_step(scene *s, const setting *which, int step)
{
    char reason[sizeof s->message] = "";
    double start = setting_get(&s->set, which), at = start;
    do {
        setting_put(&s->set, which, at);
        setting_step(&s->set, which, step);
        at = setting_get(&s->set, which);
        if (scene_update(s))
            break;
        if (!reason[0])
            memcpy(reason, s->message, sizeof reason);
    } while (fabs(at - start) > 0.5); /* else it has been all round */
    if (reason[0])
        memcpy(s->message, reason, sizeof reason);
    return !reason[0];
}

bool scene_has_all(const scene *s, problem *p)
{
    size_t first, last;
    if ((s->set.run_curves || isfinite(s->set.epoch)) && s->n_views &&
        !epochs_range(s, &first, &last))
        return problem_set(p, "there is no path of training to show; lossgrid path adds one");
    size_t n = 0;
    bool has_surface = !s->n_views;
    for (size_t i = 0; i < s->n_views; i++) {
        n = s->views[i].basins.n > n ? s->views[i].basins.n : n;
        has_surface |= s->views[i].has_relief;
    }
    if (!has_surface && (s->set.map || s->set.barcode || s->set.basin > 0))
        return problem_set(p, "repeated lines are no surface: they have no map and no basins");
    return !s->n_views || (size_t)s->set.basin <= n ||
           problem_set(p, "basin %.0f: there are %zu of that persistence", s->set.basin, n);
}

bool scene_show_growth(scene *s, size_t i, size_t n)
{
    s->growth[0] = i;
    s->growth[1] = n;
    s->is_built = false;
    return scene_update(s);
}
