/* The command line that makes a session again. */
#ifndef COMMAND_H
#define COMMAND_H

#include "settings.h"

/** Writes a file's name as a word of the shell, which gives its very bytes again: 'a.ply', or
 * $'a\x0ab' where it has bytes that a terminal should not see.
 *  @return the length of the whole, as snprintf does */
size_t shell_word(const char *name, char *out, size_t size);

/** Prints "lossview FILES OPTIONS" on standard output. */
void command_print(const settings *s, const char *const *files, size_t n);

#endif
