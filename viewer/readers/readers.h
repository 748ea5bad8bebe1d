/* The readers, a file each. */
#ifndef READERS_H
#define READERS_H

#include "readers/grid.h"

bool grid_read_landscape(grid *g, const char *path, problem *p);
/** What another program made, as <loss/import.h> reads it. */
bool grid_read_import(grid *g, const char *path, problem *p);

#endif
