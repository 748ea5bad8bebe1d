/* The camera: turns about a target, z up. Knows no window and no OpenGL. */
#ifndef CAMERA_H
#define CAMERA_H

#include <stdbool.h>

#include "scene/vec.h"

typedef struct camera {
    double azimuth;   /* degrees: 0 looks along y, with x to the right; grows as the camera walks
                         anticlockwise round the scene */
    double elevation; /* degrees, -90 .. 90: 90 looks straight down, with y up */
    double zoom;      /* 1: the whole scene fits the view */
    double target[3]; /* what it looks at, from the middle of the box; scene units */
    bool orthographic;
} camera;

/** What has to be in sight, and where. */
typedef struct camera_room {
    double width, height;            /* of the view, pixels */
    double left, right, top, bottom; /* of it, kept free for texts */
    double x, y, z;                  /* the box in scene units: -x .. x, -y .. y, 0 .. z */
} camera_room;

/** How a camera sees a view: with this alone places are seen and picked. */
typedef struct lens {
    camera camera;
    double aspect;           /* width / height of the view */
    double distance;         /* of the camera from what it looks at */
    double shift_x, shift_y; /* of what it looks at from the view's middle, of -1 .. 1 */
    double reach;            /* everything is that near to what it looks at */
    vec3 target;
} lens;

typedef struct ray {
    vec3 origin, direction; /* direction is a unit vector */
} ray;

/** Right, up and towards the camera: unit vectors. Defined at every elevation, also straight
 * from above. */
void camera_basis(const camera *c, vec3 *right, vec3 *up, vec3 *back);
/** The lens with which the box fits the room at zoom 1, as large as it can be. The size does not
 * change while the camera walks round the scene, but near the top and the bottom, whose pictures
 * are maps. */
lens camera_lens(const camera *c, const camera_room *room);
vec3 camera_position(const lens *l);
/** World to clip coordinates. */
mat4 camera_matrix(const lens *l);
/** Where a point is seen: x and y from -1 to 1 over the view (y up), z the depth in -1 .. 1.
 *  @return false if it is behind the camera */
bool camera_project(const mat4 *matrix, vec3 point, vec3 *seen);
/** The ray through a place of the view, x and y in -1 .. 1. */
ray camera_ray(const lens *l, double x, double y);

/** Turns by degrees; the elevation stays within -90 .. 90, the azimuth within -180 .. 180. */
void camera_orbit(camera *c, double azimuth, double elevation);
/** Moves the scene by parts of the height of the view that the lens shows. */
void camera_pan(camera *c, const lens *l, double dx, double dy);
/** Multiplies the zoom, within bounds. */
void camera_magnify(camera *c, double factor);
/** Height in scene units of what is seen at the target's distance. */
double camera_extent(const lens *l);

#endif
