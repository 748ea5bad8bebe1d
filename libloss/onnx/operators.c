/* The operators that are read: one table a family. */
#include <stdlib.h>
#include <string.h>

#include "onnx/graph.h"

/* clang-format off */
#define FAMILIES(X) \
    X(constants) \
    X(elementwise) \
    X(arithmetic) \
    X(convolutions) \
    X(pools) \
    X(norms) \
    X(reductions) \
    X(softmaxes) \
    X(products) \
    X(views) \
    X(joins) \
    X(places) \
    X(sizes_of_maps) \
    X(einsum)
/* clang-format on */

#define DECLARE(family) extern const lossi_onnx_operator lossi_onnx_##family[];
FAMILIES(DECLARE)

#define ROW(family) lossi_onnx_##family,
static const lossi_onnx_operator *const families[] = {FAMILIES(ROW) NULL};

const lossi_onnx_operator *lossi_onnx_find_operator(const char *name)
{
    for (size_t f = 0; families[f]; f++)
        for (const lossi_onnx_operator *o = families[f]; o->name; o++)
            if (strcmp(o->name, name) == 0)
                return o;
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *lossi_onnx_operator_names(void)
{
    size_t n = 0, length = 1;
    for (size_t f = 0; families[f]; f++)
        for (const lossi_onnx_operator *o = families[f]; o->name; o++, n++)
            length += strlen(o->name) + 2;
    const char **names = calloc(n + 1, sizeof *names);
    char *text = malloc(length);
    n = 0;
    for (size_t f = 0; names && families[f]; f++)
        for (const lossi_onnx_operator *o = families[f]; o->name; o++)
            names[n++] = o->name;
    if (names && text) {
        qsort(names, n, sizeof *names, by_name);
        char *at = text;
        for (size_t i = 0; i < n; i++)
            at = stpcpy(stpcpy(at, i ? ", " : ""), names[i]);
    } else {
        free(text);
        text = NULL;
    }
    free(names);
    return text;
}
