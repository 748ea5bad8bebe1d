/* Help as a document: what programs build a form, or another completion, of. */
#ifndef HELP_JSON_H
#define HELP_JSON_H

#include "command.h"

/** The help of a command. Fits command_help_writer. */
void help_json_write(const command_text *text, const option_table *table);
/** Commands, networks, data sets and losses. @return an exit code */
int help_json_all(void);
/** Version and kernel sets. @return an exit code */
int help_json_version(void);

#endif
