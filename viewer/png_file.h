/* PNG (ISO/IEC 15948), one picture or, as APNG (W3C PNG third edition), several that follow each
 * other. */
#ifndef PNG_FILE_H
#define PNG_FILE_H

#include <stddef.h>

#include "problem.h"

typedef struct png_file png_file;

/** Begins a file of 8-bit RGB (channels 3) or RGBA (4).
 *  @param path      "-": standard output
 *  @param n_frames  1: a plain PNG. More: an animation that repeats for ever.
 *  @param delay_ms  of each frame, up to 65535
 *  @return NULL with the reason */
png_file *png_begin(const char *path, int width, int height, int channels, unsigned n_frames,
                    unsigned delay_ms, problem *p);
/** Adds a frame: [height][width][4] bytes RGBA, first row on top; the alpha is left out with 3
 * channels. */
bool png_frame(png_file *f, const unsigned char *rgba, problem *p);
/** Ends the file. After a failure, or with frames missing, nothing is written and a file that was
 * there stays as it was. @return false with the reason: not all could be written. */
bool png_end(png_file *f, problem *p);

#endif
