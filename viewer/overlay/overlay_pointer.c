/* The place that the mouse points at in one pane, in the other panes of the same view. */
#include "overlay/draw.h"
#include "overlay/overlay_parts.h"

/* A ring with four strokes around it, dark within a pale rim, so that it is seen on any colour;
 * faint where the surface hides the place. */
static void crosshair(cairo_t *cr, double x, double y, double u, double alpha)
{
    static const double dx[] = {1, 0, -1, 0}, dy[] = {0, 1, 0, -1};
    for (int pass = 0; pass < 2; pass++) {
        ink(cr, pass ? (rgb){0.08, 0.08, 0.1} : (rgb){1, 1, 1}, alpha);
        cairo_set_line_width(cr, (pass ? 1.8 : 4.6) * u);
        cairo_new_sub_path(cr);
        cairo_arc(cr, x, y, 6 * u, 0, 6.28318530717958648);
        for (int k = 0; k < 4; k++) {
            cairo_move_to(cr, x + 6 * u * dx[k], y + 6 * u * dy[k]);
            cairo_line_to(cr, x + 15 * u * dx[k], y + 15 * u * dy[k]);
        }
        cairo_stroke(cr);
    }
}

void overlay_pointer(const session *s, cairo_t *cr)
{
    for (size_t i = 0; i < s->layout.n_panes; i++) {
        double x, y;
        bool is_hidden;
        if (!session_pointer(s, i, &x, &y, &is_hidden))
            continue;
        const box *b = &s->layout.panes[i].at;
        cairo_save(cr);
        cairo_rectangle(cr, b->x, b->y, b->w, b->h);
        cairo_clip(cr);
        crosshair(cr, x, y, s->layout.unit, is_hidden ? 0.35 : 1);
        cairo_restore(cr);
    }
}
