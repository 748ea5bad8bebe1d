/* The widgets come from the table of settings: whatever has a label is in the panel. */
#include "overlay/panel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "action.h"
#include "scene/scene_build.h"

enum { ROW = 28, MARGIN = 10, GAP = 4, HEAD = 40 };

static const struct {
    const char *label;
    action action;
} BUTTONS[] = {{"Reset", ACTION_RESET},
               {"Front", ACTION_FRONT},
               {"Side", ACTION_RIGHT_SIDE},
               {"Top", ACTION_TOP},
               {"Picture", ACTION_PICTURE}};
enum { N_BUTTONS = sizeof BUTTONS / sizeof *BUTTONS };

static size_t n_rows(void)
{
    size_t rows = 1, flags = 0;
    for (size_t i = 0; i < N_SETTINGS; i++)
        if (SETTINGS[i].label && SETTINGS[i].kind == SETTING_FLAG)
            flags++;
        else if (SETTINGS[i].label)
            rows++;
    return rows + (flags + 1) / 2;
}

size_t panel_layout(const layout *l, widget *out)
{
    size_t n = 0, flags = 0;
    if (!(l->panel.w > 0))
        return 0;
    double room = (l->panel.h - HEAD * l->unit) / (double)n_rows(),
           row = room < ROW * l->unit ? room : ROW * l->unit;
    double left = l->panel.x + MARGIN * l->unit, width = l->panel.w - 2 * MARGIN * l->unit,
           y = l->panel.y + HEAD * l->unit;
    double gap = GAP * l->unit * row / (ROW * l->unit);
    for (int i = 0; i < N_BUTTONS; i++) {
        double part = width / N_BUTTONS;
        out[n++] = (widget){{left + part * i, y, part - gap, row - gap},
                            NULL,
                            (int)BUTTONS[i].action,
                            BUTTONS[i].label};
    }
    y += row;
    for (size_t i = 0; i < N_SETTINGS && n < MOST_WIDGETS; i++) {
        const setting *set = &SETTINGS[i];
        if (!set->label)
            continue;
        box at = {left, y, width - gap, row - gap};
        bool is_flag = set->kind == SETTING_FLAG;
        if (is_flag) {
            at.w = width / 2 - gap;
            at.x += (double)(flags % 2) * width / 2;
        }
        if (!is_flag || flags++ % 2)
            y += row;
        out[n++] = (widget){at, set, ACTION_NONE, set->label};
    }
    return n;
}

int panel_find(const widget *widgets, size_t n, double x, double y)
{
    for (size_t i = 0; i < n; i++)
        if (box_holds(widgets[i].at, x, y))
            return (int)i;
    return -1;
}

static bool is_clip(const widget *w)
{
    return w->set && w->set->has_none;
}

/* The range that the clip moves in: of all values, whatever is cut off now. */
static loss_scale clip_range(const scene *s)
{
    loss_scale range = s->scale;
    range.low = s->full_low;
    range.high = s->full_high;
    if (range.kind == LOSS_SCALE_LOG && !(range.low > 0))
        range.kind = LOSS_SCALE_LINEAR;
    return range;
}

double panel_fraction(const scene *s, const widget *w)
{
    double value = setting_get(&s->set, w->set);
    double place = (value - w->set->low) / (w->set->high - w->set->low);
    if (is_clip(w)) {
        loss_scale range = clip_range(s);
        place = isinf(value) ? 1 : range.low < range.high ? loss_scale_place(&range, value) : 1;
    }
    return place < 0 || isnan(place) ? 0 : place > 1 ? 1 : place;
}

void panel_slide(scene *s, const widget *w, double fraction)
{
    fraction = fraction < 0 ? 0 : fraction > 1 ? 1 : fraction;
    if (is_clip(w)) {
        loss_scale range = clip_range(s);
        bool is_none = fraction > 0.995 || !(range.low < range.high);
        setting_put(&s->set, w->set,
                    is_none ? (double)INFINITY : loss_scale_value(&range, fmax(fraction, 0.02)));
    } else {
        setting_put(&s->set, w->set, w->set->low + fraction * (w->set->high - w->set->low));
    }
}

box panel_track(const layout *l, const widget *w)
{
    double left = 84 * l->unit, right = 48 * l->unit;
    return (box){w->at.x + left, w->at.y, w->at.w - left - right, w->at.h};
}

bool panel_press(scene *s, const widget *w, double x)
{
    bool is_back = w->set->kind == SETTING_CHOICE && x < w->at.x + w->at.w / 3;
    return scene_step(s, w->set, is_back ? -1 : 1);
}

void panel_value_text(const scene *s, const widget *w, char text[64])
{
    setting_text(&s->set, w->set, text);
    if (w->set->kind == SETTING_NUMBER && !isinf(setting_get(&s->set, w->set)))
        snprintf(text, 64, "%.3g", setting_get(&s->set, w->set));
}
