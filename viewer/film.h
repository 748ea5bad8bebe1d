/* Pictures that follow each other, as a file: an animation or a video. The ending says which. */
#ifndef FILM_H
#define FILM_H

#include <stdbool.h>
#include <stddef.h>

#include "problem.h"

/** What a film is like. */
typedef struct film_shape {
    int width, height, channels; /* 3: RGB; 4: with transparency */
    unsigned n_frames, delay_ms; /* of each */
} film_shape;

/** A kind of files, a row each in film.c. */
typedef struct film_format {
    const char *ending; /* ".gif" */
    /** @return NULL with the reason */
    void *(*begin)(const char *path, const film_shape *shape, problem *p);
    /** [height][width][4] bytes RGBA, first row on top. @return false with the reason */
    bool (*frame)(void *file, const unsigned char *rgba, problem *p);
    /** Ends and frees it. Without all frames nothing is written, and no reason given.
     *  @return false: not all could be written */
    bool (*end)(void *file, problem *p);
} film_format;

/** The format of a file name, NULL if its ending is that of none. */
const film_format *film_format_of(const char *path);
/** Their endings, ended by NULL. */
const char *const *film_endings(void);

extern const film_format film_gif, film_mp4, film_webm;

#endif
