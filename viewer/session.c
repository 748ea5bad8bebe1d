/* What hands do to the scene. */
#include "session.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "overlay/barcode.h"
#include "overlay/chooser_box.h"
#include "overlay/strip.h"
#include "scene/epochs.h"
#include "scene/scene_build.h"

void session_init(session *s)
{
    *s = (session){.hot = -1, .needs_draw = true};
    scene_init(&s->scene);
    s->scene.set.panel = true;
}

void session_free(session *s)
{
    scene_free(&s->scene);
    chooser_close(&s->chooser);
}

/* What is under the mouse now: after each change of scene, camera or layout, too. */
static void pick(session *s)
{
    double x, y;
    bool was_hit = s->hover.is_hit;
    s->hover.is_hit = false;
    if (s->has_mouse && s->drag == DRAG_NONE && !s->scene.set.help && !s->chooser.is_open &&
        layout_find_pane(&s->layout, s->mouse_x, s->mouse_y, &s->hover_pane, &x, &y)) {
        lens l = layout_lens(&s->layout, &s->scene, s->hover_pane);
        s->hover_view = s->layout.panes[s->hover_pane].view;
        s->hover = scene_hover(&s->scene, s->hover_view, &l, x, y);
    }
    s->needs_draw |= s->hover.is_hit || was_hit;
}

bool session_pointer(const session *s, size_t number, double *x, double *y, bool *is_hidden)
{
    const pane *p = &s->layout.panes[number];
    if (!s->hover.is_hit || number >= s->layout.n_panes || number == s->hover_pane ||
        p->view != s->hover_view)
        return false;
    lens l = layout_lens(&s->layout, &s->scene, number);
    *is_hidden = scene_is_hidden(&s->scene, p->view, &l, s->hover.at);
    return layout_seen(p, &l, s->hover.at, x, y);
}

void session_layout(session *s, double width, double height, double unit)
{
    s->layout = layout_of(width, height, unit, &s->scene);
    s->n_widgets = panel_layout(&s->layout, s->widgets);
    chooser_set_rows(&s->chooser, chooser_rows(&s->layout));
    pick(s);
    s->needs_draw = true;
}

/* After the scene was made again, whole or not. */
static void made(session *s, bool is_whole)
{
    problem p;
    if (is_whole)
        s->scene.message[0] = 0;
    if (!scene_has_all(&s->scene, &p))
        snprintf(s->notice, sizeof s->notice, "%.255s", p.text);
    session_layout(s, s->layout.width, s->layout.height, s->layout.unit);
}

/* After settings have changed. */
static void changed(session *s)
{
    made(s, scene_update(&s->scene));
}

static void put(session *s, const char *name, double change)
{
    const setting *which = setting_find(name);
    setting_put(&s->scene.set, which, setting_get(&s->scene.set, which) + change);
    changed(s);
}

/* Until there are others: of round ones there are not as many as are asked for. */
static void put_levels(session *s, double change)
{
    const setting *which = setting_find("levels");
    size_t before = s->scene.n_levels;
    bool has_changed = true;
    while (has_changed && s->scene.n_levels == before) {
        has_changed = setting_put(&s->scene.set, which, setting_get(&s->scene.set, which) + change);
        changed(s);
        has_changed = has_changed && s->scene.n_views;
    }
}

static void show_from(session *s, const char *side)
{
    settings_view(&s->scene.set, side);
    s->needs_draw = true;
}

/* Through the basins that any of the files has. */
static void step_basin(session *s, int step)
{
    size_t most = 0;
    double before = s->scene.set.basin;
    s->scene.set.barcode |= step > 0;
    changed(s);
    for (size_t i = 0; i < s->scene.n_views; i++)
        most = s->scene.views[i].basins.n > most ? s->scene.views[i].basins.n : most;
    s->scene.set.basin = fmax(0, fmin(before + step, (double)most));
    changed(s);
}

/* The bar under the mouse: its basin is shown as long as it is there. */
static void point_at_bar(session *s)
{
    size_t pointed[2] = {0, 0};
    if (s->has_mouse && s->drag == DRAG_NONE && !s->scene.set.help)
        barcode_find(&s->layout, &s->scene, s->mouse_x, s->mouse_y, &pointed[0], &pointed[1]);
    if (memcmp(pointed, s->scene.pointed, sizeof pointed) == 0)
        return;
    memcpy(s->scene.pointed, pointed, sizeof pointed);
    changed(s);
}

