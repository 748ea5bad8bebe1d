/* Networks from ONNX files: the same numbers as the same network written as text; what is folded;
 * what is refused, and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/onnx_same.h"

static void add_conv(onnx_file *f, const char *in, const char *out)
{
    Onnx__NodeProto *conv;
    char inputs[64];
    snprintf(inputs, sizeof inputs, "%s conv.weight conv.bias", in);
    onnx_weights(f, "conv.weight", 4, (int64_t[]){4, CHANNELS, 3, 3});
    onnx_weights(f, "conv.bias", 1, (int64_t[]){4});
    conv = onnx_node(f, "Conv", inputs, out);
    onnx_ints(f, conv, "pads", 4, (int64_t[]){1, 1, 1, 1});
    onnx_ints(f, conv, "strides", 2, (int64_t[]){2, 2});
}

static void add_gemm(onnx_file *f, const char *in, int64_t features)
{
    char inputs[64];
    snprintf(inputs, sizeof inputs, "%s fc.weight fc.bias", in);
    onnx_weights(f, "fc.weight", 2, (int64_t[]){CLASSES, features});
    onnx_weights(f, "fc.bias", 1, (int64_t[]){CLASSES});
    onnx_int(f, onnx_node(f, "Gemm", inputs, "y"), "transB", 1);
}

/* ---- What is read --------------------------------------------------------------------------- */

static void test_layers(void **state)
{
    (void)state;
    static const char *const stats[] = {"bn.weight", "bn.bias", "bn.running_mean",
                                        "bn.running_var"};
    onnx_file f;
    onnx_begin(&f, 0, CHANNELS, SIDE);
    add_conv(&f, "x", "a");
    for (size_t i = 0; i < 4; i++)
        onnx_weights(&f, stats[i], 1, (int64_t[]){4});
    Onnx__NodeProto *norm = onnx_node(&f, "BatchNormalization",
                                      "a bn.weight bn.bias bn.running_mean bn.running_var", "b");
    onnx_float(&f, norm, "epsilon", 1e-5F);
    onnx_float(&f, norm, "momentum", 0.9F);
    onnx_node(&f, "Relu", "b", "c");
    Onnx__NodeProto *pool = onnx_node(&f, "MaxPool", "c", "d");
    onnx_ints(&f, pool, "kernel_shape", 2, (int64_t[]){2, 2});
    onnx_ints(&f, pool, "strides", 2, (int64_t[]){2, 2});
    onnx_node(&f, "Add", "d d", "e");
    onnx_int(&f, onnx_node(&f, "Concat", "e d", "g"), "axis", 1);
    onnx_node(&f, "GlobalAveragePool", "g", "h");
    onnx_node(&f, "Flatten", "h", "i");
    add_gemm(&f, "i", 8);
    assert_same(read_graph(&f),
                written("conv = conv channels=4 kernel=3 stride=2 padding=1 bias=1\n"
                        "bn = batchnorm\nrelu\nd = max_pool kernel=2\ne = add d d\n"
                        "concat e d\nglobal_average_pool\nfc = linear outputs=2\n"));
}

/* Shapes as PyTorch's exporter computes them, with a batch of any size. */
static void test_folded_shape(void **state)
{
    (void)state;
    onnx_file f;
    onnx_begin(&f, 0, CHANNELS, SIDE);
    add_conv(&f, "x", "a");
    onnx_list_of(&f, "zero", 0, (int64_t[]){0});
    onnx_list_of(&f, "axes", 1, (int64_t[]){0});
    onnx_list_of(&f, "minus_one", 1, (int64_t[]){-1});
    onnx_node(&f, "Shape", "a", "shape");
    onnx_node(&f, "Gather", "shape zero", "n");
    onnx_node(&f, "Unsqueeze", "n axes", "n1");
    onnx_int(&f, onnx_node(&f, "Concat", "n1 minus_one", "sizes"), "axis", 0);
    onnx_node(&f, "Reshape", "a sizes", "b");
    add_gemm(&f, "b", 64);
    assert_same(read_graph(&f),
                written("conv = conv channels=4 kernel=3 stride=2 padding=1 bias=1\n"
                        "flatten\nfc = linear outputs=2\n"));
}

