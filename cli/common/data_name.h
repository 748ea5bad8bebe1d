/* What a landscape's data set is called. */
#ifndef DATA_NAME_H
#define DATA_NAME_H

#include <loss/loss.h>

enum { DATA_NAME_SIZE = 128 };

/** The last part of a path, cut where it is long; "" of none. @param name  [size], written */
void path_end(const char *path, char *name, size_t size);

/** The last part of the data set's path, cut where it is long; its kind where there is no path, as
 * for a caller's own arrays. @param name  written */
void data_name(const loss_surface *surface, char name[DATA_NAME_SIZE]);

#endif
