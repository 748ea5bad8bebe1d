/* The kinds of pictures, a row each. */
#include "picture_file.h"

#include <string.h>

#include "jpeg_picture.h"
#include "png_file.h"

static bool write_png(const char *path, const picture_pixels *pixels, problem *p)
{
    png_file *f =
        png_begin(path, pixels->width, pixels->height, pixels->has_alpha ? 4 : 3, 1, 0, p);
    bool done = f && png_frame(f, pixels->rgba, p);
    return f && png_end(f, p) && done;
}

static void row_of(const void *user, size_t y, unsigned char *rgb)
{
    const picture_pixels *pixels = user;
    size_t width = (size_t)pixels->width;
    for (size_t x = 0; x < width; x++)
        memcpy(rgb + 3 * x, pixels->rgba + 4 * (y * width + x), 3);
}

static bool write_jpeg(const char *path, const picture_pixels *pixels, problem *p)
{
    static const unsigned dpi = 72; /* a pixel is a point, as in a PDF */
    const jpeg_picture picture = {
        (size_t)pixels->width, (size_t)pixels->height, dpi, pixels->comment, row_of, pixels};
    loss_file *file;
    if (loss_file_open(&file, path, &JPEG_FILE))
        return problem_set(p, "%s", loss_last_message());
    if (jpeg_picture_put(&picture, file))
        return !loss_file_commit(file) || problem_set(p, "%s", loss_last_message());
    loss_file_abandon(file);
    return problem_set(p, "%s: out of memory for a picture of %d x %d", path, pixels->width,
                       pixels->height);
}

typedef struct picture_kind {
    const char *ending;
    bool has_alpha;
    bool (*write)(const char *path, const picture_pixels *pixels, problem *p);
} picture_kind;

static const picture_kind KINDS[] = {
    {".png", true, write_png}, {".jpg", false, write_jpeg}, {".jpeg", false, write_jpeg}};

/* NULL: none. */
static const picture_kind *kind_of(const char *path)
{
    const char *ending = strcmp(path, "-") == 0 ? ".png" : strrchr(path, '.');
    for (size_t i = 0; ending && i < sizeof KINDS / sizeof *KINDS; i++)
        if (strcmp(ending, KINDS[i].ending) == 0)
            return &KINDS[i];
    return NULL;
}

bool picture_file_is_known(const char *path)
{
    return kind_of(path) != NULL;
}

bool picture_file_has_alpha(const char *path)
{
    const picture_kind *kind = kind_of(path);
    return kind && kind->has_alpha;
}

bool picture_file_write(const char *path, const picture_pixels *pixels, problem *p)
{
    const picture_kind *kind = kind_of(path);
    return kind ? kind->write(path, pixels, p)
                : problem_set(p, "%s: its ending names no picture", path);
}
