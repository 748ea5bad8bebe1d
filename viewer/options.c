/* Settings come from their table; what is not a setting is listed here. */
#include "options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

#include <loss/text.h>

typedef enum option {
    SCREENSHOT,
    OUTPUT,
    SIZE,
    RESOLUTION,
    TURNTABLE,
    FRAMES,
    VIEW,
    WATCH,
    MAX_SIZE,
    PRINT_COMMAND,
    LIST_BINDINGS,
    GL_DEBUG,
    HELP,
    VERSION,
    N_OPTIONS
} option;

static const struct {
    const char *name, *argument, *help;
} OPTIONS[N_OPTIONS] = {
    [SCREENSHOT] = {"screenshot", "F.png",
                    "write a picture and end; needs no display. -: to standard output"},
    [OUTPUT] = {"output", "F.png", "the same"},
    [SIZE] = {"size", "WxH", "pixels of the picture or the window (1280x800)"},
    [RESOLUTION] = {"resolution", "W,H", "the same"},
    [TURNTABLE] = {"turntable", "DIR",
                   "write a turn as DIR/frame-000.png ... and as the animation DIR/turntable.png"},
    [FRAMES] = {"frames", "N", "of the turn (60)"},
    [VIEW] = {"view", "NAME", "front, right, back, left, top, bottom or iso"},
    [WATCH] =
        {"watch", NULL,
         "read files again when they change; a landscape that is being computed is watched anyway"},
    [MAX_SIZE] = {"max-size", "MIB", "refuse larger files"},
    [PRINT_COMMAND] = {"print-command", NULL,
                       "print the command line that sets what is set, and end"},
    [LIST_BINDINGS] = {"list-bindings", NULL, "list keys and mouse buttons, and end"},
    [GL_DEBUG] = {"gl-debug", NULL, "print what the OpenGL driver complains of; exit 1 if it did"},
    [HELP] = {"help", NULL, "this text"},
    [VERSION] = {"version", NULL, "the version"},
};

static bool parse_pair(const char *text, char between, int *width, int *height)
{
    const char *end;
    uint64_t w, h;
    if (!loss_count_parse(text, &end, &w) || *end != between ||
        !loss_count_parse(end + 1, NULL, &h) || w < 64 || h < 64 || w > 20000 || h > 20000)
        return false;
    *width = (int)w;
    *height = (int)h;
    return true;
}

static bool is_png(const char *path)
{
    size_t n = strlen(path);
    return strcmp(path, "-") == 0 || (n > 4 && strcmp(path + n - 4, ".png") == 0);
}

static bool parse_own(options *o, option which, const char *value, problem *p)
{
    const char *name = OPTIONS[which].name;
    double number = 0;
    bool is_number = loss_number_parse(value, NULL, &number) && isfinite(number);
    switch (which) {
    case SCREENSHOT:
    case OUTPUT:
        o->screenshot = value;
        return is_png(value) ||
               problem_set(p,
                           "--%s=%s: its ending names no picture; expected .png, or - for "
                           "standard output",
                           name, value);
    case TURNTABLE: o->turntable = value; break;
    case SIZE:
    case RESOLUTION:
        o->has_size = parse_pair(value, which == SIZE ? 'x' : ',', &o->width, &o->height);
        return o->has_size || problem_set(p, "--%s=%s: expected %s, each from 64 to 20000", name,
                                          value, OPTIONS[which].argument);
    case FRAMES:
        if (!is_number || number < 2 || number > LONGEST_TURN || floor(number) != number)
            return problem_set(p, "--frames=%s: expected a whole number from 2 to %d", value,
                               LONGEST_TURN);
        o->frames = (unsigned)number;
        break;
    case VIEW:
        return settings_view(&o->set, value) ||
               problem_set(p, "--view=%s: expected %s", value, OPTIONS[VIEW].help);
    case MAX_SIZE:
        if (!is_number || number <= 0 || number > 1e9)
            return problem_set(p, "--max-size=%s: expected a number of MiB above 0", value);
        o->max_bytes = (size_t)(number * 1048576);
        break;
    case WATCH: o->watch = true; break;
    case PRINT_COMMAND: o->print_command = true; break;
    case LIST_BINDINGS: o->list_bindings = true; break;
    case GL_DEBUG: o->gl_debug = true; break;
    case HELP: o->help = true; break;
    case VERSION: o->version = true; break;
    case N_OPTIONS: break;
    }
    return true;
}

static bool unknown(const char *name, problem *p)
{
    enum { MOST_NAMES = 128 };
    const char *names[MOST_NAMES];
    size_t n = 0;
    for (size_t i = 0; i < N_OPTIONS; i++)
        names[n++] = OPTIONS[i].name;
    for (size_t i = 0; i < N_SETTINGS && n < MOST_NAMES; i++)
        names[n++] = SETTINGS[i].name;
    return problem_set(p, "--%s: no such option; the nearest is --%s", name,
                       loss_text_nearest(name, names, n));
}

