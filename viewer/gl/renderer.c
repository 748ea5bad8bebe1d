/* The order of the layers: background, surfaces, lines, ghosts, overlay. */
#include "renderer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "layers.h"
#include "scene/axes.h"

struct renderer {
    surface_layer surfaces;
    line_layer lines;
    flat_layer flats;
    floor_layer floors;
    region_layer regions;
    unsigned version, surface_version;
    size_t n_views;
    bool has_ghosts;
    axes axes;
    tile_place tile; /* what of the picture is drawn */
    int tile_side;   /* of large pictures, pixels */
};

enum { TILE_SIDE = 2048 };

renderer *renderer_create(problem *p)
{
    renderer *r = calloc(1, sizeof *r);
    if (!r) {
        problem_set(p, "out of memory");
        return NULL;
    }
    r->tile_side = TILE_SIDE;
    region_layer_create(&r->regions);
    if (surface_layer_create(&r->surfaces, p) && line_layer_create(&r->lines, p) &&
        flat_layer_create(&r->flats, p) && floor_layer_create(&r->floors, p))
        return r;
    renderer_free(r);
    return NULL;
}

void renderer_free(renderer *r)
{
    if (!r)
        return;
    surface_layer_free(&r->surfaces);
    line_layer_free(&r->lines);
    flat_layer_free(&r->flats);
    floor_layer_free(&r->floors);
    region_layer_free(&r->regions);
    free(r);
}

/* Pixels that the longer side of a view's surface takes, in the pane where these are most. */
static double across(const session *s, size_t number)
{
    double most = 0;
    for (size_t i = 0; i < s->layout.n_panes; i++) {
        const pane *p = &s->layout.panes[i];
        if (p->view != number)
            continue;
        lens l = layout_lens(&s->layout, &s->scene, i);
        most = fmax(most, p->at.h / camera_extent(&l) * 2);
    }
    return most;
}

static bool upload(renderer *r, const session *whole, bool is_coarse)
{
    const scene *s = &whole->scene;
    bool done = true, changed = r->surface_version != s->surface_version ||
                                r->n_views != s->n_views || r->has_ghosts != s->set.ghost;
    for (size_t i = 0; i < MOST_VIEWS && changed; i++) {
        floor_layer_upload(&r->floors, s, i);
        surface_layer_drop(&r->surfaces, i);
    }
    for (size_t i = 0; i < s->n_views; i++)
        done = surface_layer_ready(&r->surfaces, s, i, across(whole, i), is_coarse) && done;
    if (r->version != s->version || r->n_views != s->n_views)
        for (size_t i = 0; i < s->n_views; i++) {
            const view *v = &s->views[i];
            region_layer_upload(&r->regions, s, i);
            for (line_kind kind = LINES_FLOOR; kind < N_LINES; kind++) {
                size_t n;
                const segment *lines = line_segments(v, &r->axes, kind, &n);
                line_layer_upload(&r->lines, i, kind, lines, n);
            }
        }
    r->surface_version = s->surface_version;
    r->version = s->version;
    r->n_views = s->n_views;
    r->has_ghosts = s->set.ghost;
    return done;
}

/* The lower edge of the tile, from below. */
static double tile_low(const renderer *r, const session *s)
{
    return s->layout.height - r->tile.y - r->tile.height;
}

static eye eye_of(const renderer *r, const session *s, size_t number)
{
    const box drawn = layout_drawn(&s->layout, number), *b = &drawn;
    lens sight = layout_lens(&s->layout, &s->scene, number);
    eye e = {
        .scene = &s->scene, .regions = &r->regions, .camera = sight.camera, .unit = s->layout.unit};
    vec3 right, up;
    /* Whole pixels, or lines, which measure in them, would lie beside the surface. */
    double left = round(b->x), right_edge = round(b->x + b->w),
           low = round(s->layout.height - b->y - b->h), high = round(s->layout.height - b->y);
    e.x = left - r->tile.x;
    e.y = low - tile_low(r, s);
    e.width = right_edge - left;
    e.height = high - low;
    e.matrix = layout_matrix(&s->layout, number, &sight);
    e.position = camera_position(&sight);
    camera_basis(&sight.camera, &right, &up, &e.back);
    /* The light comes over the viewer's left shoulder and somewhat from above, so that shapes
     * read from every side. */
    vec3 light = vec_add(vec_add(vec_scale(right, -0.55), vec_scale(up, 0.55)),
                         vec_add(vec_scale(e.back, 0.6), (vec3){0, 0, 0.5}));
    e.to_light = vec_scale(light, 1 / vec_length(light));
    return e;
}

