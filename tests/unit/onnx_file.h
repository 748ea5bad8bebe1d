/* Small ONNX files for tests, written with the messages that the reader reads. */
#ifndef ONNX_FILE_H
#define ONNX_FILE_H

#include <onnx.pb-c.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ONNX_MOST = 64 };

/* A graph under construction: nothing is freed before onnx_end(). */
typedef struct onnx_file {
    Onnx__ModelProto model;
    Onnx__GraphProto graph;
    Onnx__OperatorSetIdProto set;
    size_t n_blocks;
    void *blocks[1024];
} onnx_file;

static inline void *onnx_keep(onnx_file *f, size_t size)
{
    void *block = calloc(1, size + 1);
    if (!block || f->n_blocks == sizeof f->blocks / sizeof *f->blocks)
        abort();
    return f->blocks[f->n_blocks++] = block;
}

static inline char *onnx_text(onnx_file *f, const char *text)
{
    return strcpy(onnx_keep(f, strlen(text)), text);
}

/* An array of pointers to messages. */
static inline void *onnx_list(onnx_file *f)
{
    return onnx_keep(f, ONNX_MOST * sizeof(void *));
}

/* An input or output of floats; sizes of 0 are open. */
static inline Onnx__ValueInfoProto *onnx_value(onnx_file *f, const char *name, size_t n,
                                               const int64_t *dims)
{
    Onnx__ValueInfoProto *value = onnx_keep(f, sizeof *value);
    Onnx__TypeProto *type = onnx_keep(f, sizeof *type);
    Onnx__TypeProto__Tensor *tensor = onnx_keep(f, sizeof *tensor);
    Onnx__TensorShapeProto *shape = onnx_keep(f, sizeof *shape);
    onnx__value_info_proto__init(value);
    onnx__type_proto__init(type);
    onnx__type_proto__tensor__init(tensor);
    onnx__tensor_shape_proto__init(shape);
    value->name = onnx_text(f, name);
    value->type = type;
    type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    type->tensor_type = tensor;
    tensor->has_elem_type = true;
    tensor->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    tensor->shape = shape;
    shape->dim = onnx_list(f);
    for (size_t i = 0; i < n; i++) {
        Onnx__TensorShapeProto__Dimension *dim = onnx_keep(f, sizeof *dim);
        onnx__tensor_shape_proto__dimension__init(dim);
        dim->value_case = dims[i] ? ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
                                  : ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
        if (dims[i])
            dim->dim_value = dims[i];
        else
            dim->dim_param = onnx_text(f, "n");
        shape->dim[shape->n_dim++] = dim;
    }
    return value;
}

/* Begins a graph: input "x" of [images][channels][height][width] (images 0: any number), output
 * "y" of 2 classes. */
static inline void onnx_begin(onnx_file *f, int64_t images, int64_t channels, int64_t side)
{
    memset(f, 0, sizeof *f);
    onnx__model_proto__init(&f->model);
    onnx__graph_proto__init(&f->graph);
    onnx__operator_set_id_proto__init(&f->set);
    f->model.has_ir_version = true;
    f->model.ir_version = 8;
    f->set.has_version = true;
    f->set.version = 17;
    f->model.n_opset_import = 1;
    f->model.opset_import = onnx_list(f);
    f->model.opset_import[0] = &f->set;
    f->model.graph = &f->graph;
    f->graph.node = onnx_list(f);
    f->graph.initializer = onnx_list(f);
    f->graph.input = onnx_list(f);
    f->graph.output = onnx_list(f);
    f->graph.input[f->graph.n_input++] =
        onnx_value(f, "x", 4, (int64_t[]){images, channels, side, side});
    f->graph.output[f->graph.n_output++] = onnx_value(f, "y", 2, (int64_t[]){images, 2});
}

/* Adds a node: names of inputs and outputs with blanks between them, "-" for one left out. */
static inline Onnx__NodeProto *onnx_node(onnx_file *f, const char *op, const char *inputs,
                                         const char *outputs)
{
    Onnx__NodeProto *node = onnx_keep(f, sizeof *node);
    onnx__node_proto__init(node);
    node->op_type = onnx_text(f, op);
    node->input = onnx_list(f);
    node->output = onnx_list(f);
    node->attribute = onnx_list(f);
    char *in = onnx_text(f, inputs), *out = onnx_text(f, outputs);
    for (char *word; (word = strtok_r(in, " ", &in));)
        node->input[node->n_input++] = strcmp(word, "-") == 0 ? word + 1 : word;
    for (char *word; (word = strtok_r(out, " ", &out));)
        node->output[node->n_output++] = word;
    f->graph.node[f->graph.n_node++] = node;
    return node;
}

