/* libpng writes no animations (in Debian), so the chunks are written here; zlib does the work.
 * Each row gets the filter whose bytes have the smallest sum, the heuristic of the PNG
 * specification. */
#include "png_file.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <loss/loss.h>

enum { N_FILTERS = 5, LEVEL = 5 }; /* 6 takes twice as long, for 4 % smaller pictures */

struct png_file {
    loss_file *out;
    char *path;
    size_t width, height, channels, stride;
    unsigned n_frames, frame, delay_ms, sequence;
    bool failed; /* a frame is missing */
};

static void put32(unsigned char *at, size_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i));
}

static void put16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static void chunk(png_file *f, const char *type, const unsigned char *data, size_t n)
{
    unsigned char word[4];
    uLong crc = crc32(crc32(0, (const Bytef *)type, 4), data, (uInt)n);
    put32(word, n);
    loss_file_put(f->out, word, 4);
    loss_file_put(f->out, type, 4);
    loss_file_put(f->out, data, n);
    put32(word, crc);
    loss_file_put(f->out, word, 4);
}

png_file *png_begin(const char *path, int width, int height, int channels, unsigned n_frames,
                    unsigned delay_ms, problem *p)
{
    static const unsigned char signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    static const loss_file_kind kind = {"PNG picture", 0, "\x89PNG", 4};
    png_file *f = calloc(1, sizeof *f);
    if (!f || !(f->path = strdup(path))) {
        free(f);
        problem_set(p, "%s: out of memory", path);
        return NULL;
    }
    if (loss_file_open(&f->out, strcmp(path, "-") == 0 ? "/dev/stdout" : path, &kind)) {
        problem_set(p, "%s", loss_last_message());
        free(f->path);
        free(f);
        return NULL;
    }
    f->width = (size_t)width;
    f->height = (size_t)height;
    f->channels = (size_t)channels;
    f->stride = f->width * f->channels;
    f->n_frames = n_frames;
    f->delay_ms = delay_ms;
    unsigned char header[13] = {0}, animation[8] = {0};
    put32(header, f->width);
    put32(header + 4, f->height);
    header[8] = 8;
    header[9] = channels == 4 ? 6 : 2;
    loss_file_put(f->out, signature, sizeof signature);
    chunk(f, "IHDR", header, sizeof header);
    put32(animation, n_frames);
    if (n_frames > 1)
        chunk(f, "acTL", animation, sizeof animation);
    return f;
}

static int paeth(int a, int b, int c)
{
    int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);
    return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/* Filters a row; `above` is the row before it or zeros. @return the sum of the bytes taken as
 * signed. */
static size_t filter_row(int kind, const unsigned char *row, const unsigned char *above, size_t n,
                         size_t bpp, unsigned char *out)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        int a = i >= bpp ? row[i - bpp] : 0, b = above[i], c = i >= bpp ? above[i - bpp] : 0;
        int guess = kind == 0   ? 0
                    : kind == 1 ? a
                    : kind == 2 ? b
                    : kind == 3 ? (a + b) / 2
                                : paeth(a, b, c);
        out[i] = (unsigned char)(row[i] - guess);
        sum += out[i] < 128 ? out[i] : 256u - out[i];
    }
    return sum;
}

static void take_row(const png_file *f, const unsigned char *rgba, size_t y, unsigned char *row)
{
    for (size_t x = 0; x < f->width; x++)
        memcpy(row + x * f->channels, rgba + (y * f->width + x) * 4, f->channels);
}

/* All rows filtered, each after the number of its filter. */
static unsigned char *filter_all(const png_file *f, const unsigned char *rgba)
{
    unsigned char *out = malloc((f->stride + 1) * f->height), *rows = calloc(3, f->stride);
    for (size_t y = 0; out && rows && y < f->height; y++) {
        unsigned char *row = rows + (y % 2) * f->stride, *above = rows + ((y + 1) % 2) * f->stride,
                      *trial = rows + 2 * f->stride;
        unsigned char *to = out + y * (f->stride + 1);
        size_t best = SIZE_MAX;
        take_row(f, rgba, y, row);
        for (int kind = 0; kind < N_FILTERS; kind++) {
            size_t sum = filter_row(kind, row, above, f->stride, f->channels, trial);
            if (sum < best) {
                best = sum;
                to[0] = (unsigned char)kind;
                memcpy(to + 1, trial, f->stride);
            }
        }
    }
    if (!rows) {
        free(out);
        out = NULL;
    }
    free(rows);
    return out;
}

static void frame_control(png_file *f)
{
    unsigned char c[26] = {0};
    put32(c, f->sequence++);
    put32(c + 4, f->width);
    put32(c + 8, f->height);
    put16(c + 20, f->delay_ms);
    put16(c + 22, 1000);
    chunk(f, "fcTL", c, sizeof c);
}

bool png_frame(png_file *f, const unsigned char *rgba, problem *p)
{
    uLong raw = (uLong)((f->stride + 1) * f->height);
    uLongf n = compressBound(raw);
    unsigned char *filtered = filter_all(f, rgba), *packed = malloc(n + 4);
    bool done = filtered && packed && compress2(packed + 4, &n, filtered, raw, LEVEL) == Z_OK;
    if (done) {
        if (f->n_frames > 1)
            frame_control(f);
        if (f->frame == 0) {
            chunk(f, "IDAT", packed + 4, n);
        } else {
            put32(packed, f->sequence++);
            chunk(f, "fdAT", packed, n + 4);
        }
        f->frame++;
    } else {
        problem_set(p, "%s: out of memory for a picture of %zu x %zu", f->path, f->width,
                    f->height);
        f->failed = true;
    }
    free(filtered);
    free(packed);
    return done;
}

bool png_end(png_file *f, problem *p)
{
    bool done = f->frame == f->n_frames && !f->failed;
    if (done) {
        chunk(f, "IEND", (const unsigned char *)"", 0);
        done = !loss_file_commit(f->out) || problem_set(p, "%s", loss_last_message());
    } else { /* png_frame() told why, or whoever left frames out */
        loss_file_abandon(f->out);
    }
    free(f->path);
    free(f);
    return done;
}
