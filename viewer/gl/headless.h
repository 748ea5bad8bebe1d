/* OpenGL 3.3 without a display: EGL on Mesa's surfaceless platform, or on a graphics card's
 * device. */
#ifndef HEADLESS_H
#define HEADLESS_H

#include "problem.h"

typedef struct headless headless;

/** A current context that draws into framebuffer objects only.
 *  @return NULL; the sentence names all that was tried and what each said */
headless *headless_create(problem *p);
void headless_free(headless *h);

#endif
