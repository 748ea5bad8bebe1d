/* A subcommand's command line: what it is for, its options, its help. */
#ifndef COMMAND_H
#define COMMAND_H

#include "options.h"

/** What a subcommand says of itself. */
typedef struct command_text {
    const char *name, *usage, *summary;
    const char *notes; /* after the options: what the user should know; may be NULL */
    const char *examples;
} command_text;

/** Reads a subcommand's options, [n_options], and --json, which all have, and its words that are
 * no options.
 *  @param operands  [most_operands]; *n_operands is how many there are
 *  @return -1 to go on; else the exit code to end with (help was printed, or an error told) */
int command_parse(const command_text *text, option_table table, int argc, char **argv,
                  const char **operands, size_t *n_operands);

/** Writes what --help asks for. */
typedef void command_help_writer(const command_text *text, const option_table *table);
/** From now on --help of any command is written by it, and not for the terminal. */
void command_help_as(command_help_writer *writer);

/** An option table and how many words that are no options may be given with it. */
#define OPTION_TABLE(options, most_operands)                                                       \
    ((option_table){options, sizeof(options) / sizeof *(options), most_operands})

/* Rows that most commands have. */
#define OPT_THREADS(n)                                                                             \
    OPT_COUNT("threads", "N", "threads (all processors); the result does not depend on it", n)
#define OPT_QUIET(flag) OPT_FLAG("quiet", "no progress and no messages", flag)

/** Tells an error in the use of a subcommand, printf style. @return EXIT_USAGE. */
int usage_error(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
