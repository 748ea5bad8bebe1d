/* Surfaces, lines and marks of a scene, made of its files and settings. */
#ifndef SCENE_BUILD_H
#define SCENE_BUILD_H

#include "scene/scene.h"

/** Makes what the settings and files ask for, if anything has changed since the last time.
 *  @return false if the settings cannot be met (message says why): they go back to what they
 * were */
bool scene_update(scene *s);

/** Steps a flag or a choice on (-1: back) and makes what it asks for; what a file cannot meet is
 * passed over. @return false if something was: the message says why */
bool scene_step(scene *s, const setting *which, int step);

/** Shows the surfaces as they were when only the first points had been evaluated: frame i of a film
 * of n. Scales stay; marks come with the last frame. @return false with the scene's message */
bool scene_show_growth(scene *s, size_t i, size_t n);
/** Whether the files have what the settings ask for beside the surface: a surface, a path of
 * training, so many basins. @return false with the reason */
bool scene_has_all(const scene *s, problem *p);

#endif
