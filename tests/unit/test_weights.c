/* From a file of weights to a network: names of other programs, order, recognising the network,
 * networks written as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/net.h>
#include <loss/recognise.h>

#include "formats/read.h"
#include "formats/safetensors.h"
#include "net/names.h"
#include "scratch.h"

static const loss_shape CIFAR = {3, 32, 32, 10};

static void assert_message(const char *part)
{
    if (!strstr(loss_last_message(), part))
        fail_msg("message: %s\nexpected in it: %s", loss_last_message(), part);
}

static loss_net *make(const char *model, loss_shape shape)
{
    loss_net *net;
    if (loss_net_create(&net, model, shape))
        fail_msg("%s: %s", model, loss_last_message());
    return net;
}

static void test_canonical_names(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"module.layer1.0.conv1.weight", "layer1.0.conv1.weight"},
        {"_orig_mod.module.conv1.weight", "conv1.weight"},
        {"layer2.0.shortcut.0.weight", "layer2.0.downsample.0.weight"},
        {"layer2.0.shortcut.conv.weight", "layer2.0.downsample.0.weight"},
        {"layer2.0.downsample.bn.running_mean", "layer2.0.downsample.1.running_mean"},
        {"linear.weight", "fc.weight"},
        {"classifier.bias", "fc.bias"},
        {"classifier.0.bias", "fc.bias"},
        {"layer1.0.norm1.gamma", "layer1.0.bn1.weight"},
        {"bn1.moving_variance", "bn1.running_var"},
        {"linearly.weight", "linearly.weight"},
        {"my.model.weight", "my.model.weight"},
        {"module", "module"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char *canonical = lossi_name_canonical(pairs[i][0]);
        assert_string_equal(canonical, pairs[i][1]);
        free(canonical);
    }
    assert_true(lossi_name_is_extra("layer1.0.bn1.num_batches_tracked"));
    assert_false(lossi_name_is_extra("num_batches_tracked.weight"));
}

/* Writes the network's tensors with names, shapes and number changed by `edit`. */
typedef void (*edit)(lossi_arrays *arrays);

static void write_weights(const loss_net *net, const char *name, edit change)
{
    size_t n = loss_net_n_tensors(net);
    lossi_arrays arrays = {.n = n, .items = calloc(n, sizeof *arrays.items)};
    float **values = calloc(n, sizeof *values);
    char(*names)[128] = calloc(n, sizeof *names);
    for (size_t i = 0; i < n; i++) {
        loss_tensor_info info = *loss_net_tensor(net, i);
        values[i] = malloc(info.count * sizeof **values);
        loss_net_get(net, i, values[i]);
        snprintf(names[i], sizeof *names, "%s", info.name);
        arrays.items[i] = lossi_array_of_floats(names[i], info.n_dims, info.dims, values[i]);
    }
    if (change)
        change(&arrays);
    assert_int_equal(lossi_safetensors_write(scratch_path(name), &arrays), LOSS_OK);
    for (size_t i = 0; i < n; i++)
        free(values[i]);
    free(values);
    free(names);
    free(arrays.items);
}

static void replace(char name[128], const char *from, const char *to)
{
    char rest[128], *at = strstr(name, from);
    if (!at)
        return;
    snprintf(rest, sizeof rest, "%s", at + strlen(from));
    snprintf(at, 128 - (size_t)(at - name), "%s%s", to, rest);
}

static void rename_like_others(lossi_arrays *arrays)
{
    for (size_t i = 0; i < arrays->n; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s", arrays->items[i].name);
        replace(name, "shortcut", "downsample");
        replace(name, "linear", "head");
        snprintf(arrays->items[i].name, 128, "module.%.100s", name);
    }
}

static void assert_same_values(const loss_net *a, const loss_net *b)
{
    char x[17], y[17];
    loss_net_digest(a, x);
    loss_net_digest(b, y);
    assert_string_equal(x, y);
}

