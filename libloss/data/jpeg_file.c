/* libjpeg-turbo, with its standard inverse transform and upsampling, which are those of PIL. A file
 * that ends too early is refused, as PIL does; other faults that libjpeg warns of are passed over,
 * as PIL does too. */
#include "data/jpeg_file.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

/* A progressive file refines the image scan by scan; each goes over the whole image. */
enum { LARGEST_SIDE = 1 << 16, MOST_SCANS = 100 };
enum { GREY = 1, COLOUR = 3, INKS = 4 }; /* channels */

struct lossi_jpeg {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf back;
    const char *path;
    char reason[JMSG_LENGTH_MAX];
    bool is_out_of_memory;
    uint8_t *row;
};

static void on_error(j_common_ptr info)
{
    lossi_jpeg *j = info->client_data;
    info->err->format_message(info, j->reason);
    j->is_out_of_memory = strstr(j->reason, "memory") != NULL;
    longjmp(j->back, 1);
}

static void on_message(j_common_ptr info)
{
    (void)info;
}

static void stop_with(lossi_jpeg *j, const char *reason)
{
    snprintf(j->reason, sizeof j->reason, "%s", reason);
    longjmp(j->back, 1);
}

static void on_progress(j_common_ptr info)
{
    lossi_jpeg *j = info->client_data;
    if (j->jpeg.input_scan_number > MOST_SCANS)
        stop_with(j, "too many scans");
}

static void begin(j_decompress_ptr info)
{
    (void)info;
}

static boolean on_empty(j_decompress_ptr info)
{
    stop_with(info->client_data, "the file ends too early");
    return FALSE;
}

static void skip(j_decompress_ptr info, long n)
{
    if (n > 0 && (size_t)n > info->src->bytes_in_buffer)
        stop_with(info->client_data, "the file ends too early");
    info->src->next_input_byte += n > 0 ? n : 0;
    info->src->bytes_in_buffer -= n > 0 ? (size_t)n : 0;
}

bool lossi_jpeg_is(const uint8_t *bytes, size_t size)
{
    return size >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff;
}

static loss_status fail_with_jpeg(const lossi_jpeg *j)
{
    if (j->is_out_of_memory)
        return lossi_fail(LOSS_ERR_NOMEM, "%s: out of memory to read this JPEG", j->path);
    return lossi_fail(LOSS_ERR_FORMAT, "%s: damaged JPEG: %s", j->path, j->reason);
}

/* Everything that may jump back out is in a function of its own, with no variable that changes
 * after setjmp(). */
static bool read_header(lossi_jpeg *j, const uint8_t *bytes, size_t size)
{
    if (setjmp(j->back))
        return false;
    jpeg_create_decompress(&j->jpeg);
    j->source = (struct jpeg_source_mgr){.next_input_byte = bytes,
                                         .bytes_in_buffer = size,
                                         .init_source = begin,
                                         .fill_input_buffer = on_empty,
                                         .skip_input_data = skip,
                                         .resync_to_restart = jpeg_resync_to_restart,
                                         .term_source = begin};
    j->jpeg.src = &j->source;
    j->jpeg.progress = &j->progress;
    j->progress.progress_monitor = on_progress;
    jpeg_read_header(&j->jpeg, TRUE);
    return true;
}

static loss_status check_header(const lossi_jpeg *j)
{
    const struct jpeg_decompress_struct *i = &j->jpeg;
    if (i->image_width > LARGEST_SIDE || i->image_height > LARGEST_SIDE)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %u x %u pixels; at most %d a side", j->path,
                          i->image_width, i->image_height, LARGEST_SIDE);
    if (i->num_components != GREY && i->num_components != COLOUR && i->num_components != INKS)
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: a JPEG of %d channels; expected grey, colour of three, or CMYK",
                          j->path, i->num_components);
    return LOSS_OK;
}

loss_status lossi_jpeg_open(lossi_jpeg **out, const uint8_t *bytes, size_t size, const char *path)
{
    *out = NULL;
    lossi_jpeg *j = calloc(1, sizeof *j);
    if (!j)
        return lossi_fail_nomem(sizeof *j);
    j->path = path;
    j->jpeg.err = jpeg_std_error(&j->errors);
    j->errors.error_exit = on_error;
    j->errors.output_message = on_message;
    j->jpeg.client_data = j;
    loss_status status = read_header(j, bytes, size) ? check_header(j) : fail_with_jpeg(j);
    if (status)
        lossi_jpeg_close(j);
    else
        *out = j;
    return status;
}

void lossi_jpeg_shape(const lossi_jpeg *j, size_t *channels, size_t *height, size_t *width)
{
    *channels = j->jpeg.num_components == GREY ? GREY : COLOUR;
    *height = j->jpeg.image_height;
    *width = j->jpeg.image_width;
}

/* a * b / 255, rounded. */
static unsigned part(unsigned a, unsigned b)
{
    unsigned product = a * b + 128;
    return ((product >> 8) + product) >> 8;
}

/* A row of CMYK as PIL makes RGB of it: inks are stored inverted, as Adobe does, whatever the file
 * says, and black takes its share of each. RGB comes to lie at the row's begin. */
static void inks_to_colours(uint8_t *row, size_t n)
{
    for (size_t x = 0; x < n; x++) {
        unsigned light = row[INKS * x + 3];
        for (size_t c = 0; c < COLOUR; c++)
            row[COLOUR * x + c] = (uint8_t)(light - part(255u - row[INKS * x + c], light));
    }
}

static bool read_rows(lossi_jpeg *j, uint8_t *pixels)
{
    struct jpeg_decompress_struct *info = &j->jpeg;
    if (setjmp(j->back))
        return false;
    bool is_inks = info->num_components == INKS;
    info->out_color_space = is_inks                        ? JCS_CMYK
                            : info->num_components == GREY ? JCS_GRAYSCALE
                                                           : JCS_RGB;
    jpeg_start_decompress(info);
    while (info->output_scanline < info->output_height) {
        size_t y = info->output_scanline, n = info->output_width,
               channels = info->num_components == GREY ? GREY : COLOUR;
        jpeg_read_scanlines(info, &j->row, 1);
        if (is_inks)
            inks_to_colours(j->row, n);
        for (size_t c = 0; c < channels; c++)
            for (size_t x = 0; x < n; x++)
                pixels[(c * info->output_height + y) * n + x] = j->row[x * channels + c];
    }
    return true;
}

loss_status lossi_jpeg_read(lossi_jpeg *j, uint8_t *pixels)
{
    size_t row = (size_t)j->jpeg.image_width * (size_t)j->jpeg.num_components;
    j->row = malloc(row);
    if (!j->row)
        return lossi_fail_nomem(row);
    return read_rows(j, pixels) ? LOSS_OK : fail_with_jpeg(j);
}

void lossi_jpeg_close(lossi_jpeg *j)
{
    if (!j)
        return;
    jpeg_destroy_decompress(&j->jpeg);
    free(j->row);
    free(j);
}
