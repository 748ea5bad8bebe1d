/* Where the list of files is. */
#ifndef CHOOSER_BOX_H
#define CHOOSER_BOX_H

#include "overlay/layout.h"

box chooser_box(const layout *l);
/** How many entries are seen. */
size_t chooser_rows(const layout *l);
/** The row at a place. @return false: none is there */
bool chooser_row_at(const layout *l, double x, double y, size_t *row);

#endif
