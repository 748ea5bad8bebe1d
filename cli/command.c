/* Help and errors of use. */
#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "document.h"

int usage_error(const char *command, const char *format, ...)
{
    char message[2 * OPTIONS_MESSAGE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    fprintf(stderr, "lossgrid %s: %s\nTry: lossgrid %s --help\n", command, message, command);
    document_fail(DOCUMENT_USAGE, message);
    return EXIT_USAGE;
}

static void print_help(const command_text *text, const option_table *table)
{
    printf("Usage: lossgrid %s %s\n\n%s\n\nOptions:\n", text->name, text->usage, text->summary);
    options_print(table);
    options_print_help_line();
    if (text->notes)
        printf("\n%s\n", text->notes);
    printf("\nExamples:\n%s\n", text->examples);
}

static command_help_writer *write_help = print_help;

void command_help_as(command_help_writer *writer)
{
    write_help = writer;
}

int command_parse(const command_text *text, option_table table, int argc, char **argv,
                  const char **operands, size_t *n_operands)
{
    char message[OPTIONS_MESSAGE];
    bool is_json = false;
    option_spec options[MOST_OPTIONS];
    memcpy(options, table.options, table.n_options * sizeof *options);
    options[table.n_options++] = (option_spec)OPT_FLAG(
        "json", "one JSON document on standard output, also of a failure", &is_json);
    table.options = options;
    switch (options_parse(&table, argc, argv, operands, n_operands, message)) {
    case OPTIONS_OK: document_choose(is_json); return -1;
    case OPTIONS_HELP: write_help(text, &table); return EXIT_OK;
    default: return usage_error(text->name, "%s", message);
    }
}
