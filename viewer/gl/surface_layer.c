/* Surfaces as indexed triangles. A coarse copy of a large one is drawn while the camera moves. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "colours.h"
#include "layers.h"

enum { COARSE_SIDE = 160 }; /* points along the longer side of the coarse copy */

bool surface_layer_create(surface_layer *l, problem *p)
{
    *l = (surface_layer){.colours_of = -1};
    l->program = gl_program(surface_vert, surface_frag, p);
    glGenTextures(1, &l->colours);
    return l->program != 0;
}

static void release(struct surface_buffers *b)
{
    glDeleteVertexArrays(1, &b->array);
    glDeleteBuffers(1, &b->vertices);
    glDeleteBuffers(1, &b->indices);
    *b = (struct surface_buffers){0};
}

void surface_layer_free(surface_layer *l)
{
    for (int i = 0; i < MOST_VIEWS; i++)
        for (int k = 0; k < N_MESHES; k++)
            release(&l->meshes[i][k]);
    glDeleteProgram(l->program);
    glDeleteTextures(1, &l->colours);
}

static void attribute(GLuint number, GLint n, size_t offset)
{
    glEnableVertexAttribArray(number);
    glVertexAttribPointer(number, n, GL_FLOAT, GL_FALSE, sizeof(vertex), (const void *)offset);
}

static bool upload(struct surface_buffers *b, const relief *r, const occlusion *o, size_t stride,
                   double unseen)
{
    mesh m;
    release(b);
    if (!mesh_make(&m, r, o, stride, unseen))
        return false;
    glGenVertexArrays(1, &b->array);
    glGenBuffers(1, &b->vertices);
    glGenBuffers(1, &b->indices);
    glBindVertexArray(b->array);
    glBindBuffer(GL_ARRAY_BUFFER, b->vertices);
    glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)(m.n_vertices * sizeof(vertex)), m.vertices,
                 GL_STATIC_DRAW);
    glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, b->indices);
    glBufferData(GL_ELEMENT_ARRAY_BUFFER, (GLsizeiptr)(m.n_indices * sizeof(uint32_t)), m.indices,
                 GL_STATIC_DRAW);
    attribute(0, 3, offsetof(vertex, position));
    attribute(1, 3, offsetof(vertex, normal));
    attribute(2, 1, offsetof(vertex, slope));
    attribute(3, 2, offsetof(vertex, cell));
    attribute(4, 1, offsetof(vertex, hidden));
    attribute(5, 1, offsetof(vertex, place));
    glBindVertexArray(0);
    b->n = (GLsizei)m.n_indices;
    mesh_free(&m);
    return true;
}

static bool upload_ghost(struct surface_buffers *b, const scene *s, const view *v, ghost_side side,
                         size_t stride, double unseen)
{
    relief r;
    bool has;
    release(b);
    if (!ghost_make(&r, &has, s, v, side))
        return false;
    bool done = !has || upload(b, &r, NULL, stride, unseen);
    if (has)
        relief_free(&r);
    return done;
}

/* Every so many-th row and column that can be told apart in the picture. */
static size_t stride_of(const relief *r, double across)
{
    static const double points_a_pixel = 1.3; /* the near side is larger than the middle */
    double side = (double)(r->nx > r->ny ? r->nx : r->ny), wanted = points_a_pixel * across;
    return side > 2 * wanted ? (size_t)(side / fmax(wanted, 16)) : 1;
}

/* Heights that differ by less are not told apart in the picture. Where facets are seen, or edges of
 * bands and small differences of slope, each cell is drawn. */
static double unseen_of(const settings *set, double across)
{
    static const double part_of_pixel = 0.3;
    bool shows_cells = set->shading == SHADING_FLAT || set->texture == TEXTURE_BANDS ||
                       set->texture == TEXTURE_SLOPE;
    return shows_cells ? 0 : part_of_pixel * 2 / fmax(across, 16);
}

/* Whether the meshes that are there are fine enough for so many pixels. */
static bool is_fine(const surface_layer *l, const scene *s, size_t number, double across)
{
    static const double slack = 1.5; /* zooming does not make a mesh for each frame */
    return l->meshes[number][MESH_FINE].array &&
           l->stride[number] <= stride_of(&s->views[number].relief, across) &&
           l->unseen[number] <= slack * unseen_of(&s->set, across);
}

void surface_layer_drop(surface_layer *l, size_t number)
{
    for (int k = 0; k < N_MESHES; k++)
        release(&l->meshes[number][k]);
}

static bool ready_fine(surface_layer *l, const scene *s, size_t number, double across)
{
    struct surface_buffers *b = l->meshes[number];
    const view *v = &s->views[number];
    size_t stride = l->stride[number] = stride_of(&v->relief, across);
    double unseen = l->unseen[number] = unseen_of(&s->set, across);
    occlusion o;
    bool done =
        occlusion_make(&o, &v->relief) && upload(&b[MESH_FINE], &v->relief, &o, stride, unseen);
    occlusion_free(&o);
    for (int k = 0; k < N_GHOSTS && done && s->set.ghost; k++)
        done = upload_ghost(&b[MESH_GHOSTS + k], s, v, (ghost_side)k, stride, unseen);
    return done;
}

static bool ready_coarse(surface_layer *l, const scene *s, size_t number, size_t stride)
{
    const relief *r = &s->views[number].relief;
    occlusion o;
    bool done = occlusion_make(&o, r) && upload(&l->meshes[number][MESH_COARSE], r, &o, stride, 0);
    occlusion_free(&o);
    return done;
}

