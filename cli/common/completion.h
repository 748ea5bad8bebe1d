/* Completion in shells, made of the option tables. */
#ifndef COMPLETION_H
#define COMPLETION_H

#include "options.h"

typedef struct completion_command {
    const char *name, *about;
} completion_command;

/** What a shell completes for. */
typedef struct completion_program {
    const char *name;
    const char *twin; /* another program with the same command line; NULL: none */
    const completion_command *commands;
    size_t n; /* 0: options follow the program's name at once */
} completion_program;

/** What writes the script of a shell, in this order: begin, options of each command, end. */
typedef struct completion_shell {
    const char *name;
    void (*begin)(const completion_program *p);
    /** @param command  NULL: of the program itself */
    void (*options)(const completion_program *p, const char *command, const option_table *table);
    void (*end)(const completion_program *p);
} completion_shell;

/** @return the shell of a name, or NULL */
const completion_shell *completion_shell_find(const char *name);

#endif
