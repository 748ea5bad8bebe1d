/* The overlay is drawn by cairo in any case; here it draws into a document. */
#include "vector_file.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <stdint.h>
#include <string.h>

#include <loss/loss.h>

#include "overlay/overlay.h"
#include "overlay/overlay_parts.h"
#include "svg_text.h"

/* A write that fails is kept by the file and told when it ends. */
static cairo_status_t put(void *file, const unsigned char *bytes, unsigned n)
{
    loss_file_put(file, bytes, n);
    return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *create_pdf(loss_file *file, double width, double height)
{
    return cairo_pdf_surface_create_for_stream(put, file, width, height);
}

static cairo_status_t finish_pdf(cairo_surface_t *surface, loss_file *file)
{
    (void)file;
    cairo_surface_finish(surface);
    return cairo_surface_status(surface);
}

static cairo_surface_t *create_svg(loss_file *file, double width, double height)
{
    (void)file;
    cairo_surface_t *surface = svg_surface_create(width, height);
    cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
    return surface;
}

typedef struct vector_kind {
    const char *ending;
    loss_file_kind file;
    cairo_surface_t *(*create)(loss_file *file, double width, double height);
    cairo_status_t (*finish)(cairo_surface_t *surface, loss_file *file);
} vector_kind;

static const vector_kind KINDS[] = {
    {".pdf", {"PDF document", 0, "%PDF", 4}, create_pdf, finish_pdf},
    {".svg", {"SVG picture", 0, "<?xml", 5}, create_svg, svg_surface_write},
};

static const vector_kind *kind_of(const char *path)
{
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; ending && i < sizeof KINDS / sizeof *KINDS; i++)
        if (strcmp(ending, KINDS[i].ending) == 0)
            return &KINDS[i];
    return NULL;
}

bool vector_is_known(const char *path)
{
    return kind_of(path) != NULL;
}

/* The pixels as cairo has them: premultiplied, in words. */
static cairo_surface_t *image_of(const unsigned char *rgba, int width, int height, bool is_opaque)
{
    cairo_surface_t *image = cairo_image_surface_create(
        is_opaque ? CAIRO_FORMAT_RGB24 : CAIRO_FORMAT_ARGB32, width, height);
    if (cairo_surface_status(image))
        return image;
    unsigned char *rows = cairo_image_surface_get_data(image);
    size_t stride = (size_t)cairo_image_surface_get_stride(image);
    for (size_t y = 0; y < (size_t)height; y++) {
        uint32_t *row = (void *)(rows + y * stride);
        for (size_t x = 0; x < (size_t)width; x++, rgba += 4) {
            uint32_t a = rgba[3], word = a << 24;
            for (int k = 0; k < 3; k++)
                word |= ((uint32_t)rgba[k] * a + 127) / 255 << (16 - 8 * k);
            row[x] = word;
        }
    }
    cairo_surface_mark_dirty(image);
    return image;
}

static cairo_status_t draw(cairo_surface_t *surface, const session *s, const unsigned char *rgba,
                           int factor)
{
    int width = (int)s->layout.width * factor, height = (int)s->layout.height * factor;
    cairo_surface_t *image = image_of(rgba, width, height, s->scene.set.background);
    cairo_t *cr = cairo_create(surface);
    cairo_save(cr);
    cairo_scale(cr, 1.0 / factor, 1.0 / factor);
    cairo_set_source_surface(cr, image, 0, 0);
    cairo_paint(cr);
    cairo_restore(cr);
    bool is_whole = true;
    for (size_t i = 0; i < s->layout.n_panes; i++)
        is_whole = overlay_lines(s, i, cr) && is_whole;
    is_whole = overlay_draw(s, cr) && is_whole;
    cairo_show_page(cr);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    cairo_surface_destroy(image);
    return status ? status : is_whole ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_NO_MEMORY;
}

bool vector_write(const char *path, const session *s, const unsigned char *rgba, int factor,
                  problem *p)
{
    const vector_kind *kind = kind_of(path);
    loss_file *file;
    if (loss_file_open(&file, path, &kind->file))
        return problem_set(p, "%s", loss_last_message());
    cairo_surface_t *surface = kind->create(file, s->layout.width, s->layout.height);
    cairo_status_t status = draw(surface, s, rgba, factor);
    if (!status)
        status = kind->finish(surface, file);
    cairo_surface_destroy(surface);
    if (!status)
        return !loss_file_commit(file) || problem_set(p, "%s", loss_last_message());
    loss_file_abandon(file);
    return problem_set(p, "%s: cannot be drawn: %s", path, cairo_status_to_string(status));
}