/* Dots with a pale rim, smaller where there are many. */
static void draw_points(renderer *r, const session *s, const eye *e, size_t number)
{
    static const float rim[4] = {1, 1, 1, 0.9f}, dot[4] = {0.09f, 0.10f, 0.12f, 1};
    const relief *at = &s->scene.views[number].relief;
    double u = s->layout.unit,
           apart = e->width / (double)(at->parts ? relief_grid_nx(at) : 1) * 0.12,
           width = fmax(1.2 * u, fmin(4 * u, apart));
    line_style style = {.width = width + 1.2 * u, .pull = 0.008};
    memcpy(style.colours[0], rim, sizeof rim);
    line_layer_draw(&r->lines, e, number, LINES_POINTS, &style, 0);
    style.width = width;
    style.pull = 0.009;
    memcpy(style.colours[0], dot, sizeof dot);
    line_layer_draw(&r->lines, e, number, LINES_POINTS, &style, 0);
}

static void draw_lines(renderer *r, const session *s, const eye *e, size_t number)
{
    const view *v = &s->scene.views[number];
    axes_make(&r->axes, &s->scene, number, &e->camera);
    line_layer_upload(&r->lines, number, LINES_AXES, r->axes.lines, r->axes.n_lines);
    GLuint map = surface_layer_map(&r->surfaces, scene_colours(&s->scene));
    for (line_kind kind = 0; kind < N_LINES; kind++) {
        size_t n;
        line_style style = line_style_of(s, kind, &e->camera);
        line_segments(v, &r->axes, kind, &n);
        if (kind == LINES_POINTS)
            draw_points(r, s, e, number);
        else if (!s->is_bare || !line_is_vector(s, kind, n))
            line_layer_draw(&r->lines, e, number, kind, &style, map);
    }
}

static bool draw_tile(renderer *r, const session *s, bool is_coarse, problem *p)
{
    const scene *c = &s->scene;
    if (!upload(r, s, is_coarse))
        return problem_set(p, "no memory for the surface");
    glViewport(-r->tile.x, -(GLint)tile_low(r, s), (GLsizei)s->layout.width,
               (GLsizei)s->layout.height);
    glDisable(GL_SCISSOR_TEST);
    glDepthMask(GL_TRUE);
    glClearColor(0, 0, 0, 0);
    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
    glDisable(GL_DEPTH_TEST);
    glDisable(GL_BLEND);
    if (c->set.background)
        flat_layer_background(&r->flats, c->set.theme);
    for (size_t k = 0; k < s->layout.n_panes; k++) {
        eye e = eye_of(r, s, k);
        size_t i = s->layout.panes[k].view;
        glViewport((GLint)e.x, (GLint)e.y, (GLsizei)e.width, (GLsizei)e.height);
        glScissor((GLint)e.x, (GLint)e.y, (GLsizei)e.width, (GLsizei)e.height);
        glEnable(GL_SCISSOR_TEST);
        glEnable(GL_DEPTH_TEST);
        glDisable(GL_BLEND);
        surface_layer_draw(&r->surfaces, &e, i, is_coarse);
        glEnable(GL_BLEND);
        glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
        glDepthMask(GL_FALSE); /* or the soft rim of a piece of a line would hide the next piece */
        floor_layer_draw(&r->floors, &e, i);
        draw_lines(r, s, &e, i);
        glDepthMask(GL_TRUE);
        if (c->set.ghost)
            surface_layer_draw_ghosts(&r->surfaces, &e, i);
        glDisable(GL_SCISSOR_TEST);
    }
    glViewport(0, 0, r->tile.width, r->tile.height);
    glDisable(GL_DEPTH_TEST);
    glEnable(GL_BLEND);
    if (!s->is_bare &&
        !flat_layer_overlay(&r->flats, s, r->tile.x, r->tile.y, r->tile.width, r->tile.height))
        return problem_set(p, "no memory for the texts");
    return !gl_ran_out() || problem_set(p, "the OpenGL driver is out of memory");
}

bool renderer_draw(renderer *r, const session *s, bool is_coarse, problem *p)
{
    r->tile = (tile_place){true, 0, 0, (int)s->layout.width, (int)s->layout.height};
    return draw_tile(r, s, is_coarse, p);
}

void renderer_set_tile(renderer *r, int side)
{
    r->tile_side = side;
}

int renderer_tile(const renderer *r)
{
    return r->tile_side;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

bool renderer_draw_tile(renderer *r, const session *s, size_t number, tile_place *at, problem *p)
{
    int width = (int)s->layout.width, height = (int)s->layout.height,
        columns = (width + r->tile_side - 1) / r->tile_side;
    at->x = (int)(number % (size_t)columns) * r->tile_side;
    at->y = (int)(number / (size_t)columns) * r->tile_side;
    at->is_there = at->y < height;
    if (!at->is_there)
        return true;
    at->width = least(r->tile_side, width - at->x);
    at->height = least(r->tile_side, height - at->y);
    r->tile = *at;
    return draw_tile(r, s, false, p);
}
