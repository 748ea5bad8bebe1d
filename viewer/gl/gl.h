/* OpenGL 3.3 core, and small helpers. Only files in gl/ include this. */
#ifndef GL_H
#define GL_H

#include <glad/gl.h>

#include "problem.h"
#include "scene/vec.h"

/** Loads OpenGL's functions; a context is current. */
bool gl_load(GLADloadfunc load);

/** Compiles and links. @return 0 with the driver's words in *p. */
GLuint gl_program(const char *vertex, const char *fragment, problem *p);
/** Where a uniform is; -1, which OpenGL ignores, if the shader does not use it. */
GLint gl_at(GLuint program, const char *name);
void gl_set_matrix(GLuint program, const char *name, mat4 m);
void gl_set_vec3(GLuint program, const char *name, double x, double y, double z);

/** Gives a texture its texels, rows of bytes without gaps, and binds it to unit 0. Between texels
 * it is linear, beyond them the last one.
 *  @param layout  of a texel: GL_RED, GL_RGB */
void gl_set_texture(GLuint texture, GLenum layout, GLsizei width, GLsizei height,
                    const uint8_t *texels);

/** With KHR_debug: has the driver's complaints printed on standard error, and counts them. */
void gl_listen(void);
/** Whether the driver ran out of memory since the last call. */
bool gl_ran_out(void);
/** How many complaints there were; those of performance and notes do not count. */
unsigned gl_complaints(void);

/* shaders/, as text (made by the Makefile). */
extern const char surface_vert[], surface_frag[], line_vert[], line_frag[], flat_vert[],
    background_frag[], overlay_frag[], floor_vert[], floor_frag[];

#endif
