/* Networks written as text and read again: the same layers, tensors and numbers; what the format
 * cannot hold. */
#include "unit/layer_files.h"

#include <loss/file.h>

#include "unit/scratch.h"

/* Writes a network, reads it again and expects the same one, with its values. */
static void assert_comes_back(const loss_net *net, const char *name)
{
    loss_net *again = NULL;
    const char *path = scratch_path("again.net"), *weights = scratch_path("again.safetensors");
    if (loss_net_write(net, path) || loss_net_create(&again, path, net->shape) ||
        loss_net_save(net, weights) || loss_net_load(again, weights, NULL))
        fail_msg("%s: %s", name, loss_last_message());
    assert_int_equal(again->n_nodes, net->n_nodes);
    for (size_t i = 0; i < net->n_nodes; i++) {
        const lossi_node *a = &net->nodes[i], *b = &again->nodes[i];
        assert_ptr_equal(a->layer, b->layer);
        assert_int_equal(a->n_inputs, b->n_inputs);
        assert_memory_equal(a->inputs ? a->inputs : (int[]){0}, b->inputs ? b->inputs : (int[]){0},
                            a->n_inputs * sizeof *a->inputs);
        assert_memory_equal(a->dims, b->dims, sizeof a->dims);
        for (size_t k = 0; a->layer && a->layer->keys[k].name; k++) {
            assert_int_equal(a->keys[k].n, b->keys[k].n);
            assert_memory_equal(a->keys[k].v, b->keys[k].v, a->keys[k].n * sizeof *a->keys[k].v);
        }
    }
    char first[17], second[17];
    loss_net_digest(net, first);
    loss_net_digest(again, second);
    assert_string_equal(first, second);
    size_t n_values = net->shape.channels * net->shape.height * net->shape.width;
    float *images = malloc(2 * n_values * sizeof *images), a[2000], b[2000];
    for (size_t i = 0; i < 2 * n_values; i++)
        images[i] = (float)value_at(5, i);
    assert_true(2 * net->shape.classes <= 2000);
    assert_int_equal(loss_net_logits(net, 2, images, a), LOSS_OK);
    assert_int_equal(loss_net_logits(again, 2, images, b), LOSS_OK);
    assert_memory_equal(a, b, 2 * net->shape.classes * sizeof *a);
    free(images);
    loss_net_free(again);
}

static void check_file(loss_net *net, const char *name)
{
    assert_comes_back(net, name);
}

static void test_every_layer(void **state)
{
    (void)state;
    for_each_layer_file(check_file);
}

static void test_zoo(void **state)
{
    (void)state;
    static const char *const models[] = {"resnet20",  "resnet20:shortcut=none", "preresnet110",
                                         "lenet5",    "densenet121:width=0.25", "wrn16-4",
                                         "vgg9:bn=1", "resnet18:stem=imagenet", "mlp"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        loss_net *net;
        if (loss_net_create(&net, models[i], (loss_shape){3, 32, 32, 10}))
            fail_msg("%s: %s", models[i], loss_last_message());
        assert_comes_back(net, models[i]);
        loss_net_free(net);
    }
}

/* Exports of one network by both of PyTorch's exporters. */
static void test_onnx(void **state)
{
    (void)state;
    static const char *const files[] = {"script", "script-folded", "dynamo", "dynamo-folded"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[4096];
        loss_shape shape;
        loss_net *net = NULL;
        snprintf(path, sizeof path, "%s/tests/fuzz/corpus/onnx/torch-2-%s.onnx",
                 getenv("SRC") ? getenv("SRC") : ".", files[i]);
        if (loss_net_fixed_shape(&shape, path) || loss_net_create(&net, path, shape))
            fail_msg("%s", loss_last_message());
        assert_int_equal(shape.height, 16);
        assert_int_equal(shape.classes, 10);
        assert_int_equal(loss_net_n_folded_norms(net), i % 2 ? 2 : 0);
        assert_comes_back(net, files[i]);
        loss_net_free(net);
    }
}

/* A network of a convolution and a linear layer, with names for the first one's tensors. */
static loss_net *named(const char *layer, const char *weight, const char *bias)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, (loss_shape){1, 4, 4, 2}), LOSS_OK);
    loss_node x = loss_builder_conv(b, loss_builder_input(b), layer,
                                    LOSS_CONV(.channels = 2, .kernel = 4, .bias = true));
    if (weight)
        assert_int_equal(loss_builder_name_tensor(b, x, "weight", weight), LOSS_OK);
    if (bias)
        assert_int_equal(loss_builder_name_tensor(b, x, "bias", bias), LOSS_OK);
    loss_node y = loss_builder_layer(b, "parameter", "linear3", 0, NULL,
                                     LOSS_KEYS(LOSS_NUMBERS("shape", 2, 1, 1)));
    x = loss_builder_add(b, LOSS_NODES(x, y));
    x = loss_builder_linear(b, x, "fc", 2);
    if (loss_builder_finish(b, x, "named", &net))
        fail_msg("%s", loss_last_message());
    return net;
}

