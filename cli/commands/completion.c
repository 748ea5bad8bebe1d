/* completion: scripts for shells, made of the option tables of all commands. */
#include "common/completion.h"

#include "cli.h"
#include "command.h"
#include "commands/help.h"
#include "document.h"

static const completion_shell *shell;
static completion_program program = {"lossgrid", "lossgrid-mpi", NULL, 0};

static void write_completion(const command_text *text, const option_table *table)
{
    shell->options(&program, text->name, table);
}

static const command_text COMPLETION_TEXT = {
    .name = "completion",
    .usage = "bash|zsh|fish",
    .summary = "Prints a script that completes commands, options and their words in a shell.",
    .notes = "An installation puts it where these shells look for it.",
    .examples = "  source <(lossgrid completion bash)\n"
                "  lossgrid completion fish > ~/.config/fish/completions/lossgrid.fish",
};

int command_completion(int argc, char **argv)
{
    const char *name = NULL;
    size_t n = 0;
    int result = command_parse(&COMPLETION_TEXT, (option_table){NULL, 0, 1}, argc, argv, &name, &n);
    if (result >= 0)
        return result;
    if (document_is_wanted())
        return usage_error(COMPLETION_TEXT.name, "it prints a script: it goes without --json");
    shell = name ? completion_shell_find(name) : NULL;
    if (!shell)
        return usage_error(COMPLETION_TEXT.name, "%s: expected bash, zsh or fish",
                           name ? name : "no shell");
    completion_command all[MOST_COMMANDS];
    for (size_t i = 0; i < N_COMMANDS; i++)
        all[i] = (completion_command){COMMANDS[i].name, COMMANDS[i].about};
    program.commands = all;
    program.n = N_COMMANDS;
    command_help_as(write_completion);
    shell->begin(&program);
    for (size_t i = 0; i < N_COMMANDS; i++)
        help_run(&COMMANDS[i]);
    shell->end(&program);
    return EXIT_OK;
}
