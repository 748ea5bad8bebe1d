/* Options of the program, and those that the table of settings makes. */
#include "arguments.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "completion.h"
#include "manual.h"
#include "options.h"
#include "picture_file.h"
#include "session.h"
#include "vector_file.h"

#include <loss/text.h>

enum { MOST_ROWS = 64, HELP_SIZE = 200 };

/* The option table: what is not a setting first. */
typedef struct table {
    option_spec rows[MOST_ROWS];
    size_t n, n_own;
    char help[MOST_ROWS][HELP_SIZE]; /* of the settings */
    size_t size[2], frames, tile;    /* as the rows have them */
} table;

static bool take_picture(const option_spec *o, const char *text, char *message)
{
    *(const char **)o->to.own = text;
    return picture_file_is_known(text) || vector_is_known(text) ||
           options_wrong(message,
                         "--%s=%s: its ending names no picture; expected .png, .jpg, .pdf or .svg, "
                         "or - for standard output",
                         o->name, text);
}

/* A file, or a folder, whose name has no ending that a picture or film could have. */
static bool take_film(const option_spec *o, const char *text, char *message)
{
    static const char *const others[] = {".jpg", ".jpeg", ".avi", ".mkv", ".mov", ".webp", NULL};
    const char *ending = strrchr(text, '.');
    *(const char **)o->to.own = text;
    for (size_t i = 0; others[i] && ending; i++)
        if (strcmp(ending, others[i]) == 0)
            return options_wrong(message,
                                 "--%s=%s: its ending names no film; expected .png, .gif, .mp4 or "
                                 ".webm, or a folder",
                                 o->name, text);
    return true;
}

/* At once, so that an angle that follows counts. */
static bool take_view(const option_spec *o, const char *text, char *message)
{
    return settings_view(o->to.own, text) ||
           options_wrong(message, "--%s=%s: expected %s", o->name, text, o->help);
}

static bool take_mebibytes(const option_spec *o, const char *text, char *message)
{
    double number;
    if (!loss_number_parse(text, NULL, &number) || !(number > 0) || number > 1e9)
        return options_wrong(message, "--%s=%s: expected a number of MiB above 0", o->name, text);
    *(size_t *)o->to.own = (size_t)(number * 1048576);
    return true;
}

static bool take_shell(const option_spec *o, const char *text, char *message)
{
    const completion_shell *shell = completion_shell_find(text);
    *(const completion_shell **)o->to.own = shell;
    return shell || options_wrong(message, "--%s=%s: expected bash, zsh or fish", o->name, text);
}

static void add_own(table *t, options *o)
{
    const option_spec own[] = {
        OPT_OWN("screenshot", "FILE",
                "write a picture and end, .png, .jpg, .pdf or .svg; needs no display. -: PNG to "
                "standard output",
                take_picture, &o->screenshot),
        OPT_OWN("output", "FILE", "the same", take_picture, &o->screenshot),
        OPT_SIZE("size", "WxH", "pixels of the picture or the window (1280x800)", t->size,
                 .given = &o->has_size),
        OPT_SIZE("resolution", "W,H", "the same", t->size, .given = &o->has_size),
        OPT_NUMBER("scale", "F",
                   "pixels for each of these, as a browser's device pixel ratio: texts and lines "
                   "grow with it (1; a window: as its screen has)",
                   &o->scale, .low = 0.25, .high = 16, .given = &o->has_scale),
        OPT_COUNT("tile", "N", "draw pictures in tiles of at most N x N pixels (2048)", &t->tile,
                  .low = 64, .high = 16384),
        OPT_OWN("turntable", "DIR|FILE",
                "a turn of the camera, as DIR/frame-000.png ... and the animation "
                "DIR/turntable.png, or as one file: .gif, .png, .mp4 or .webm",
                take_film, &o->turntable),
        OPT_OWN("training", "DIR|FILE", "the same of the path of training, epoch by epoch",
                take_film, &o->training),
        OPT_OWN("growth", "DIR|FILE",
                "the same of the surface, from its corners to all of its points", take_film,
                &o->growth),
        OPT_COUNT("frames", "N", "of these (60)", &t->frames, .low = 2, .high = LONGEST_TURN),
        OPT_OWN("view", "NAME", "front, right, back, left, top, bottom or iso", take_view, &o->set),
        OPT_FLAG("watch",
                 "read files again when they change; a landscape that is being computed is "
                 "watched anyway",
                 &o->watch),
        OPT_OWN("max-size", "MIB", "refuse larger files", take_mebibytes, &o->max_bytes),
        OPT_FLAG("print-command", "print the command line that sets what is set, and end",
                 &o->print_command),
        OPT_FLAG("list-bindings", "list keys and mouse buttons, and end", &o->list_bindings),
        OPT_FLAG("gl-debug", "print what the OpenGL driver complains of; exit 1 if it did",
                 &o->gl_debug),
        OPT_FLAG("version", "the version", &o->version),
        OPT_OWN("completion", "SHELL", "print what completes options in bash, zsh or fish",
                take_shell, &o->shell),
        OPT_FLAG("man", "print this as a page of the manual, in mdoc", &o->manual),
    };
    t->n = t->n_own = sizeof own / sizeof *own;
    memcpy(t->rows, own, sizeof own);
}

