/* Pictures drawn by cairo into files. */
#include "figure/picture.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "display.h"
#include "jpeg_picture.h"
#include "svg_text.h"

static const double DOTS = 300, POINTS = 72; /* an inch */

/* A write that fails is kept by the file and told when it ends. */
static cairo_status_t write_bytes(void *file, const unsigned char *bytes, unsigned int n)
{
    loss_file_put(file, bytes, n);
    return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *make_image(const picture_size *size, loss_file *file)
{
    (void)file;
    double scale = size->in_points ? DOTS / POINTS : 1;
    cairo_surface_t *image = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)(size->width * scale + 0.5), (int)(size->height * scale + 0.5));
    cairo_surface_set_device_scale(image, scale, scale);
    return image;
}

static cairo_status_t finish_png(cairo_surface_t *image, const picture_size *size, loss_file *file)
{
    (void)size;
    errno = 0;
    cairo_status_t status = cairo_surface_write_to_png_stream(image, write_bytes, file);
    return status == CAIRO_STATUS_PNG_ERROR && errno == ENOMEM /* libpng does not tell its cause */
               ? CAIRO_STATUS_NO_MEMORY
               : status;
}

static void row_of(const void *user, size_t y, unsigned char *rgb)
{
    cairo_surface_t *image = (void *)(uintptr_t)user; /* cairo knows no const */
    const unsigned char *pixels = cairo_image_surface_get_data(image);
    const uint32_t *row =
        (const void *)(pixels + y * (size_t)cairo_image_surface_get_stride(image));
    for (size_t x = 0; x < (size_t)cairo_image_surface_get_width(image); x++)
        for (size_t k = 0; k < 3; k++)
            rgb[3 * x + k] = (unsigned char)(row[x] >> (16 - 8 * k));
}

static cairo_status_t finish_jpeg(cairo_surface_t *image, const picture_size *size, loss_file *file)
{
    const jpeg_picture picture = {.width = (size_t)cairo_image_surface_get_width(image),
                                  .height = (size_t)cairo_image_surface_get_height(image),
                                  .dpi = (unsigned)(size->in_points ? DOTS : POINTS),
                                  .row = row_of,
                                  .user = image};
    if (picture.width > JPEG_MOST_SIDE || picture.height > JPEG_MOST_SIDE)
        return CAIRO_STATUS_INVALID_SIZE;
    cairo_surface_flush(image);
    return jpeg_picture_put(&picture, file) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_NO_MEMORY;
}

static cairo_surface_t *make_svg(const picture_size *size, loss_file *file)
{
    (void)file;
    cairo_surface_t *svg = svg_surface_create(size->width, size->height);
    if (size->in_points)
        cairo_svg_surface_set_document_unit(svg, CAIRO_SVG_UNIT_PT);
    return svg;
}

static cairo_status_t finish_svg(cairo_surface_t *svg, const picture_size *size, loss_file *file)
{
    (void)size;
    return svg_surface_write(svg, file);
}

/* A PDF counts in points of 1/72 inch: the picture is then as wide as a page. */
static cairo_surface_t *make_pdf(const picture_size *size, loss_file *file)
{
    cairo_surface_t *pdf =
        cairo_pdf_surface_create_for_stream(write_bytes, file, size->width, size->height);
    if (size->created)
        cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATE_DATE, size->created);
    return pdf;
}

static cairo_status_t finish_pdf(cairo_surface_t *pdf, const picture_size *size, loss_file *file)
{
    (void)pdf;
    (void)size;
    (void)file;
    return CAIRO_STATUS_SUCCESS;
}

static const loss_file_kind PNG_FILE = {"PNG picture", 0, "\x89PNG", 4},
                            SVG_FILE = {"SVG picture", 0, "<?xml", 5},
                            PDF_FILE = {"PDF document", 0, "%PDF", 4};

typedef struct picture_kind {
    const char *ending;
    const loss_file_kind *file;
    cairo_surface_t *(*make)(const picture_size *size, loss_file *file);
    cairo_status_t (*finish)(cairo_surface_t *surface, const picture_size *size, loss_file *file);
} picture_kind;

static const picture_kind KINDS[] = {{".png", &PNG_FILE, make_image, finish_png},
                                     {".jpg", &JPEG_FILE, make_image, finish_jpeg},
                                     {".jpeg", &JPEG_FILE, make_image, finish_jpeg},
                                     {".svg", &SVG_FILE, make_svg, finish_svg},
                                     {".pdf", &PDF_FILE, make_pdf, finish_pdf}};
enum { N_KINDS = sizeof KINDS / sizeof *KINDS };

/* NULL: none. */
static const picture_kind *kind_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < N_KINDS; i++)
        if (strcmp(dot, KINDS[i].ending) == 0)
            return &KINDS[i];
    return NULL;
}

const char *const *picture_endings(void)
{
    static const char *endings[N_KINDS + 1];
    for (size_t i = 0; i < N_KINDS; i++)
        endings[i] = KINDS[i].ending;
    return endings;
}

bool picture_is_known(const char *path)
{
    return kind_of(path) != NULL;
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

int picture_write(const char *path, const picture_size *size, draw_function draw, void *user)
{
    loss_file *file;
    const picture_kind *kind = kind_of(path);
    loss_status opened = loss_file_open(&file, path, kind->file);
    if (opened)
        return report_failure(opened);
    cairo_surface_t *surface = kind->make(size, file);
    cairo_status_t status = draw_on(surface, draw, user);
    if (!status)
        status = kind->finish(surface, size, file);
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
