/* Textures of the regions that the scene has made of its basins. */
#include "layers.h"

void region_layer_create(region_layer *l)
{
    *l = (region_layer){0};
    glGenTextures(MOST_VIEWS, l->textures);
}

void region_layer_free(region_layer *l)
{
    glDeleteTextures(MOST_VIEWS, l->textures);
}

void region_layer_upload(region_layer *l, const scene *s, size_t number)
{
    const view *v = &s->views[number];
    GLint most = 0;
    glGetIntegerv(GL_MAX_TEXTURE_SIZE, &most);
    l->has[number] =
        v->basins.region && v->relief.nx <= (size_t)most && v->relief.ny <= (size_t)most;
    if (!l->has[number])
        return;
    glActiveTexture(GL_TEXTURE1);
    glBindTexture(GL_TEXTURE_2D, l->textures[number]);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_R8, (GLsizei)v->relief.nx, (GLsizei)v->relief.ny, 0, GL_RED,
                 GL_UNSIGNED_BYTE, v->basins.region);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glActiveTexture(GL_TEXTURE0);
}

void region_layer_set(const region_layer *l, const eye *e, size_t number, GLuint program)
{
    const relief *r = &e->scene->views[number].relief;
    double nx = (double)r->nx, ny = (double)r->ny, parts = (double)r->parts;
    glUniform1i(gl_at(program, "has_region"), l->has[number]);
    glUniform1i(gl_at(program, "region"), 1);
    if (!l->has[number])
        return;
    glActiveTexture(GL_TEXTURE1);
    glBindTexture(GL_TEXTURE_2D, l->textures[number]);
    glActiveTexture(GL_TEXTURE0);
    glUniform2f(gl_at(program, "region_scale"), (float)(parts / nx), (float)(parts / ny));
    glUniform2f(gl_at(program, "region_offset"), (float)(0.5 / nx), (float)(0.5 / ny));
    glUniform1f(gl_at(program, "region_end"), (float)e->scene->views[number].basins.end);
    glUniform1f(gl_at(program, "region_line"), (float)(1.3 * e->unit));
}
