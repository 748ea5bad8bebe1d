/* lossgrid merge */
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "command.h"
#include "display.h"
#include "document.h"
#include "json.h"
#include "made_by.h"

enum { MOST_PARTS = 4096 };

static const command_text TEXT = {
    .name = "merge",
    .usage = "PART.landscape... --out WHOLE.landscape [options]",
    .summary =
        "Puts the parts of a landscape that surface --part K/N made, on machines that share no "
        "file, into one. Bits are kept.\n"
        "Files of different things are refused; what is missing is told.",
    .notes = "What is missing can be evaluated later: by its part, or by the same command with "
             "--out WHOLE.landscape and without\n"
             "--part.",
    .examples = "  lossgrid surface run --limit 1000 --part 1/2 --out part-1.landscape\n"
                "  lossgrid surface run --limit 1000 --part 2/2 --out part-2.landscape\n"
                "  lossgrid merge part-*.landscape --out whole.landscape",
};

static loss_status print(const char *out, const loss_merge_report *r)
{
    size_t missing = r->total - r->present;
    if (document_is_wanted()) {
        json j = json_begin();
        json_text(&j, j.root, "kind", "merge");
        json_text(&j, j.root, "file", out);
        json_number(&j, j.root, "points", (double)r->total);
        json_number(&j, j.root, "evaluated", (double)r->present);
        json_number(&j, j.root, "parts", (double)r->parts);
        json_text(&j, j.root, "incomplete_parts", r->incomplete);
        return document_give(&j);
    }
    printf("%s: %zu of %zu points\n", display(out), r->present, r->total);
    if (missing && *r->incomplete)
        printf("%zu are missing; parts that lack some: %s of %zu\n", missing, r->incomplete,
               r->parts);
    else if (missing)
        printf("%zu are missing\n", missing);
    return LOSS_OK;
}

int command_merge(int argc, char **argv)
{
    static const char *parts[MOST_PARTS];
    const char *out = NULL;
    const option_spec options[] = {
        OPT_TEXT("out", "WHOLE.landscape", "where all of it goes; added to, if it is there", &out),
    };
    size_t n = 0;
    int result = command_parse(&TEXT, OPTION_TABLE(options, MOST_PARTS), argc, argv, parts, &n);
    if (result >= 0)
        return result;
    if (!n || !out)
        return usage_error(TEXT.name, "%s",
                           out ? "which parts? Give PART.landscape..."
                               : "where to? Give --out WHOLE.landscape");
    loss_merge_report report = LOSS_MERGE_REPORT_INIT;
    char *command;
    if (!made_by_command(argc, argv, &command))
        return report_failure(LOSS_ERR_NOMEM);
    loss_status status = loss_surface_merge(out, parts, n, command, &report);
    free(command);
    if (!status)
        status = print(out, &report);
    return status ? report_failure(status) : EXIT_OK;
}