static void test_names_of_other_programs(void **state)
{
    (void)state;
    loss_net *net = make("resnet20:shortcut=B,width=0.25", CIFAR),
             *other = make("resnet20:shortcut=B,width=0.25", CIFAR);
    loss_net_initialise(net, 5);
    write_weights(net, "other.safetensors", rename_like_others);
    if (loss_net_load(other, scratch_path("other.safetensors"), NULL))
        fail_msg("%s", loss_last_message());
    assert_same_values(net, other);
    loss_net_free(net);
    loss_net_free(other);
}

static void misfit(lossi_arrays *arrays)
{
    arrays->items[0].dims[0] = 2; /* conv1.weight: 4 filters, 2 of them kept */
    arrays->items[0].count /= 2;
    strcpy(arrays->items[1].name, "nobody.knows");
}

static void test_all_misfits_are_listed(void **state)
{
    (void)state;
    loss_net *net = make("resnet20:width=0.25", CIFAR), *same = make("resnet20:width=0.25", CIFAR);
    write_weights(net, "bad.safetensors", misfit);
    loss_net_initialise(net, 9);
    loss_net_initialise(same, 9);
    assert_int_equal(loss_net_load(net, scratch_path("bad.safetensors"), NULL), LOSS_ERR_MISMATCH);
    assert_message("not weights of resnet20:width=0.25; wrong shape: conv1.weight is [2, 3, 3, 3], "
                   "expected [4, 3, 3, 3]; "
                   "missing: bn1.weight; unexpected: nobody.knows");
    assert_same_values(net, same); /* nothing was loaded */
    write_weights(net, "whole.safetensors", NULL);
    loss_net_free(same);
    same = make("vgg11:bn=1,width=0.25", CIFAR);
    assert_int_equal(loss_net_load(same, scratch_path("whole.safetensors"), NULL),
                     LOSS_ERR_MISMATCH);
    assert_message("missing: features.0.weight, features.0.bias");
    assert_message(" more");
    loss_net_free(same);
    loss_net_free(net);
}

static void number_names(lossi_arrays *arrays)
{
    for (size_t i = 0; i < arrays->n; i++)
        snprintf(arrays->items[i].name, 128, "tensor%03zu", i);
}

static void name_wrong_leaf(lossi_arrays *arrays)
{
    strcpy(arrays->items[1].name, "stem.bias"); /* by order it is bn1.weight, of the same shape */
}

static void test_by_order(void **state)
{
    (void)state;
    loss_load_options opt = LOSS_LOAD_OPTIONS_INIT;
    loss_net *net = make("resnet20:width=0.25", CIFAR), *other = make("resnet20:width=0.25", CIFAR);
    opt.by_order = true;
    loss_net_initialise(net, 5);
    write_weights(net, "numbered.safetensors", number_names);
    assert_int_equal(loss_net_load(other, scratch_path("numbered.safetensors"), NULL),
                     LOSS_ERR_MISMATCH);
    assert_int_equal(loss_net_load(other, scratch_path("numbered.safetensors"), &opt), LOSS_OK);
    assert_same_values(net, other);
    write_weights(net, "leaf.safetensors", name_wrong_leaf);
    assert_int_equal(loss_net_load(other, scratch_path("leaf.safetensors"), &opt),
                     LOSS_ERR_MISMATCH);
    assert_message("are they sorted by name?");
    loss_net_free(other);
    other = make("resnet20:width=0.5", CIFAR);
    assert_int_equal(loss_net_load(other, scratch_path("numbered.safetensors"), &opt),
                     LOSS_ERR_MISMATCH);
    assert_message("tensor number 1, tensor000, is [4, 3, 3, 3]; by order it is conv1.weight");
    loss_net_free(other);
    loss_net_free(net);
}

/* ---- Recognising ---------------------------------------------------------------------------- */

/* Networks, and what they are taken for if not for themselves: the first of those with the same
 * tensors. */
