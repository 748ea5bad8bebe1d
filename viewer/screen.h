/* A window on a screen whose pixels may be small. Knows no GLFW. */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdbool.h>

typedef struct screen {
    /* of the window: in the units that the system places windows and pointers in, and in pixels */
    double width, height, pixels_wide, pixels_high;
    double content_scale; /* that the system wants texts to be drawn at; not above 0: unknown */
    double asked;         /* the scale that the user wants; not above 0: the system's */
} screen;

/** Pixels of one unit of the layout: 1 on a usual screen, 2 where pixels are half as large. */
double screen_scale(const screen *s);
/** The pixel at a place of the window. @return false: the window has no size now */
bool screen_pixel(const screen *s, double x, double y, double pixel[2]);
/** The size in the system's units of a window of w x h units of the layout. */
void screen_window_size(const screen *s, double w, double h, double size[2]);

/** Whole pixels of so many units. */
int screen_pixels(double units, double scale);

#endif
