/* What hands do: keys, drags, the wheel and the panel change the scene. Knows no window: the
 * window tells it. */
#ifndef SESSION_H
#define SESSION_H

#include "action.h"
#include "chooser.h"
#include "overlay/panel.h"

typedef struct binding {
    const char *keys[3]; /* names as session_key() takes them; NULL past the last */
    action action;
    const char *help;
} binding;
extern const binding BINDINGS[];
extern const size_t N_BINDINGS;

enum { HELP_KEYS = 32, HELP_TEXT = 128 };

/** One line of help for each key and mouse button: "T  Texture: ..." @return false past the
 * last. */
bool session_help(size_t i, bool is_short, char keys[HELP_KEYS], char what[HELP_TEXT]);
/** How many of these lines tell of the mouse and of actions; the others are settings, with short
 * names of keys. */
size_t session_help_actions(void);

typedef enum drag { DRAG_NONE, DRAG_ORBIT, DRAG_PAN, DRAG_ZOOM, DRAG_WIDGET, DRAG_EPOCH } drag;

typedef struct session {
    scene scene;
    layout layout;
    widget widgets[MOST_WIDGETS];
    size_t n_widgets, held; /* held: the widget that the mouse drags */
    int hot;                /* widget under the mouse, -1: none */
    drag drag;
    double mouse_x, mouse_y;
    bool has_mouse; /* it is over the window */
    hover hover;
    size_t hover_view, hover_pane; /* where it is */
    size_t held_pane, held_strip;  /* where the mouse was pressed */
    bool is_bare;                  /* what lies flat over the picture is drawn elsewhere */
    bool wants_quit, wants_picture, wants_print, needs_draw;
    chooser chooser;  /* while it is open, hands are for it */
    char notice[256]; /* a short word to the user: "saved lossview-1.png" */
} session;

void session_init(session *s);
void session_free(session *s);
/** The size changed, or the settings did: lays everything out again. */
void session_layout(session *s, double width, double height, double unit);

/** A key by its name: "T", "Shift+T", "Ctrl+Q", "Enter", "Up", "F12", ... @return whether it
 * means something. */
bool session_key(session *s, const char *name);
/** A character that was typed. */
void session_type(session *s, uint32_t character);
/** Does what an action says. */
void session_act(session *s, action what);

typedef enum button { BUTTON_LEFT, BUTTON_RIGHT, BUTTON_MIDDLE } button;
void session_press(session *s, button which, bool shift, bool ctrl);
void session_release(session *s);
void session_move(session *s, double x, double y);
/** Where a pane shows the place that the mouse points at in another pane of the same view, in
 * pixels, and whether the surface hides it. @return false: nowhere */
bool session_pointer(const session *s, size_t pane, double *x, double *y, bool *is_hidden);
/** The mouse has left the window. */
void session_leave(session *s);
/** Wheel steps, up positive. */
void session_scroll(session *s, double steps, bool shift);
/** Files dropped on the window: the first replaces what is there (or, with a surface there and a
 * single file dropped on the right half while two are shown, that one); two are shown side by
 * side. */
void session_drop(session *s, const char *const *paths, size_t n);

/* ---- The list of files to choose from (session_chooser.c) -------------------------------------
 */

/** Opens the list at the folder of the first file. */
void session_choose(session *s);
/** Each: whether the list is open, and what the hand did was for it. */
bool session_chooser_key(session *s, const char *name);
bool session_chooser_press(session *s);
bool session_chooser_move(session *s);
bool session_chooser_scroll(session *s, double steps);

#endif