static const char *const recognisable[][2] = {
    {"resnet20", NULL},
    {"resnet20:width=0.25", NULL},
    {"resnet20:width=0.3", "resnet20:width=0.296875"},
    {"resnet20:shortcut=none", "resnet20"},
    {"resnet32:shortcut=B,width=0.125", NULL},
    {"resnet44:width=0.125", NULL},
    {"resnet56:width=0.125", NULL},
    {"resnet110:width=0.125", NULL},
    {"resnet18:width=0.125", NULL},
    {"resnet18:stem=imagenet,width=0.125", NULL},
    {"resnet34:shortcut=none,width=0.125", NULL},
    {"resnet50:width=0.125", NULL},
    {"resnet101:stem=imagenet,width=0.0625", NULL},
    {"vgg9:width=0.125", NULL},
    {"vgg11:bn=1,width=0.125", NULL},
    {"vgg13:width=0.125", NULL},
    {"vgg16:bn=1,width=0.125", NULL},
    {"vgg19:width=0.125", NULL},
    {"densenet121:width=0.125", NULL},
    {"densenet121:stem=cifar-bn,width=0.125", NULL},
    {"densenet121:stem=imagenet,width=0.125", NULL},
    {"densenet121:style=kuangliu,width=0.125", NULL},
    {"lenet5", NULL},
    {"lenet5:width=2", NULL},
    {"lenet5:pool=average", "lenet5"},
    {"vgg9-li:width=0.125", NULL},
    {"resnet50:stem=imagenet-nopool,stride=1x1,width=0.125", "resnet50:stem=imagenet,width=0.125"},
};

static void test_recognise(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof recognisable / sizeof *recognisable; i++) {
        const char *model = recognisable[i][0],
                   *expected = recognisable[i][1] ? recognisable[i][1] : model;
        loss_net *net = make(model, CIFAR);
        write_weights(net, "w.safetensors", NULL);
        loss_net_free(net);
        for (int known = 0; known < 2; known++) {
            loss_recognition *r;
            loss_shape shape = known ? CIFAR : (loss_shape){0};
            if (loss_recognise(&r, scratch_path("w.safetensors"), NULL, shape))
                fail_msg("%s: %s", model, loss_last_message());
            assert_string_equal(loss_recognition_model(r, 0), expected);
            loss_recognition_free(r);
        }
    }
}

static void test_recognise_says_what_else_fits(void **state)
{
    (void)state;
    loss_recognition *r;
    loss_net *net = make("resnet20", CIFAR);
    write_weights(net, "w.safetensors", NULL);
    assert_int_equal(loss_recognise(&r, scratch_path("w.safetensors"), NULL, CIFAR), LOSS_OK);
    assert_int_equal(loss_recognition_count(r), 2);
    assert_string_equal(loss_recognition_model(r, 1), "resnet20:shortcut=none");
    assert_null(loss_recognition_model(r, 2));
    loss_recognition_free(r);
    /* Weights for other images than the data. */
    assert_int_equal(
        loss_recognise(&r, scratch_path("w.safetensors"), NULL, (loss_shape){1, 28, 28, 10}),
        LOSS_ERR_MISMATCH);
    assert_null(r);
    assert_message("the nearest:");
    assert_message("conv1.weight is [16, 3, 3, 3], expected [16, 1, 3, 3]");
    write_weights(net, "w.safetensors", number_names);
    assert_int_equal(loss_recognise(&r, scratch_path("w.safetensors"), NULL, CIFAR),
                     LOSS_ERR_MISMATCH);
    assert_message("no network of the zoo has its 97 tensors, such as tensor000");
    loss_net_free(net);
}

/* ---- Networks written as text --------------------------------------------------------------- */

static void check_same_network(const char *file, const char *model)
{
    char path[4096];
    const char *source = getenv("SRC");
    snprintf(path, sizeof path, "%s/examples/%s", source ? source : ".", file);
    loss_net *ours = make(path, CIFAR), *zoo = make(model, CIFAR);
    float images[2 * 3 * 32 * 32], a[20], b[20];
    for (size_t i = 0; i < sizeof images / sizeof *images; i++)
        images[i] = (float)(i * 37 % 101) / 50 - 1;
    assert_string_equal(loss_net_model(ours), file);
    assert_same_values(
        ours, zoo); /* names, shapes and order, and the values of seed 0 that come from the names */
    assert_int_equal(loss_net_logits(ours, 2, images, a), LOSS_OK);
    assert_int_equal(loss_net_logits(zoo, 2, images, b), LOSS_OK);
    assert_memory_equal(a, b, sizeof a);
    loss_net_free(ours);
    loss_net_free(zoo);
}

