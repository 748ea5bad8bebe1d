#include "commands/help_json.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "document.h"

static const char *const TYPES[] = {[OPTION_FLAG] = "flag",     [OPTION_SWITCH] = "switch",
                                    [OPTION_TEXT] = "text",     [OPTION_TEXTS] = "texts",
                                    [OPTION_COUNT] = "count",   [OPTION_BYTES] = "bytes",
                                    [OPTION_SEED] = "seed",     [OPTION_NUMBER] = "number",
                                    [OPTION_AXIS] = "axis",     [OPTION_CHANNELS] = "channels",
                                    [OPTION_CHOICE] = "choice", [OPTION_SIZE] = "size",
                                    [OPTION_OWN] = "own"};

/* A text of ours, with its line breaks. */
static void add_text(json *j, cJSON *to, const char *key, const char *text)
{
    json_item(j, to, key, cJSON_CreateString(text));
}

static void add_option(json *j, cJSON *list, const option_spec *o)
{
    cJSON *option = json_object(j, list, NULL);
    json_text(j, option, "name", o->name);
    json_text(j, option, "type", TYPES[o->kind]);
    if (o->argument)
        json_text(j, option, "argument", o->argument);
    add_text(j, option, "about", o->help);
    cJSON *choices = o->choices ? json_list(j, option, "choices") : NULL;
    for (size_t i = 0; o->choices && o->choices[i]; i++)
        json_text(j, choices, NULL, o->choices[i]);
    if (o->low < o->high) {
        json_number(j, option, "least", o->low);
        json_number(j, option, "most", o->high);
    }
}

void help_json_write(const command_text *text, const option_table *table)
{
    json j = json_begin();
    json_text(&j, j.root, "kind", "help");
    json_text(&j, j.root, "command", text->name);
    add_text(&j, j.root, "usage", text->usage);
    add_text(&j, j.root, "about", text->summary);
    if (text->notes)
        add_text(&j, j.root, "notes", text->notes);
    add_text(&j, j.root, "examples", text->examples);
    cJSON *options = json_list(&j, j.root, "options");
    for (size_t i = 0; i < table->n_options; i++)
        add_option(&j, options, &table->options[i]);
    document_give(&j); /* without memory for it the document is not printed, which main tells */
}

/* An object of two texts. */
static cJSON *add_row(json *j, cJSON *list, const char *name, const char *about)
{
    cJSON *row = json_object(j, list, NULL);
    json_text(j, row, "name", name);
    json_text(j, row, "about", about);
    return row;
}

static void add_networks(json *j, cJSON *list)
{
    for (const char *const *name = loss_net_models(); *name; name++) {
        cJSON *row = add_row(j, list, *name, loss_net_model_about(*name)),
              *options = json_list(j, row, "options");
        const loss_model_option *o;
        for (size_t i = 0; (o = loss_net_model_option(*name, i)); i++) {
            cJSON *option = add_row(j, options, o->name, o->about);
            json_text(j, option, "values", o->values);
            json_text(j, option, "standard", o->standard);
        }
    }
}

int help_json_all(void)
{
    json j = json_begin();
    json_text(&j, j.root, "kind", "commands");
    cJSON *commands = json_list(&j, j.root, "commands");
    for (size_t i = 0; i < N_COMMANDS; i++)
        add_row(&j, commands, COMMANDS[i].name, COMMANDS[i].about);
    add_networks(&j, json_list(&j, j.root, "networks"));
    cJSON *data = json_list(&j, j.root, "data_sets");
    for (size_t i = 0; i < loss_dataset_formats(); i++)
        add_row(&j, data, loss_dataset_format_name(i), loss_dataset_format_summary(i));
    cJSON *losses = json_list(&j, j.root, "losses");
    for (size_t i = 0; loss_loss_name(i); i++)
        add_row(&j, losses, loss_loss_name(i), loss_loss_about(i));
    loss_status status = document_give(&j);
    return status ? report_failure(status) : EXIT_OK;
}

int help_json_version(void)
{
    json j = json_begin();
    json_text(&j, j.root, "kind", "version");
    json_text(&j, j.root, "version", loss_version());
    json_text(&j, j.root, "kernels", loss_isa());
    cJSON *sets = json_list(&j, j.root, "kernel_sets");
    char name[32];
    for (const char *at = loss_isa_sets(); *at;) {
        size_t n = strcspn(at, " ,");
        snprintf(name, sizeof name, "%.*s", (int)n, at);
        json_text(&j, sets, NULL, name);
        at += n + strspn(at + n, " ,");
    }
    loss_status status = document_give(&j);
    return status ? report_failure(status) : EXIT_OK;
}
