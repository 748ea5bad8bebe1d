/* libpng's low-level interface: the simplified one applies gamma, puts transparent images on
 * black and maps 16 bits to 8 along a curve. */
#include "data/png_file.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_SIDE = 1 << 16, SIGNATURE = 8 };

struct lossi_png {
    const uint8_t *bytes;
    size_t size, at;
    const char *path;
    png_structp png;
    png_infop info;
    png_size_t out_of_memory;
    char reason[128]; /* of libpng */
    uint8_t *interleaved;
    png_bytep *rows;
};

static void on_error(png_structp png, png_const_charp reason)
{
    lossi_png *p = png_get_error_ptr(png);
    strncpy(p->reason, reason, sizeof p->reason - 1);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp reason)
{
    (void)png;
    (void)reason;
}

static png_voidp on_alloc(png_structp png, png_alloc_size_t size)
{
    lossi_png *p = png_get_mem_ptr(png);
    png_voidp memory = malloc(size);
    if (!memory)
        p->out_of_memory = size;
    return memory;
}

static void on_free(png_structp png, png_voidp memory)
{
    (void)png;
    free(memory);
}

static void give_bytes(png_structp png, png_bytep to, size_t n)
{
    lossi_png *p = png_get_io_ptr(png);
    if (n > p->size - p->at)
        png_error(png, "the file ends too early");
    memcpy(to, p->bytes + p->at, n);
    p->at += n;
}

static loss_status fail_with_png(const lossi_png *p)
{
    if (p->out_of_memory)
        return lossi_fail_nomem(p->out_of_memory);
    return lossi_fail(LOSS_ERR_FORMAT, "%s: damaged PNG: %s", p->path, p->reason);
}

/* Everything of libpng that may jump back out is in a function of its own, with no variable that
 * changes after setjmp(). */
static bool read_header(lossi_png *p)
{
    if (setjmp(png_jmpbuf(p->png)))
        return false;
    png_set_read_fn(p->png, p, give_bytes);
    png_set_user_limits(p->png, LARGEST_SIDE, LARGEST_SIDE);
    /* Texts, profiles and gamma are skipped unread: none of them changes a sample, and some
     * unpack to any size. */
    png_set_keep_unknown_chunks(p->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    png_set_crc_action(p->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
#endif
    png_read_info(p->png, p->info);
    return true;
}

static loss_status check_samples(const lossi_png *p)
{
    if (png_get_color_type(p->png, p->info) == PNG_COLOR_TYPE_GRAY &&
        png_get_bit_depth(p->png, p->info) == 16)
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: grey of 16 bits, which programs turn into 8 bits in different ways; "
                          "expected at most 8",
                          p->path);
    return LOSS_OK;
}

loss_status lossi_png_open(lossi_png **out, const uint8_t *bytes, size_t size, const char *path)
{
    *out = NULL;
    if (size < SIGNATURE || png_sig_cmp(bytes, 0, SIGNATURE))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: not a PNG image", path);
    lossi_png *p = calloc(1, sizeof *p);
    if (!p)
        return lossi_fail_nomem(sizeof *p);
    p->bytes = bytes;
    p->size = size;
    p->path = path;
    p->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, p, on_error, on_warning, p, on_alloc,
                                      on_free);
    if (p->png)
        p->info = png_create_info_struct(p->png);
    loss_status status = LOSS_OK;
    if (!p->info)
        status = lossi_fail_nomem(p->out_of_memory);
    else if (!read_header(p))
        status = fail_with_png(p);
    else
        status = check_samples(p);
    if (status)
        lossi_png_close(p);
    else
        *out = p;
    return status;
}

size_t lossi_png_channels(const lossi_png *p)
{
    return png_get_color_type(p->png, p->info) & PNG_COLOR_MASK_COLOR ? 3 : 1;
}

size_t lossi_png_height(const lossi_png *p)
{
    return png_get_image_height(p->png, p->info);
}

size_t lossi_png_width(const lossi_png *p)
{
    return png_get_image_width(p->png, p->info);
}

/* Asks for 8 bits a sample and no alpha, and makes room for that. */
static bool set_up(lossi_png *p)
{
    if (setjmp(png_jmpbuf(p->png)))
        return false;
    png_byte type = png_get_color_type(p->png, p->info);
    if (type == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(p->png);
    if (type == PNG_COLOR_TYPE_GRAY)
        png_set_expand_gray_1_2_4_to_8(p->png);
    png_set_strip_16(p->png);
    png_set_strip_alpha(p->png);
    png_set_interlace_handling(p->png);
    png_read_update_info(p->png, p->info);
    size_t row = png_get_rowbytes(p->png, p->info), height = lossi_png_height(p);
    if (row != lossi_png_width(p) * lossi_png_channels(p))
        png_error(p->png, "rows of an unexpected size");
    p->interleaved = calloc(height, row);
    p->rows = calloc(height, sizeof *p->rows);
    if (!p->interleaved || !p->rows) {
        p->out_of_memory = height * row;
        return false;
    }
    for (size_t y = 0; y < height; y++)
        p->rows[y] = p->interleaved + y * row;
    return true;
}

static bool read_rows(lossi_png *p)
{
    if (setjmp(png_jmpbuf(p->png)))
        return false;
    png_read_image(p->png, p->rows);
    png_read_end(p->png, NULL);
    return true;
}

/* An index that the palette does not have is no colour: programs differ in what they make of it. */
static loss_status check_palette(const lossi_png *p, bool has_palette)
{
    png_colorp colours;
    int n = 0, largest = png_get_palette_max(p->png, p->info);
    if (!has_palette || !png_get_PLTE(p->png, p->info, &colours, &n) || largest < n)
        return LOSS_OK;
    return lossi_fail(LOSS_ERR_FORMAT, "%s: a pixel has colour %d of a palette of %d", p->path,
                      largest, n);
}

loss_status lossi_png_read(lossi_png *p, uint8_t *pixels)
{
    bool has_palette = png_get_color_type(p->png, p->info) == PNG_COLOR_TYPE_PALETTE;
    if (!set_up(p) || !read_rows(p))
        return fail_with_png(p);
    size_t channels = lossi_png_channels(p), n = lossi_png_height(p) * lossi_png_width(p);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < channels; c++)
            pixels[c * n + i] = p->interleaved[i * channels + c];
    return check_palette(p, has_palette);
}

void lossi_png_close(lossi_png *p)
{
    if (!p)
        return;
    png_destroy_read_struct(&p->png, &p->info, NULL);
    free(p->interleaved);
    free(p->rows);
    free(p);
}
