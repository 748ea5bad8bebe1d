/* One table of rules, applied from its top to its bottom to whole components of a dotted name. */
#include "net/names.h"

#include <stdlib.h>
#include <string.h>

/* Wrappers, dropped from the front: DataParallel, torch.compile, and the attribute under which
 * programs keep a network. */
static const char *const wrappers[] = {"module", "_orig_mod", "model", "net"};

static const struct {
    const char *from, *to;
} rules[] = {
    {"shortcut", "downsample"},
    {"skip", "downsample"},
    {"downsample.conv", "downsample.0"},
    {"downsample.bn", "downsample.1"},
    {"downsample.norm", "downsample.1"},
    {"linear", "fc"},
    {"classifier", "fc"},
    {"head", "fc"},
    {"fc.0", "fc"},
    {"norm1", "bn1"},
    {"norm2", "bn2"},
    {"norm3", "bn3"},
    {"gamma", "weight"},
    {"beta", "bias"},
    {"moving_mean", "running_mean"},
    {"moving_var", "running_var"},
    {"moving_variance", "running_var"},
};
enum { N_WRAPPERS = sizeof wrappers / sizeof *wrappers, N_RULES = sizeof rules / sizeof *rules };

/* Length of `prefix` if the name begins with these whole components, else 0. */
static size_t begins_with(const char *name, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(name, prefix, n) == 0 && (name[n] == '.' || !name[n]) ? n : 0;
}

const char *lossi_name_unwrapped(const char *name)
{
    for (int i = 0; i < N_WRAPPERS; i++) {
        size_t n = begins_with(name, wrappers[i]);
        if (n && name[n] == '.') {
            name += n + 1;
            i = -1; /* one may be within another */
        }
    }
    return name;
}

/* Replaces the components `from` wherever they are. The result is a new string; frees the old
 * one. */
static char *replace(char *name, const char *from, const char *to)
{
    for (char *at = name;; at++) {
        size_t n = begins_with(at, from);
        if (n) {
            char *replaced = lossi_format("%.*s%s%s", (int)(at - name), name, to, at + n);
            free(name);
            return replaced;
        }
        at = strchr(at, '.');
        if (!at)
            return name;
    }
}

char *lossi_name_canonical(const char *name)
{
    char *canonical = lossi_strdup(lossi_name_unwrapped(name));
    for (int i = 0; canonical && i < N_RULES; i++)
        canonical = replace(canonical, rules[i].from, rules[i].to);
    return canonical;
}

/* True if `component` is one of those of a dotted name. */
static bool has_component(const char *name, const char *component)
{
    for (const char *at = name; at; at = strchr(at, '.') ? strchr(at, '.') + 1 : NULL)
        if (begins_with(at, component))
            return true;
    return false;
}

bool lossi_name_is_extra(const char *name)
{
    static const char *const leaves[] = {"num_batches_tracked", "n_averaged"};
    static const char *const modules[] = {"criterion",  "loss_fn",       "loss_func",
                                          "normalize",  "normalizer",    "normalization",
                                          "preprocess", "preprocessing", "data_preprocessor"};
    const char *dot = strrchr(name, '.'), *leaf = dot ? dot + 1 : name;
    for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++)
        if (strcmp(leaf, leaves[i]) == 0)
            return true;
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        if (has_component(name, modules[i]))
            return true;
    return strcmp(name, "mean") == 0 || strcmp(name, "std") == 0;
}
