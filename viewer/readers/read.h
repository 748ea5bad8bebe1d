/* Opening a file, whatever kind it is. */
#ifndef READ_H
#define READ_H

#include "readers/grid.h"

/** Reads a landscape, or a surface that another program made, recognised by its content.
 *  @param max_bytes  files that are larger are refused; 0: no limit
 *  @return false with the reason in *p; *out is then empty */
bool grid_read(grid *out, const char *path, size_t max_bytes, problem *p);

#endif
