/* What is to be seen: one or two files under one camera and one scale, with the lines and marks
 * made of them. No OpenGL: the layers in gl/ upload what is here whenever `version` has changed. */
#ifndef SCENE_H
#define SCENE_H

#include <stdint.h>

#include "scene/basins.h"
#include "scene/relief.h"

enum { MOST_VIEWS = 2 };

/** Levels of a path's lines: below these the number of the run's colour. */
enum path_line { PATH_TRUE = LOSS_RUN_COLOURS, PATH_STEM, N_PATH_LINES };

typedef enum mark_kind {
    MARK_MINIMUM,
    MARK_SADDLE,
    MARK_MAXIMUM,
    MARK_CENTRE,
    MARK_PATH,
    MARK_PATH_TRUE
} mark_kind;

/** Something with a place and perhaps a label. */
typedef struct mark {
    mark_kind kind;
    vec3 at;
    size_t run;                /* of the path */
    bool is_hollow;            /* a critical point whose persistence is within the sampling error */
    char text[48], detail[96]; /* of its label, in two lines; "": none */
} mark;

typedef struct view {
    char *path; /* of the file. Owned */
    size_t max_bytes;
    grid grid;
    bool has_grid;
    relief relief;
    bool has_relief;
    double *curves; /* [ny][nx] values of repeated lines, which have no relief; NULL. Owned */
    segment *lines, *floor_lines, *points; /* points: of the grid, without length. Owned */
    size_t n_lines, n_floor_lines, n_points;
    mark *marks; /* owned */
    size_t n_marks;
    segment *path_lines; /* level: of the run on the surface, or a path_line. Owned */
    size_t n_path_lines;
    bool lacks_marks;   /* memory ran out: some of these are missing */
    basins basins;      /* found where they are asked for */
    size_t n_critical;  /* points that the persistence leaves */
    size_t n_hollow;    /* of them */
    size_t n_below;     /* points of 0 or less, which logarithmic heights leave out */
    long long stamp[3]; /* of the file when it was read: time, nanoseconds, size */
} view;

typedef struct scene {
    settings set;
    view views[MOST_VIEWS];
    size_t n_views;
    loss_scale scale;           /* of all views */
    loss_scale tint_scale;      /* of the colours, where these show another quantity */
    double full_low, full_high; /* range without clipping */
    double steepest;            /* slope at the upper end of the slopes' colours */
    double levels[MOST_LEVELS];
    size_t n_levels;
    double tint_levels[MOST_LEVELS]; /* of bands of tint_scale */
    size_t n_tint_levels;
    settings built; /* what the parts were last made with */
    bool is_built;
    size_t pointed[2]; /* the view whose bar is pointed at, and its number; of 0: none is */
    size_t pointed_built[2];
    size_t growth[2]; /* this frame of so many shows how the surface grew; of 0: it is whole */
    unsigned version, surface_version; /* counts changes of anything made here; of the surfaces */
    char message[640];                 /* trouble to be shown; "" : none */
} scene;

void scene_init(scene *s);
void scene_free(scene *s);

/** Reads a file into the view of that number (0 or 1; at most n_views). A file that cannot be
 * read leaves what was there.
 *  @return false with the reason, which is also the scene's message */
bool scene_open(scene *s, size_t number, const char *path, size_t max_bytes);
/** Reads again what has changed on disk. @return whether something has. */
bool scene_poll(scene *s);
/** Whether a file is still being filled. */
bool scene_is_growing(const scene *s);
/** Closes the view of that number; a later one moves up. */
void scene_close(scene *s, size_t number);

/** How many of its grid's points a view shows: all, but in a film of the surface's growth. */
size_t scene_points_shown(const scene *s, const view *v);

/** Frees what was made of a view's grid: lines, marks, or all of it. The grid stays. */
void scene_clear_lines(view *v);
void scene_clear_marks(view *v);
void scene_clear(view *v);

/** The split whose values a view shows; of a difference test. */
loss_split scene_split(const scene *s, const view *v);
/** "test loss (nats per image)": what the heights of a view are; `number` SIZE_MAX: of all views,
 * with what they have in common. */
void scene_quantity(const scene *s, size_t number, char text[128]);
/** What the colours are, of one view or as scene_quantity() of all. */
void scene_colour_quantity(const scene *s, size_t number, char text[128]);
/** Whether they show another quantity than the heights. Two textures have colours of their own. */
bool scene_is_tinted(const scene *s);
const loss_scale *scene_colour_scale(const scene *s);
const double *scene_colour_levels(const scene *s, size_t *n);
/** The number of the map of colours, in loss_colour_maps(). */
int scene_colours(const scene *s);
/** "Loss landscape of resnet20": what a view shows. */
void scene_title(const scene *s, size_t number, char text[700]);
/** What the picture does to the values of a view: its scale, what is cut off, factors. "": nothing
 * that the axes do not tell. */
void scene_notes(const scene *s, size_t number, char text[512]);
/** What a value of a view is, in a word: "loss", "z", "accuracy" or "difference". */
const char *scene_value_name(const scene *s, size_t number);

/** What is under a place of a view. */
typedef struct hover {
    bool is_hit;
    vec3 at;     /* scene */
    double x, y; /* the file's units */
    /* of the nearest grid point of the split shown; NaN: unknown */
    double loss, error, accuracy, convexity;
    double value;          /* of the surface at the very place */
    double grid_x, grid_y; /* that grid point */
    size_t basin;          /* number of the smallest listed one that holds it; 0: none */
} hover;
/** @param x, y  -1 .. 1 over the view. */
hover scene_hover(const scene *s, size_t number, const lens *l, double x, double y);

/** Whether the surface hides a point from the camera. */
bool scene_is_hidden(const scene *s, size_t number, const lens *l, vec3 at);

#endif
