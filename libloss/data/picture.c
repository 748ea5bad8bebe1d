/* A picture of a file, and resizing as PIL does it: a pass along each side, coefficients rounded to
 * 22 bits, bytes between the passes. */
#include "data/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/jpeg_file.h"
#include "data/png_file.h"

enum { BITS = 22, MOST_SIDE = 1 << 16 };

void lossi_picture_free(lossi_picture *p)
{
    free(p->pixels);
    *p = (lossi_picture){0};
}

/* Room for the pixels, once the header has told how many. */
static loss_status reserve(lossi_picture *p, size_t size, const loss_dataset_options *opt,
                           const char *path)
{
    size_t bytes = p->channels * p->height * p->width;
    loss_status status = lossi_check_unpacked(opt, path, size, bytes);
    if (status)
        return status;
    p->pixels = malloc(bytes ? bytes : 1);
    return p->pixels ? LOSS_OK : lossi_fail_nomem(bytes);
}

static loss_status read_png(lossi_picture *p, const uint8_t *bytes, size_t size,
                            const loss_dataset_options *opt, const char *path)
{
    lossi_png *png;
    loss_status status = lossi_png_open(&png, bytes, size, path);
    if (status)
        return status;
    *p =
        (lossi_picture){lossi_png_channels(png), lossi_png_height(png), lossi_png_width(png), NULL};
    status = reserve(p, size, opt, path);
    if (!status)
        status = lossi_png_read(png, p->pixels);
    lossi_png_close(png);
    return status;
}

static loss_status read_jpeg(lossi_picture *p, const uint8_t *bytes, size_t size,
                             const loss_dataset_options *opt, const char *path)
{
    lossi_jpeg *jpeg;
    loss_status status = lossi_jpeg_open(&jpeg, bytes, size, path);
    if (status)
        return status;
    lossi_jpeg_shape(jpeg, &p->channels, &p->height, &p->width);
    status = reserve(p, size, opt, path);
    if (!status)
        status = lossi_jpeg_read(jpeg, p->pixels);
    lossi_jpeg_close(jpeg);
    return status;
}

loss_status lossi_picture_read(lossi_picture *p, const uint8_t *bytes, size_t size,
                               const loss_dataset_options *opt, const char *path)
{
    *p = (lossi_picture){0};
    loss_status status = lossi_jpeg_is(bytes, size) ? read_jpeg(p, bytes, size, opt, path)
                                                    : read_png(p, bytes, size, opt, path);
    if (status)
        lossi_picture_free(p);
    return status;
}

loss_status lossi_picture_colour(lossi_picture *p)
{
    size_t n = p->height * p->width;
    if (p->channels == 3)
        return LOSS_OK;
    uint8_t *pixels = realloc(p->pixels, 3 * n);
    if (!pixels)
        return lossi_fail_nomem(3 * n);
    memcpy(pixels + n, pixels, n);
    memcpy(pixels + 2 * n, pixels, n);
    p->pixels = pixels;
    p->channels = 3;
    return LOSS_OK;
}

/* ---- Resizing ------------------------------------------------------------------------------- */

/* How the pixels of a side come from those of the old one. */
typedef struct taps {
    size_t n, most;   /* pixels; coefficients of each at most */
    size_t *first;    /* [n] old pixel that the first coefficient is of */
    size_t *count;    /* [n] */
    int32_t *weights; /* [n][most] */
} taps;

static void taps_free(taps *t)
{
    free(t->first);
    free(t->count);
    free(t->weights);
}

/* The triangle around the middle of new pixel i, as wide as a new pixel but not narrower than an
 * old one. */
static void set_taps(taps *t, size_t i, size_t old, double scale, double *w)
{
    double width = scale < 1 ? 1 : scale, middle = ((double)i + 0.5) * scale, sum = 0;
    double narrow = 1 / width;
    double low = middle - width + 0.5, high = middle + width + 0.5;
    size_t first = low < 0 ? 0 : (size_t)low, end = high > (double)old ? old : (size_t)high;
    for (size_t k = first; k < end; k++) {
        double off = fabs(((double)k - middle + 0.5) * narrow);
        w[k - first] = off < 1 ? 1 - off : 0;
        sum += w[k - first];
    }
    for (size_t k = 0; k < end - first; k++)
        t->weights[i * t->most + k] = (int32_t)(w[k] / sum * (1 << BITS) + 0.5);
    t->first[i] = first;
    t->count[i] = end - first;
}

