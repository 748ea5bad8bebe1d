/* The window: GLFW's events go to the session; something is drawn only when something has
 * changed. */
#include "window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "gl.h"
#include "pace.h"
#include "pictures.h"
#include "renderer.h"
#include "scene/scene_build.h"
#include "screen.h"

#include <GLFW/glfw3.h>

static const double POLL_SECONDS = 0.5;

typedef struct window {
    GLFWwindow *handle;
    session *session;
    renderer *renderer;
    const options *options;
    pace pace;
} window;

static char glfw_words[300];

static void remember_error(int code, const char *words)
{
    (void)code;
    snprintf(glfw_words, sizeof glfw_words, "%s", words);
}

static window *window_of(GLFWwindow *handle)
{
    return glfwGetWindowUserPointer(handle);
}

static screen screen_of(const window *w)
{
    int width, height, pixels_wide, pixels_high;
    float scale = 1, y_scale;
    glfwGetFramebufferSize(w->handle, &pixels_wide, &pixels_high);
    glfwGetWindowSize(w->handle, &width, &height);
    glfwGetWindowContentScale(w->handle, &scale, &y_scale);
    return (screen){width,       height,        pixels_wide,
                    pixels_high, (double)scale, w->options->has_scale ? w->options->scale : 0};
}

static void measure(window *w)
{
    screen s = screen_of(w);
    if (s.pixels_wide > 0 && s.pixels_high > 0)
        session_layout(w->session, s.pixels_wide, s.pixels_high,
                       layout_window_unit(s.pixels_wide, s.pixels_high, screen_scale(&s)));
}

static void move_to(window *w, double x, double y)
{
    screen s = screen_of(w);
    double pixel[2];
    if (screen_pixel(&s, x, y, pixel))
        session_move(w->session, pixel[0], pixel[1]);
}

static void on_size(GLFWwindow *handle, int width, int height)
{
    (void)width;
    (void)height;
    measure(window_of(handle));
}

static void on_scale(GLFWwindow *handle, float x, float y)
{
    (void)x;
    (void)y;
    measure(window_of(handle));
}

static void on_refresh(GLFWwindow *handle)
{
    window_of(handle)->session->needs_draw = true;
}

static void on_move(GLFWwindow *handle, double x, double y)
{
    move_to(window_of(handle), x, y);
}

static void on_leave(GLFWwindow *handle, int entered)
{
    if (!entered)
        session_leave(window_of(handle)->session);
}

static void on_button(GLFWwindow *handle, int which, int what, int mods)
{
    window *w = window_of(handle);
    /* Where the press was is what the last move said: the pointer itself may be further already. */
    if (what == GLFW_RELEASE)
        session_release(w->session);
    else
        session_press(w->session,
                      which == GLFW_MOUSE_BUTTON_LEFT    ? BUTTON_LEFT
                      : which == GLFW_MOUSE_BUTTON_RIGHT ? BUTTON_RIGHT
                                                         : BUTTON_MIDDLE,
                      (mods & GLFW_MOD_SHIFT) != 0, (mods & GLFW_MOD_CONTROL) != 0);
}

static void on_scroll(GLFWwindow *handle, double dx, double dy)
{
    (void)dx;
    bool shift = glfwGetKey(handle, GLFW_KEY_LEFT_SHIFT) == GLFW_PRESS ||
                 glfwGetKey(handle, GLFW_KEY_RIGHT_SHIFT) == GLFW_PRESS;
    session_scroll(window_of(handle)->session, dy, shift);
}

static void on_drop(GLFWwindow *handle, int n, const char **paths)
{
    window *w = window_of(handle);
    double x, y;
    glfwGetCursorPos(handle, &x, &y);
    move_to(w, x, y);
    session_drop(w->session, paths, n > 0 ? (size_t)n : 0);
}

/* The name that session_key() knows a key by; letters are those that the user's keyboard prints.
 * @return NULL: none */
