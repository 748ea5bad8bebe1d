/* Pictures as JPEG (JFIF), by libjpeg: quality 95, and colours as fine as light, since thin lines
 * and texts blur otherwise. */
#ifndef JPEG_PICTURE_H
#define JPEG_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include <loss/loss.h>

enum { JPEG_MOST_SIDE = 65500 }; /* pixels */

typedef struct jpeg_picture {
    size_t width, height; /* 1 .. JPEG_MOST_SIDE */
    unsigned dpi;         /* dots an inch */
    const char *comment;  /* what the picture is of; NULL: nothing */
    /* Puts row y, from the top, into rgb[3 * width]. */
    void (*row)(const void *user, size_t y, unsigned char *rgb);
    const void *user;
} jpeg_picture;

/** The kind of file, for loss_file_open(). */
extern const loss_file_kind JPEG_FILE;

/** Puts the picture into a file. What cannot be written the file tells when it is committed.
 *  @return false: out of memory */
bool jpeg_picture_put(const jpeg_picture *picture, loss_file *out);

#endif
