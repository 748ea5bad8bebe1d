/* The command line that makes a session again. */
#ifndef COMMAND_H
#define COMMAND_H

#include "settings.h"

/** Prints "lossview FILES OPTIONS" on standard output. */
void command_print(const settings *s, const char *const *files, size_t n);

#endif
