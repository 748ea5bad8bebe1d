/* What lossgrid says of itself. */
#ifndef HELP_H
#define HELP_H

/** Prints the commands, networks, data sets and losses. */
void help_print(void);

#endif
