/* All that a landscape tells: figures, validity, metadata. */
#ifndef REPORT_H
#define REPORT_H

#include "json.h"

/** Prints it on standard output, or gives it as the document. The text of a whole report has the
 * table of paths and the metadata too, which the document always has.
 *  @param path  of the file, as it is shown */
loss_status report_print(loss_surface *surface, const char *path, bool is_whole);

/** Its document. @param j  the caller's after success: json_free() */
loss_status report_make(loss_surface *surface, const char *path, json *j);

#endif
