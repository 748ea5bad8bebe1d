/* A picture of a landscape: what it shows, and how it is drawn with cairo. PNG, SVG and PDF come
 * from the same code. */
#ifndef FIGURE_H
#define FIGURE_H

#include <cairo.h>
#include <loss/loss.h>

#include "loss_label.h"

enum { MOST_CAPTIONS = 16, MOST_FIELDS = 4, MOST_TICKS = 64 };

/** One quantity on the grid. */
typedef struct field {
    const char *label;               /* "test loss (nats per image)" */
    char text[LOSS_LABEL_SIZE + 48]; /* of a label that is not static */
    size_t nx, ny;
    double *values;        /* [ny][nx]; NaN: absent or not finite */
    size_t n_interpolated; /* values of points that are not evaluated yet */
    double *errors; /* [ny][nx] half the height of a band around the curve: standard errors, or
                       NULL */
    size_t n_lines; /* of repeated lines: */
    double *lines;  /* [n_lines][nx], drawn thin; values and errors are their mean and standard
                       deviation */
    const char *word, *unit;     /* in captions: "accuracy", " %" */
    bool is_loss, is_difference; /* else another quantity; of two splits */
    bool on_right;               /* a percentage, on an axis of its own */
    loss_split split;
} field;

typedef struct overlay overlay; /* contour lines and critical points: overlay.h */

typedef struct figure {
    double width, height; /* in device units */
    double unit; /* of the layout, a twentieth of a font's size; 0: as the size has room for */
    const char *title;
    char what[160]; /* "Accuracy of resnet20": what it shows */
    loss_axis x, y;
    const char *x_label, *y_label;
    char loss_label[LOSS_LABEL_SIZE]; /* what the loss is called */
    field fields[MOST_FIELDS];        /* more than one only for lines: train beside test, accuracy
                                         beside loss */
    size_t n_fields;
    size_t n_solutions; /* that the plane goes through, at (0, 0), (1, 0), (0, 1); 0: directions
                           of another kind */
    const loss_path_point *path; /* [n_path] of all runs, drawn on a map. Borrowed */
    size_t n_path;
    overlay *overlay;   /* of a map; NULL: none. Owned. */
    bool has_one_scale; /* x and y are drawn at one scale */
    loss_scale scale;   /* of the colours, or of the curves' axis */
    const char *colours;
    char *captions[MOST_CAPTIONS]; /* owned */
    size_t n_captions;
    bool is_map, has_convexity; /* else curves; the first field is a ratio of eigenvalues */
    bool failed;                /* memory ran out while it was made */
} figure;

/** Adds a caption, printf style; at most 511 bytes of it. */
void figure_add_caption(figure *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** A map of fields[0] with axes and colour bar. @return false: memory ran out, something is
 * missing. What cairo lacks shows in its status. */
bool figure_draw_map(const figure *f, cairo_t *cr);
/** Curves of all fields over x, with bands of one standard error. The same return. */
bool figure_draw_curves(const figure *f, cairo_t *cr);

/** Where a coordinate lies along an axis, 0 to 1 within it. What is far outside, as a hostile file
 * may have it, lies at -2 or 3. NaN for NaN. */
double figure_along(loss_axis axis, double value);

/* Pieces that both kinds share. */
typedef struct frame {
    double left, top, width, height,
        unit; /* plotting area; unit: size of one point of the layout */
} frame;

/** The runs whose paths are drawn: a colour and a name each, and what lines and dots are. Above a
 * plotting area, which figure_legend_height() leaves room for. */
double figure_legend_height(const figure *f, double unit);
void figure_draw_legend(const figure *f, const frame *r, cairo_t *cr);

/** The training paths, within the plotting area of a map, without labels. */
void figure_draw_path(const figure *f, const frame *r, cairo_t *cr);

/** Contour lines, below all marks; then marks of critical points and all labels, above them.
 * figure_draw_marks() returns false when memory is out. */
void figure_draw_contours(const figure *f, const frame *r, cairo_t *cr);
bool figure_draw_marks(const figure *f, const frame *r, cairo_t *cr);

/** The height that suits a width, a unit and what is shown, before it is drawn. */
double figure_fitting_height(const figure *f);
frame figure_frame(const figure *f, double right_margin);
/** Ticks of the scale and their places along it, [MOST_TICKS] each, written. @return
 * how many. */
size_t figure_scale_ticks(const figure *f, double *ticks, double *places);
void figure_text(cairo_t *cr, double x, double y, double align,
                 const char *text); /* align: 0 left, 0.5 centre, 1 right */
void figure_font(cairo_t *cr, double size, bool bold);
void figure_draw_title_and_captions(const figure *f, const frame *r, cairo_t *cr);
void figure_draw_x_axis(const figure *f, const frame *r, cairo_t *cr);
void figure_draw_side_axis(const frame *r, double at, bool outward_right, const double *ticks,
                           const double *places, size_t n, const char *label, cairo_t *cr);

#endif
