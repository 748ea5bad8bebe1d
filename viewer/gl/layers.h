/* The layers of a picture; each owns its buffers and programs and draws into the viewport that
 * is set. */
#ifndef LAYERS_H
#define LAYERS_H

#include "gl.h"
#include "overlay/line_styles.h"
#include "scene/ghost.h"
#include "scene/mesh.h"
#include "scene/scene.h"
#include "session.h"

/* What the layers of a view share. */
struct region_layer;
typedef struct eye {
    const scene *scene;
    camera camera;
    mat4 matrix;
    vec3 position, back, to_light;
    const struct region_layer *regions;
    double unit, x, y, width, height; /* viewport, pixels from the lower left */
} eye;

/* ---- Surfaces: one buffer a mesh ------------------------------------------------------------ */
enum { MESH_FINE, MESH_COARSE, MESH_GHOSTS, N_MESHES = MESH_GHOSTS + N_GHOSTS };

typedef struct surface_layer {
    GLuint program, colours;
    int colours_of; /* the map that the texture holds, -1: none */
    struct surface_buffers {
        GLuint array, vertices, indices;
        GLsizei n;
    } meshes[MOST_VIEWS][N_MESHES];
    size_t stride[MOST_VIEWS]; /* of the fine mesh */
    double unseen[MOST_VIEWS]; /* the heights that it does not tell apart */
} surface_layer;

bool surface_layer_create(surface_layer *l, problem *p);
void surface_layer_free(surface_layer *l);
/** Frees the meshes of a view, whose surface has changed or gone. */
void surface_layer_drop(surface_layer *l, size_t number);
/** Uploads what is missing to draw a view: the fine meshes, those of the ghosts with them; or, of a
 * large surface, the coarse one.
 *  @param across  pixels that the surface takes in the picture: what is finer is left out
 *  @return false: out of memory */
bool surface_layer_ready(surface_layer *l, const scene *s, size_t number, double across,
                         bool is_coarse);
/** Draws the solid surface as it was made ready. */
void surface_layer_draw(surface_layer *l, const eye *e, size_t number, bool is_coarse);
/** The texture of the colour map that the settings ask for. */
GLuint surface_layer_map(surface_layer *l, int map);
void surface_layer_draw_ghosts(surface_layer *l, const eye *e, size_t number);

/* ---- The basin that is shown, as a texture that the surface reads --------------------------- */
typedef struct region_layer {
    GLuint textures[MOST_VIEWS];
    bool has[MOST_VIEWS];
} region_layer;

void region_layer_create(region_layer *l);
void region_layer_free(region_layer *l);
void region_layer_upload(region_layer *l, const scene *s, size_t number);
/** Tells the surface's program, which is in use. */
void region_layer_set(const region_layer *l, const eye *e, size_t number, GLuint program);

/* ---- Lines: one buffer a kind of line ------------------------------------------------------- */
typedef struct line_layer {
    GLuint program;
    struct line_buffers {
        GLuint array, segments;
        GLsizei n;
    } lines[MOST_VIEWS][N_LINES];
} line_layer;

bool line_layer_create(line_layer *l, problem *p);
void line_layer_free(line_layer *l);
void line_layer_upload(line_layer *l, size_t number, line_kind kind, const segment *segments,
                       size_t n);
/** @param map  the texture of the colour map, for lines that are coloured by it */
void line_layer_draw(line_layer *l, const eye *e, size_t number, line_kind kind,
                     const line_style *style, GLuint map);

/* ---- The shadow on the floor ---------------------------------------------------------------- */
typedef struct floor_layer {
    GLuint program, array, shadows[MOST_VIEWS];
    bool has[MOST_VIEWS];
} floor_layer;

bool floor_layer_create(floor_layer *l, problem *p);
void floor_layer_free(floor_layer *l);
void floor_layer_upload(floor_layer *l, const scene *s, size_t number);
/** Draws it where there is light, and the floor is seen from above. */
void floor_layer_draw(const floor_layer *l, const eye *e, size_t number);

/* ---- Background and the overlay drawn by cairo ---------------------------------------------- */
typedef struct flat_layer {
    GLuint background, overlay, texture, array;
    int width, height; /* of the texture */
} flat_layer;

bool flat_layer_create(flat_layer *l, problem *p);
void flat_layer_free(flat_layer *l);
void flat_layer_background(flat_layer *l, int theme);
/** Draws the part of the session's overlay whose upper left pixel is (x, y) over the viewport of
 * that size. @return false: out of memory */
bool flat_layer_overlay(flat_layer *l, const session *s, int x, int y, int width, int height);

#endif
