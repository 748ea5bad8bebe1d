/* The panel: which button and slider is where, and what it does when pressed. */
#ifndef PANEL_H
#define PANEL_H

#include "overlay/layout.h"

enum { MOST_WIDGETS = 64 };

typedef struct widget {
    box at;
    const setting *set; /* what it shows and changes, or NULL: */
    int action;         /* a button for an action */
    const char *label;
} widget;

/** Lays the panel out. @param out  [MOST_WIDGETS], written. @return how many. */
size_t panel_layout(const layout *l, widget *out);
/** Which widget is at a place, -1: none. */
int panel_find(const widget *widgets, size_t n, double x, double y);

/** Where a slider's handle is, 0 to 1. The clip's range is that of the values shown. */
double panel_fraction(const scene *s, const widget *w);
/** What a slider does when its handle is moved to a fraction. */
void panel_slide(scene *s, const widget *w, double fraction);
/** What a press at x does to a flag, which flips, or a choice, which steps back on its left third,
 * else on. @return as scene_step() */
bool panel_press(scene *s, const widget *w, double x);
/** The part of a slider's box where its handle moves. */
box panel_track(const layout *l, const widget *w);
/** The value as the panel shows it. */
void panel_value_text(const scene *s, const widget *w, char text[64]);

#endif