bool surface_layer_ready(surface_layer *l, const scene *s, size_t number, double across,
                         bool is_coarse)
{
    const struct surface_buffers *b = l->meshes[number];
    const view *v = &s->views[number];
    if (!v->has_relief)
        return true;
    size_t side = v->relief.nx > v->relief.ny ? v->relief.nx : v->relief.ny,
           stride = (side + COARSE_SIDE - 1) / COARSE_SIDE;
    const GLsizei many = 3 * 6 * COARSE_SIDE * COARSE_SIDE;
    if (is_coarse && stride > 1 && (!b[MESH_FINE].array || b[MESH_FINE].n > many))
        return b[MESH_COARSE].array || ready_coarse(l, s, number, stride);
    return is_fine(l, s, number, across) || ready_fine(l, s, number, across);
}

static void set_colours(surface_layer *l, int map)
{
    uint8_t lit[LOSS_N_LIGHTS][LOSS_COLOUR_STEPS][3];
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, l->colours);
    if (l->colours_of == map)
        return;
    if (loss_colours_lit(loss_colour_maps()[map], lit))
        memset(lit, 128, sizeof lit);
    gl_set_texture(l->colours, GL_RGB, LOSS_COLOUR_STEPS, LOSS_N_LIGHTS, lit[0][0]);
    l->colours_of = map;
}

GLuint surface_layer_map(surface_layer *l, int map)
{
    set_colours(l, map);
    return l->colours;
}

static void set_uniforms(surface_layer *l, const eye *e, size_t number, double ghost)
{
    const scene *s = e->scene;
    const relief *r = &s->views[number].relief;
    const theme *t = theme_of(s->set.theme);
    GLuint p = l->program;
    float places[MOST_LEVELS];
    size_t nx = relief_grid_nx(r), ny = relief_grid_ny(r), side = nx > ny ? nx : ny;
    size_t n_levels;
    const double *levels = scene_colour_levels(s, &n_levels);
    for (size_t i = 0; i < n_levels; i++)
        places[i] = (float)loss_scale_place(scene_colour_scale(s), levels[i]);
    glUseProgram(p);
    set_colours(l, scene_colours(s));
    gl_set_matrix(p, "matrix", e->matrix);
    glUniform1i(gl_at(p, "colours"), 0);
    glUniform1i(gl_at(p, "surface_texture"), ghost > 0 ? TEXTURE_HEIGHT : s->set.texture);
    glUniform1i(gl_at(p, "n_levels"), (GLint)n_levels);
    if (n_levels)
        glUniform1fv(gl_at(p, "levels"), (GLsizei)n_levels, places);
    glUniform1i(gl_at(p, "is_flat"), s->set.shading == SHADING_FLAT);
    glUniform1i(gl_at(p, "has_edges"), s->set.edges && !(ghost > 0));
    glUniform1f(gl_at(p, "height"), (float)r->height);
    glUniform1f(gl_at(p, "steepest"), (float)s->steepest);
    glUniform1f(gl_at(p, "checks"), side > 40 ? (float)((side + 19) / 20) : 1.0f);
    glUniform1f(gl_at(p, "ghost"), (float)ghost);
    glUniform1f(gl_at(p, "contrast"), settings_lit(&s->set, &e->camera) ? 1 : 0);
    glUniform1i(gl_at(p, "is_parallel"), e->camera.orthographic);
    region_layer_set(e->regions, e, number, p);
    gl_set_vec3(p, "eye", e->position.x, e->position.y, e->position.z);
    gl_set_vec3(p, "towards", e->back.x, e->back.y, e->back.z);
    gl_set_vec3(p, "to_light", e->to_light.x, e->to_light.y, e->to_light.z);
    gl_set_vec3(p, "paper", t->panel.r, t->panel.g, t->panel.b);
    gl_set_vec3(p, "ink", t->ink.r, t->ink.g, t->ink.b);
}

static void draw(const struct surface_buffers *b)
{
    glBindVertexArray(b->array);
    glDrawElements(GL_TRIANGLES, b->n, GL_UNSIGNED_INT, NULL);
    glBindVertexArray(0);
}

void surface_layer_draw(surface_layer *l, const eye *e, size_t number, bool is_coarse)
{
    const struct surface_buffers
        *meshes = l->meshes[number],
        *b = &meshes[is_coarse && meshes[MESH_COARSE].n ? MESH_COARSE : MESH_FINE];
    if (!b->n)
        return;
    set_uniforms(l, e, number, 0);
    glEnable(GL_POLYGON_OFFSET_FILL); /* lines on the surface win, over their whole width on
                                         steep walls too */
    glPolygonOffset(2, 2);
    draw(b);
    glDisable(GL_POLYGON_OFFSET_FILL);
}

void surface_layer_draw_ghosts(surface_layer *l, const eye *e, size_t number)
{
    static const double opacity = 0.30;
    ghost_side order[N_GHOSTS];
    ghost_order(&e->camera, order);
    glDepthMask(GL_FALSE);
    for (int i = 0; i < N_GHOSTS; i++) {
        const struct surface_buffers *b = &l->meshes[number][MESH_GHOSTS + order[i]];
        if (!b->n)
            continue;
        set_uniforms(l, e, number, opacity);
        draw(b);
    }
    glDepthMask(GL_TRUE);
}
