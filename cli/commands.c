/* A row for each command. */
#include "commands.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "document.h"

const command COMMANDS[] = {
    {"train", "train a network, with a checkpoint per epoch", command_train, false},
    {"eval", "loss and accuracy of a network on a data set", command_eval, false},
    {"surface", "the loss on a grid of a plane through the weights", command_surface, true},
    {"merge", "the parts of a landscape that several machines made", command_merge, false},
    {"import", "a surface that another program made, as a landscape", command_import, false},
    {"path", "the path of training on a landscape's plane", command_path, false},
    {"curvature", "eigenvalues, trace and density of the loss's Hessian", command_curvature, false},
    {"export", "a landscape as meshes, grids and tables of other programs", command_export, false},
    {"plot", "a landscape as a picture", command_plot, false},
    {"convert", "weights as .safetensors, networks as text", command_convert, false},
    {"info", "what a file, a run or a data set holds", command_info, false},
    {"help", "help for a command, or its page of the manual", command_help, false},
    {"completion", "completion of commands and options for a shell", command_completion, false},
    {"version", "version and kernel sets", command_version, false},
};
const size_t N_COMMANDS = sizeof COMMANDS / sizeof *COMMANDS;
_Static_assert(sizeof COMMANDS / sizeof *COMMANDS <= MOST_COMMANDS, "room for all commands");

const command *command_find(const char *name)
{
    const char *names[MOST_COMMANDS];
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(name, COMMANDS[i].name) == 0)
            return &COMMANDS[i];
        names[i] = COMMANDS[i].name;
    }
    char message[1024];
    int n =
        snprintf(message, sizeof message, "%.300s: no such command; the nearest is %s (there are",
                 name, loss_text_nearest(name, names, N_COMMANDS));
    for (size_t i = 0; i < N_COMMANDS; i++)
        n += snprintf(message + n, sizeof message - (size_t)n, "%s %s", i ? "," : "", names[i]);
    snprintf(message + n, sizeof message - (size_t)n, ")");
    fprintf(stderr, "lossgrid: %s\n", message);
    document_fail(DOCUMENT_USAGE, message);
    return NULL;
}