static inline Onnx__AttributeProto *onnx_attribute(onnx_file *f, Onnx__NodeProto *node,
                                                   const char *name,
                                                   Onnx__AttributeProto__AttributeType type)
{
    Onnx__AttributeProto *a = onnx_keep(f, sizeof *a);
    onnx__attribute_proto__init(a);
    a->name = onnx_text(f, name);
    a->has_type = true;
    a->type = type;
    node->attribute[node->n_attribute++] = a;
    return a;
}

static inline void onnx_int(onnx_file *f, Onnx__NodeProto *node, const char *name, int64_t value)
{
    Onnx__AttributeProto *a =
        onnx_attribute(f, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
    a->has_i = true;
    a->i = value;
}

static inline void onnx_float(onnx_file *f, Onnx__NodeProto *node, const char *name, float value)
{
    Onnx__AttributeProto *a =
        onnx_attribute(f, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);
    a->has_f = true;
    a->f = value;
}

static inline void onnx_ints(onnx_file *f, Onnx__NodeProto *node, const char *name, size_t n,
                             const int64_t *values)
{
    Onnx__AttributeProto *a =
        onnx_attribute(f, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
    a->n_ints = n;
    a->ints = memcpy(onnx_keep(f, n * sizeof *values), values, n * sizeof *values);
}

static inline Onnx__TensorProto *onnx_tensor(onnx_file *f, const char *name, int32_t type, size_t n,
                                             const int64_t *dims)
{
    Onnx__TensorProto *t = onnx_keep(f, sizeof *t);
    onnx__tensor_proto__init(t);
    t->name = onnx_text(f, name);
    t->has_data_type = true;
    t->data_type = type;
    t->n_dims = n;
    t->dims = memcpy(onnx_keep(f, n * sizeof *dims), dims, n * sizeof *dims);
    f->graph.initializer[f->graph.n_initializer++] = t;
    return t;
}

/* The values of a tensor: small, and other ones in each. */
static inline float onnx_weight(const char *name, size_t i)
{
    unsigned seed = 7;
    for (const char *c = name; *c; c++)
        seed = seed * 31 + (unsigned char)*c;
    return (float)((seed + i * 2654435761u) % 1009) / 1009.0F + 0.1F;
}

/* An initializer of floats with those values. */
static inline Onnx__TensorProto *onnx_weights(onnx_file *f, const char *name, size_t n,
                                              const int64_t *dims)
{
    Onnx__TensorProto *t = onnx_tensor(f, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, n, dims);
    size_t count = 1;
    for (size_t i = 0; i < n; i++)
        count *= (size_t)dims[i];
    float *values = onnx_keep(f, count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = onnx_weight(name, i);
    t->has_raw_data = true;
    t->raw_data = (ProtobufCBinaryData){count * sizeof *values, (uint8_t *)values};
    return t;
}

/* A list of whole numbers; n 0: one number without dimensions. */
static inline Onnx__TensorProto *onnx_list_of(onnx_file *f, const char *name, size_t n,
                                              const int64_t *values)
{
    Onnx__TensorProto *t =
        onnx_tensor(f, name, ONNX__TENSOR_PROTO__DATA_TYPE__INT64, n > 0, (int64_t[]){(int64_t)n});
    t->n_int64_data = n ? n : 1;
    t->int64_data =
        memcpy(onnx_keep(f, t->n_int64_data * sizeof *values), values, t->n_int64_data * 8);
    return t;
}

/* The bytes of the file, owned by the caller. */
static inline uint8_t *onnx_bytes(const onnx_file *f, size_t *size)
{
    *size = onnx__model_proto__get_packed_size(&f->model);
    uint8_t *bytes = malloc(*size + 1);
    if (!bytes || onnx__model_proto__pack(&f->model, bytes) != *size)
        abort();
    return bytes;
}

static inline void onnx_end(onnx_file *f)
{
    while (f->n_blocks)
        free(f->blocks[--f->n_blocks]);
}

#endif
