/* Everything that can be set: one table from which come the command line, the panel, the keys
 * and the command line that reproduces a session. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "quantities.h"
#include "scene/camera.h"

enum {
    TEXTURE_HEIGHT,
    TEXTURE_BANDS,
    TEXTURE_ISOLINES,
    TEXTURE_CHECKER,
    TEXTURE_WIREFRAME,
    TEXTURE_SLOPE,
    N_TEXTURES
};
enum { SHADING_SMOOTH, SHADING_FLAT, SHADING_NONE };
enum { HEIGHT_AUTO, HEIGHT_LINEAR, HEIGHT_LOG };
enum { SHOW_AUTO, SHOW_TEST, SHOW_TRAIN, SHOW_DIFFERENCE };
enum { SURFACE_SMOOTH, SURFACE_GRID };
enum { ASPECT_AUTO, ASPECT_EQUAL, ASPECT_FILL };
enum { SPACING_LINEAR, SPACING_LOG, SPACING_QUANTILE, SPACING_AUTO };
enum { THEME_LIGHT, THEME_DARK, THEME_PAPER };
enum { MOST_LEVELS = 40 };
enum { LABELS_NONE, LABELS_SHORT, LABELS_FULL, LABELS_GRID };

/** The values. Flags are bool, choices int, numbers double: the table tells which. */
typedef struct settings {
    int texture, colours, shading, height, aspect, split, field, spacing, theme, labels, surface;
    double exaggeration, clip, levels, persistence, epoch, basin;
    bool contours, floor, level_labels, points, edges, ghost, path, critical, centre, axes, grid,
        colour_bar, title, background, panel, help, map, run_curves, barcode;
    camera view;
} settings;

typedef enum setting_kind { SETTING_FLAG, SETTING_CHOICE, SETTING_NUMBER } setting_kind;

typedef struct setting {
    const char *name;  /* the option, without its dashes */
    const char *label; /* in the panel; NULL: not there */
    setting_kind kind;
    size_t offset;                      /* in settings */
    const char *const *choices;         /* ended by NULL */
    const char *const *(*listed)(void); /* the same, where the library lists them; NULL: choices */
    double low, high;                   /* of a number */
    bool whole;                         /* a number without decimals */
    bool has_none;                      /* a number that may be `none`: INFINITY */
    const char *key; /* GLFW's letter or name of the key that switches it; NULL: none */
    const char *help;
} setting;

/** The table, and how long it is. */
extern const setting SETTINGS[];
extern const size_t N_SETTINGS;

/** What lossview starts with. */
settings settings_default(void);

/** The setting of that name, NULL if there is none. */
const setting *setting_find(const char *name);
/** Its choices, ended by NULL. */
const char *const *setting_choices(const setting *which);
/** The number or index that a setting has: flags 0 or 1. */
double setting_get(const settings *s, const setting *which);
/** Sets it, clamped to its range. @return whether something changed. */
bool setting_put(settings *s, const setting *which, double value);
/** Next choice, or the other state of a flag; step -1 goes back. Numbers do not step. */
void setting_step(settings *s, const setting *which, int step);
/** The value as it is written on the command line. */
void setting_text(const settings *s, const setting *which, char text[64]);

/** The quantity that heights show, and whether colours show another one, that of `field`. */
quantity settings_height(const settings *s);
bool settings_tinted(const settings *s);
/** Whether there is light and shade for a camera. Where the picture is a map, colours alone tell:
 * from above, and with parallel rays. */
bool settings_lit(const settings *s, const camera *c);
/** The camera of a named view: "front", "right", "back", "left", "top", "bottom", "iso". @return
 * false: no such name. */
bool settings_view(settings *s, const char *name);
/** All that differs from the defaults, as options: " --texture bands --zoom 1.2". @param text
 * [size], written. */
void settings_command_line(const settings *s, char *text, size_t size);

#endif