static loss_status taps_make(taps *t, size_t old, size_t n)
{
    double scale = (double)old / (double)n;
    *t = (taps){.n = n, .most = 2 * (size_t)ceil(scale < 1 ? 1 : scale) + 1};
    t->first = lossi_alloc(n, sizeof *t->first);
    t->count = lossi_alloc(n, sizeof *t->count);
    t->weights = lossi_alloc(n * t->most, sizeof *t->weights);
    double *w = lossi_alloc(t->most, sizeof *w);
    loss_status status = t->first && t->count && t->weights && w
                             ? LOSS_OK
                             : lossi_fail_nomem(n * t->most * sizeof *t->weights);
    for (size_t i = 0; i < n && !status; i++)
        set_taps(t, i, old, scale, w);
    free(w);
    return status;
}

static uint8_t weigh(const taps *t, size_t i, const uint8_t *from, size_t step)
{
    const int32_t *w = t->weights + i * t->most;
    int64_t sum = 1 << (BITS - 1);
    from += t->first[i] * step;
    for (size_t k = 0; k < t->count[i]; k++)
        sum += (int64_t)from[k * step] * w[k];
    sum >>= BITS;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

/* Makes the width, or the height, n. */
static loss_status resample(lossi_picture *p, bool is_width, size_t n)
{
    size_t old = is_width ? p->width : p->height;
    lossi_picture to = *p;
    taps t;
    if (n == old)
        return LOSS_OK;
    *(is_width ? &to.width : &to.height) = n;
    size_t rows = to.channels * to.height;
    loss_status status = taps_make(&t, old, n);
    to.pixels = malloc(rows * to.width);
    if (!status && !to.pixels)
        status = lossi_fail_nomem(rows * to.width);
    for (size_t r = 0; r < rows && !status; r++) {
        size_t channel = r / to.height, row = r % to.height;
        const uint8_t *from = p->pixels + channel * p->height * p->width;
        for (size_t x = 0; x < to.width; x++)
            to.pixels[r * to.width + x] = is_width ? weigh(&t, x, from + row * p->width, 1)
                                                   : weigh(&t, row, from + x, p->width);
    }
    taps_free(&t);
    if (status) {
        free(to.pixels);
        return status;
    }
    free(p->pixels);
    *p = to;
    return LOSS_OK;
}

/* The shorter side becomes n, the other keeps its share, rounded down. */
static loss_status resize(lossi_picture *p, size_t n, const char *name)
{
    size_t shorter = p->width < p->height ? p->width : p->height;
    size_t width = p->width <= p->height ? n : n * p->width / p->height,
           height = p->width <= p->height ? n * p->height / p->width : n;
    if (shorter == n)
        return LOSS_OK;
    if (width > MOST_SIDE || height > MOST_SIDE)
        return lossi_fail(LOSS_ERR_SHAPE, "%s: %zu x %zu resized is %zu x %zu; at most %d a side",
                          name, p->width, p->height, width, height, MOST_SIDE);
    loss_status status = resample(p, true, width);
    return status ? status : resample(p, false, height);
}

/* Half of what is left over, rounded to the even one. */
static size_t margin(size_t side, size_t n)
{
    size_t left = side - n, half = left / 2;
    return left % 2 && half % 2 ? half + 1 : half;
}

static loss_status crop(lossi_picture *p, size_t n, const char *name)
{
    if (n > p->width || n > p->height)
        return lossi_fail(LOSS_ERR_SHAPE, "%s: %zu x %zu pixels; a crop of %zu does not fit", name,
                          p->width, p->height, n);
    size_t top = margin(p->height, n), left = margin(p->width, n);
    uint8_t *to = p->pixels; /* never ahead of what is read */
    for (size_t c = 0; c < p->channels; c++)
        for (size_t y = 0; y < n; y++, to += n)
            memmove(to, p->pixels + (c * p->height + top + y) * p->width + left, n);
    p->height = p->width = n;
    return LOSS_OK;
}

loss_status lossi_picture_fit(lossi_picture *p, const loss_dataset_options *opt, const char *name)
{
    loss_status status = opt->resize ? resize(p, opt->resize, name) : LOSS_OK;
    return status || !opt->crop ? status : crop(p, opt->crop, name);
}
