/* What has no depth: the background, and the picture that cairo draws. */
#include <stdint.h>

#include <cairo.h>

#include "colours.h"
#include "layers.h"
#include "overlay/overlay.h"

bool flat_layer_create(flat_layer *l, problem *p)
{
    *l = (flat_layer){0};
    l->background = gl_program(flat_vert, background_frag, p);
    l->overlay = l->background ? gl_program(flat_vert, overlay_frag, p) : 0;
    glGenVertexArrays(1, &l->array);
    glGenTextures(1, &l->texture);
    return l->overlay != 0;
}

void flat_layer_free(flat_layer *l)
{
    glDeleteProgram(l->background);
    glDeleteProgram(l->overlay);
    glDeleteVertexArrays(1, &l->array);
    glDeleteTextures(1, &l->texture);
}

static void cover(const flat_layer *l)
{
    glBindVertexArray(l->array);
    glDrawArrays(GL_TRIANGLES, 0, 3);
    glBindVertexArray(0);
}

void flat_layer_background(flat_layer *l, int number)
{
    const theme *t = theme_of(number);
    glUseProgram(l->background);
    gl_set_vec3(l->background, "bottom", t->background.r, t->background.g, t->background.b);
    gl_set_vec3(l->background, "top", t->background_top.r, t->background_top.g,
                t->background_top.b);
    cover(l);
}

static void upload(flat_layer *l, cairo_surface_t *image)
{
    int width = cairo_image_surface_get_width(image),
        height = cairo_image_surface_get_height(image);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, l->texture);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, cairo_image_surface_get_stride(image) / 4);
    if (width != l->width || height != l->height) {
        glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_BGRA,
                     GL_UNSIGNED_INT_8_8_8_8_REV, NULL);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
        l->width = width;
        l->height = height;
    }
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, width, height, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV,
                    cairo_image_surface_get_data(image));
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
}

enum { TILE = 64 };

/* Whether anything is drawn in the tile at (x, y). */
static bool is_used(const unsigned char *pixels, int stride, int width, int height, int x, int y)
{
    for (int row = y; row < height && row < y + TILE; row++) {
        const uint32_t *at = (const void *)(pixels + (size_t)row * (size_t)stride);
        for (int i = x; i < width && i < x + TILE; i++)
            if (at[i])
                return true;
    }
    return false;
}

/* Covers only the tiles where something is drawn, in runs: most of the overlay is empty, and a
 * renderer in software pays for every pixel that it blends. */
static void cover_used(const flat_layer *l, cairo_surface_t *image)
{
    const unsigned char *pixels = cairo_image_surface_get_data(image);
    int stride = cairo_image_surface_get_stride(image);
    glEnable(GL_SCISSOR_TEST);
    for (int y = 0; y < l->height; y += TILE)
        for (int x = 0, start = 0; x < l->width + TILE; x += TILE) {
            bool used = x < l->width && is_used(pixels, stride, l->width, l->height, x, y);
            if (!used && start < x) {
                glScissor(start, l->height - y - TILE, x - start, TILE);
                cover(l);
            }
            start = used ? start : x + TILE;
        }
    glDisable(GL_SCISSOR_TEST);
}

bool flat_layer_overlay(flat_layer *l, const session *s, int x, int y, int width, int height)
{
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    cairo_t *cr = cairo_create(image);
    cairo_translate(cr, -x, -y);
    bool is_whole = overlay_draw(s, cr);
    cairo_surface_flush(image);
    bool done = is_whole && cairo_status(cr) == CAIRO_STATUS_SUCCESS &&
                cairo_surface_status(image) == CAIRO_STATUS_SUCCESS;
    if (done) {
        upload(l, image);
        glUseProgram(l->overlay);
        glUniform1i(gl_at(l->overlay, "overlay"), 0);
        glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
        cover_used(l, image);
    }
    cairo_destroy(cr);
    cairo_surface_destroy(image);
    return done;
}
