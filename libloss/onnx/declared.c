/* What an ONNX file declares of its images and classes, without a look at its nodes. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "onnx/file.h"
#include "onnx/onnx.h"

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The input that is no initializer: before version 4 of the format all of these are inputs too.
 * NULL: there is none, or memory is out, which *status says. */
static const Onnx__ValueInfoProto *find_input(const Onnx__GraphProto *graph, loss_status *status)
{
    size_t n = 0;
    const char **names = lossi_alloc(graph->n_initializer, sizeof *names);
    if (!names) {
        *status = lossi_fail_nomem(graph->n_initializer * sizeof *names);
        return NULL;
    }
    for (size_t i = 0; i < graph->n_initializer; i++)
        if (graph->initializer[i]->name)
            names[n++] = graph->initializer[i]->name;
    qsort(names, n, sizeof *names, by_name);
    const Onnx__ValueInfoProto *found = NULL;
    for (size_t i = 0; i < graph->n_input && !found; i++) {
        const char *name = graph->input[i]->name;
        if (name && !bsearch(&name, names, n, sizeof *names, by_name))
            found = graph->input[i];
    }
    free(names);
    return found;
}

static size_t size_of(const Onnx__TensorShapeProto__Dimension *d)
{
    bool is_fixed = d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
    return is_fixed && d->dim_value > 0 ? (size_t)d->dim_value : 0;
}

/* The shape of a value; NULL: the file does not say it. */
static const Onnx__TensorShapeProto *shape_of(const Onnx__ValueInfoProto *value)
{
    bool is_tensor = value && value->type &&
                     value->type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE &&
                     value->type->tensor_type;
    return is_tensor ? value->type->tensor_type->shape : NULL;
}

/* Of [n][channels][height][width], [n][channels][length] or [n][values]. */
static void take_images(const Onnx__TensorShapeProto *s, loss_shape *shape)
{
    if (!s || s->n_dim < 2 || s->n_dim > 4)
        return;
    shape->channels = size_of(s->dim[1]);
    shape->height = s->n_dim == 4 ? size_of(s->dim[2]) : 1;
    shape->width = s->n_dim >= 3 ? size_of(s->dim[s->n_dim - 1]) : 1;
}

loss_status lossi_onnx_parse_shape(loss_shape *shape, const uint8_t *bytes, size_t size,
                                   const char *path)
{
    lossi_onnx_file file = {0};
    *shape = (loss_shape){0};
    loss_status status = lossi_onnx_file_unpack(&file, bytes, size, path);
    const Onnx__GraphProto *graph = status ? NULL : file.model->graph;
    if (graph) {
        take_images(shape_of(find_input(graph, &status)), shape);
        const Onnx__TensorShapeProto *logits =
            graph->n_output == 1 ? shape_of(graph->output[0]) : NULL;
        if (logits && logits->n_dim >= 2)
            shape->classes = size_of(logits->dim[1]);
    }
    if (status)
        *shape = (loss_shape){0};
    lossi_onnx_file_free(&file);
    return status;
}

loss_status lossi_onnx_fixed_shape(loss_shape *shape, const char *path)
{
    uint8_t *bytes;
    size_t size;
    *shape = (loss_shape){0};
    loss_status status = loss_file_read(path, INT32_MAX, &bytes, &size);
    if (!status)
        status = lossi_onnx_parse_shape(shape, bytes, size, path);
    free(bytes);
    return status;
}
