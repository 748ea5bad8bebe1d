/* Pictures made of pixels, as files: the ending says which kind. */
#ifndef PICTURE_FILE_H
#define PICTURE_FILE_H

#include "problem.h"

typedef struct picture_pixels {
    int width, height;
    const unsigned char *rgba; /* [height][width][4], first row on top */
    bool has_alpha;            /* parts may be transparent */
    const char *comment;       /* what it shows */
} picture_pixels;

/** Whether a file name ends as one of them, or is "-", a PNG to standard output. */
bool picture_file_is_known(const char *path);
/** Whether that kind of file can be transparent. */
bool picture_file_has_alpha(const char *path);
/** @return false with the reason */
bool picture_file_write(const char *path, const picture_pixels *pixels, problem *p);

#endif
