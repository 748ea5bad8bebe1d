/* GIF by giflib, which a build may lack. Each frame has the 255 colours that suit it best; the last
 * one is for what is transparent. */
#include <stdlib.h>
#include <string.h>

#include "film.h"

#if __has_include(<gif_lib.h>)
#include <gif_lib.h>
#include <loss/loss.h>

enum { N_COLOURS = 256, CLEAR = N_COLOURS - 1 };

typedef struct gif {
    film_shape shape;
    GifFileType *gif;
    loss_file *out;
    unsigned frame;
    GifByteType *planes; /* [3][height][width] */
    GifByteType *pixels; /* [height][width] numbers of colours */
    bool failed;         /* a frame is missing */
} gif;

static int put(GifFileType *file, const GifByteType *bytes, int n)
{
    loss_file_put(file->UserData, bytes, (size_t)n);
    return n;
}

static void release(gif *g)
{
    int error;
    if (g->gif)
        EGifCloseFile(g->gif, &error);
    free(g->planes);
    free(g->pixels);
    free(g);
}

/* The screen, and that it repeats for ever. */
static bool begin_stream(gif *g)
{
    static const unsigned char again[3] = {1, 0, 0};
    int error;
    g->gif = EGifOpen(g->out, put, &error);
    if (!g->gif)
        return false;
    EGifSetGifVersion(g->gif, true);
    return EGifPutScreenDesc(g->gif, g->shape.width, g->shape.height, 8, 0, NULL) == GIF_OK &&
           EGifPutExtensionLeader(g->gif, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
           EGifPutExtensionBlock(g->gif, 11, "NETSCAPE2.0") == GIF_OK &&
           EGifPutExtensionBlock(g->gif, sizeof again, again) == GIF_OK &&
           EGifPutExtensionTrailer(g->gif) == GIF_OK;
}

static void *begin(const char *path, const film_shape *shape, problem *p)
{
    static const loss_file_kind kind = {"GIF picture", 0, "GIF8", 4};
    size_t n = (size_t)shape->width * (size_t)shape->height;
    gif *g = calloc(1, sizeof *g);
    if (shape->width > 65535 || shape->height > 65535) {
        problem_set(p, "%s: %d x %d pixels; a GIF has at most 65535 each way", path, shape->width,
                    shape->height);
        free(g);
        return NULL;
    }
    if (!g || !(g->planes = malloc(3 * n)) || !(g->pixels = malloc(n))) {
        problem_set(p, "%s: out of memory for a picture of %d x %d", path, shape->width,
                    shape->height);
        if (g)
            release(g);
        return NULL;
    }
    g->shape = *shape;
    if (loss_file_open(&g->out, strcmp(path, "-") == 0 ? "/dev/stdout" : path, &kind)) {
        problem_set(p, "%s", loss_last_message());
        release(g);
        return NULL;
    }
    if (!begin_stream(g)) {
        problem_set(p, "%s: out of memory", path);
        loss_file_abandon(g->out);
        release(g);
        return NULL;
    }
    return g;
}

/* giflib sorts colours by their upper five bits, which tints a grey. Each colour of the map becomes
 * the mean of those that it stands for. */
static void sharpen(const gif *g, ColorMapObject *map)
{
    size_t n = (size_t)g->shape.width * (size_t)g->shape.height, sums[N_COLOURS][4] = {{0}};
    for (size_t i = 0; i < n; i++) {
        size_t *sum = sums[g->pixels[i]];
        for (size_t k = 0; k < 3; k++)
            sum[k] += g->planes[k * n + i];
        sum[3]++;
    }
    for (int c = 0; c < N_COLOURS; c++) {
        const size_t *sum = sums[c];
        if (sum[3])
            map->Colors[c] = (GifColorType){(GifByteType)((sum[0] + sum[3] / 2) / sum[3]),
                                            (GifByteType)((sum[1] + sum[3] / 2) / sum[3]),
                                            (GifByteType)((sum[2] + sum[3] / 2) / sum[3])};
    }
}

/* The picture in the colours of a map. @return the map, NULL: out of memory */
static ColorMapObject *quantise(gif *g, const unsigned char *rgba)
{
    size_t n = (size_t)g->shape.width * (size_t)g->shape.height;
    int n_colours = CLEAR;
    ColorMapObject *map = GifMakeMapObject(N_COLOURS, NULL);
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < n; i++)
            g->planes[k * n + i] = rgba[4 * i + k];
    if (map && GifQuantizeBuffer((unsigned)g->shape.width, (unsigned)g->shape.height, &n_colours,
                                 g->planes, g->planes + n, g->planes + 2 * n, g->pixels,
                                 map->Colors) != GIF_OK) {
        GifFreeMapObject(map);
        map = NULL;
    }
    if (map)
        sharpen(g, map);
    for (size_t i = 0; i < n && g->shape.channels == 4; i++)
        if (rgba[4 * i + 3] < 128)
            g->pixels[i] = CLEAR;
    return map;
}

static bool write_frame(gif *g, ColorMapObject *map)
{
    enum { LEAST = 2 }; /* browsers take less for a tenth of a second */
    int hundredths = (int)((g->shape.delay_ms + 5) / 10);
    GraphicsControlBlock control = {.DisposalMode = DISPOSE_BACKGROUND,
                                    .DelayTime = hundredths < LEAST ? LEAST : hundredths,
                                    .TransparentColor =
                                        g->shape.channels == 4 ? CLEAR : NO_TRANSPARENT_COLOR};
    GifByteType extension[4];
    size_t n = EGifGCBToExtension(&control, extension);
    bool done =
        EGifPutExtension(g->gif, GRAPHICS_EXT_FUNC_CODE, (int)n, extension) == GIF_OK &&
        EGifPutImageDesc(g->gif, 0, 0, g->shape.width, g->shape.height, false, map) == GIF_OK;
    for (int y = 0; y < g->shape.height && done; y++)
        done = EGifPutLine(g->gif, g->pixels + (size_t)y * (size_t)g->shape.width,
                           g->shape.width) == GIF_OK;
    return done;
}

static bool frame(void *file, const unsigned char *rgba, problem *p)
{
    gif *g = file;
    ColorMapObject *map = quantise(g, rgba);
    bool done = map && write_frame(g, map);
    GifFreeMapObject(map);
    g->frame++;
    g->failed |= !done;
    return done || problem_set(p, "out of memory for a frame of a GIF");
}

static bool end(void *file, problem *p)
{
    gif *g = file;
    int error;
    loss_file *out = g->out;
    bool done = g->frame == g->shape.n_frames && !g->failed;
    bool closed = EGifCloseFile(g->gif, &error) == GIF_OK; /* writes the last byte */
    g->gif = NULL;
    release(g);
    if (done && closed)
        return !loss_file_commit(out) || problem_set(p, "%s", loss_last_message());
    loss_file_abandon(out);
    return done && problem_set(p, "out of memory for the end of a GIF");
}

#else

static void *begin(const char *path, const film_shape *shape, problem *p)
{
    (void)shape;
    problem_set(p, "%s: this lossview was built without giflib (Debian: libgif-dev); write a .png",
                path);
    return NULL;
}

static bool frame(void *file, const unsigned char *rgba, problem *p)
{
    (void)file;
    (void)rgba;
    (void)p;
    return false;
}

static bool end(void *file, problem *p)
{
    (void)file;
    (void)p;
    return false;
}
#endif

const film_format film_gif = {".gif", begin, frame, end};
