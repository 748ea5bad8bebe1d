/* Labels on a map. */
#include "figure/labels.h"

#include "drawing.h"
#include "svg_text.h"

box box_around(double x, double y, double half_width, double half_height)
{
    return (box){x - half_width, y - half_height, x + half_width, y + half_height};
}

bool label_room_is_free(const label_room *room, box b)
{
    if (room->n == MOST_BOXES || b.left < room->area.left || b.right > room->area.right ||
        b.top < room->area.top || b.bottom > room->area.bottom)
        return false;
    for (size_t i = 0; i < room->n; i++) {
        const box *t = &room->taken[i];
        if (b.left < t->right && t->left < b.right && b.top < t->bottom && t->top < b.bottom)
            return false;
    }
    return true;
}

bool label_room_take(label_room *room, box taken)
{
    if (room->n == MOST_BOXES)
        return false;
    room->taken[room->n++] = taken;
    return true;
}

void label_size(cairo_t *cr, const char *text, double *width, double *height)
{
    cairo_text_extents_t extents;
    cairo_text_extents(cr, text, &extents);
    *width = extents.x_advance;
    *height = -extents.y_bearing;
}

void label_draw(cairo_t *cr, double x, double y, double angle, double unit, const char *text)
{
    double width, height;
    label_size(cr, text, &width, &height);
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_rotate(cr, angle);
    cairo_move_to(cr, -width / 2, height / 2);
    cairo_set_source_rgb(cr, 0.1, 0.1, 0.1);
    if (!svg_texts_take(cr, text, 4 * unit, NULL)) {
        drawing_text_path(cr, text);
        cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
        cairo_set_source_rgba(cr, 1, 1, 1, 0.85);
        cairo_set_line_width(cr, 4 * unit);
        cairo_stroke_preserve(cr);
        cairo_set_source_rgb(cr, 0.1, 0.1, 0.1);
        cairo_fill(cr);
    }
    cairo_restore(cr);
}

bool label_beside(const double at[2], const char *text, double unit, label_room *room, cairo_t *cr)
{
    static const double places[8][2] = {{1, 0},  {-1, 0},  {0, -1}, {0, 1},
                                        {1, -1}, {-1, -1}, {1, 1},  {-1, 1}};
    double width, height;
    label_size(cr, text, &width, &height);
    for (int i = 0; i < 16; i++) {
        const double *place = places[i % 8];
        double gap = (i < 8 ? 14 : 21) * unit;
        double x = at[0] + place[0] * (gap + width / 2 - (place[1] != 0 ? gap / 2 : 0));
        double y = at[1] + place[1] * (gap + height / 2);
        box wanted = box_around(x, y, width / 2 + 3 * unit, height / 2 + 3 * unit);
        if (!label_room_is_free(room, wanted))
            continue;
        label_room_take(room, wanted);
        label_draw(cr, x, y, 0, unit, text);
        return true;
    }
    return false;
}