void session_act(session *s, action what)
{
    camera *c = &s->scene.set.view;
    static const double turn = 5, magnify = 1.15;
    s->notice[0] = 0;
    s->needs_draw = true;
    switch (what) {
    case ACTION_RESET: *c = settings_default().view; break;
    case ACTION_FRONT: show_from(s, "front"); break;
    case ACTION_RIGHT_SIDE: show_from(s, "right"); break;
    case ACTION_TOP: show_from(s, "top"); break;
    case ACTION_ISO: show_from(s, "iso"); break;
    case ACTION_LEFT: camera_orbit(c, -turn, 0); break;
    case ACTION_RIGHT: camera_orbit(c, turn, 0); break;
    case ACTION_UP: camera_orbit(c, 0, turn); break;
    case ACTION_DOWN: camera_orbit(c, 0, -turn); break;
    case ACTION_NEARER: camera_magnify(c, magnify); break;
    case ACTION_FARTHER: camera_magnify(c, 1 / magnify); break;
    case ACTION_MORE_LEVELS: put_levels(s, 1); break;
    case ACTION_FEWER_LEVELS: put_levels(s, -1); break;
    case ACTION_HIGHER: put(s, "exaggeration", 0.1); break;
    case ACTION_LOWER: put(s, "exaggeration", -0.1); break;
    case ACTION_EPOCH_NEXT:
    case ACTION_EPOCH_BEFORE:
        epochs_step(&s->scene, what == ACTION_EPOCH_NEXT ? 1 : -1);
        changed(s);
        break;
    case ACTION_BASIN_NEXT: step_basin(s, 1); break;
    case ACTION_BASIN_BEFORE: step_basin(s, -1); break;
    case ACTION_PICTURE: s->wants_picture = true; break;
    case ACTION_PRINT: s->wants_print = true; break;
    case ACTION_OPEN: session_choose(s); break;
    case ACTION_RELOAD:
        for (size_t i = 0; i < s->scene.n_views; i++)
            memset(s->scene.views[i].stamp, 0, sizeof s->scene.views[i].stamp);
        if (scene_poll(&s->scene) && !s->scene.message[0])
            changed(s);
        break;
    case ACTION_CLOSE_SECOND:
        scene_close(&s->scene, 1);
        changed(s);
        break;
    case ACTION_QUIT: s->wants_quit = true; break;
    case ACTION_NONE: break;
    }
    pick(s);
}

bool session_key(session *s, const char *name)
{
    if (session_chooser_key(s, name))
        return true;
    for (size_t i = 0; i < N_BINDINGS; i++)
        for (size_t k = 0; BINDINGS[i].keys[k]; k++)
            if (strcmp(BINDINGS[i].keys[k], name) == 0) {
                session_act(s, BINDINGS[i].action);
                return true;
            }
    int step = 1;
    if (strncmp(name, "Shift+", 6) == 0) {
        name += 6;
        step = -1;
    }
    for (size_t i = 0; i < N_SETTINGS; i++)
        if (SETTINGS[i].key && strcmp(SETTINGS[i].key, name) == 0) {
            s->notice[0] = 0;
            made(s, scene_step(&s->scene, &SETTINGS[i], step));
            return true;
        }
    return false;
}

/* The epoch under the mouse, in the strip where it was pressed. */
static void show_epoch(session *s)
{
    size_t epoch;
    if (!strip_epoch(&s->layout, &s->scene, s->held_strip, s->mouse_x, &epoch))
        return;
    epochs_show(&s->scene, epoch);
    changed(s);
}

static void slide_held(session *s)
{
    const widget *w = &s->widgets[s->held];
    box track = panel_track(&s->layout, w);
    panel_slide(&s->scene, w, (s->mouse_x - track.x) / track.w);
    changed(s);
}

