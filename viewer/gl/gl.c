/* Programs, uniforms, and the driver's complaints. */
#include "gl.h"

#include <stdio.h>
#include <string.h>

static GLuint compile(GLenum kind, const char *text, problem *p)
{
    GLuint shader = glCreateShader(kind);
    GLint good = 0;
    glShaderSource(shader, 1, &text, NULL);
    glCompileShader(shader);
    glGetShaderiv(shader, GL_COMPILE_STATUS, &good);
    if (good)
        return shader;
    char log[400] = "";
    glGetShaderInfoLog(shader, sizeof log, NULL, log);
    problem_set(p, "the OpenGL driver does not take a shader: %s", log);
    glDeleteShader(shader);
    return 0;
}

GLuint gl_program(const char *vertex, const char *fragment, problem *p)
{
    GLuint a = compile(GL_VERTEX_SHADER, vertex, p),
           b = a ? compile(GL_FRAGMENT_SHADER, fragment, p) : 0, program = 0;
    GLint good = 0;
    if (a && b) {
        program = glCreateProgram();
        glAttachShader(program, a);
        glAttachShader(program, b);
        glLinkProgram(program);
        glGetProgramiv(program, GL_LINK_STATUS, &good);
        if (!good) {
            char log[400] = "";
            glGetProgramInfoLog(program, sizeof log, NULL, log);
            problem_set(p, "the OpenGL driver does not link a shader: %s", log);
            glDeleteProgram(program);
            program = 0;
        }
    }
    glDeleteShader(a);
    glDeleteShader(b);
    return program;
}

GLint gl_at(GLuint program, const char *name)
{
    return glGetUniformLocation(program, name);
}

void gl_set_matrix(GLuint program, const char *name, mat4 m)
{
    float values[16];
    mat_to_floats(m, values);
    glUniformMatrix4fv(gl_at(program, name), 1, GL_FALSE, values);
}

void gl_set_vec3(GLuint program, const char *name, double x, double y, double z)
{
    glUniform3f(gl_at(program, name), (float)x, (float)y, (float)z);
}

void gl_set_texture(GLuint texture, GLenum layout, GLsizei width, GLsizei height,
                    const uint8_t *texels)
{
    GLint inside = layout == GL_RED ? GL_R8 : GL_RGB8;
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, texture);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glTexImage2D(GL_TEXTURE_2D, 0, inside, width, height, 0, layout, GL_UNSIGNED_BYTE, texels);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
}

/* Of KHR_debug, which is not left to glad: its search for an extension crashes where there was no
 * memory for one of their names. */
enum {
    DEBUG_OUTPUT = 0x92E0,
    DEBUG_OUTPUT_SYNCHRONOUS = 0x8242,
    DEBUG_TYPE_PERFORMANCE = 0x8250,
    DEBUG_SEVERITY_NOTIFICATION = 0x826B
};
typedef void(GLAD_API_PTR *listener)(GLenum source, GLenum kind, GLuint id, GLenum severity,
                                     GLsizei length, const GLchar *text, const void *user);
typedef void(GLAD_API_PTR *set_listener)(listener listens, const void *user);

static GLADloadfunc loads;
static unsigned complaints;

bool gl_load(GLADloadfunc load)
{
    loads = load;
    return gladLoadGL(load) != 0;
}

static bool has_extension(const char *name)
{
    GLint n = 0;
    bool has = false;
    glGetIntegerv(GL_NUM_EXTENSIONS, &n);
    for (GLint i = 0; i < n && !has; i++) {
        const char *found = (const char *)glGetStringi(GL_EXTENSIONS, (GLuint)i);
        has = found && strcmp(found, name) == 0;
    }
    return has;
}

static void GLAD_API_PTR complain(GLenum source, GLenum kind, GLuint id, GLenum severity,
                                  GLsizei length, const GLchar *text, const void *user)
{
    (void)source;
    (void)id;
    (void)length;
    (void)user;
    if (severity == DEBUG_SEVERITY_NOTIFICATION || kind == DEBUG_TYPE_PERFORMANCE)
        return;
    complaints++;
    fprintf(stderr, "OpenGL: %s\n", text);
}

void gl_listen(void)
{
    set_listener set =
        has_extension("GL_KHR_debug") ? (set_listener)loads("glDebugMessageCallback") : NULL;
    if (!set)
        return;
    glEnable(DEBUG_OUTPUT);
    glEnable(DEBUG_OUTPUT_SYNCHRONOUS);
    set(complain, NULL);
}

/* Errors since the last call; a lost context has one for ever. */
static bool take_errors(void)
{
    bool ran_out = false;
    GLenum error;
    for (int i = 0; i < 16 && (error = glGetError()) != GL_NO_ERROR; i++) {
        ran_out |= error == GL_OUT_OF_MEMORY;
        complaints++;
        fprintf(stderr, "OpenGL: error 0x%04x\n", error);
    }
    return ran_out;
}

bool gl_ran_out(void)
{
    return take_errors();
}

unsigned gl_complaints(void)
{
    take_errors();
    return complaints;
}