static void add_setting(table *t, settings *set, const setting *s)
{
    char *help = t->help[t->n];
    void *at = (char *)set + s->offset;
    char list[HELP_SIZE / 2] = "";
    if (s->listed)
        options_list(s->listed(), list, sizeof list);
    snprintf(help, HELP_SIZE, "%s%s%s%s%s%s", s->help, s->listed ? ": " : "", list,
             s->key ? " [" : "", s->key ? s->key : "", s->key ? "]" : "");
    switch (s->kind) {
    case SETTING_FLAG: t->rows[t->n++] = (option_spec)OPT_SWITCH(s->name, help, at); break;
    case SETTING_CHOICE:
        t->rows[t->n++] = (option_spec)OPT_CHOICE(s->name, "WHICH", setting_choices(s), help, at);
        break;
    case SETTING_NUMBER:
        t->rows[t->n++] = (option_spec)OPT_NUMBER(s->name, "X", help, at, .low = s->low,
                                                  .high = s->high, .has_none = s->has_none);
        break;
    }
}

static void make_table(table *t, options *o)
{
    add_own(t, o);
    for (size_t i = 0; i < N_SETTINGS && t->n < MOST_ROWS; i++)
        add_setting(t, &o->set, &SETTINGS[i]);
}

/* Numbers without decimals. */
static void round_settings(settings *set)
{
    for (size_t i = 0; i < N_SETTINGS; i++)
        setting_put(set, &SETTINGS[i], setting_get(set, &SETTINGS[i]));
}

bool arguments_parse(options *o, int argc, char **argv, problem *p)
{
    enum { MOST_FILES = 3 }; /* one more, to tell of it */
    const char *files[MOST_FILES];
    char message[OPTIONS_MESSAGE];
    table t = {.size = {1280, 800}, .frames = 60, .tile = 2048};
    *o = (options){.set = settings_default(), .scale = 1};
    make_table(&t, o);
    const option_table all = {t.rows, t.n, MOST_FILES};
    options_result result = options_parse(&all, argc, argv, files, &o->n_files, message);
    o->help = result == OPTIONS_HELP;
    if (o->help)
        return true;
    if (result == OPTIONS_WRONG)
        return problem_set(p, "%s", message);
    if (o->n_files == MOST_FILES)
        return problem_set(p, "%s: a third file; at most two are shown, side by side", files[2]);
    memcpy(o->files, files, o->n_files * sizeof *files);
    round_settings(&o->set);
    o->width = (int)t.size[0];
    o->height = (int)t.size[1];
    o->frames = (unsigned)t.frames;
    o->tile = t.tile;
    if ((o->screenshot || o->turntable || o->training || o->growth) && !o->n_files && !o->version &&
        !o->list_bindings)
        return problem_set(p,
                           "a picture of what? Give a .landscape, or another file with a surface");
    if (o->screenshot && !o->set.background && !vector_is_known(o->screenshot) &&
        !picture_file_has_alpha(o->screenshot))
        return problem_set(p,
                           "--screenshot=%s with --no-background: a JPEG cannot be transparent; "
                           "expected .png, .pdf or .svg",
                           o->screenshot);
    return true;
}

#define USAGE "[options] [FILE [FILE]]"
#define SUMMARY                                                                                    \
    "Shows loss landscapes in three dimensions: .landscape files, also while they are being "      \
    "computed, and\n"                                                                              \
    "surfaces of other programs: tables of numbers, arrays, meshes that are a height field. Two "  \
    "files are shown side by\n"                                                                    \
    "side, with one camera and one scale."
#define EXAMPLES                                                                                   \
    "  lossview resnet20.landscape\n"                                                              \
    "  lossview short.landscape noshort.landscape --texture=bands --height=log\n"                  \
    "  lossview resnet20.landscape --critical --screenshot=resnet20.png --size=1600x1000\n"        \
    "  lossview resnet20.landscape --no-background --output=- >resnet20.png\n"                     \
    "  lossview resnet20.landscape --turntable=turn --frames=90 --size=640x480"

void arguments_print_help(void)
{
    options o = {.n_files = 0};
    table t = {.n = 0};
    make_table(&t, &o);
    printf("Usage: lossview " USAGE "\n\n" SUMMARY "\n\nOptions:\n");
    options_print(&(option_table){t.rows, t.n_own, 0});
    options_print_help_line();
    printf("\nWhat is shown (a flag is switched off by --no-NAME; the key switches it in the "
           "window):\n");
    options_print(&(option_table){t.rows + t.n_own, t.n - t.n_own, 0});
    printf("\nExit status: 0; 1 if a file cannot be shown, a picture cannot be written, or there "
           "is no OpenGL 3.3; 2 for wrong usage.\n"
           "\nExamples:\n" EXAMPLES "\n");
}

void arguments_print_manual(void)
{
    static const char *const see_also[] = {"f3d", "lossgrid", NULL};
    options o = {.n_files = 0};
    table t = {.n = 0};
    make_table(&t, &o);
    const manual_page page = {
        .program = "lossview",
        .about = "look at loss landscapes in three dimensions",
        .usage = USAGE,
        .summary = SUMMARY " Files can be dropped on the window.",
        .notes =
            "The mouse is that of f3d: the left button orbits, the middle one (or Shift and the "
            "left) pans, the right one and the wheel zoom. H lists the keys; the panel on the "
            "right has a button or a slider for each of them. What is under the mouse is told.",
        .examples = EXAMPLES,
        .see_also = see_also};
    manual_print(&page, &(option_table){t.rows, t.n, 0});
}

void arguments_print_completion(const completion_shell *shell)
{
    static const completion_program program = {"lossview", NULL, NULL, 0};
    options o = {.n_files = 0};
    table t = {.n = 0};
    make_table(&t, &o);
    shell->begin(&program);
    shell->options(&program, NULL, &(option_table){t.rows, t.n, 0});
    shell->end(&program);
}

void arguments_print_bindings(void)
{
    char keys[HELP_KEYS], what[HELP_TEXT];
    for (size_t i = 0; session_help(i, false, keys, what); i++)
        printf("%-26s %s\n", keys, what);
}