void session_press(session *s, button which, bool shift, bool ctrl)
{
    int at = panel_find(s->widgets, s->n_widgets, s->mouse_x, s->mouse_y);
    s->notice[0] = 0;
    if (session_chooser_press(s))
        return;
    s->needs_draw = true;
    if (s->scene.set.help) {
        s->scene.set.help = false;
        pick(s);
        return;
    }
    if (at >= 0 && which == BUTTON_LEFT) {
        const widget *w = &s->widgets[at];
        if (!w->set) {
            session_act(s, (action)w->action);
        } else if (w->set->kind == SETTING_NUMBER) {
            s->held = (size_t)at;
            s->drag = DRAG_WIDGET;
            slide_held(s);
        } else {
            made(s, panel_press(&s->scene, w, s->mouse_x));
        }
        return;
    }
    if (box_holds(s->layout.panel, s->mouse_x, s->mouse_y))
        return;
    if (which == BUTTON_LEFT && strip_find(&s->layout, s->mouse_x, s->mouse_y, &s->held_strip)) {
        s->drag = DRAG_EPOCH;
        show_epoch(s);
        return;
    }
    if (which == BUTTON_LEFT && barcode_holds(&s->layout, s->mouse_x, s->mouse_y)) {
        double number = (double)s->scene.pointed[1];
        s->scene.set.basin =
            number < s->scene.set.basin || number > s->scene.set.basin ? number : 0;
        changed(s);
        return;
    }
    double x, y;
    if (!layout_find_pane(&s->layout, s->mouse_x, s->mouse_y, &s->held_pane, &x, &y))
        s->held_pane = 0;
    s->drag = which == BUTTON_LEFT     ? (shift  ? DRAG_PAN
                                          : ctrl ? DRAG_ZOOM
                                                 : DRAG_ORBIT)
              : which == BUTTON_MIDDLE ? DRAG_PAN
                                       : DRAG_ZOOM;
}

void session_release(session *s)
{
    s->needs_draw |=
        s->drag != DRAG_NONE; /* what was drawn coarsely while it moved is drawn finely again */
    s->drag = DRAG_NONE;
    pick(s);
}

void session_leave(session *s)
{
    s->has_mouse = false;
    point_at_bar(s);
    pick(s);
}

void session_move(session *s, double x, double y)
{
    double dx = x - s->mouse_x, dy = y - s->mouse_y;
    camera *c = &s->scene.set.view;
    s->mouse_x = x;
    s->mouse_y = y;
    s->has_mouse = true;
    if (session_chooser_move(s))
        return;
    static const double degrees_per_unit = 0.4;
    if (s->drag == DRAG_ORBIT)
        camera_orbit(c, -dx / s->layout.unit * degrees_per_unit,
                     dy / s->layout.unit * degrees_per_unit);
    else if (s->drag == DRAG_PAN) {
        double height = s->layout.panes[s->held_pane].at.h;
        lens l = layout_lens(&s->layout, &s->scene, s->held_pane);
        camera_pan(c, &l, dx / height, -dy / height);
    } else if (s->drag == DRAG_ZOOM)
        camera_magnify(c, exp(-dy / s->layout.unit * 0.008));
    else if (s->drag == DRAG_WIDGET)
        slide_held(s);
    else if (s->drag == DRAG_EPOCH)
        show_epoch(s);
    int hot = panel_find(s->widgets, s->n_widgets, x, y);
    point_at_bar(s);
    pick(s);
    s->needs_draw |= s->drag != DRAG_NONE || hot != s->hot;
    s->hot = hot;
}

void session_scroll(session *s, double steps, bool shift)
{
    if (session_chooser_scroll(s, steps))
        return;
    if (box_holds(s->layout.panel, s->mouse_x, s->mouse_y)) {
        int at = panel_find(s->widgets, s->n_widgets, s->mouse_x, s->mouse_y);
        if (at >= 0 && s->widgets[at].set && s->widgets[at].set->kind == SETTING_NUMBER) {
            panel_slide(&s->scene, &s->widgets[at],
                        panel_fraction(&s->scene, &s->widgets[at]) + 0.03 * steps);
            changed(s);
        }
        return;
    }
    camera_magnify(&s->scene.set.view, pow(shift ? 1.03 : 1.12, steps));
    pick(s);
    s->needs_draw = true;
}

void session_drop(session *s, const char *const *paths, size_t n)
{
    size_t max_bytes = s->scene.n_views ? s->scene.views[0].max_bytes : 0, number = 0, at;
    double x, y;
    if (n == 1 && s->scene.n_views == 2)
        number = layout_find_pane(&s->layout, s->mouse_x, s->mouse_y, &at, &x, &y)
                     ? s->layout.panes[at].view
                     : 0;
    bool done = n > 0 && scene_open(&s->scene, number, paths[0], max_bytes);
    if (done && n > 1)
        done = scene_open(&s->scene, 1, paths[1], max_bytes);
    s->needs_draw = true;
    if (done)
        changed(s);
}
