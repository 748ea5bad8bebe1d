/* Cairo surfaces that write to a temporary file, renamed when whole. */
#include "picture.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *ending_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot : "";
}

bool picture_is_known(const char *path)
{
    const char *ending = ending_of(path);
    return strcmp(ending, ".png") == 0 || strcmp(ending, ".svg") == 0 ||
           strcmp(ending, ".pdf") == 0;
}

static cairo_status_t write_bytes(void *file, const unsigned char *bytes, unsigned int n)
{
    return fwrite(bytes, 1, n, file) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static cairo_surface_t *make_surface(const char *path, double width, double height,
                                     const char *created, FILE *file)
{
    if (strcmp(ending_of(path), ".svg") == 0)
        return cairo_svg_surface_create_for_stream(write_bytes, file, width, height);
    if (strcmp(ending_of(path), ".png") == 0)
        return cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    /* A PDF counts in points of 1/72 inch: the picture is then as wide as a page. */
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(write_bytes, file, width, height);
    if (created)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, created);
    return surface;
}

static cairo_status_t draw_to(FILE *file, const char *path, double width, double height,
                              const char *created, draw_function draw, void *user)
{
    cairo_surface_t *surface = make_surface(path, width, height, created, file);
    cairo_t *cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    draw(user, cr);
    cairo_show_page(cr);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    if (!status && cairo_surface_get_type(surface) == CAIRO_SURFACE_TYPE_IMAGE)
        status = cairo_surface_write_to_png_stream(surface, write_bytes, file);
    cairo_surface_finish(surface);
    if (!status)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return status;
}

bool picture_write(const char *path, double width, double height, const char *created,
                   draw_function draw, void *user)
{
    char temporary[4096];
    snprintf(temporary, sizeof temporary, "%s.tmp-%ld", path, (long)getpid());
    FILE *file = fopen(temporary, "wb");
    if (!file) {
        fprintf(stderr, "lossgrid: %s: cannot write: %s\n", path, strerror(errno));
        return false;
    }
    errno = 0;
    cairo_status_t status = draw_to(file, path, width, height, created, draw, user);
    bool written = !status && fflush(file) == 0 && fsync(fileno(file)) == 0;
    int error = errno;
    written = fclose(file) == 0 && written;
    if (written && rename(temporary, path) == 0)
        return true;
    const char *reason =
        status && !error ? cairo_status_to_string(status) : strerror(error ? error : errno);
    fprintf(stderr, "lossgrid: %s: cannot write: %s\n", path, reason);
    unlink(temporary);
    return false;
}
