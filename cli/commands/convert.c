/* lossgrid convert */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "command.h"
#include "display.h"
#include "document.h"
#include "inputs/choices.h"
#include "inputs/model_shape.h"

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), n_end = strlen(end);
    return n > n_end && strcmp(text + n - n_end, end) == 0;
}

/* The summary is made of the library's formats. */
static const command_text TEXT = {
    .name = "convert",
    .usage = "IN OUT.safetensors [--key NAME]  |  NETWORK OUT.net [--weights-out OUT.safetensors]",
    .notes = "Nothing in a checkpoint is executed: objects that are neither tensors nor plain "
             "containers "
             "are skipped. The largest\n"
             "dictionary of tensors is taken; where there are several of that size, --key chooses.",
    .examples = "  lossgrid convert resnet20.th resnet20.safetensors\n"
                "  lossgrid convert net.onnx net.net --weights-out net.safetensors\n"
                "  lossgrid convert wrn16-4 wrn.net --input-shape 3,32,32 --classes 10",
};

static const char *describe(char *text, size_t size)
{
    char endings[128];
    snprintf(
        text, size,
        "Writes the tensors of a file of weights (%s;\n"
        "PyTorch checkpoints of any age) as .safetensors: names, types and values as they are, "
        "but for the prefixes\n"
        "module. and _orig_mod., which are dropped where all names have them. Another prefix "
        "that all names have stays, and is told.\n"
        "To OUT.net: writes the graph of FILE.onnx, or of a network such as resnet56, as text, "
        "and with --weights-out its weights.",
        options_list(choices_weights(), endings, sizeof endings));
    return text;
}

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

/* What was made of what, to be added to. */
static json begin_document(const char *from, const char *to)
{
    json j = json_begin();
    json_text(&j, j.root, "kind", "conversion");
    json_text(&j, j.root, "from", from);
    json_text(&j, j.root, "to", to);
    return j;
}

static loss_status give(const char *from, const char *to, const loss_convert_report *r)
{
    json j = begin_document(from, to);
    json_text(&j, j.root, "key", r->key);
    json_text(&j, j.root, "others", r->others);
    json_text(&j, j.root, "dropped", r->dropped);
    json_text(&j, j.root, "kept", r->kept);
    return document_give(&j);
}

/* How many of the network's tensors are constants, which only files made by us have. */
static size_t count_constants(const loss_net *net)
{
    size_t n = 0;
    for (size_t i = 0; i < loss_net_n_tensors(net); i++)
        n += loss_net_tensor(net, i)->kind == LOSS_TENSOR_CONSTANT;
    return n;
}

static void tell_net(const loss_net *net, const char *path, const char *weights)
{
    fprintf(stderr, "%s: %zu layers", display(path), loss_net_n_layers(net) - 1);
    if (weights)
        fprintf(stderr, "; weights: %s", display(weights));
    else if (count_constants(net))
        fprintf(stderr,
                "; the values of its weights and of %zu constants are not in it, and the constants "
                "are in no checkpoint: --weights-out FILE.safetensors keeps them",
                count_constants(net));
    else
        fprintf(stderr, "; its weights are not in it: --weights-out FILE.safetensors keeps them");
    fprintf(stderr, "\n");
}

static loss_status give_net(const loss_net *net, const char *from, const char *to,
                            const char *weights)
{
    json j = begin_document(from, to);
    json_number(&j, j.root, "layers", (double)(loss_net_n_layers(net) - 1));
    json_number(&j, j.root, "constants", (double)count_constants(net));
    if (weights)
        json_text(&j, j.root, "weights", weights);
    return document_give(&j);
}

/* A network's graph as text, and its weights. */
static int convert_net(const char *model, const char *path, const char *weights, loss_shape shape,
                       bool quiet)
{
    int result = model_shape_find(TEXT.name, model, &shape);
    if (result >= 0)
        return result;
    loss_net *net;
    loss_status status = loss_net_create(&net, model, shape);
    if (!status)
        status = loss_net_write(net, path);
    if (!status && weights)
        status = loss_net_save(net, weights);
    if (!status && !quiet)
        tell_net(net, path, weights);
    if (!status)
        status = give_net(net, model, path, weights);
    loss_net_free(net);
    return status ? report_failure(status) : EXIT_OK;
}

static int convert_weights(const char *from, const char *to, const char *key, bool quiet)
{
    loss_convert_report r = LOSS_CONVERT_REPORT_INIT;
    loss_status status = loss_weights_convert(from, to, key, &r);
    if (status)
        return report_failure(status);
    if (!quiet)
        tell(to, &r);
    status = give(from, to, &r);
    return status ? report_failure(status) : EXIT_OK;
}

int command_convert(int argc, char **argv)
{
    const char *paths[2] = {NULL, NULL};
    const char *key = NULL, *weights = NULL;
    loss_shape shape = {0};
    bool quiet = false;
    const option_spec options[] = {
        OPT_TEXT("key", "NAME", "which of several sets of tensors, such as ema (the only one)",
                 &key),
        OPT_TEXT("weights-out", "FILE", "with OUT.net: the weights as .safetensors", &weights),
        MODEL_SHAPE_OPTIONS(shape),
        OPT_QUIET(&quiet),
    };
    size_t n = 0;
    char summary[1024];
    command_text text = TEXT;
    text.summary = describe(summary, sizeof summary);
    int result = command_parse(&text, OPTION_TABLE(options, 2), argc, argv, paths, &n);
    if (result >= 0)
        return result;
    if (n < 2)
        return usage_error(
            TEXT.name, "from what to what? Give IN and OUT.safetensors, or NETWORK and OUT.net");
    bool is_net = ends_with(paths[1], ".net");
    if (!is_net && !ends_with(paths[1], ".safetensors"))
        return usage_error(TEXT.name, "%s: expected a name ending in .safetensors or .net",
                           paths[1]);
    if (weights && !ends_with(weights, ".safetensors"))
        return usage_error(TEXT.name, "%s: expected a name ending in .safetensors", weights);
    if (!is_net && (weights || shape.channels || shape.classes))
        return usage_error(TEXT.name, "--weights-out, --input-shape and --classes go with OUT.net");
    if (is_net && key)
        return usage_error(TEXT.name, "--key goes with OUT.safetensors");
    return is_net ? convert_net(paths[0], paths[1], weights, shape, quiet)
                  : convert_weights(paths[0], paths[1], key, quiet);
}
