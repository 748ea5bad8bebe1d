/* The soft shadow of a surface on the floor. */
#include "layers.h"
#include "scene/occlusion.h"

bool floor_layer_create(floor_layer *l, problem *p)
{
    *l = (floor_layer){0};
    l->program = gl_program(floor_vert, floor_frag, p);
    glGenVertexArrays(1, &l->array);
    glGenTextures(MOST_VIEWS, l->shadows);
    return l->program != 0;
}

void floor_layer_free(floor_layer *l)
{
    glDeleteProgram(l->program);
    glDeleteVertexArrays(1, &l->array);
    glDeleteTextures(MOST_VIEWS, l->shadows);
}

void floor_layer_upload(floor_layer *l, const scene *s, size_t number)
{
    uint8_t shadow[FLOOR_SIDE][FLOOR_SIDE];
    l->has[number] = number < s->n_views && s->views[number].has_relief;
    if (!l->has[number])
        return;
    occlusion_floor(&s->views[number].relief, shadow);
    gl_set_texture(l->shadows[number], GL_RED, FLOOR_SIDE, FLOOR_SIDE, shadow[0]);
}

void floor_layer_draw(const floor_layer *l, const eye *e, size_t number)
{
    const settings *set = &e->scene->set;
    if (!l->has[number] || !set->grid || !settings_lit(set, &e->camera) || e->camera.elevation < 0)
        return;
    glUseProgram(l->program);
    gl_set_matrix(l->program, "matrix", e->matrix);
    glUniform1f(gl_at(l->program, "reach"), (float)FLOOR_REACH);
    glUniform1f(gl_at(l->program, "darkest"), set->theme == THEME_DARK ? 0.55f : 0.30f);
    glUniform1i(gl_at(l->program, "shadow"), 0);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, l->shadows[number]);
    glBindVertexArray(l->array);
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
    glBindVertexArray(0);
}
