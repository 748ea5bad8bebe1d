/* What lossgrid says of itself. */
#ifndef HELP_H
#define HELP_H

#include "commands.h"

/** Prints the commands, networks, data sets and losses. */
void help_print(void);
/** Lets a command write its help, as command_help_as() says. @return its exit code */
int help_run(const command *c);

#endif
