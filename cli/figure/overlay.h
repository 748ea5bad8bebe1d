/* What a map shows above its colours: contour lines and critical points, with labels that keep
 * clear of each other. */
#ifndef OVERLAY_H
#define OVERLAY_H

#include "figure/figure.h"
#include "inputs/levels.h"

/** A picture takes no more marks: the most persistent ones are drawn. */
enum { MOST_MARKS = 100 };

typedef struct overlay_options {
    level_choice levels;
    bool has_scale; /* else levels are spread as the colours */
    loss_level_scale scale;
    bool has_criticals;
    bool has_persistence; /* else a twentieth of the colours' range */
    double persistence;   /* in units of the field; on a logarithmic scale, in powers of ten */
    bool grid_values;     /* say the grid point's value beside each mark's */
} overlay_options;

/** Made of the figure's first field and its scale: lines and points are those of the values as the
 * scale stretches them, as the colours are. */
struct overlay {
    loss_contours *lines;      /* levels as the scale stretches them, see overlay_value() */
    loss_criticals *criticals; /* NULL: none wanted */
    double persistence;        /* what is marked has at least this */
    size_t n_marks;            /* the first so many critical points are */
    loss_scale scale;          /* the figure's */
    bool is_unfinished;
    bool grid_values; /* marks say their grid point's value too */
};

/** Reads --contours and --critical. @return -1 to go on, or an exit code. */
int overlay_parse(const char *contours, const char *critical, overlay_options *options);

loss_status overlay_make(overlay **out, const figure *f, const overlay_options *options);
void overlay_free(overlay *o);

/** A value of the field, from what the overlay's lines and points have. */
double overlay_value(const overlay *o, double value);

/** The text beside a mark: its kind and value, and its grid point's value if that is wanted. */
enum { MARK_TEXT = 64 };
void overlay_mark_text(const overlay *o, const loss_critical *point, char text[MARK_TEXT]);

/** A caption that says what is marked; "" if nothing is. */
void overlay_caption(const overlay *o, char *text, size_t size);

#endif
