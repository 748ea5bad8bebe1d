/* Quoting for the shell. */
#ifndef SHELL_WORD_H
#define SHELL_WORD_H

#include <stddef.h>

/** Writes a text as a word of the shell, which gives its very bytes again: 'a.ply', or
 * $'a\x0ab' where it has bytes that a terminal should not see.
 *  @return the length of the whole, as snprintf does */
size_t shell_word(const char *name, char *out, size_t size);

#endif
