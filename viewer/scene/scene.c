/* Files in and out of the scene, and what the mouse is over. */
#include "scene/scene.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "readers/read.h"

void scene_init(scene *s)
{
    *s = (scene){.set = settings_default(), .scale = {LOSS_SCALE_LINEAR, 0, 1, 0}};
}

void scene_clear_lines(view *v)
{
    free(v->lines);
    free(v->floor_lines);
    free(v->points);
    v->lines = v->floor_lines = v->points = NULL;
    v->n_lines = v->n_floor_lines = v->n_points = 0;
}

void scene_clear_marks(view *v)
{
    free(v->marks);
    free(v->path_lines);
    v->marks = NULL;
    v->path_lines = NULL;
    v->n_marks = v->n_path_lines = v->n_critical = v->n_hollow = 0;
    v->lacks_marks = false;
}

void scene_clear(view *v)
{
    scene_clear_lines(v);
    scene_clear_marks(v);
    basins_free(&v->basins);
    if (v->has_relief)
        relief_free(&v->relief);
    v->has_relief = false;
    free(v->curves);
    v->curves = NULL;
}

static void view_free(view *v)
{
    grid_free(&v->grid);
    scene_clear(v);
    free(v->path);
    *v = (view){0};
}

void scene_free(scene *s)
{
    for (size_t i = 0; i < s->n_views; i++)
        view_free(&s->views[i]);
    s->n_views = 0;
}

static void stamp_of(const char *path, long long stamp[3])
{
    struct stat info;
    memset(stamp, 0, 3 * sizeof *stamp);
    if (stat(path, &info) == 0) {
        stamp[0] = info.st_mtim.tv_sec;
        stamp[1] = info.st_mtim.tv_nsec;
        stamp[2] = info.st_size;
    }
}

/* A text of a file as it is shown. */
static bool escape(char **text)
{
    char *shown = *text ? loss_text_escaped(*text) : NULL, *copy = shown ? strdup(shown) : NULL;
    bool done = !*text || copy;
    loss_string_free(shown);
    if (copy) {
        free(*text);
        *text = copy;
    }
    return done;
}

/* The grid, with texts that can be shown, and a copy of the path. */
static char *read_file(grid *read, const char *path, size_t max_bytes, problem *p)
{
    if (!grid_read(read, path, max_bytes, p))
        return NULL;
    char *copy = strdup(path);
    if (copy && escape(&read->name) && escape(&read->title) && escape(&read->caption) &&
        escape(&read->model))
        return copy;
    problem_set(p, "%s: out of memory", path);
    grid_free(read);
    free(copy);
    return NULL;
}

bool scene_open(scene *s, size_t number, const char *path, size_t max_bytes)
{
    grid read;
    problem p;
    long long stamp[3];
    stamp_of(path, stamp); /* before reading: what is written meanwhile will be seen as a change */
    char *copy = read_file(&read, path, max_bytes, &p);
    if (!copy) {
        snprintf(s->message, sizeof s->message, "%s", p.text);
        return false;
    }
    if (number < s->n_views)
        view_free(&s->views[number]);
    else
        number = s->n_views++;
    s->views[number] = (view){.path = copy, .max_bytes = max_bytes, .grid = read, .has_grid = true};
    memcpy(s->views[number].stamp, stamp, sizeof stamp);
    s->message[0] = 0;
    s->is_built = false;
    return true;
}

void scene_close(scene *s, size_t number)
{
    if (number >= s->n_views)
        return;
    view_free(&s->views[number]);
    for (size_t i = number; i + 1 < s->n_views; i++)
        s->views[i] = s->views[i + 1];
    s->n_views--;
    s->views[s->n_views] = (view){0};
    s->is_built = false;
}

bool scene_is_growing(const scene *s)
{
    for (size_t i = 0; i < s->n_views; i++)
        if (s->views[i].grid.n_evaluated < s->views[i].grid.n_total)
            return true;
    return false;
}

