/* The formats of films. */
#include "film.h"

#include <string.h>

#include "png_file.h"

static void *begin_png(const char *path, const film_shape *s, problem *p)
{
    return png_begin(path, s->width, s->height, s->channels, s->n_frames, s->delay_ms, p);
}

static bool frame_png(void *file, const unsigned char *rgba, problem *p)
{
    return png_frame(file, rgba, p);
}

static bool end_png(void *file, problem *p)
{
    return png_end(file, p);
}

static const film_format film_png = {".png", begin_png, frame_png, end_png};

static const film_format *const FORMATS[] = {&film_png, &film_gif, &film_mp4, &film_webm};
enum { N_FORMATS = sizeof FORMATS / sizeof *FORMATS };

const film_format *film_format_of(const char *path)
{
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; ending && i < N_FORMATS; i++)
        if (strcmp(ending, FORMATS[i]->ending) == 0)
            return FORMATS[i];
    return NULL;
}

const char *const *film_endings(void)
{
    static const char *endings[N_FORMATS + 1];
    for (size_t i = 0; i < N_FORMATS; i++)
        endings[i] = FORMATS[i]->ending;
    return endings;
}
