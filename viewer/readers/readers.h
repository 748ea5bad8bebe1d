/* The readers, a file each. */
#ifndef READERS_H
#define READERS_H

#include "readers/grid.h"

/* Text and bytes are those of the whole file and are not kept. */
bool grid_read_landscape(grid *g, const char *path, problem *p);
bool grid_parse_ply(grid *g, const char *path, const unsigned char *bytes, size_t n, problem *p);
bool grid_parse_csv(grid *g, const char *path, const unsigned char *bytes, size_t n, problem *p);

#endif
