/* What has no depth: the background, and the picture that cairo draws. */
#include <cairo.h>

#include "layers.h"
#include "overlay.h"

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
    gl_set_vec3(l->background, "top", t->background_top.r, t->background_top.g, t->background_top.b);
    cover(l);
}

static void upload(flat_layer *l, cairo_surface_t *image)
{
    int width = cairo_image_surface_get_width(image), height = cairo_image_surface_get_height(image);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, l->texture);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, cairo_image_surface_get_stride(image) / 4);
    if (width != l->width || height != l->height) {
        glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV, NULL);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
        l->width = width;
        l->height = height;
    }
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, width, height, GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV,
                    cairo_image_surface_get_data(image));
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
}

bool flat_layer_overlay(flat_layer *l, const session *s)
{
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)s->layout.width, (int)s->layout.height);
    cairo_t *cr = cairo_create(image);
    overlay_draw(s, cr);
    cairo_surface_flush(image);
    bool done = cairo_status(cr) == CAIRO_STATUS_SUCCESS && cairo_surface_status(image) == CAIRO_STATUS_SUCCESS;
    if (done)
        upload(l, image);
    cairo_destroy(cr);
    cairo_surface_destroy(image);
    if (!done)
        return false;
    glUseProgram(l->overlay);
    glUniform1i(gl_at(l->overlay, "overlay"), 0);
    glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    cover(l);
    return true;
}
