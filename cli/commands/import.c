/* lossgrid import */
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "command.h"
#include "document.h"
#include "made_by.h"
#include "report/report.h"

/* What the help says of the kinds of files. */
enum { SUMMARY_SIZE = 1024 };
static void describe_kinds(char text[SUMMARY_SIZE])
{
    const char *kind;
    int n = snprintf(text, SUMMARY_SIZE,
                     "Makes a landscape of a surface that another program made. It is recognised "
                     "by content:\n");
    for (size_t i = 0; (kind = loss_import_kind_at(i)) && n < SUMMARY_SIZE - 100; i++)
        n += snprintf(text + n, SUMMARY_SIZE - (size_t)n, "  %s (%s)\n", kind,
                      loss_import_endings_at(i));
    snprintf(text + n, SUMMARY_SIZE - (size_t)n,
             "The landscape says where it is from, and nothing that the file does not tell.");
}

static const command_text TEXT = {
    .name = "import",
    .usage = "FILE --out FILE.landscape [options]",
    .notes = "plot, info, export and lossview take such files as they are. Nothing can be added to "
             "an imported landscape: of which\n"
             "network and images it is, is not known.",
    .examples = "  lossgrid import theirs.csv --out theirs.landscape\n"
                "  lossgrid plot theirs.csv --out theirs.png",
};

/* Makes the landscape, which tells the command line. */
static loss_status make(const char *path, const char *out, char *command, loss_surface **surface)
{
    const loss_surface_import_options opt = {
        .struct_size = sizeof opt, .command = command, .host = made_by_host()};
    loss_import *import;
    loss_status status = loss_import_read(&import, path, NULL);
    if (!status)
        status = loss_surface_import(surface, import, out, &opt);
    loss_import_free(import);
    return status;
}

int command_import(int argc, char **argv)
{
    const char *path = NULL, *out = NULL;
    bool quiet = false;
    char summary[SUMMARY_SIZE];
    command_text text = TEXT;
    describe_kinds(summary);
    text.summary = summary;
    const option_spec options[] = {
        OPT_TEXT("out", "FILE.landscape", "the landscape to make", &out),
        OPT_QUIET(&quiet),
    };
    size_t n_operands = 0;
    int result = command_parse(&text, OPTION_TABLE(options, 1), argc, argv, &path, &n_operands);
    if (result >= 0)
        return result;
    if (!path || !out)
        return usage_error(TEXT.name,
                           path ? "where to? Give --out FILE.landscape" : "which file? Give FILE");
    char *command;
    loss_surface *surface = NULL;
    if (!made_by_command(argc, argv, &command))
        return report_failure(LOSS_ERR_NOMEM);
    loss_status status = make(path, out, command, &surface);
    if (!status && (document_is_wanted() || !quiet))
        status = report_print(surface, out, false);
    loss_surface_close(surface);
    free(command);
    return status ? report_failure(status) : EXIT_OK;
}
