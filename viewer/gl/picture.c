/* A picture without a window: a multisampled framebuffer, resolved and read back; of a large
 * picture one tile after the other. */
#include <stdlib.h>

#include "gl.h"
#include "renderer.h"

enum { MOST_SAMPLES = 8 };

typedef struct target {
    GLuint framebuffers[2], buffers[3]; /* many samples and one; colour, depth, colour */
} target;

static bool complete(void)
{
    return glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
}

static bool target_create(target *t, int width, int height)
{
    GLint most = 0;
    glGetIntegerv(GL_MAX_SAMPLES, &most);
    GLsizei many = most < MOST_SAMPLES ? most : MOST_SAMPLES;
    glGenFramebuffers(2, t->framebuffers);
    glGenRenderbuffers(3, t->buffers);
    glBindRenderbuffer(GL_RENDERBUFFER, t->buffers[0]);
    glRenderbufferStorageMultisample(GL_RENDERBUFFER, many, GL_RGBA8, width, height);
    glBindRenderbuffer(GL_RENDERBUFFER, t->buffers[1]);
    glRenderbufferStorageMultisample(GL_RENDERBUFFER, many, GL_DEPTH_COMPONENT24, width, height);
    glBindRenderbuffer(GL_RENDERBUFFER, t->buffers[2]);
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, width, height);
    glBindFramebuffer(GL_FRAMEBUFFER, t->framebuffers[1]);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, t->buffers[2]);
    bool done = complete();
    glBindFramebuffer(GL_FRAMEBUFFER, t->framebuffers[0]);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, t->buffers[0]);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_RENDERBUFFER, t->buffers[1]);
    return done && complete();
}

static void target_free(target *t)
{
    glDeleteFramebuffers(2, t->framebuffers);
    glDeleteRenderbuffers(3, t->buffers);
}

/* OpenGL's first row is the lowest, and its colours are premultiplied. */
static void turn(unsigned char *pixels, int width, int height)
{
    size_t stride = (size_t)width * 4;
    for (int y = 0; y < height / 2; y++)
        for (size_t i = 0; i < stride; i++) {
            unsigned char *a = pixels + (size_t)y * stride + i,
                          *b = pixels + (size_t)(height - 1 - y) * stride + i, swap = *a;
            *a = *b;
            *b = swap;
        }
    for (size_t i = 0; i < (size_t)height * stride; i += 4) {
        unsigned alpha = pixels[i + 3];
        for (int k = 0; k < 3 && alpha && alpha < 255; k++) {
            unsigned value = (pixels[i + (size_t)k] * 255u + alpha / 2) / alpha;
            pixels[i + (size_t)k] = (unsigned char)(value > 255 ? 255 : value);
        }
    }
}

/* Reads the tile that was drawn into its place of the picture, whose first row is the lowest. */
static void read_tile(const target *t, const tile_place *at, unsigned char *pixels, int width,
                      int height)
{
    int low = height - at->y - at->height;
    glBindFramebuffer(GL_READ_FRAMEBUFFER, t->framebuffers[0]);
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, t->framebuffers[1]);
    glDisable(GL_SCISSOR_TEST);
    glBlitFramebuffer(0, 0, at->width, at->height, 0, 0, at->width, at->height, GL_COLOR_BUFFER_BIT,
                      GL_NEAREST);
    glBindFramebuffer(GL_READ_FRAMEBUFFER, t->framebuffers[1]);
    glPixelStorei(GL_PACK_ALIGNMENT, 4);
    glPixelStorei(GL_PACK_ROW_LENGTH, width);
    glReadPixels(0, 0, at->width, at->height, GL_RGBA, GL_UNSIGNED_BYTE,
                 pixels + 4 * ((size_t)low * (size_t)width + (size_t)at->x));
    glPixelStorei(GL_PACK_ROW_LENGTH, 0);
    glBindFramebuffer(GL_FRAMEBUFFER, t->framebuffers[0]);
}

/* Draws all tiles. */
static bool draw_tiles(renderer *r, session *s, const target *t, unsigned char *pixels, problem *p)
{
    int width = (int)s->layout.width, height = (int)s->layout.height;
    for (size_t number = 0;; number++) {
        tile_place at;
        if (!renderer_draw_tile(r, s, number, &at, p))
            return false;
        if (!at.is_there)
            return true;
        read_tile(t, &at, pixels, width, height);
    }
}

unsigned char *renderer_picture(renderer *r, session *s, int width, int height, double scale,
                                problem *p)
{
    double unit = scale * layout_picture_unit(width / scale, height / scale);
    GLint most[2] = {0, 0}, most_buffer = 0;
    layout before = s->layout;
    glGetIntegerv(GL_MAX_VIEWPORT_DIMS, most);
    glGetIntegerv(GL_MAX_RENDERBUFFER_SIZE, &most_buffer);
    if (width > most[0] || height > most[1]) {
        problem_set(p, "%d x %d pixels: this OpenGL draws at most %d x %d", width, height, most[0],
                    most[1]);
        return NULL;
    }
    if (renderer_tile(r) > most_buffer)
        renderer_set_tile(r, most_buffer);
    int side = renderer_tile(r);
    target t = {{0}, {0}};
    unsigned char *pixels = malloc((size_t)width * (size_t)height * 4);
    bool done = pixels != NULL;
    if (!done)
        problem_set(p, "%d x %d pixels: out of memory", width, height);
    if (done && !target_create(&t, width < side ? width : side, height < side ? height : side))
        done = problem_set(p, "%d x %d pixels: the OpenGL driver has no framebuffer for them",
                           width, height);
    if (done) {
        session_layout(s, width, height, unit);
        s->hover.is_hit = false;
        done = draw_tiles(r, s, &t, pixels, p);
        session_layout(s, before.width, before.height, before.unit);
    }
    if (done)
        turn(pixels, width, height);
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    target_free(&t);
    if (!done) {
        free(pixels);
        pixels = NULL;
    }
    return pixels;
}
