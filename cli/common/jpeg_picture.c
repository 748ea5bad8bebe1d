/* libjpeg tells a failure by a call that must not return; here it jumps back. */
#include "jpeg_picture.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

const loss_file_kind JPEG_FILE = {"JPEG picture", 0, "\xff\xd8\xff", 3};

enum { QUALITY = 95, BLOCK = 1 << 14, LONGEST_COMMENT = 65533 };

typedef struct writer {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr to;
    jmp_buf failed;
    loss_file *out;
    unsigned char *row;
    JOCTET block[BLOCK];
} writer;

static void fail(j_common_ptr info)
{
    writer *w = info->client_data;
    longjmp(w->failed, 1);
}

static void be_silent(j_common_ptr info)
{
    (void)info;
}

static void begin_block(j_compress_ptr info)
{
    writer *w = info->client_data;
    w->to.next_output_byte = w->block;
    w->to.free_in_buffer = BLOCK;
}

static boolean put_block(j_compress_ptr info)
{
    writer *w = info->client_data;
    loss_file_put(w->out, w->block, BLOCK);
    begin_block(info);
    return TRUE;
}

static void put_rest(j_compress_ptr info)
{
    writer *w = info->client_data;
    loss_file_put(w->out, w->block, BLOCK - w->to.free_in_buffer);
}

static void prepare(writer *w, const jpeg_picture *picture)
{
    jpeg_create_compress(&w->jpeg);
    w->to = (struct jpeg_destination_mgr){.init_destination = begin_block,
                                          .empty_output_buffer = put_block,
                                          .term_destination = put_rest};
    w->jpeg.dest = &w->to;
    w->jpeg.image_width = (JDIMENSION)picture->width;
    w->jpeg.image_height = (JDIMENSION)picture->height;
    w->jpeg.input_components = 3;
    w->jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&w->jpeg);
    jpeg_set_quality(&w->jpeg, QUALITY, TRUE);
    w->jpeg.comp_info[0].h_samp_factor = w->jpeg.comp_info[0].v_samp_factor = 1;
    w->jpeg.optimize_coding = TRUE;
    w->jpeg.density_unit = 1; /* dots an inch */
    w->jpeg.X_density = w->jpeg.Y_density = (UINT16)picture->dpi;
}

/* @return false: libjpeg ran out of memory */
static bool compress(writer *w, const jpeg_picture *picture)
{
    if (setjmp(w->failed))
        return false;
    prepare(w, picture);
    jpeg_start_compress(&w->jpeg, TRUE);
    if (picture->comment && picture->comment[0])
        jpeg_write_marker(&w->jpeg, JPEG_COM, (const JOCTET *)picture->comment,
                          (unsigned)strnlen(picture->comment, LONGEST_COMMENT));
    for (size_t y = 0; y < picture->height; y++) {
        JSAMPROW row = w->row;
        picture->row(picture->user, y, w->row);
        jpeg_write_scanlines(&w->jpeg, &row, 1);
    }
    jpeg_finish_compress(&w->jpeg);
    return true;
}

bool jpeg_picture_put(const jpeg_picture *picture, loss_file *out)
{
    writer *w = calloc(1, sizeof *w);
    unsigned char *row = malloc(3 * picture->width);
    bool is_ready = w && row, done = false;
    if (is_ready) {
        w->out = out;
        w->row = row;
        w->jpeg.err = jpeg_std_error(&w->errors);
        w->errors.error_exit = fail;
        w->errors.output_message = be_silent;
        w->jpeg.client_data = w;
        done = compress(w, picture);
        jpeg_destroy_compress(&w->jpeg);
    }
    free(row);
    free(w);
    return done;
}
