/* Texts of the axes, marks and lines of a pane, none over another. */
#include <math.h>

#include "overlay/draw.h"
#include "overlay/overlay_parts.h"
#include "scene/axes.h"

static void draw_axis_label(places *p, const axis_label *l, cairo_t *cr)
{
    const theme *t = theme_of(p->scene->set.theme);
    double u = p->unit, x, y, ox, oy;
    if (!places_see(p, l->at, &x, &y) ||
        !places_see(p, vec_add(l->at, vec_scale(l->outward, 0.1)), &ox, &oy))
        return;
    if (scene_is_hidden(p->scene, p->view, &p->lens, vec_add(l->at, vec_scale(l->outward, 0.03))))
        return; /* it would seem to lie on the surface */
    double dx = ox - x, dy = oy - y, length = hypot(dx, dy);
    if (length < 1e-6)
        return;
    font(cr, (l->is_name ? 13 : 12) * u, l->is_name);
    dx /= length;
    dy /= length;
    double w = text_width(cr, l->text), h = 12 * u, reach = 16 * u * l->distance;
    /* The text's nearer side is that far from the axis, whatever way it lies. */
    double half = fabs(dx) * w / 2 + fabs(dy) * h / 2, cx = x + dx * (reach - 4 * u + half),
           cy = y + dy * (reach - 4 * u + half);
    box b = {cx - w / 2 - 2 * u, cy - h / 2 - u, w + 4 * u, h + 2 * u};
    if (!places_are_free(p, b))
        return;
    places_take(p, b);
    halo_text(cr, t, u, cx, cy + 4.3 * u, 0.5, l->text);
}

bool overlay_labels(const session *s, size_t number, cairo_t *cr)
{
    static _Thread_local places p; /* too large for a stack of unknown size */
    static _Thread_local axes a;
    places_begin(&p, &s->layout, &s->scene, number);
    axes_make(&a, &s->scene, p.view, &p.lens.camera);
    cairo_save(cr);
    cairo_rectangle(cr, p.area.x, p.area.y, p.area.w, p.area.h);
    cairo_clip(cr);
    places_take(&p, overlay_legend(s, number, cr));
    for (int names = 1; names >= 0; names--)
        for (size_t i = 0; i < a.n_labels; i++)
            if (a.labels[i].is_name == (names == 1))
                draw_axis_label(&p, &a.labels[i], cr);
    bool is_whole = overlay_marks(&p, cr);
    cairo_restore(cr);
    return is_whole;
}
