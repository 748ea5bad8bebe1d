/* All that a landscape tells: figures, validity, metadata. */
#ifndef REPORT_H
#define REPORT_H

#include <loss/loss.h>

/** Prints it on standard output, as text or as one JSON object. The text of a whole report has the
 * table of paths and the metadata too, which JSON always has.
 *  @param path  of the file, as it is shown */
loss_status report_print(loss_surface *surface, const char *path, bool is_json, bool is_whole);

#endif