static const char *key_name(int key, int scancode, char text[16])
{
    static const struct {
        int key;
        const char *name;
    } names[] = {{GLFW_KEY_ENTER, "Enter"},
                 {GLFW_KEY_KP_ENTER, "Enter"},
                 {GLFW_KEY_LEFT, "Left"},
                 {GLFW_KEY_RIGHT, "Right"},
                 {GLFW_KEY_UP, "Up"},
                 {GLFW_KEY_DOWN, "Down"},
                 {GLFW_KEY_PAGE_UP, "PageUp"},
                 {GLFW_KEY_PAGE_DOWN, "PageDown"},
                 {GLFW_KEY_HOME, "Home"},
                 {GLFW_KEY_END, "End"},
                 {GLFW_KEY_BACKSPACE, "Backspace"},
                 {GLFW_KEY_TAB, "Tab"},
                 {GLFW_KEY_ESCAPE, "Escape"},
                 {GLFW_KEY_F12, "F12"},
                 {GLFW_KEY_KP_ADD, "+"},
                 {GLFW_KEY_KP_SUBTRACT, "-"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].key == key)
            return names[i].name;
    if (key >= GLFW_KEY_KP_0 && key <= GLFW_KEY_KP_9) {
        snprintf(text, 16, "%d", key - GLFW_KEY_KP_0);
        return text;
    }
    const char *printed = glfwGetKeyName(key, scancode);
    if (!printed || !printed[0])
        return NULL;
    snprintf(text, 16, "%.15s", printed);
    if (text[0] >= 'a' && text[0] <= 'z')
        text[0] = (char)(text[0] - 'a' + 'A');
    return text;
}

static void on_key(GLFWwindow *handle, int key, int scancode, int what, int mods)
{
    char text[16], name[32];
    const char *plain = what == GLFW_RELEASE ? NULL : key_name(key, scancode, text);
    if (!plain)
        return;
    snprintf(name, sizeof name, "%s%s%s", mods & GLFW_MOD_CONTROL ? "Ctrl+" : "",
             mods & GLFW_MOD_SHIFT ? "Shift+" : "", plain);
    if (!session_key(window_of(handle)->session, name) && mods & GLFW_MOD_SHIFT)
        session_key(window_of(handle)->session, plain);
}

static void on_text(GLFWwindow *handle, unsigned character)
{
    session_type(window_of(handle)->session, character);
}

/* A name that no file has yet, in the folder where the program was started. */
static void save_picture(window *w)
{
    session *s = w->session;
    char path[64];
    struct stat info;
    problem p;
    for (int i = 1; i < 10000; i++) {
        snprintf(path, sizeof path, "lossview-%d.png", i);
        if (stat(path, &info) != 0)
            break;
    }
    bool had_panel = s->scene.set.panel;
    s->scene.set.panel = false;
    screen screen_now = screen_of(w);
    double scale = screen_scale(&screen_now);
    const picture_size size = {s->layout.width / scale, s->layout.height / scale, scale};
    bool done = picture_save(w->renderer, s, path, &size, &p);
    s->scene.set.panel = had_panel;
    measure(w);
    if (done)
        snprintf(s->notice, sizeof s->notice, "saved %s", path);
    else
        snprintf(s->scene.message, sizeof s->scene.message, "%s", p.text);
    s->needs_draw = true;
}

static void print_command(session *s)
{
    const char *files[MOST_VIEWS];
    settings set = s->scene.set;
    set.panel = set.help = false; /* which a window has anyway, and a picture should not */
    for (size_t i = 0; i < s->scene.n_views; i++)
        files[i] = s->scene.views[i].path;
    command_print(&set, files, s->scene.n_views);
    fflush(stdout);
    snprintf(s->notice, sizeof s->notice, "printed on the terminal");
    s->needs_draw = true;
}

/* The file's name; while it grows, how far it is. */
static void set_title(const window *w)
{
    const scene *c = &w->session->scene;
    char title[700], progress[64] = "";
    size_t done = 0, all = 0;
    for (size_t i = 0; i < c->n_views; i++) {
        done += c->views[i].grid.n_evaluated;
        all += c->views[i].grid.n_total;
    }
    if (done < all)
        snprintf(progress, sizeof progress, " (%zu of %zu points)", done, all);
    if (c->n_views == 2)
        snprintf(title, sizeof title, "%.250s, %.250s%s - lossview", c->views[0].grid.name,
                 c->views[1].grid.name, progress);
    else
        snprintf(title, sizeof title, "%.500s%s%slossview", c->n_views ? c->views[0].grid.name : "",
                 progress, c->n_views ? " - " : "");
    glfwSetWindowTitle(w->handle, title);
}

static bool draw(window *w)
{
    problem p;
    session *s = w->session;
    double start = glfwGetTime();
    bool is_coarse = pace_is_coarse(&w->pace, s->drag != DRAG_NONE);
    if (!renderer_draw(w->renderer, s, is_coarse, &p)) {
        fprintf(stderr, "lossview: %s\n", p.text);
        return false;
    }
    glfwSwapBuffers(w->handle);
    pace_drew(&w->pace, is_coarse, glfwGetTime() - start);
    s->needs_draw = false;
    return true;
}

