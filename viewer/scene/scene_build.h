/* Surfaces, lines and marks of a scene, made of its files and settings. */
#ifndef SCENE_BUILD_H
#define SCENE_BUILD_H

#include "scene/scene.h"

/** Makes what the settings and files ask for, if anything has changed since the last time.
 *  @return false if the settings cannot be met (message says why): they go back to what they
 * were */
bool scene_update(scene *s);

#endif