/* The exporter knew that there were five images. */
static void test_traced_batch(void **state)
{
    (void)state;
    onnx_file f;
    onnx_begin(&f, 5, CHANNELS, SIDE);
    add_conv(&f, "x", "a");
    onnx_list_of(&f, "sizes", 2, (int64_t[]){5, 64});
    onnx_node(&f, "Reshape", "a sizes", "b");
    add_gemm(&f, "b", 64);
    assert_same(read_graph(&f),
                written("conv = conv channels=4 kernel=3 stride=2 padding=1 bias=1\n"
                        "flatten\nfc = linear outputs=2\n"));
}

/* Weights that the exporter turned and named are called what the module calls them. */
static void test_turned_weights(void **state)
{
    (void)state;
    onnx_file f;
    onnx_begin(&f, 0, CHANNELS, SIDE);
    Onnx__TensorProto *t = onnx_weights(&f, "onnx::MatMul_7", 2, (int64_t[]){192, CLASSES});
    float *values = (float *)t->raw_data.data;
    for (size_t i = 0; i < 192; i++)
        for (size_t k = 0; k < CLASSES; k++)
            values[i * CLASSES + k] = onnx_weight("fc.weight", k * 192 + i);
    onnx_weights(&f, "fc.bias", 1, (int64_t[]){CLASSES});
    onnx_node(&f, "Flatten", "x", "a");
    onnx_node(&f, "MatMul", "a onnx::MatMul_7", "b");
    onnx_node(&f, "Add", "fc.bias b", "y");
    assert_same(read_graph(&f), written("flatten\nfc = linear outputs=2\n"));
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_weights(&f, "fc.weight", 2, (int64_t[]){CLASSES, 192});
    onnx_weights(&f, "fc.bias", 1, (int64_t[]){CLASSES});
    onnx_node(&f, "Flatten", "x", "a");
    onnx_ints(&f, onnx_node(&f, "Transpose", "fc.weight", "w"), "perm", 2, (int64_t[]){1, 0});
    onnx_node(&f, "MatMul", "a w", "b");
    onnx_node(&f, "Add", "b fc.bias", "y");
    assert_same(read_graph(&f), written("flatten\nfc = linear outputs=2\n"));
}

/* Equal tensors that the exporter joined are two tensors again. */
static void test_joined_weights(void **state)
{
    (void)state;
    onnx_file f;
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_weights(&f, "first.weight", 4, (int64_t[]){3, CHANNELS, 1, 1});
    onnx_node(&f, "Identity", "first.weight", "second.weight");
    onnx_node(&f, "Conv", "x first.weight", "a");
    onnx_node(&f, "Conv", "a second.weight", "b");
    onnx_node(&f, "Flatten", "b", "c");
    add_gemm(&f, "c", 192);
    loss_net *net = read_graph(&f);
    float first[9], second[9];
    assert_int_equal(loss_net_n_tensors(net), 4);
    assert_string_equal(loss_net_tensor(net, 1)->name, "second.weight");
    loss_net_get(net, 0, first);
    loss_net_get(net, 1, second);
    assert_memory_equal(first, second, sizeof first);
    loss_net_free(net);
}

static void make_external(onnx_file *f, const char *location, const char *length)
{
    onnx_begin(f, 0, CHANNELS, SIDE);
    onnx_node(f, "Flatten", "x", "a");
    add_gemm(f, "a", 192);
    Onnx__TensorProto *t = f->graph.initializer[0];
    const char *pairs[][2] = {{"location", location}, {"offset", "4"}, {"length", length}};
    t->has_raw_data = false;
    t->raw_data = (ProtobufCBinaryData){0};
    t->has_data_location = true;
    t->data_location = ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
    t->external_data = onnx_list(f);
    for (size_t i = 0; i < 3; i++) {
        Onnx__StringStringEntryProto *entry = onnx_keep(f, sizeof *entry);
        onnx__string_string_entry_proto__init(entry);
        entry->key = onnx_text(f, pairs[i][0]);
        entry->value = onnx_text(f, pairs[i][1]);
        t->external_data[t->n_external_data++] = entry;
    }
}

