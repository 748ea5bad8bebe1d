/* What keys and mouse buttons do, and the lines that tell of it. Hands that know f3d find its mouse
 * buttons and, where it has them, its keys. */
#include <stdio.h>

#include "session.h"

const binding BINDINGS[] = {
    {{"Enter", NULL}, ACTION_RESET, "reset the camera"},
    {{"1", NULL}, ACTION_FRONT, "view from the front"},
    {{"3", NULL}, ACTION_RIGHT_SIDE, "view from the right"},
    {{"7", NULL}, ACTION_TOP, "view from the top"},
    {{"9", NULL}, ACTION_ISO, "view from a corner"},
    {{"Left", NULL}, ACTION_LEFT, "turn left"},
    {{"Right", NULL}, ACTION_RIGHT, "turn right"},
    {{"Up", NULL}, ACTION_UP, "turn up"},
    {{"Down", NULL}, ACTION_DOWN, "turn down"},
    {{"+", "=", NULL}, ACTION_NEARER, "nearer"},
    {{"-", NULL}, ACTION_FARTHER, "farther"},
    {{".", NULL}, ACTION_MORE_LEVELS, "more levels"},
    {{",", NULL}, ACTION_FEWER_LEVELS, "fewer levels"},
    {{"]", "PageUp", NULL}, ACTION_HIGHER, "exaggerate more"},
    {{"[", "PageDown", NULL}, ACTION_LOWER, "exaggerate less"},
    {{"Shift+Right", NULL}, ACTION_EPOCH_NEXT, "the training path up to the next epoch"},
    {{"Shift+Left", NULL}, ACTION_EPOCH_BEFORE, "up to the epoch before"},
    {{"Shift+Down", NULL}, ACTION_BASIN_NEXT, "show the next basin"},
    {{"Shift+Up", NULL}, ACTION_BASIN_BEFORE, "the basin before, at last none"},
    {{"S", "F12", NULL}, ACTION_PICTURE, "save a picture"},
    {{"I", NULL}, ACTION_PRINT, "print this session as a command line"},
    {{"Ctrl+O", NULL}, ACTION_OPEN, "choose a file to open"},
    {{"R", NULL}, ACTION_RELOAD, "read the files again"},
    {{"W", NULL}, ACTION_CLOSE_SECOND, "close the second file"},
    {{"Ctrl+Q", "Escape", NULL}, ACTION_QUIT, "quit"},
};
const size_t N_BINDINGS = sizeof BINDINGS / sizeof *BINDINGS;

static const struct {
    const char *hand, *help;
} MOUSE[] = {
    {"Left drag", "orbit"},
    {"Middle or Shift+left drag", "pan"},
    {"Right drag, wheel", "zoom"},
    {"Drag in the run's curves", "the training path up to that epoch"},
    {"Point at a bar, click it", "show that basin; keep it"},
    {"Drop one or two files", "open them"},
};
enum { N_MOUSE = sizeof MOUSE / sizeof *MOUSE };

bool session_help(size_t i, bool is_short, char keys[HELP_KEYS], char what[HELP_TEXT])
{
    if (i < N_MOUSE) {
        snprintf(keys, HELP_KEYS, "%s", MOUSE[i].hand);
        snprintf(what, HELP_TEXT, "%s", MOUSE[i].help);
        return true;
    }
    i -= N_MOUSE;
    if (i < N_BINDINGS) {
        const binding *b = &BINDINGS[i];
        snprintf(keys, HELP_KEYS, "%s%s%s", b->keys[0], b->keys[1] ? ", " : "",
                 b->keys[1] ? b->keys[1] : "");
        snprintf(what, HELP_TEXT, "%s", b->help);
        return true;
    }
    i -= N_BINDINGS;
    for (size_t k = 0; k < N_SETTINGS; k++) {
        if (!SETTINGS[k].key || i-- > 0)
            continue;
        snprintf(keys, HELP_KEYS, "%s", SETTINGS[k].key);
        snprintf(what, HELP_TEXT, "%s",
                 is_short && SETTINGS[k].label ? SETTINGS[k].label : SETTINGS[k].help);
        return true;
    }
    return false;
}

size_t session_help_actions(void)
{
    return N_MOUSE + N_BINDINGS;
}
