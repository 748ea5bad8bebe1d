/* Parts of the scene that are made of files and settings. */
#ifndef SCENE_BUILD_H
#define SCENE_BUILD_H

#include "scene.h"

/** Frees all that was made of the view's grid; the grid stays. */
void scene_view_clear(view *v);

#endif
