/* Draws a session with OpenGL into whatever framebuffer is bound. Wants a current context. */
#ifndef RENDERER_H
#define RENDERER_H

#include "session.h"

typedef struct renderer renderer;

/** @return NULL with the reason */
renderer *renderer_create(problem *p);
/** NULL is a no-op. */
void renderer_free(renderer *r);
/** Draws, after uploading what has changed. The framebuffer has the size of the session's
 * layout.
 *  @param is_coarse  something is moving: large surfaces are drawn coarsely
 *  @return false with the reason */
bool renderer_draw(renderer *r, const session *s, bool is_coarse, problem *p);

/** A part of a picture, pixels from the upper left. */
typedef struct tile_place {
    bool is_there; /* false: past the last */
    int x, y, width, height;
} tile_place;
/** Draws the tile of that number of a picture into the lower left corner of the framebuffer, and
 * says where in the picture it is. */
bool renderer_draw_tile(renderer *r, const session *s, size_t number, tile_place *at, problem *p);
/** Pictures are drawn in tiles of that many pixels at most in width and height. */
void renderer_set_tile(renderer *r, int side);
int renderer_tile(const renderer *r);

/** Draws without a window and returns the picture: [height][width][4] bytes RGBA, not
 * premultiplied, first row on top; 8-fold multisampled where the driver can. Caller frees.
 *  @param width, height  pixels
 *  @param scale  texts and lines are so many times as large as in a picture of width / scale x
 * height / scale
 *  @return NULL with the reason: larger than the driver can, out of memory */
unsigned char *renderer_picture(renderer *r, session *s, int width, int height, double scale,
                                problem *p);

#endif