static void test_names_of_tensors(void **state)
{
    (void)state;
    static const char *const names[][3] = {
        {"conv", "attn.in_proj_weight", "attn.in_proj_bias"},
        {"conv", "onnx::Conv_1", "onnx::Conv_2"},
        {"conv", "fc.w=eight", NULL},
        {"input", NULL, NULL},
        {"a=b", NULL, NULL},
        {"conv", "conv1.weight", "fc.w"},
        {"linear5", "linear5.w", "linear4"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        loss_net *net = named(names[i][0], names[i][1], names[i][2]);
        assert_comes_back(net, names[i][0]);
        loss_net_free(net);
    }
}

static void test_what_cannot_be_written(void **state)
{
    (void)state;
    static const char *const names[] = {"a b", "a#b", "a\nb"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        loss_net *net = named(names[i], NULL, NULL);
        const char *path = scratch_path("refused.net");
        assert_int_equal(loss_net_write(net, path), LOSS_ERR_FORMAT);
        assert_non_null(strstr(loss_last_message(), "in the name of tensor a"));
        loss_path_kind kind;
        assert_int_equal(loss_path_find(path, &kind), LOSS_OK);
        assert_int_equal(kind, LOSS_PATH_NOTHING);
        loss_net_free(net);
    }
}

static void refuse_text(const char *text, const char *message)
{
    loss_net *net;
    const char *path = scratch_path("text.net");
    static const loss_file_kind TEXT = {"text", 0, NULL, 0};
    assert_int_equal(loss_file_write(path, text, strlen(text), &TEXT), LOSS_OK);
    assert_int_equal(loss_net_create(&net, path, (loss_shape){1, 4, 4, 2}), LOSS_ERR_FORMAT);
    if (!strstr(loss_last_message(), message))
        fail_msg("%s; expected %s", loss_last_message(), message);
}

static void test_names_that_are_refused(void **state)
{
    (void)state;
    refuse_text("a = linear outputs=2 name.wight=b\n",
                ":1: this layer has no tensor for name.wight");
    refuse_text("a = linear outputs=2 name=b\n", ":1: this layer has no tensor for name");
    refuse_text("a = linear outputs=2 name.weight=\n", ":1: no name after name.weight");
    refuse_text("a = linear outputs=2 name.weight=b name.weight=c\n",
                ":1: given twice: name.weight");
    refuse_text("a = linear outputs=2 name.weight=a.bias\n",
                ":1: no tensor of this layer can be called a.bias");
    refuse_text("a = linear outputs=2 bias=0 name.bias=b\n",
                ":1: no tensor of this layer can be called b");
}

/* What a layer says of itself. */
static void test_layer_info(void **state)
{
    (void)state;
    loss_net *net = named("conv", "w", "b");
    loss_layer_info info = LOSS_LAYER_INFO_INIT;
    assert_int_equal(loss_net_n_layers(net), 5);
    assert_int_equal(loss_net_layer(net, 0, &info), LOSS_OK);
    assert_string_equal(info.kind, "input");
    assert_string_equal(info.name, "");
    assert_int_equal(info.n_dims, 3);
    assert_int_equal(info.dims[1], 4);
    assert_int_equal(loss_net_layer(net, 1, &info), LOSS_OK);
    assert_string_equal(info.kind, "conv");
    assert_string_equal(info.name, "w");
    assert_string_equal(info.keys, "channels=2 kernel=4 bias=1");
    assert_int_equal(info.n_inputs, 1);
    assert_int_equal(info.inputs[0], 0);
    assert_int_equal(info.parameters, 2 * 16 + 2);
    assert_true(info.macs == 32);
    assert_int_equal(loss_net_layer(net, 2, &info), LOSS_OK);
    assert_string_equal(info.name, "linear3");
    assert_string_equal(info.keys, "shape=2,1,1");
    assert_int_equal(loss_net_layer(net, 5, &info), LOSS_ERR_ARGUMENT);
    double macs = 0;
    size_t parameters = 0;
    for (size_t i = 0; i < loss_net_n_layers(net); i++) {
        info = (loss_layer_info)LOSS_LAYER_INFO_INIT;
        assert_int_equal(loss_net_layer(net, i, &info), LOSS_OK);
        macs += info.macs;
        parameters += info.parameters;
    }
    assert_true(macs == loss_net_macs(net));
    assert_int_equal(parameters, loss_net_n_parameters(net));
    loss_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_layer),
        cmocka_unit_test(test_zoo),
        cmocka_unit_test(test_onnx),
        cmocka_unit_test(test_names_of_tensors),
        cmocka_unit_test(test_what_cannot_be_written),
        cmocka_unit_test(test_names_that_are_refused),
        cmocka_unit_test(test_layer_info),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
