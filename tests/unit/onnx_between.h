/* ONNX graphs with one operator between a convolution and a linear layer. */
#ifndef ONNX_BETWEEN_H
#define ONNX_BETWEEN_H

#include "unit/onnx_same.h"

/* A graph with the operator between a layer of 4 channels of 4x4 pixels, "a", and one that makes
 * classes of what it gives, "b". */
static inline void begin(onnx_file *f, int64_t version)
{
    onnx_begin(f, 0, CHANNELS, SIDE);
    f->set.version = version;
    onnx_weights(f, "conv.weight", 4, (int64_t[]){4, CHANNELS, 2, 2});
    onnx_weights(f, "conv.bias", 1, (int64_t[]){4});
    Onnx__NodeProto *conv = onnx_node(f, "Conv", "x conv.weight conv.bias", "a");
    onnx_ints(f, conv, "strides", 2, (int64_t[]){2, 2});
}

/* Ends the graph, and gives it and the text as networks.
 * @param features  values of "b" for each image */
static inline void make_both(onnx_file *f, int64_t features, const char *layers, loss_net *nets[2])
{
    char text[1024];
    onnx_node(f, "Flatten", "b", "flat");
    onnx_weights(f, "fc.weight", 2, (int64_t[]){CLASSES, features});
    onnx_int(f, onnx_node(f, "Gemm", "flat fc.weight", "y"), "transB", 1);
    snprintf(text, sizeof text, "conv = conv channels=4 kernel=2 stride=2 bias=1\n%sflatten\n%s",
             layers, "fc = linear outputs=2 bias=0\n");
    nets[0] = read_graph(f);
    nets[1] = written(text);
}

static inline void compare(onnx_file *f, int64_t features, const char *layers)
{
    loss_net *nets[2];
    make_both(f, features, layers, nets);
    assert_same(nets[0], nets[1]);
}

/* Of graphs with constants, which the text has in other places. */
static inline void compare_values(onnx_file *f, int64_t features, const char *layers)
{
    loss_net *nets[2];
    make_both(f, features, layers, nets);
    assert_same_values(nets[0], nets[1]);
    loss_net_free(nets[0]);
    loss_net_free(nets[1]);
}

/* The file ends in "b", and is refused. */
static inline void expect_refusal(onnx_file *f, const char *first, const char *second)
{
    onnx_node(f, "Flatten", "b", "y");
    refuse(f, LOSS_ERR_FORMAT, first, second);
}

static inline void onnx_string(onnx_file *f, Onnx__NodeProto *node, const char *name,
                               const char *text)
{
    Onnx__AttributeProto *a =
        onnx_attribute(f, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING);
    a->has_s = true;
    a->s = (ProtobufCBinaryData){strlen(text), (uint8_t *)onnx_text(f, text)};
}

/* A constant of floats. */
static inline void add_floats(onnx_file *f, const char *name, size_t n, const float *values)
{
    Onnx__NodeProto *node = onnx_node(f, "Constant", "", name);
    Onnx__AttributeProto *a =
        onnx_attribute(f, node, "value_floats", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS);
    a->n_floats = n;
    a->floats = memcpy(onnx_keep(f, n * sizeof *values), values, n * sizeof *values);
}

#endif
