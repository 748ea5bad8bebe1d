/* Pictures and turns, without a window. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gl.h"
#include "headless.h"
#include "pictures.h"
#include "window.h"

bool picture_save(renderer *r, session *s, const char *path, int width, int height, problem *p)
{
    unsigned char *pixels = renderer_picture(r, s, width, height, p);
    if (!pixels)
        return false;
    png_file *f = png_begin(path, width, height, s->scene.set.background ? 3 : 4, 1, 0, p);
    bool done = f != NULL;
    if (f) {
        done = png_frame(f, pixels, p);
        done = png_end(f, p) && done;
    }
    free(pixels);
    return done;
}

/* One turn round the vertical, from where the camera is. */
static bool turn(renderer *r, session *s, const options *o, problem *p)
{
    char path[4096];
    int channels = s->scene.set.background ? 3 : 4;
    static const unsigned seconds = 6;
    if (mkdir(o->turntable, 0777) != 0 && errno != EEXIST)
        return problem_set(p, "%s: %s", o->turntable, strerror(errno));
    snprintf(path, sizeof path, "%s/turntable.png", o->turntable);
    png_file *all = png_begin(path, o->width, o->height, channels, o->frames,
                              1000 * seconds / o->frames + 1, p);
    bool done = all != NULL;
    for (unsigned i = 0; i < o->frames && done; i++) {
        snprintf(path, sizeof path, "%s/frame-%03u.png", o->turntable, i);
        unsigned char *pixels = renderer_picture(r, s, o->width, o->height, p);
        png_file *one = pixels ? png_begin(path, o->width, o->height, channels, 1, 0, p) : NULL;
        done = one && png_frame(one, pixels, p);
        done = one && png_end(one, p) && done && png_frame(all, pixels, p);
        free(pixels);
        camera_orbit(&s->scene.set.view, 360.0 / o->frames, 0);
    }
    return all && png_end(all, p) && done;
}

int pictures_run(session *s, const options *o)
{
    problem p = {""};
    headless *h = headless_create(&p);
    renderer *r = NULL;
    if (h && o->gl_debug)
        gl_listen();
    if (h)
        r = renderer_create(&p);
    if (r)
        renderer_set_tile(r, (int)o->tile);
    bool done = r &&
                (!o->screenshot || picture_save(r, s, o->screenshot, o->width, o->height, &p)) &&
                (!o->turntable || turn(r, s, o, &p));
    if (!done)
        fprintf(stderr, "lossview: %s\n", p.text);
    if (h && o->gl_debug && gl_complaints())
        done = false;
    renderer_free(r);
    headless_free(h);
    return done ? 0 : 1;
}