static void test_external_data(void **state)
{
    (void)state;
    float values[1 + CLASSES * 192];
    for (size_t i = 0; i < CLASSES * 192; i++)
        values[1 + i] = onnx_weight("fc.weight", i);
    scratch_write("weights.data", values, sizeof values);
    onnx_file f;
    make_external(&f, "weights.data", "1536");
    assert_same(read_graph(&f), written("flatten\nfc = linear outputs=2\n"));
    make_external(&f, "weights.data", "1540");
    refuse(&f, LOSS_ERR_FORMAT, "fc.weight", "1540 bytes from 4 of \"weights.data\"");
    make_external(&f, "weights.data", "1532");
    refuse(&f, LOSS_ERR_FORMAT, "fc.weight", "1532 bytes for 384 values");
    make_external(&f, "nothing.data", "1536");
    refuse(&f, LOSS_ERR_IO, "nothing.data", "");
    make_external(&f, "../weights.data", "1536");
    refuse(&f, LOSS_ERR_FORMAT, "../weights.data", "outside the file's folder");
    make_external(&f, "/etc/passwd", "1536");
    refuse(&f, LOSS_ERR_FORMAT, "/etc/passwd", "in the file's folder");
    assert_int_equal(symlink("weights.data", scratch_path("link.data")), 0);
    make_external(&f, "link.data", "1536");
    refuse(&f, LOSS_ERR_FORMAT, "link.data", "behind a link");
}

/* ---- What is refused ------------------------------------------------------------------------ */

static void test_operators(void **state)
{
    (void)state;
    onnx_file f;
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_node(&f, "Flatten", "x", "a");
    onnx_node(&f, "Frobnicate", "a", "b")->name = onnx_text(&f, "/head/odd");
    add_gemm(&f, "b", 192);
    refuse(&f, LOSS_ERR_FORMAT, "node /head/odd (Frobnicate): this operator is not known",
           "Add, And, AveragePool, ");
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_node(&f, "Flatten", "x", "a");
    onnx_node(&f, "Relu", "a", "b")->domain = onnx_text(&f, "com.strangers");
    add_gemm(&f, "b", 192);
    refuse(&f, LOSS_ERR_FORMAT, "(Relu)", "of com.strangers is not known");
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_int(&f, onnx_node(&f, "Flatten", "x", "a"), "twist", 1);
    add_gemm(&f, "a", 192);
    refuse(&f, LOSS_ERR_FORMAT, "(Flatten)", "attribute twist is not known");
    onnx_begin(&f, 0, CHANNELS, SIDE); /* a name of no letters is in each text */
    onnx_int(&f, onnx_node(&f, "Flatten", "x", "a"), "", 1);
    add_gemm(&f, "a", 192);
    refuse(&f, LOSS_ERR_FORMAT, "(Flatten)", "is not known");
}

static void test_graphs(void **state)
{
    (void)state;
    onnx_file f;
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_node(&f, "Relu", "b", "a");
    onnx_node(&f, "Relu", "a", "b");
    onnx_node(&f, "Flatten", "b", "y");
    refuse(&f, LOSS_ERR_FORMAT, "(Relu)", "nothing before it computes its input b");
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_node(&f, "Relu", "x", "a");
    onnx_node(&f, "Relu", "x", "a");
    onnx_node(&f, "Flatten", "a", "y");
    refuse(&f, LOSS_ERR_FORMAT, "two values have the name a", "");
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_node(&f, "Flatten", "x", "y");
    refuse(&f, LOSS_ERR_SHAPE, "[1, 192] for each image", "expected 2 values");
    onnx_begin(&f, 0, CHANNELS, SIDE + 1);
    onnx_node(&f, "Flatten", "x", "y");
    refuse(&f, LOSS_ERR_SHAPE, "its input x is ?x3x9x9", "the images are 3x8x8");
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_node(&f, "Flatten", "x", "y");
    f.graph.output[f.graph.n_output++] = f.graph.output[0];
    refuse(&f, LOSS_ERR_FORMAT, "2 outputs; expected one", "");
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_node(&f, "Flatten", "x", "y");
    f.set.version = 8;
    refuse(&f, LOSS_ERR_FORMAT, "version 8 of the operators; expected 9 to 23", "");
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_list_of(&f, "sizes", 2, (int64_t[]){4, 48});
    onnx_node(&f, "Reshape", "x sizes", "y");
    refuse(&f, LOSS_ERR_FORMAT, "(Reshape)", "one for a fixed number of images");
}

