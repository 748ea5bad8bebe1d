/* The commands of lossgrid. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct command {
    const char *name, *about;
    int (*run)(int argc, char **argv);
    bool is_shared; /* all ranks of lossgrid-mpi run it; the others run on rank 0 only */
} command;

extern const command COMMANDS[];
extern const size_t N_COMMANDS;
enum { MOST_COMMANDS = 32 };

/** @return NULL after telling that there is no such command, and which is the nearest */
const command *command_find(const char *name);

#endif
