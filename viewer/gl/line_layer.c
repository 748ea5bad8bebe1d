/* Lines as instances of a rectangle: every width, antialiased, in the core profile. */
#include <stddef.h>

#include "layers.h"

bool line_layer_create(line_layer *l, problem *p)
{
    *l = (line_layer){0};
    l->program = gl_program(line_vert, line_frag, p);
    return l->program != 0;
}

void line_layer_free(line_layer *l)
{
    for (int i = 0; i < MOST_VIEWS; i++)
        for (int k = 0; k < N_LINES; k++) {
            glDeleteVertexArrays(1, &l->lines[i][k].array);
            glDeleteBuffers(1, &l->lines[i][k].segments);
        }
    glDeleteProgram(l->program);
}

static void prepare(struct line_buffers *b)
{
    glGenVertexArrays(1, &b->array);
    glGenBuffers(1, &b->segments);
    glBindVertexArray(b->array);
    glBindBuffer(GL_ARRAY_BUFFER, b->segments);
    glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, sizeof(segment),
                          (const void *)offsetof(segment, a));
    glVertexAttribPointer(1, 3, GL_FLOAT, GL_FALSE, sizeof(segment),
                          (const void *)offsetof(segment, b));
    glVertexAttribIPointer(2, 1, GL_UNSIGNED_INT, sizeof(segment),
                           (const void *)offsetof(segment, level));
    for (GLuint i = 0; i < 3; i++) {
        glEnableVertexAttribArray(i);
        glVertexAttribDivisor(i, 1);
    }
}

void line_layer_upload(line_layer *l, size_t number, line_kind kind, const segment *segments,
                       size_t n)
{
    struct line_buffers *b = &l->lines[number][kind];
    if (!b->array)
        prepare(b);
    glBindBuffer(GL_ARRAY_BUFFER, b->segments);
    glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)(n * sizeof *segments), segments, GL_DYNAMIC_DRAW);
    glBindVertexArray(0);
    b->n = (GLsizei)n;
}

void line_layer_draw(line_layer *l, const eye *e, size_t number, line_kind kind,
                     const line_style *style, GLuint map)
{
    const struct line_buffers *b = &l->lines[number][kind];
    if (!b->n)
        return;
    glUseProgram(l->program);
    gl_set_matrix(l->program, "matrix", e->matrix);
    gl_set_vec3(l->program, "pull", e->back.x * style->pull, e->back.y * style->pull,
                e->back.z * style->pull);
    glUniform2f(gl_at(l->program, "viewport"), (float)e->width, (float)e->height);
    glUniform2f(gl_at(l->program, "origin"), (float)e->x, (float)e->y);
    glUniform1f(gl_at(l->program, "half_width"), (float)(style->width / 2));
    glUniform4fv(gl_at(l->program, "line_colours"), N_LINE_COLOURS, style->colours[0]);
    glUniform1i(gl_at(l->program, "is_mapped"), style->is_mapped);
    glUniform1i(gl_at(l->program, "colours"), 0);
    if (style->is_mapped) {
        float places[MOST_LEVELS];
        for (size_t i = 0; i < e->scene->n_levels; i++)
            places[i] = (float)loss_scale_place(&e->scene->scale, e->scene->levels[i]);
        glUniform1fv(gl_at(l->program, "places"), (GLsizei)e->scene->n_levels, places);
        glActiveTexture(GL_TEXTURE0);
        glBindTexture(GL_TEXTURE_2D, map);
    }
    glBindVertexArray(b->array);
    glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, b->n);
    glBindVertexArray(0);
}
