/* Pictures for print: the surface as an image, and all that lies flat over it drawn anew, lines as
 * lines and texts as texts. */
#ifndef VECTOR_FILE_H
#define VECTOR_FILE_H

#include "session.h"

/** Whether a file name ends as one of them: .pdf or .svg. */
bool vector_is_known(const char *path);

/** Writes a picture of the size that the session is laid out for, in points of 1/72 inch (.pdf) or
 * pixels (.svg).
 *  @param rgba    the picture without its overlay, `factor` times as large each way, not
 *                 premultiplied
 *  @return false with the reason */
bool vector_write(const char *path, const session *s, const unsigned char *rgba, int factor,
                  problem *p);

#endif
