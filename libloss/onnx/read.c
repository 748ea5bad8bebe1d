/* ONNX files whole: the graph, then the values of its parameters. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "onnx/graph.h"
#include "onnx/onnx.h"

bool lossi_onnx_is(const char *model)
{
    size_t n = strlen(model);
    return n > 5 && strcmp(model + n - 5, ".onnx") == 0;
}

/* Turns [rows][columns] into [columns][rows]. */
static void turn(const float *from, size_t rows, size_t columns, float *to)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < columns; k++)
            to[k * rows + i] = from[i * columns + k];
}

/* The number of a tensor; n_tensors: nothing depended on its layer. */
static size_t find_tensor(const loss_net *net, const char *name)
{
    size_t at = 0;
    while (at < net->n_tensors && strcmp(net->tensors[at].name, name) != 0)
        at++;
    return at;
}

/* Gives a tensor the values of an entry. */
static loss_status set_values(const lossi_onnx_graph *g, const lossi_onnx_setting *s, loss_net *net)
{
    size_t at = find_tensor(net, s->tensor);
    if (at == net->n_tensors)
        return LOSS_OK;
    const lossi_onnx_entry *from = s->from;
    const lossi_value *value =
        from ? from->is == LOSSI_ONNX_CONSTANT ? from->value : NULL : s->value;
    size_t count = value ? value->count : from->array.count;
    if (count != net->tensors[at].count)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %.200s has %zu values; its layer takes %zu",
                          g->file.path, s->tensor, count, net->tensors[at].count);
    loss_status status = LOSS_OK;
    float *values = lossi_alloc(count, sizeof *values), *turned = values;
    if (s->transposed)
        turned = lossi_alloc(count, sizeof *turned);
    if (values && turned) {
        if (value)
            for (size_t i = 0; i < count; i++)
                values[i] = (float)value->numbers[i];
        else
            lossi_array_floats(&from->array, values);
        if (s->transposed)
            turn(values, from->array.dims[0], from->array.dims[1], turned);
        loss_net_set(net, at, turned);
    } else {
        status = lossi_fail_nomem(count * sizeof *values);
    }
    if (turned != values)
        free(turned);
    free(values);
    return status;
}

loss_status lossi_onnx_parse(loss_net **out, const uint8_t *bytes, size_t size, const char *path,
                             loss_shape shape, const char *model)
{
    lossi_onnx_graph g = {.images = shape};
    *out = NULL;
    loss_status status = lossi_onnx_file_unpack(&g.file, bytes, size, path);
    if (!status)
        status = lossi_onnx_graph_build(&g);
    if (!status) {
        loss_node logits = lossi_builder_prune(g.builder, g.logits);
        status = loss_builder_finish(g.builder, logits, model, out);
        g.builder = NULL;
    }
    for (size_t i = 0; !status && i < g.n_settings; i++)
        status = set_values(&g, &g.settings[i], *out);
    if (!status)
        (*out)->n_folded_norms = g.n_folded_norms;
    if (status) {
        loss_net_free(*out);
        *out = NULL;
    }
    lossi_onnx_graph_free(&g);
    return status;
}

loss_status lossi_onnx_read(loss_net **out, const char *path, loss_shape shape, const char *model)
{
    uint8_t *bytes;
    size_t size;
    *out = NULL;
    loss_status status = loss_file_read(path, INT32_MAX, &bytes, &size);
    if (!status)
        status = lossi_onnx_parse(out, bytes, size, path, shape, model);
    free(bytes);
    return status;
}
