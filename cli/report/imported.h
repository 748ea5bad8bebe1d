/* Landscapes that other programs made: what they do not tell is not said. */
#ifndef IMPORTED_H
#define IMPORTED_H

#include <loss/loss.h>

/** Whether it was imported. */
bool imported_is(const loss_surface *surface);
/** Whether it is known of which split the values are: not of every imported file. */
bool imported_tells_split(const loss_surface *surface);
/** What a landscape is of: its network, or the file that it was imported from, without folders.
 *  @param name  written */
enum { SUBJECT_SIZE = 128 };
void subject_of(const loss_surface *surface, char name[SUBJECT_SIZE]);
/** "imported from theirs.csv (table of numbers), which does not tell of which network and images",
 * or "". @return text */
enum { IMPORTED_TEXT = 320 };
const char *imported_text(const loss_surface *surface, char text[IMPORTED_TEXT]);
/** What values are called where there is no unit: "loss", or "height"; NULL: it was not imported.
 * Static. */
const char *imported_values(const loss_surface *surface);

#endif
