/* The list of texts. Each is stretched to the width that it was measured with, so that another font
 * does not move it over its neighbours. */
#include "figure/svg_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry {
    char *text;
    double x, y, degrees, size, width, halo, colour[3];
    bool bold;
} entry;

struct svg_texts {
    entry *entries;
    size_t n;
    bool failed;
};

static const cairo_user_data_key_t KEY;

static void destroy(void *list)
{
    svg_texts *t = list;
    for (size_t i = 0; i < t->n; i++)
        free(t->entries[i].text);
    free(t->entries);
    free(t);
}

svg_texts *svg_texts_attach(cairo_surface_t *surface)
{
    svg_texts *t = calloc(1, sizeof *t);
    if (t && cairo_surface_set_user_data(surface, &KEY, t, destroy)) {
        free(t);
        return NULL;
    }
    return t;
}

bool svg_texts_take(cairo_t *cr, const char *text, double halo)
{
    svg_texts *t = cairo_surface_get_user_data(cairo_get_target(cr), &KEY);
    if (!t)
        return false;
    entry *grown = realloc(t->entries, (t->n + 1) * sizeof *grown);
    char *copy = strdup(text);
    t->entries = grown ? grown : t->entries;
    if (!grown || !copy) {
        free(copy);
        t->failed = true;
        return true;
    }
    entry *e = &grown[t->n++];
    cairo_matrix_t space, font;
    cairo_text_extents_t extents;
    double alpha;
    *e = (entry){.text = copy};
    cairo_get_current_point(cr, &e->x, &e->y);
    cairo_user_to_device(cr, &e->x, &e->y);
    cairo_get_matrix(cr, &space);
    cairo_get_font_matrix(cr, &font);
    cairo_text_extents(cr, text, &extents);
    double scale = hypot(space.xx, space.yx);
    e->degrees = atan2(space.yx, space.xx) * 180 / 3.14159265358979323846;
    e->size = font.xx * scale;
    e->width = extents.x_advance * scale;
    e->halo = halo * scale;
    e->bold = cairo_toy_font_face_get_weight(cairo_get_font_face(cr)) == CAIRO_FONT_WEIGHT_BOLD;
    if (cairo_pattern_get_rgba(cairo_get_source(cr), &e->colour[0], &e->colour[1], &e->colour[2],
                               &alpha))
        memset(e->colour, 0, sizeof e->colour);
    return true;
}

static void put_escaped(loss_file *file, const char *text)
{
    for (const char *c = text; *c; c++)
        if (*c == '&')
            loss_file_put_text(file, "&amp;");
        else if (*c == '<')
            loss_file_put_text(file, "&lt;");
        else
            loss_file_put(file, c, 1);
}

bool svg_texts_write(const svg_texts *t, loss_file *file)
{
    loss_file_put_text(file, "<g font-family=\"DejaVu Sans, Verdana, sans-serif\">\n");
    for (size_t i = 0; i < t->n; i++) {
        const entry *e = &t->entries[i];
        loss_file_print(file, "<text transform=\"translate(%.2f %.2f) rotate(%.2f)\"", e->x, e->y,
                        e->degrees);
        loss_file_print(file, " font-size=\"%.2f\" fill=\"#%02x%02x%02x\"", e->size,
                        (unsigned)(e->colour[0] * 255 + 0.5), (unsigned)(e->colour[1] * 255 + 0.5),
                        (unsigned)(e->colour[2] * 255 + 0.5));
        if (e->bold)
            loss_file_put_text(file, " font-weight=\"bold\"");
        if (e->halo > 0)
            loss_file_print(file,
                            " stroke=\"#fff\" stroke-opacity=\"0.85\" stroke-linejoin=\"round\" "
                            "stroke-width=\"%.2f\" paint-order=\"stroke\"",
                            e->halo);
        if (e->width > 0)
            loss_file_print(file, " textLength=\"%.2f\" lengthAdjust=\"spacingAndGlyphs\"",
                            e->width);
        loss_file_put_text(file, ">");
        put_escaped(file, e->text);
        loss_file_put_text(file, "</text>\n");
    }
    loss_file_put_text(file, "</g>\n");
    return !t->failed;
}
