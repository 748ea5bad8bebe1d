/* What was measured, for files that are given to others. */
#ifndef LOSSI_SURFACE_PROVENANCE_H
#define LOSSI_SURFACE_PROVENANCE_H

#include "base/json.h"
#include "surface/surface.h"

/** Whether another program made it, so that network and images are not known. */
bool lossi_provenance_is_imported(const loss_surface *surface);
/** "imported from theirs.csv (table of numbers), which ...": of an imported one. Owned by the
 * caller: free(); NULL when memory is out. */
char *lossi_provenance_imported(const loss_surface *surface);

/** The last name of the file that it was imported from. Borrowed. */
const char *lossi_provenance_file(const loss_surface *surface);

/** Adds the facts about a split to an object, numbers as numbers. Those of the machine (paths,
 * host, command line) stay behind. */
void lossi_provenance_add(const loss_surface *surface, loss_split split, cJSON *to, bool *failed);

/** The facts about every split that the file has, by its name or `unknown`, as JSON. Owned by the
 * caller: free(); NULL when memory is out. */
char *lossi_provenance_text(const loss_surface *surface);

#endif