static void test_weights(void **state)
{
    (void)state;
    onnx_file f;
    onnx_begin(&f, 0, CHANNELS, SIDE);
    add_conv(&f, "x", "a");
    onnx_weights(&f, "second.weight", 4, (int64_t[]){4, 4, 1, 1});
    onnx_node(&f, "Conv", "a second.weight conv.bias", "b");
    onnx_node(&f, "Flatten", "b", "c");
    add_gemm(&f, "c", 64);
    refuse(&f, LOSS_ERR_FORMAT, "node b (Conv): it shares initializer conv.bias with node a", "");
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_weights(&f, "conv.weight", 4, (int64_t[]){4, 2, 1, 1});
    onnx_node(&f, "Conv", "x conv.weight", "a");
    onnx_node(&f, "Flatten", "a", "y");
    refuse(&f, LOSS_ERR_FORMAT, "(Conv)",
           "weights for 2 channels in each of 1 groups; there are 3");
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_weights(&f, "w", 2, (int64_t[]){192, CLASSES});
    onnx_node(&f, "Flatten", "x", "a");
    onnx_node(&f, "MatMul", "a w", "y");
    assert_same(read_graph(&f), written("a = flatten\nw = parameter shape=192,2\n"
                                        "b = reshape a shape=1,192\nmatmul b w\nflatten\n"));
}

/* Files that claim much: refused, and quickly. */
static void test_bombs(void **state)
{
    (void)state;
    onnx_file f;
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_list_of(&f, "huge", 3, (int64_t[]){1 << 20, 1 << 20, 1 << 20});
    onnx_node(&f, "ConstantOfShape", "huge", "a");
    onnx_node(&f, "Add", "x a", "b");
    onnx_node(&f, "Flatten", "b", "y");
    refuse(&f, LOSS_ERR_FORMAT, "constants are far larger than the file", "");
    onnx_begin(&f, 0, CHANNELS, SIDE);
    onnx_tensor(&f, "w", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 2,
                (int64_t[]){INT64_MAX, INT64_MAX});
    onnx_node(&f, "Flatten", "x", "y");
    refuse(&f, LOSS_ERR_FORMAT, "tensor w: a size of", "");
    /* Attributes with graphs in graphs. */
    size_t size = 0, most = 1 << 20;
    uint8_t *bytes = malloc(most), *at = bytes + most;
    static const uint8_t tags[] = {0x32, 0x2a, 0x0a}; /* graph, attribute, node: inside out */
    for (size_t level = 0; at > bytes + 16; level++) {
        uint8_t digits[5];
        size_t n = 0;
        for (size_t rest = size; n == 0 || rest; rest >>= 7)
            digits[n++] = (uint8_t)((rest & 127) | (rest > 127 ? 128 : 0));
        at -= n;
        memcpy(at, digits, n);
        *--at = tags[level % 3];
        size = (size_t)(bytes + most - at);
    }
    at[0] = 0x3a; /* the model's graph */
    loss_net *net;
    assert_int_equal(lossi_onnx_parse(&net, at, size, "deep.onnx", SHAPE, "deep"), LOSS_ERR_FORMAT);
    free(bytes);
}

/* A file that ends early, at every byte of it. */
static void test_cut(void **state)
{
    (void)state;
    onnx_file f;
    onnx_begin(&f, 0, 1, 2);
    onnx_node(&f, "Flatten", "x", "a");
    add_gemm(&f, "a", 4);
    size_t size;
    uint8_t *bytes = onnx_bytes(&f, &size);
    onnx_end(&f);
    for (size_t n = 0; n <= size; n++) {
        uint8_t *part = malloc(n + 1);
        memcpy(part, bytes, n);
        loss_net *net;
        loss_status status =
            lossi_onnx_parse(&net, part, n, "cut.onnx", (loss_shape){1, 2, 2, CLASSES}, "cut");
        if (n == size)
            assert_int_equal(status, LOSS_OK);
        assert_int_equal(status == LOSS_OK, net != NULL);
        loss_net_free(net);
        free(part);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_folded_shape),
        cmocka_unit_test(test_traced_batch),
        cmocka_unit_test(test_turned_weights),
        cmocka_unit_test(test_joined_weights),
        cmocka_unit_test(test_external_data),
        cmocka_unit_test(test_operators),
        cmocka_unit_test(test_graphs),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