static int loop(window *w)
{
    session *s = w->session;
    double polled = glfwGetTime();
    while (!glfwWindowShouldClose(w->handle) && !s->wants_quit) {
        if (s->needs_draw && !draw(w))
            return 1;
        bool polls = w->options->watch || scene_is_growing(&s->scene);
        if (polls)
            glfwWaitEventsTimeout(POLL_SECONDS);
        else
            glfwWaitEvents();
        if (polls && glfwGetTime() - polled >= POLL_SECONDS) {
            polled = glfwGetTime();
            bool was_fine = !s->scene.message[0];
            if (scene_poll(&s->scene)) {
                scene_update(&s->scene);
                if (was_fine && s->scene.message[0])
                    fprintf(stderr, "lossview: %s\n", s->scene.message);
                measure(w);
            }
        }
        if (s->wants_picture)
            save_picture(w);
        if (s->wants_print)
            print_command(s);
        s->wants_picture = s->wants_print = false;
        set_title(w);
    }
    return 0;
}

static GLFWwindow *create(const options *o, bool with_samples)
{
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    glfwWindowHint(GLFW_OPENGL_DEBUG_CONTEXT, o->gl_debug ? GLFW_TRUE : GLFW_FALSE);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, o->has_scale ? GLFW_FALSE : GLFW_TRUE);
    glfwWindowHint(GLFW_SAMPLES, with_samples ? 4 : 0);
    glfwWindowHintString(GLFW_X11_CLASS_NAME, "lossview");
    glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "lossview");
    return glfwCreateWindow(o->width, o->height, "lossview", NULL, NULL);
}

/* A window of the scale that was asked for, whatever the system counts in. */
static void resize(const window *w)
{
    screen s = screen_of(w);
    double size[2];
    screen_window_size(&s, w->options->width, w->options->height, size);
    if (w->options->has_scale)
        glfwSetWindowSize(w->handle, (int)(size[0] + 0.5), (int)(size[1] + 0.5));
}

static void listen(window *w)
{
    glfwSetWindowUserPointer(w->handle, w);
    glfwSetFramebufferSizeCallback(w->handle, on_size);
    glfwSetWindowContentScaleCallback(w->handle, on_scale);
    glfwSetWindowRefreshCallback(w->handle, on_refresh);
    glfwSetCursorPosCallback(w->handle, on_move);
    glfwSetCursorEnterCallback(w->handle, on_leave);
    glfwSetMouseButtonCallback(w->handle, on_button);
    glfwSetScrollCallback(w->handle, on_scroll);
    glfwSetKeyCallback(w->handle, on_key);
    glfwSetCharCallback(w->handle, on_text);
    glfwSetDropCallback(w->handle, on_drop);
}

int window_run(session *s, const options *o)
{
    problem p = {""};
    window w = {.session = s, .options = o};
    int result = 1;
    glfwSetErrorCallback(remember_error);
    if (!glfwInit()) {
        fprintf(
            stderr,
            "lossview: no window can be opened: GLFW says \"%s\"; --screenshot=F.png needs none\n",
            glfw_words);
        return 1;
    }
    w.handle = create(o, true);
    if (!w.handle)
        w.handle = create(o, false);
    if (w.handle) {
        glfwMakeContextCurrent(w.handle);
        glfwSwapInterval(1);
    }
    if (!w.handle)
        fprintf(stderr,
                "lossview: no OpenGL 3.3 can be had; tried a core profile by GLFW %s, with and "
                "without multisampling: \"%s\"\n",
                glfwGetVersionString(), glfw_words);
    else if (!gl_load((GLADloadfunc)glfwGetProcAddress))
        fprintf(stderr, "lossview: no OpenGL 3.3 can be had: the driver lacks functions of it\n");
    else if (!(w.renderer = renderer_create(&p)))
        fprintf(stderr, "lossview: %s\n", p.text);
    else {
        if (o->gl_debug)
            gl_listen();
        resize(&w);
        listen(&w);
        measure(&w);
        set_title(&w);
        result = loop(&w);
        if (o->gl_debug && gl_complaints())
            result = 1;
    }
    if (w.renderer)
        renderer_free(w.renderer);
    if (w.handle)
        glfwDestroyWindow(w.handle);
    glfwTerminate();
    return result;
}
