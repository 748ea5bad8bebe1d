/* Two landscapes beside each other. */
#ifndef COMPARISON_H
#define COMPARISON_H

#include <loss/loss.h>

/** Prints their facts and figures in two columns on standard output, or gives both as the document.
 *  @param paths  [2] as they are shown */
loss_status comparison_print(loss_surface *const surfaces[2], const char *const *paths);

#endif