static bool parse_flag(options *o, const char *name, const char *value, problem *p)
{
    bool off = strncmp(name, "no-", 3) == 0;
    const setting *which = setting_find(off ? name + 3 : name);
    if (value)
        return problem_set(p, "--%s takes no value", name);
    setting_put(&o->set, which, !off);
    return true;
}

static bool parse_word(options *o, const char *word, int argc, char **argv, int *i, problem *p)
{
    char name[64];
    const char *equals = strchr(word, '='), *value = equals ? equals + 1 : NULL;
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    snprintf(name, sizeof name, "%.*s", (int)(length > 63 ? 63 : length), word);
    const setting *which = setting_find(name), *flag = which ? which
                                                       : strncmp(name, "no-", 3) == 0
                                                           ? setting_find(name + 3)
                                                           : NULL;
    size_t own = 0;
    while (own < N_OPTIONS && strcmp(OPTIONS[own].name, name) != 0)
        own++;
    if (own == N_OPTIONS && flag && flag->kind == SETTING_FLAG)
        return parse_flag(o, name, value, p);
    if (own == N_OPTIONS && !which)
        return unknown(name, p);
    bool wants_value = own == N_OPTIONS || OPTIONS[own].argument;
    if (wants_value && !value) {
        if (*i + 1 >= argc)
            return problem_set(p, "--%s: expected a value", name);
        value = argv[++*i];
    } else if (!wants_value && value) {
        return problem_set(p, "--%s takes no value", name);
    }
    return own < N_OPTIONS ? parse_own(o, (option)own, value, p)
                           : setting_parse(&o->set, which, value, p);
}

bool options_parse(options *o, int argc, char **argv, problem *p)
{
    bool only_files = false;
    *o = (options){.set = settings_default(), .frames = 60, .width = 1280, .height = 800};
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (!only_files && strcmp(word, "--") == 0) {
            only_files = true;
        } else if (!only_files && strcmp(word, "-h") == 0) {
            o->help = true;
        } else if (!only_files && word[0] == '-' && word[1] == '-') {
            if (!parse_word(o, word + 2, argc, argv, &i, p))
                return false;
        } else if (!only_files && word[0] == '-' && word[1]) {
            return problem_set(p, "%s: no such option; options begin with two dashes", word);
        } else if (o->n_files == 2) {
            return problem_set(p, "%s: a third file; at most two are shown, side by side", word);
        } else {
            o->files[o->n_files++] = word;
        }
    }
    if ((o->screenshot || o->turntable) && !o->n_files && !o->help && !o->version &&
        !o->list_bindings)
        return problem_set(p, "a picture of what? Give a .landscape, .ply or .csv");
    return true;
}

static void print_option(const char *prefix, const char *name, const char *argument,
                         const char *help)
{
    char left[48];
    snprintf(left, sizeof left, "%s%s%s%s", prefix, name, argument ? " " : "",
             argument ? argument : "");
    printf("  %-26s %s\n", left, help);
}

void options_print_help(void)
{
    printf("Usage: lossview [options] [FILE [FILE]]\n\n"
           "Shows loss landscapes in three dimensions: .landscape files, also while they are being "
           "computed, and any .ply or .csv that\n"
           "holds values on a grid. Two files are shown side by side, with one camera and one "
           "scale.\n\nOptions:\n");
    for (int i = 0; i < N_OPTIONS; i++)
        print_option("--", OPTIONS[i].name, OPTIONS[i].argument, OPTIONS[i].help);
    printf("\nWhat is shown (a flag is switched off by --no-NAME; the key switches it in the "
           "window):\n");
    for (size_t i = 0; i < N_SETTINGS; i++) {
        const setting *s = &SETTINGS[i];
        char help[200];
        snprintf(help, sizeof help, "%s%s%s%s", s->help, s->key ? " [" : "", s->key ? s->key : "",
                 s->key ? "]" : "");
        print_option(s->kind == SETTING_FLAG ? "--[no-]" : "--", s->name,
                     s->kind == SETTING_FLAG     ? NULL
                     : s->kind == SETTING_CHOICE ? "WHICH"
                                                 : "X",
                     help);
    }
    printf("\nExit status: 0; 1 if a file cannot be shown, a picture cannot be written, or there "
           "is no OpenGL 3.3; 2 for wrong usage.\n"
           "\nExamples:\n"
           "  lossview resnet20.landscape\n"
           "  lossview short.landscape noshort.landscape --texture=bands --height=log\n"
           "  lossview resnet20.landscape --critical --screenshot=resnet20.png --size=1600x1000\n"
           "  lossview resnet20.landscape --no-background --output=- >resnet20.png\n"
           "  lossview resnet20.landscape --turntable=turn --frames=90 --size=640x480\n");
}

void options_print_bindings(void)
{
    char keys[32], what[96];
    for (size_t i = 0; session_help(i, keys, what); i++)
        printf("%-26s %s\n", keys, what);
}
