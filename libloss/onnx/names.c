#include "onnx/names.h"

#include <stdlib.h>
#include <string.h>

/* "fc.bias" to "fc.weight", "attn.in_proj_bias" to "attn.in_proj_weight"; NULL: it does not end
 * so. */
static char *name_by_bias(const lossi_onnx_entry *bias)
{
    size_t n = bias ? strlen(bias->tensor) : 0;
    if (n < 4 || lossi_onnx_is_made_up(bias->tensor) || strcmp(bias->tensor + n - 4, "bias") != 0)
        return NULL;
    return lossi_format("%.*sweight", (int)(n - 4), bias->tensor);
}

/* "/layer1/layer1.0/fc/MatMul" to "layer1.0.fc.weight": of modules in a list the name has the
 * list's again. NULL: the node's name is none of modules. */
static char *name_by_node(const char *name)
{
    const char *last = name ? strrchr(name, '/') : NULL;
    if (!last || *name != '/' || last == name)
        return NULL;
    char *path = malloc(strlen(name) + sizeof ".weight");
    size_t n = 0, before = 0; /* before: where the last module's own name begins in the path */
    for (const char *at = name; path && at != last;) {
        const char *module = at + 1, *end = strchr(module, '/');
        size_t length = (size_t)(end - module), own = n - before;
        bool repeats =
            n && length > own && module[own] == '.' && memcmp(module, path + before, own) == 0;
        if (repeats) {
            n = before;
        } else if (n) {
            path[n++] = '.';
            before = n;
        }
        memcpy(path + n, module, length);
        n += length;
        at = end;
    }
    if (path)
        strcpy(path + n, ".weight");
    return path;
}

/* A name that no initializer has; frees it otherwise. */
static char *if_free(const lossi_onnx_graph *g, char *name)
{
    if (name && lossi_onnx_find(g, name)) {
        free(name);
        return NULL;
    }
    return name;
}

char *lossi_onnx_weight_name(const lossi_onnx_call *call, const lossi_onnx_entry *weight,
                             const lossi_onnx_entry *bias)
{
    if (!lossi_onnx_is_made_up(weight->tensor))
        return lossi_strdup(weight->tensor);
    char *name = if_free(call->graph, name_by_bias(bias));
    if (!name)
        name = if_free(call->graph, name_by_node(call->node->name));
    return name ? name : lossi_strdup(weight->tensor);
}
