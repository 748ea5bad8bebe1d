/* The table of settings and what is done by it. */
#include "settings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <loss/loss.h>

static const char *const textures[] = {"height",    "bands", "isolines", "checker",
                                       "wireframe", "slope", NULL};
static const char *const shadings[] = {"smooth", "flat", "none", NULL};
static const char *const heights[] = {"auto", "linear", "log", NULL};
static const char *const splits[] = {"auto", "test", "train", "difference", NULL};
static const char *const surfaces[] = {"smooth", "grid", NULL};
static const char *const aspects[] = {"auto", "equal", "fill", NULL};
static const char *const spacings[] = {"linear", "log", "quantile", "auto", NULL};
static const char *const themes[] = {"light", "dark", "paper", NULL};
static const char *const labels[] = {"none", "short", "full", "grid", NULL};

/* The library's maps after `auto`. */
static const char *const *colour_choices(void)
{
    enum { MOST = 32 };
    static const char *names[MOST + 2] = {"auto"};
    for (size_t i = 0; i < MOST && loss_colour_maps()[i]; i++)
        names[i + 1] = loss_colour_maps()[i];
    return names;
}

#define AT(member) offsetof(settings, member)
#define FLAG(name, label, member, key, help)                                                       \
    {                                                                                              \
        name, label, SETTING_FLAG, AT(member), NULL, NULL, 0, 1, true, false, key, help            \
    }
#define CHOICE(name, label, member, choices, key, help)                                            \
    {                                                                                              \
        name, label, SETTING_CHOICE, AT(member), choices, NULL, 0, 0, true, false, key, help       \
    }
#define NUMBER(name, label, member, low, high, help)                                               \
    {                                                                                              \
        name, label, SETTING_NUMBER, AT(member), NULL, NULL, low, high, false, false, NULL, help   \
    }

