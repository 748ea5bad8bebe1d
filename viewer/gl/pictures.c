/* Pictures and turns, without a window. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "film.h"
#include "gl.h"
#include "headless.h"
#include "picture_file.h"
#include "pictures.h"
#include "scene/epochs.h"
#include "scene/scene_build.h"
#include "screen.h"
#include "vector_file.h"
#include "window.h"

#include <loss/loss.h>

static bool save_pixels(const char *path, const session *s, int width, int height,
                        const unsigned char *pixels, problem *p)
{
    char title[700], notes[512], comment[1400];
    scene_title(&s->scene, 0, title);
    scene_notes(&s->scene, 0, notes);
    const char *caption = s->scene.n_views ? s->scene.views[0].grid.caption : NULL;
    snprintf(comment, sizeof comment, "%s\n%s\n%s\nlossview %s", title, caption ? caption : "",
             notes, loss_version());
    return picture_file_write(
        path, &(picture_pixels){width, height, pixels, s->scene.set.background == 0, comment}, p);
}

/* The surface as an image of more pixels than the page has points. */
static bool save_vector(renderer *r, session *s, const char *path, int width, int height,
                        problem *p)
{
    enum { FACTOR = 3, MOST_PIXELS = 12288 };
    layout before = s->layout;
    int factor = FACTOR;
    while (factor > 1 && (width > MOST_PIXELS / factor || height > MOST_PIXELS / factor))
        factor--;
    s->is_bare = true;
    unsigned char *pixels = renderer_picture(r, s, width * factor, height * factor, factor, p);
    s->is_bare = false;
    session_layout(s, width, height, layout_picture_unit(width, height));
    bool done = pixels && vector_write(path, s, pixels, factor, p);
    session_layout(s, before.width, before.height, before.unit);
    free(pixels);
    return done;
}

bool picture_save(renderer *r, session *s, const char *path, const picture_size *size, problem *p)
{
    int width = screen_pixels(size->width, size->scale),
        height = screen_pixels(size->height, size->scale);
    if (vector_is_known(path))
        return save_vector(r, s, path, (int)size->width, (int)size->height, p);
    unsigned char *pixels = renderer_picture(r, s, width, height, size->scale, p);
    bool done = pixels && save_pixels(path, s, width, height, pixels, p);
    free(pixels);
    return done;
}

/* ---- Films ---------------------------------------------------------------------------------- */

/* A kind of films: what is shown from one frame to the next. */
typedef struct movie {
    const char *name; /* of the file in a folder */
    /* Readies frame i of n. @return false with the reason */
    bool (*step)(session *s, unsigned i, unsigned n, problem *p);
} movie;

/* One turn round the vertical, from where the camera is. */
static bool step_turn(session *s, unsigned i, unsigned n, problem *p)
{
    (void)p;
    if (i)
        camera_orbit(&s->scene.set.view, 360.0 / n, 0);
    return true;
}

/* The path of training from its first epoch to its last. */
static bool step_training(session *s, unsigned i, unsigned n, problem *p)
{
    size_t first, last;
    if (!epochs_range(&s->scene, &first, &last))
        return problem_set(p, "there is no path of training to show; lossgrid path adds one");
    epochs_show(&s->scene, i * last / (n - 1));
    return scene_update(&s->scene) || problem_set(p, "%s", s->scene.message);
}

/* The surface from its corners to all of its points, as they were evaluated. */
static bool step_growth(session *s, unsigned i, unsigned n, problem *p)
{
    return scene_show_growth(&s->scene, i, n) || problem_set(p, "%s", s->scene.message);
}

static const movie TURNTABLE = {"turntable", step_turn}, TRAINING = {"training", step_training},
                   GROWTH = {"growth", step_growth};

/* Frames that go into one file. */
static bool film(renderer *r, session *s, const options *o, const movie *m, const char *path,
                 const char *folder, problem *p)
{
    static const unsigned seconds = 6;
    const film_format *format = film_format_of(path);
    const film_shape shape = {screen_pixels(o->width, o->scale), screen_pixels(o->height, o->scale),
                              s->scene.set.background ? 3 : 4, o->frames,
                              1000 * seconds / o->frames + 1};
    if (!m->step(s, 0, o->frames, p))
        return false;
    void *all = format->begin(path, &shape, p);
    bool done = all != NULL;
    for (unsigned i = 0; i < o->frames && done; i++) {
        char name[4096];
        done = i == 0 || m->step(s, i, o->frames, p);
        unsigned char *pixels =
            done ? renderer_picture(r, s, shape.width, shape.height, o->scale, p) : NULL;
        done = pixels && format->frame(all, pixels, p);
        snprintf(name, sizeof name, "%s/frame-%03u.png", folder ? folder : "", i);
        if (done && folder)
            done = save_pixels(name, s, shape.width, shape.height, pixels, p);
        free(pixels);
    }
    return all && format->end(all, p) && done;
}

/* @param where  a file of a film, or a folder */
static bool make_movie(renderer *r, session *s, const options *o, const movie *m, const char *where,
                       problem *p)
{
    char path[4096];
    if (film_format_of(where))
        return film(r, s, o, m, where, NULL, p);
    if (mkdir(where, 0777) != 0 && errno != EEXIST)
        return problem_set(p, "%s: %s", where, strerror(errno));
    snprintf(path, sizeof path, "%s/%s.png", where, m->name);
    return film(r, s, o, m, path, where, p);
}

int pictures_run(session *s, const options *o)
{
    const picture_size size = {o->width, o->height, o->scale};
    problem p = {""};
    headless *h = headless_create(&p);
    renderer *r = NULL;
    if (h && o->gl_debug)
        gl_listen();
    if (h)
        r = renderer_create(&p);
    if (r)
        renderer_set_tile(r, (int)o->tile);
    bool done = r && (!o->screenshot || picture_save(r, s, o->screenshot, &size, &p)) &&
                (!o->turntable || make_movie(r, s, o, &TURNTABLE, o->turntable, &p)) &&
                (!o->training || make_movie(r, s, o, &TRAINING, o->training, &p)) &&
                (!o->growth || make_movie(r, s, o, &GROWTH, o->growth, &p));
    if (!done)
        fprintf(stderr, "lossview: %s\n", p.text);
    if (h && o->gl_debug && gl_complaints())
        done = false;
    renderer_free(r);
    headless_free(h);
    return done ? 0 : 1;
}
