/* help and version: what lossgrid says of itself. */
#include "commands/help.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "command.h"
#include "commands.h"
#include "commands/help_json.h"
#include "document.h"
#include "manual.h"

#define EXAMPLES                                                                                   \
    "  lossgrid train --model resnet20 --data fashion-mnist --epochs 3 --limit 10000 --out run\n"  \
    "  lossgrid surface run --limit 256 --out resnet20.landscape\n"                                \
    "  lossgrid plot resnet20.landscape --out resnet20.png"

/* Names, a family a line, with what it is and its options. */
static void print_networks(void)
{
    for (const char *const *name = loss_net_models(); *name; name++) {
        const char *about = loss_net_model_about(*name),
                   *next = name[1] ? loss_net_model_about(name[1]) : "";
        const loss_model_option *option;
        printf("  %s", *name);
        if (strcmp(about, next) == 0)
            continue;
        printf(": %s\n", about);
        for (size_t i = 0; (option = loss_net_model_option(*name, i)); i++)
            printf("      %s=%s: %s (%s)\n", option->name, option->values, option->about,
                   option->standard);
    }
}

static void print_data_sets(void)
{
    for (size_t i = 0; i < loss_dataset_formats(); i++)
        printf("  %-11s %s\n", loss_dataset_format_name(i), loss_dataset_format_summary(i));
    const char *name;
    for (size_t i = 0; (name = loss_dataset_known(i)); i++)
        printf("  %s: by this name, where Debian's package puts it\n", name);
}

static void print_losses(void)
{
    printf("\nLosses, for --loss NAME[:key=value,...]:\n");
    for (size_t i = 0; loss_loss_name(i); i++)
        printf("  %-14s %s\n", loss_loss_name(i), loss_loss_about(i));
}

void help_print(void)
{
    printf("lossgrid %s: see the loss landscape of a neural network\n\n"
           "Usage: lossgrid COMMAND [options]      lossgrid COMMAND --help\n\nCommands:\n",
           loss_version());
    for (size_t i = 0; i < N_COMMANDS; i++)
        printf("  %-11s %s\n", COMMANDS[i].name, COMMANDS[i].about);
    printf("\nNetworks, with options after a colon, such as resnet56:shortcut=none,width=0.5:\n");
    print_networks();
    printf("  FILE.net: a network written as text\n"
           "  FILE.onnx: a network of another program, with its weights\n"
           "  --model auto recognises the network of --weights.\n"
           "\nData sets, recognised by content:\n");
    print_data_sets();
    print_losses();
    printf("\nExamples:\n" EXAMPLES "\n"
           "\nEnvironment: LOSS_ISA=NAME forces a kernel set, here one of: %s.\n"
           "Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted with all finished "
           "work kept.\n",
           loss_isa_sets());
}

/* ---- Of a command ---- */

int help_run(const command *c)
{
    char help[] = "--help", *argv[] = {(char *)c->name, help, NULL};
    return c->run(2, argv);
}

static const char *about_of(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(COMMANDS[i].name, name) == 0)
            return COMMANDS[i].about;
    return "";
}

static void write_page(const command_text *text, const option_table *table)
{
    static const char *const see_also[] = {"lossgrid", NULL};
    const manual_page page = {.program = "lossgrid",
                              .command = text->name,
                              .about = about_of(text->name),
                              .usage = text->usage,
                              .summary = text->summary,
                              .notes = text->notes,
                              .examples = text->examples,
                              .see_also = see_also};
    manual_print(&page, table);
}

/* The page of lossgrid itself: its commands, with the names of their pages. */
static void write_own_page(void)
{
    char commands[4096], names[MOST_COMMANDS][32];
    const char *pages[MOST_COMMANDS + 2];
    size_t n = (size_t)snprintf(
        commands, sizeof commands,
        "Computes and shows the loss landscapes of neural networks: the loss over a line or a "
        "plane of their weights. The commands are:\n\n");
    for (size_t i = 0; i < N_COMMANDS; i++) {
        n += (size_t)snprintf(commands + n, n < sizeof commands ? sizeof commands - n : 0,
                              "  %-11s %s\n", COMMANDS[i].name, COMMANDS[i].about);
        snprintf(names[i], sizeof *names, "lossgrid-%s", COMMANDS[i].name);
        pages[i] = names[i];
    }
    pages[N_COMMANDS] = "lossview";
    pages[N_COMMANDS + 1] = NULL;
    const manual_page page = {.program = "lossgrid",
                              .about = "loss landscapes of neural networks",
                              .usage = "COMMAND [options]",
                              .summary = commands,
                              .notes = "lossgrid --help lists networks, data sets and losses. "
                                       "LOSS_ISA=NAME in the environment forces a kernel set.",
                              .examples = EXAMPLES,
                              .see_also = pages};
    manual_print(&page, NULL);
}

static const command_text HELP_TEXT = {
    .name = "help",
    .usage = "[COMMAND] [--man]",
    .summary = "Prints what --help of a command prints, or its page of the manual.",
    .examples = "  lossgrid help surface\n"
                "  lossgrid help surface --man | man -l -",
};

int command_help(int argc, char **argv)
{
    bool is_manual = false;
    const char *name = NULL;
    size_t n = 0;
    const option_spec options[] = {OPT_FLAG("man", "as a page of the manual, in mdoc", &is_manual)};
    int result = command_parse(&HELP_TEXT, OPTION_TABLE(options, 1), argc, argv, &name, &n);
    if (result >= 0)
        return result;
    if (is_manual && document_is_wanted())
        return usage_error(HELP_TEXT.name, "--man is a text: it goes without --json");
    if (is_manual)
        command_help_as(write_page);
    if (name) {
        const command *c = command_find(name);
        return c ? help_run(c) : EXIT_USAGE;
    }
    if (document_is_wanted())
        return help_json_all();
    if (is_manual)
        write_own_page();
    else
        help_print();
    return EXIT_OK;
}

/* ---- version ---- */

static const command_text VERSION_TEXT = {
    .name = "version",
    .usage = "",
    .summary = "Prints the version, the kernel set in use and those of this processor.",
    .examples = "  lossgrid version",
};

int command_version(int argc, char **argv)
{
    const char *none = NULL;
    size_t n = 0;
    int result = command_parse(&VERSION_TEXT, (option_table){NULL, 0, 0}, argc, argv, &none, &n);
    if (result >= 0)
        return result;
    if (document_is_wanted())
        return help_json_version();
    printf("lossgrid %s (kernels: %s)\n", loss_version(), loss_isa());
    printf("kernel sets of this processor: %s\n", loss_isa_sets());
    return EXIT_OK;
}