const setting SETTINGS[] = {
    CHOICE("texture", "Texture", texture, textures, "T",
           "height, bands, isolines, checker, wireframe or slope"),
    {.name = "colours",
     .label = "Colours",
     .kind = SETTING_CHOICE,
     .offset = AT(colours),
     .listed = colour_choices,
     .whole = true,
     .key = "C",
     .help = "map of colours; auto: by what is shown"},
    CHOICE("shading", "Shading", shading, shadings, "F",
           "smooth, flat or none; colours keep their place on the bar"),
    CHOICE("height", "Height", height, heights, "L",
           "linear, log, or auto: log where the loss spans more than a factor of 20"),
    NUMBER("exaggeration", "Exaggerate", exaggeration, 0.1, 4, "factor of the height, 0.1 to 4"),
    {"clip", "Clip above", SETTING_NUMBER, AT(clip), NULL, NULL, -1e300, 1e300, false, true, NULL,
     "cut the surface off above this loss, or none"},
    CHOICE("split", "Images", split, splits, "V",
           "test, train, difference (test - train), or auto: test where a file has it, else train"),
    CHOICE("field", "Quantity", field, quantity_names, "A",
           "loss, accuracy, or as colours over the loss standard-error or convexity"),
    CHOICE("spacing", "Spacing", spacing, spacings, "Q",
           "of the levels: linear, log, quantile, or auto: as the heights"),
    {"levels", "Levels", SETTING_NUMBER, AT(levels), NULL, NULL, 1, 40, true, false, NULL,
     "at most so many lines, at round losses (quantiles: as they are); and bands, 1 to 40"},
    CHOICE("labels", "Mark labels", labels, labels, "Y",
           "of critical points: none, short (loss), full (kind, loss, position) or grid (with the "
           "grid point's loss)"),
    NUMBER("persistence", "Persistence", persistence, 0, 0.5,
           "critical points less persistent than this part of the range are left out, 0 to 0.5"),
    CHOICE(
        "aspect", "Aspect", aspect, aspects, "Z",
        "of the axes: equal (one scale for both), fill, or auto: equal where both have one unit"),
    CHOICE("surface", "Surface", surface, surfaces, "4",
           "between grid points: smooth, which stays within their values, or grid: triangles"),
    CHOICE("theme", "Theme", theme, themes, "D",
           "light, dark or paper (white, with thin lines, for print)"),
    FLAG("contours", "Contours", contours, "K", "lines of equal loss on the surface"),
    FLAG("floor", "Floor lines", floor, "J", "lines of equal loss on the floor"),
    FLAG("level-labels", "Line labels", level_labels, NULL, "the losses of some of these lines"),
    FLAG("points", "Grid points", points, "0", "the points of the grid: what was measured"),
    FLAG("critical", "Critical pts", critical, "M", "minima, saddles and maxima"),
    FLAG("path", "Path", path, "P", "the training path, on the surface and at its true loss"),
    FLAG("centre", "Centre", centre, "U", "a mark at the trained weights"),
    FLAG("ghost", "Std. error", ghost, "O",
         "loss plus and minus its standard error (estimates: 95 % intervals) as ghost surfaces"),
    FLAG("edges", "Edges", edges, "E", "the grid on the surface"),
    FLAG("grid", "Grid", grid, "G", "lines behind the surface at the ticks"),
    FLAG("axes", "Axes", axes, "X", "axes with ticks and names"),
    FLAG("colour-bar", "Colour bar", colour_bar, "B", "the colour bar"),
    FLAG("title", "Title", title, "N", "title and caption"),
    FLAG("orthographic", "Parallel", view.orthographic, "5",
         "parallel rays instead of perspective"),
    FLAG("map", "Map", map, "2", "the surface from straight above, beside it; they point together"),
    FLAG("run-curves", "Run's curves", run_curves, "6",
         "the losses of the training path by epoch, below the picture"),
    FLAG("barcode", "Barcode", barcode, "8",
         "a bar for each minimum, from its loss to where it meets a deeper one"),
    {"basin", NULL, SETTING_NUMBER, AT(basin), NULL, NULL, 0, 1e6, true, false, NULL,
     "show the basin of the minimum of that number, the most persistent first; 0: none"},
    {"epoch", NULL, SETTING_NUMBER, AT(epoch), NULL, NULL, 0, 1e9, true, true, NULL,
     "the training path up to this epoch, or none: all of it"},
    FLAG("background", NULL, background, NULL, "no: transparent pictures"),
    FLAG("panel", NULL, panel, "Tab", "the panel of buttons and sliders"),
    FLAG("help-overlay", NULL, help, "H", "the list of keys"),
    NUMBER("azimuth", NULL, view.azimuth, -180, 180,
           "degrees that the camera stands round the surface, -180 to 180"),
    NUMBER("elevation", NULL, view.elevation, -90, 90, "degrees that it stands above, -90 to 90"),
    NUMBER("zoom", NULL, view.zoom, 0.1, 50, "0.1 to 50; 1: all is in sight"),
    NUMBER("target-x", NULL, view.target[0], -3, 3,
           "what the camera looks at, from the middle of the surface, which spans -1 to 1"),
    NUMBER("target-y", NULL, view.target[1], -3, 3, "the same, along y"),
    NUMBER("target-z", NULL, view.target[2], -3, 3, "the same, upwards; the surface is 0.9 high"),
};
const size_t N_SETTINGS = sizeof SETTINGS / sizeof *SETTINGS;

settings settings_default(void)
{
    return (settings){.exaggeration = 1,
                      .clip = (double)INFINITY,
                      .epoch = (double)INFINITY,
                      .levels = 12,
                      .persistence = 0.02,
                      .spacing = SPACING_AUTO,
                      .labels = LABELS_FULL,
                      .contours = true,
                      .level_labels = true,
                      .path = true,
                      .critical = false,
                      .centre = true,
                      .axes = true,
                      .grid = true,
                      .colour_bar = true,
                      .title = true,
                      .background = true,
                      .view = {.azimuth = 30, .elevation = 38, .zoom = 1, .target = {0, 0, 0}}};
}

