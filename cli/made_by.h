/* What a landscape says of how it was made. */
#ifndef MADE_BY_H
#define MADE_BY_H

#include <stdbool.h>

/** "cd /folder && lossgrid surface run --out a.landscape": a command line that does the same in any
 * folder.
 *  @param argv  [argc], the command's name first
 *  @param text  to be freed; NULL where the folder has no name
 *  @return false without memory */
bool made_by_command(int argc, char **argv, char **text);
/** The name of this machine; NULL where it has none. Static storage. */
const char *made_by_host(void);

#endif
