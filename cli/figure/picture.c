/* Pictures drawn by cairo into files. */
#include "figure/picture.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "display.h"
#include "svg_text.h"

typedef enum picture_kind { PICTURE_PNG, PICTURE_SVG, PICTURE_PDF, N_PICTURES } picture_kind;

static const struct {
    const char *ending;
    loss_file_kind file;
} kinds[N_PICTURES] = {
    [PICTURE_PNG] = {".png", {"PNG picture", 0, "\x89PNG", 4}},
    [PICTURE_SVG] = {".svg", {"SVG picture", 0, "<?xml", 5}},
    [PICTURE_PDF] = {".pdf", {"PDF document", 0, "%PDF", 4}},
};

/* N_PICTURES: none. */
static picture_kind kind_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    int kind = 0;
    while (kind < N_PICTURES && (!dot || strcmp(dot, kinds[kind].ending) != 0))
        kind++;
    return (picture_kind)kind;
}

const char *const *picture_endings(void)
{
    static const char *endings[N_PICTURES + 1];
    for (int kind = 0; kind < N_PICTURES; kind++)
        endings[kind] = kinds[kind].ending;
    return endings;
}

bool picture_is_known(const char *path)
{
    return kind_of(path) < N_PICTURES;
}

/* A write that fails is kept by the file and told when it ends. */
static cairo_status_t write_bytes(void *file, const unsigned char *bytes, unsigned int n)
{
    loss_file_put(file, bytes, n);
    return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *make_surface(picture_kind kind, const picture_size *size,
                                     const char *created, loss_file *file)
{
    static const double dots = 300.0 / 72;
    if (kind == PICTURE_SVG) {
        cairo_surface_t *svg = svg_surface_create(size->width, size->height);
        if (size->in_points)
            cairo_svg_surface_set_document_unit(svg, CAIRO_SVG_UNIT_PT);
        return svg;
    }
    if (kind == PICTURE_PNG) {
        double scale = size->in_points ? dots : 1;
        cairo_surface_t *image =
            cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(size->width * scale + 0.5),
                                       (int)(size->height * scale + 0.5));
        cairo_surface_set_device_scale(image, scale, scale);
        return image;
    }
    /* A PDF counts in points of 1/72 inch: the picture is then as wide as a page. */
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(write_bytes, file, size->width, size->height);
    if (created)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, created);
    return surface;
}

static cairo_status_t draw_on(cairo_surface_t *surface, draw_function draw, void *user)
{
    cairo_t *cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    bool drawn = draw(user, cr);
    cairo_show_page(cr);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    return status ? status : drawn ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_NO_MEMORY;
}

int picture_write(const char *path, const picture_size *size, const char *created,
                  draw_function draw, void *user)
{
    loss_file *file;
    picture_kind kind = kind_of(path);
    loss_status opened = loss_file_open(&file, path, &kinds[kind].file);
    if (opened)
        return report_failure(opened);
    cairo_surface_t *surface = make_surface(kind, size, created, file);
    cairo_status_t status = draw_on(surface, draw, user);
    errno = 0;
    if (!status && kind == PICTURE_PNG)
        status = cairo_surface_write_to_png_stream(surface, write_bytes, file);
    if (status == CAIRO_STATUS_PNG_ERROR && errno == ENOMEM) /* libpng does not tell its cause */
        status = CAIRO_STATUS_NO_MEMORY;
    if (!status && kind == PICTURE_SVG)
        status = svg_surface_write(surface, file);
    cairo_surface_finish(surface);
    if (!status)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (!status) {
        loss_status written = loss_file_commit(file);
        return written ? report_failure(written) : EXIT_OK;
    }
    loss_file_abandon(file);
    return report_error(LOSS_ERR_SYSTEM, "%s: cannot be drawn: %s", display(path),
                        cairo_status_to_string(status));
}