bool scene_poll(scene *s)
{
    bool changed = false;
    for (size_t i = 0; i < s->n_views; i++) {
        view *v = &s->views[i];
        long long stamp[3];
        stamp_of(v->path, stamp);
        if (memcmp(stamp, v->stamp, sizeof stamp) == 0 || (!stamp[0] && !stamp[2]))
            continue;
        char *path = strdup(v->path);
        if (!path)
            snprintf(s->message, sizeof s->message, "out of memory");
        else if (!scene_open(s, i, path, v->max_bytes))
            memcpy(v->stamp, stamp, sizeof stamp); /* told once, until it changes again */
        free(path);
        changed = true;
    }
    return changed;
}

loss_split scene_split(const scene *s, const view *v)
{
    problem p;
    int split =
        s->set.split == SHOW_DIFFERENCE ? LOSS_SPLIT_TEST : relief_split(&v->grid, &s->set, &p);
    return split < 0 ? LOSS_SPLIT_TEST : (loss_split)split;
}

bool scene_is_tinted(const scene *s)
{
    return settings_tinted(&s->set) && s->set.texture != TEXTURE_ISOLINES &&
           s->set.texture != TEXTURE_SLOPE;
}

const loss_scale *scene_colour_scale(const scene *s)
{
    return scene_is_tinted(s) ? &s->tint_scale : &s->scale;
}

const double *scene_colour_levels(const scene *s, size_t *n)
{
    bool is_tinted = scene_is_tinted(s);
    *n = is_tinted ? s->n_tint_levels : s->n_levels;
    return is_tinted ? s->tint_levels : s->levels;
}

int scene_colours(const scene *s)
{
    const char *const *maps = loss_colour_maps(), *map = loss_colour_map_for(scene_colour_scale(s));
    int i = 0;
    if (s->set.colours > 0)
        return s->set.colours - 1;
    while (maps[i] && strcmp(maps[i], map) != 0)
        i++;
    return maps[i] ? i : 0;
}

const char *scene_value_name(const scene *s, size_t number)
{
    quantity which = settings_height(&s->set);
    return s->set.split == SHOW_DIFFERENCE ? "difference"
           : which != QUANTITY_LOSS        ? quantity_words_of(which)->word
                                           : grid_quantity_name(s->views[number].grid.quantity);
}

hover scene_hover(const scene *s, size_t number, const lens *l, double x, double y)
{
    hover h = {0};
    const view *v = &s->views[number];
    if (number >= s->n_views || !v->has_relief)
        return h;
    const relief *r = &v->relief;
    ray line = camera_ray(l, x, y);
    h.is_hit = relief_pick(r, &line, r->height * (1 + 1e-6), &h.at);
    if (!h.is_hit)
        return h;
    h.x = relief_file_x(r, h.at.x);
    h.y = relief_file_y(r, h.at.y);
    h.value = loss_scale_value(&r->scale, h.at.z / r->height);
    size_t ix = grid_nearest(v->grid.x, v->grid.nx, h.x),
           iy = grid_nearest(v->grid.y, v->grid.ny, h.y), at = iy * v->grid.nx + ix;
    const samples *from = &v->grid.splits[scene_split(s, v)];
    h.grid_x = v->grid.x[ix];
    h.grid_y = v->grid.y[iy];
    h.basin = v->basins.smallest ? v->basins.smallest[at] : 0;
    h.loss = from->loss[at];
    h.error = from->error ? from->error[at] : (double)NAN;
    h.accuracy = from->accuracy ? from->accuracy[at] : (double)NAN;
    h.convexity = from->convexity ? from->convexity[at] : (double)NAN;
    return h;
}

bool scene_is_hidden(const scene *s, size_t number, const lens *l, vec3 at)
{
    const view *v = &s->views[number];
    vec3 right, up, back, hit;
    if (!v->has_relief)
        return false;
    camera_basis(&l->camera, &right, &up, &back);
    vec3 towards = l->camera.orthographic ? back : vec_sub(camera_position(l), at);
    double far = l->camera.orthographic ? 8 : vec_length(towards);
    towards = vec_scale(towards, 1 / vec_length(towards));
    ray line = {vec_add(at, vec_scale(towards, 0.02)),
                towards}; /* off the surface that it lies on */
    return relief_pick(&v->relief, &line, v->relief.height * (1 + 1e-6), &hit) &&
           vec_length(vec_sub(hit, at)) < far;
}
