/* lossgrid convert */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "command.h"
#include "display.h"

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), n_end = strlen(end);
    return n > n_end && strcmp(text + n - n_end, end) == 0;
}

static const command_text TEXT = {
    .name = "convert",
    .usage = "IN OUT.safetensors [--key NAME] [--quiet]",
    .summary =
        "Writes the tensors of a PyTorch checkpoint (.pt .pth .th .t7, of any age), .npz or "
        ".safetensors as .safetensors: names, types and\n"
        "values as they are, but for the prefixes module. and _orig_mod., which are dropped where "
        "all names have them. Another prefix that all names have stays, and is told.",
    .notes = "Nothing in a checkpoint is executed: objects that are neither tensors nor plain "
             "containers "
             "are skipped. The largest\n"
             "dictionary of tensors is taken; where there are several of that size, --key chooses.",
    .examples = "  lossgrid convert resnet20.th resnet20.safetensors",
};

static void tell(const char *path, const loss_convert_report *r)
{
    fprintf(stderr, "%s", display(path));
    if (*r->key)
        fprintf(stderr, "; taken from %s", display(r->key));
    if (*r->others)
        fprintf(stderr, "; not written: %s", display(r->others));
    if (*r->dropped)
        fprintf(stderr, "; dropped in front of names: %s", display(r->dropped));
    if (*r->kept)
        fprintf(stderr, "; all names begin with %s, which stays", display(r->kept));
    fprintf(stderr, "\n");
}

int command_convert(int argc, char **argv)
{
    const char *paths[2] = {NULL, NULL};
    const char *key = NULL;
    bool quiet = false;
    const option_spec options[] = {
        OPT_TEXT("key", "NAME", "which of several sets of tensors, such as ema (the only one)",
                 &key),
        OPT_QUIET(&quiet),
    };
    size_t n = 0;
    int result = command_parse(&TEXT, OPTION_TABLE(options, 2), argc, argv, paths, &n);
    if (result >= 0)
        return result;
    if (n < 2)
        return usage_error(TEXT.name, "from what to what? Give IN and OUT.safetensors");
    if (!ends_with(paths[1], ".safetensors"))
        return usage_error(TEXT.name, "%s: expected a name ending in .safetensors", paths[1]);
    loss_convert_report r = LOSS_CONVERT_REPORT_INIT;
    loss_status status = loss_weights_convert(paths[0], paths[1], key, &r);
    if (status)
        return report_failure(status);
    if (!quiet)
        tell(paths[1], &r);
    return EXIT_OK;
}