static void test_examples_are_the_zoos(void **state)
{
    (void)state;
    check_same_network("resnet20.net", "resnet20");
    check_same_network("vgg11.net", "vgg11");
}

static void assert_text_refused(const char *text, loss_status status, const char *message)
{
    loss_net *net;
    scratch_write("bad.net", text, strlen(text));
    assert_int_equal(loss_net_create(&net, scratch_path("bad.net"), CIFAR), status);
    assert_null(net);
    assert_message(message);
}

static void test_bad_text(void **state)
{
    (void)state;
    loss_net *net;
    assert_int_equal(loss_net_create(&net, scratch_path("none.net"), CIFAR), LOSS_ERR_IO);
    assert_text_refused("", LOSS_ERR_FORMAT, "no layers in it");
    assert_text_refused("# only words\n\n", LOSS_ERR_FORMAT, "no layers in it");
    assert_text_refused("relu\nrelou\n", LOSS_ERR_FORMAT,
                        "bad.net:2: no layer is called relou; the nearest is relu");
    assert_text_refused("conv channels=4 kernel=3\n", LOSS_ERR_FORMAT,
                        ":1: a layer with parameters needs a name: NAME = conv");
    assert_text_refused("a = conv kernel=3\n", LOSS_ERR_FORMAT,
                        ":1: this layer needs a value for channels");
    assert_text_refused("relu kernel=3\n", LOSS_ERR_FORMAT, ":1: this layer has no kernel");
    assert_text_refused("a = conv channels=4 kernel=3 kernel=3\n", LOSS_ERR_FORMAT,
                        "given twice: kernel=3");
    assert_text_refused("a = conv channels=-4 kernel=3\n", LOSS_ERR_FORMAT,
                        "no whole number, or too large: channels=-4");
    assert_text_refused("a = conv channels=4x kernel=3\n", LOSS_ERR_FORMAT,
                        "no whole number, or too large: channels=4x");
    assert_text_refused("a = conv colours=4\n", LOSS_ERR_FORMAT, "no such key: colours=4");
    assert_text_refused("add input nothing\n", LOSS_ERR_FORMAT,
                        ":1: no layer before this line is called nothing");
    assert_text_refused("relu input input\n", LOSS_ERR_FORMAT,
                        "more inputs than this layer takes: input");
    assert_text_refused("add\n", LOSS_ERR_FORMAT, "inputs are missing after add");
    assert_text_refused("a = relu\na = relu\n", LOSS_ERR_FORMAT, ":2: two layers are called a");
    assert_text_refused("a =\n", LOSS_ERR_FORMAT, "no layer after =");
    assert_text_refused("dropout p=1\n", LOSS_ERR_ARGUMENT, ":1: dropout: p is 1; 0 <= p < 1");
    assert_text_refused("a = conv channels=4 kernel=64\n", LOSS_ERR_SHAPE,
                        ":1: a: a 64x64 window does not fit its input of 32x32");
    assert_text_refused("a = conv channels=4 kernel=3\nadd input\n", LOSS_ERR_SHAPE,
                        ":2: add: 4x30x30 and 3x32x32");
    assert_text_refused("a = relu\n", LOSS_ERR_SHAPE,
                        "the logits are 3x32x32; expected 10 classes");
    assert_text_refused("flatten\na = linear outputs=4\nb = linear a outputs=classes\nc = linear a "
                        "outputs=classes\n",
                        LOSS_ERR_ARGUMENT, "no layer takes the output");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical_names),
        TEST(test_names_of_other_programs),
        TEST(test_all_misfits_are_listed),
        TEST(test_by_order),
        TEST(test_recognise),
        TEST(test_recognise_says_what_else_fits),
        cmocka_unit_test(test_examples_are_the_zoos),
        TEST(test_bad_text),
    };
    return cmocka_run_group_tests_name("weights", tests, NULL, NULL);
}
