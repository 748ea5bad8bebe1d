/* The list of texts. Each is stretched to the width that it was measured with, so that another font
 * does not move it over its neighbours. */
#include "svg_text.h"

#include <cairo-svg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry {
    char *text;
    double x, y, degrees, size, width, halo, colour[4], halo_colour[3];
    bool bold;
} entry;

/* A drawing, and the texts that belong to it. */
typedef struct svg_texts {
    entry *entries;
    size_t n;
    bool failed; /* memory is out */
    unsigned char *bytes;
    size_t n_bytes;
} svg_texts;

static const cairo_user_data_key_t KEY;

static void destroy(void *list)
{
    svg_texts *t = list;
    for (size_t i = 0; i < t->n; i++)
        free(t->entries[i].text);
    free(t->entries);
    free(t->bytes);
    free(t);
}

static cairo_status_t keep_bytes(void *list, const unsigned char *bytes, unsigned int n)
{
    svg_texts *t = list;
    unsigned char *grown = realloc(t->bytes, t->n_bytes + n + 1);
    if (!grown)
        return CAIRO_STATUS_NO_MEMORY;
    memcpy(grown + t->n_bytes, bytes, n);
    t->bytes = grown;
    t->n_bytes += n;
    grown[t->n_bytes] = 0;
    return CAIRO_STATUS_SUCCESS;
}

cairo_surface_t *svg_surface_create(double width, double height)
{
    svg_texts *t = calloc(1, sizeof *t);
    cairo_surface_t *surface =
        cairo_svg_surface_create_for_stream(t ? keep_bytes : NULL, t, width, height);
    if (t && cairo_surface_set_user_data(surface, &KEY, t, destroy)) {
        cairo_surface_finish(surface);
        destroy(t); /* svg_surface_write() will miss it */
    }
    return surface;
}

bool svg_texts_take(cairo_t *cr, const char *text, double halo, const double *halo_colour)
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
    for (int k = 0; k < 3; k++)
        e->halo_colour[k] = halo_colour ? halo_colour[k] : 1;
    e->colour[3] = 1;
    cairo_pattern_get_rgba(cairo_get_source(cr), &e->colour[0], &e->colour[1], &e->colour[2],
                           &e->colour[3]);
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

static void put_colour(loss_file *file, const char *attribute, const double *colour)
{
    loss_file_print(file, " %s=\"#%02x%02x%02x\"", attribute, (unsigned)(colour[0] * 255 + 0.5),
                    (unsigned)(colour[1] * 255 + 0.5), (unsigned)(colour[2] * 255 + 0.5));
}

static void put_entry(loss_file *file, const entry *e)
{
    loss_file_print(file, "<text transform=\"translate(%.2f %.2f) rotate(%.2f)\"", e->x, e->y,
                    e->degrees);
    loss_file_print(file, " font-size=\"%.2f\"", e->size);
    put_colour(file, "fill", e->colour);
    if (e->colour[3] < 1)
        loss_file_print(file, " fill-opacity=\"%.2f\"", e->colour[3]);
    if (e->bold)
        loss_file_put_text(file, " font-weight=\"bold\"");
    if (e->halo > 0) {
        put_colour(file, "stroke", e->halo_colour);
        loss_file_print(file,
                        " stroke-opacity=\"0.85\" stroke-linejoin=\"round\" stroke-width=\"%.2f\" "
                        "paint-order=\"stroke\"",
                        e->halo);
    }
    if (e->width > 0)
        loss_file_print(file, " textLength=\"%.2f\" lengthAdjust=\"spacingAndGlyphs\"", e->width);
    loss_file_put_text(file, ">");
    put_escaped(file, e->text);
    loss_file_put_text(file, "</text>\n");
}

/* The texts come before the end of the document. */
cairo_status_t svg_surface_write(cairo_surface_t *surface, loss_file *file)
{
    static const char end[] = "</svg>";
    enum { END = sizeof end - 1 };
    const svg_texts *t = cairo_surface_get_user_data(surface, &KEY);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    if (status || !t || t->failed)
        return status ? status : CAIRO_STATUS_NO_MEMORY;
    size_t at = t->n_bytes;
    while (at > 0 && (t->n_bytes - at < END || memcmp(t->bytes + at, end, END) != 0))
        at--;
    loss_file_put(file, t->bytes, at);
    loss_file_put_text(file, "<g font-family=\"DejaVu Sans, Verdana, sans-serif\">\n");
    for (size_t i = 0; i < t->n; i++)
        put_entry(file, &t->entries[i]);
    loss_file_put_text(file, "</g>\n");
    loss_file_put(file, t->bytes + at, t->n_bytes - at);
    return CAIRO_STATUS_SUCCESS;
}