const setting *setting_find(const char *name)
{
    for (size_t i = 0; i < N_SETTINGS; i++)
        if (strcmp(SETTINGS[i].name, name) == 0)
            return &SETTINGS[i];
    return NULL;
}

double setting_get(const settings *s, const setting *which)
{
    const char *at = (const char *)s + which->offset;
    switch (which->kind) {
    case SETTING_FLAG: return *(const bool *)at;
    case SETTING_CHOICE: return *(const int *)at;
    default: return *(const double *)at;
    }
}

const char *const *setting_choices(const setting *which)
{
    return which->listed ? which->listed() : which->choices;
}

static int n_choices(const setting *which)
{
    int n = 0;
    while (setting_choices(which)[n])
        n++;
    return n;
}

bool setting_put(settings *s, const setting *which, double value)
{
    char *at = (char *)s + which->offset;
    double before = setting_get(s, which);
    double high = which->kind == SETTING_CHOICE ? n_choices(which) - 1 : which->high;
    bool is_none = which->has_none && isinf(value) && value > 0;
    if (isnan(value))
        return false;
    if (!is_none)
        value = value < which->low ? which->low : value > high ? high : value;
    if (which->whole)
        value = round(value);
    if (which->kind == SETTING_FLAG)
        *(bool *)at = value > 0.5;
    else if (which->kind == SETTING_CHOICE)
        *(int *)at = (int)value;
    else
        *(double *)at = value;
    return setting_get(s, which) != before;
}

void setting_step(settings *s, const setting *which, int step)
{
    int n = which->kind == SETTING_FLAG ? 2 : which->kind == SETTING_CHOICE ? n_choices(which) : 0;
    if (n)
        setting_put(s, which, ((int)setting_get(s, which) + step % n + n) % n);
}

void setting_text(const settings *s, const setting *which, char text[64])
{
    double value = setting_get(s, which);
    if (which->kind == SETTING_CHOICE)
        snprintf(text, 64, "%s", setting_choices(which)[(int)value]);
    else if (which->kind == SETTING_FLAG)
        snprintf(text, 64, "%s", value > 0 ? "yes" : "no");
    else if (isinf(value))
        snprintf(text, 64, "none");
    else
        snprintf(text, 64, "%.6g", value);
}

quantity settings_height(const settings *s)
{
    return quantity_words_of((quantity)s->field)->is_height ? (quantity)s->field : QUANTITY_LOSS;
}

bool settings_tinted(const settings *s)
{
    return settings_height(s) != (quantity)s->field;
}

bool settings_lit(const settings *s, const camera *c)
{
    static const double above = 80; /* degrees */
    return s->shading != SHADING_NONE && !c->orthographic && fabs(c->elevation) < above;
}

bool settings_view(settings *s, const char *name)
{
    static const struct {
        const char *name;
        double azimuth, elevation;
    } views[] = {{"front", 0, 0}, {"right", 90, 0},   {"back", 180, 0}, {"left", -90, 0},
                 {"top", 0, 90},  {"bottom", 0, -90}, {"iso", 30, 38}};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        if (strcmp(views[i].name, name) == 0) {
            s->view.azimuth = views[i].azimuth;
            s->view.elevation = views[i].elevation;
            return true;
        }
    return false;
}

void settings_command_line(const settings *s, char *text, size_t size)
{
    settings start = settings_default();
    size_t length = 0;
    text[0] = 0;
    for (size_t i = 0; i < N_SETTINGS; i++) {
        const setting *which = &SETTINGS[i];
        char value[64], otherwise[64];
        setting_text(s, which, value);
        setting_text(&start, which, otherwise);
        if (strcmp(value, otherwise) == 0 || length + 100 > size)
            continue;
        int n = which->kind == SETTING_FLAG
                    ? snprintf(text + length, size - length, " --%s%s",
                               setting_get(s, which) > 0 ? "" : "no-", which->name)
                    : snprintf(text + length, size - length, " --%s=%s", which->name, value);
        length += (size_t)n;
    }
}
