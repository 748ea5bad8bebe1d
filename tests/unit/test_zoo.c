/* The zoo: names, keys, and the tensors of every network against PyTorch's state_dict
 * (tests/golden/make.py). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/net.h>

#include "golden/golden.h"

static const loss_shape CIFAR = {3, 32, 32, 10};

static loss_net *make(const char *model)
{
    loss_net *net;
    if (loss_net_create(&net, model, CIFAR))
        fail_msg("%s: %s", model, loss_last_message());
    return net;
}

/* "conv1.weight 16x3x3x3", as make.py writes it. */
static void describe(const loss_net *net, size_t i, char text[256])
{
    loss_tensor_info info = *loss_net_tensor(net, i);
    int length = snprintf(text, 256, "%s ", info.name);
    for (size_t d = 0; d < info.n_dims; d++)
        length +=
            snprintf(text + length, 256 - (size_t)length, "%s%zu", d ? "x" : "", info.dims[d]);
}

static void test_state_dict(void **state)
{
    const cJSON *item = *state;
    loss_net *net;
    assert_int_equal(loss_net_create(&net, golden_text(item, "model"), golden_shape(item)),
                     LOSS_OK);
    assert_int_equal(loss_net_n_parameters(net), (size_t)golden_number(item, "parameters"));
    assert_int_equal(loss_net_n_tensors(net), (size_t)golden_number(item, "tensors"));
    const cJSON *tensors = cJSON_GetObjectItemCaseSensitive(item, "state_dict");
    for (int i = 0; i < cJSON_GetArraySize(tensors); i++) {
        char text[256];
        describe(net, (size_t)i, text);
        assert_string_equal(text, cJSON_GetStringValue(cJSON_GetArrayItem(tensors, i)));
    }
    loss_net_free(net);
}

static void test_parameter_counts(void **state)
{
    (void)state;
    /* Published: He et al. 2016, table 6, and akamaster's table, here to the last one. */
    static const struct {
        const char *model;
        size_t count;
    } known[] = {{"resnet20", 269722},
                 {"resnet32", 464154},
                 {"resnet44", 658586},
                 {"resnet56", 853018},
                 {"resnet110", 1727962},
                 {"wrn28-10", 36479194}, /* Zagoruyko & Komodakis 2016, table 5: 36.5 million */
                 /* Xie et al. 2017, table 3: 34.4 and 68.1 million; Huang et al. 2017, table 2:
                  * 0.8 and 25.6; torchvision's 3504872, here without 990 of its classes. */
                 {"resnext29-8x64d", 34426698},
                 {"resnext29-16x64d", 68155210},
                 {"densenet100-bc", 769162},
                 {"densenet190-bc", 25624430},
                 {"mobilenetv2", 3504872 - 990 * 1281},
                 {"senet18", 11260354},
                 {"vit-tiny", 5362762},
                 {"mlp:hidden=1,size=100", 3072 * 100 + 100 + 100 * 10 + 10}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        loss_net *net = make(known[i].model);
        assert_int_equal(loss_net_n_parameters(net), known[i].count);
        loss_net_free(net);
    }
}

static void test_canonical_names(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"resnet20", "resnet20"},
        {"resnet20:shortcut=A,width=1", "resnet20"},
        {"resnet20:width=1.0", "resnet20"},
        {"resnet20-noshort", "resnet20:shortcut=none"},
        {"resnet20-noshort:width=00.50", "resnet20:shortcut=none,width=0.5"},
        {"resnet20:width=0.25,shortcut=B", "resnet20:shortcut=B,width=0.25"},
        {"resnet18-noshort:width=0.125,stem=imagenet",
         "resnet18:shortcut=none,stem=imagenet,width=0.125"},
        {"resnet18:shortcut=B,stem=cifar,width=0.1", "resnet18:width=0.1"},
        {"vgg9-bn:width=0.1", "vgg9:bn=1,width=0.1"},
        {"vgg11:width=0.1,dropout=0.50,bn=1", "vgg11:bn=1,dropout=0.5,width=0.1"},
        {"vgg11:width=0.1,dropout=0.0,bn=0", "vgg11:width=0.1"},
        {"lenet5:width=2", "lenet5:width=2"},
        {"lenet5:pool=max", "lenet5"},
        {"vgg9-li:width=1", "vgg9-li"},
        {"resnet50:stride=1x1,stem=imagenet-nopool", "resnet50:stem=imagenet-nopool,stride=1x1"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        loss_net *net = make(pairs[i][0]);
        assert_string_equal(loss_net_model(net), pairs[i][1]);
        loss_net *again = make(pairs[i][1]);
        assert_string_equal(loss_net_model(again), pairs[i][1]);
        loss_net_free(net);
        loss_net_free(again);
    }
}

static void test_all_names_make_networks(void **state)
{
    (void)state;
    size_t n = 0;
    for (const char *const *name = loss_net_models(); *name; name++, n++) {
        char model[64];
        snprintf(model, sizeof model, "%s:width=0.1", *name);
        loss_net *net = make(model);
        assert_int_equal(loss_net_shape(net).classes, 10);
        loss_net_free(net);
    }
    assert_true(n >= 28);
}

/* What the programs' help is made of. */
static void test_options_are_listed(void **state)
{
    (void)state;
    for (const char *const *name = loss_net_models(); *name; name++) {
        const loss_model_option *option;
        size_t n = 0;
        assert_non_null(loss_net_model_about(*name));
        for (; (option = loss_net_model_option(*name, n)); n++) {
            char model[128], small[64];
            if (strcmp(option->name, "width") == 0)
                continue;
            snprintf(small, sizeof small, "%s:width=0.1", *name);
            snprintf(model, sizeof model, "%s,%s=%s", small, option->name, option->standard);
            loss_net *net = make(model);
            assert_string_equal(loss_net_model(net), small);
            loss_net_free(net);
        }
        assert_string_equal(loss_net_model_option(*name, n - 1)->name, "width");
    }
    assert_null(loss_net_model_about("resnet"));
    assert_null(loss_net_model_option("resnet20-noshort", 0));
}

static void test_widths(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        size_t channels;
    } widths[] = {{"resnet20:width=0.5", 8},  {"resnet20:width=2", 32}, {"resnet20:width=0.001", 1},
                  {"resnet20:width=0.6", 10}, {"vgg11:width=0.1", 6},   {"lenet5:width=0.25", 2},
                  {"resnet18:width=0.05", 3}};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        loss_net *net = make(widths[i].model);
        assert_int_equal(loss_net_tensor(net, 0)->dims[0], widths[i].channels);
        loss_tensor_info bias = *loss_net_tensor(net, loss_net_n_tensors(net) - 1);
        assert_int_equal(bias.count, 10); /* classes are not multiplied */
        loss_net_free(net);
    }
}

/* A network starts at He initialisation with seed 0. */
static void test_initial_weights(void **state)
{
    (void)state;
    loss_net *net = make("lenet5");
    char first[17], again[17], other[17];
    loss_net_digest(net, first);
    loss_net_initialise(net, 1);
    loss_net_digest(net, other);
    loss_net_initialise(net, 0);
    loss_net_digest(net, again);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    loss_net_free(net);
}

static void refuse(const char *model, loss_shape shape, loss_status expected, const char *message)
{
    loss_net *net = (loss_net *)&net;
    loss_status status = loss_net_create(&net, model, shape);
    if (status != expected || !strstr(loss_last_message(), message))
        fail_msg("%s: %s \"%s\"; expected %s with \"%s\"", model, loss_status_name(status),
                 loss_last_message(), loss_status_name(expected), message);
    assert_null(net);
}

static void test_wrong_names(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"resnet21", "resnet20"},  {"resnet65", "resnet56"},
        {"ResNet56", "resnet56"},  {"vgg-16", "vgg16"},
        {"lenet", "lenet5"},       {"resnet56-noshrt", "resnet56-noshort"},
        {"vgg16bn", "vgg16-bn"},   {"vgg16-bn-bn", "vgg16-bn"},
        {"resnet20x", "resnet20"}, {" resnet20", "resnet20"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char message[128];
        snprintf(message, sizeof message, "%s: no such model; the nearest is %s", names[i][0],
                 names[i][1]);
        refuse(names[i][0], CIFAR, LOSS_ERR_NAME, message);
    }
    refuse("", CIFAR, LOSS_ERR_NAME, "no such model");
    refuse(":width=1", CIFAR, LOSS_ERR_NAME, "no such model");
    char endless[5000];
    memset(endless, 'x', sizeof endless);
    endless[sizeof endless - 1] = 0;
    refuse(endless, CIFAR, LOSS_ERR_NAME, "no such model");
}

static void test_wrong_keys_and_values(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"resnet20:shorcut=A",
         "resnet20: no key \"shorcut\"; the nearest is shortcut (it has shortcut, width)"},
        {"resnet20:stem=cifar", "no key \"stem\""},
        {"lenet5:bn=1", "no key \"bn\"; the nearest is"},
        {"resnet20:shortcut=C", "resnet20: shortcut=C; expected A, B or none"},
        {"resnet20:shortcut=a", "expected A, B or none"},
        {"resnet18:shortcut=A", "expected B or none"},
        {"resnet18:stem=image",
         "stem=image; expected cifar, cifar-pool, imagenet or imagenet-nopool"},
        {"vgg11:bn=yes", "bn=yes; expected 0 or 1"},
        {"vgg11:dropout=1", "dropout=1; expected a number from 0, below 1"},
        {"vgg11:dropout=-0.5", "dropout=-0.5"},
        {"resnet20:width", "width has no value"},
        {"resnet20:width=", "width=; expected a number above 0, at most 16"},
        {"resnet20:width=0", "width=0; expected a number above 0"},
        {"resnet20:width=0.000", "width=0.000"},
        {"resnet20:width=16.1", "width=16.1"},
        {"resnet20:width=-1", "width=-1"},
        {"resnet20:width=nan", "width=nan"},
        {"resnet20:width=inf", "width=inf"},
        {"resnet20:width=1e1", "width=1e1"},
        {"resnet20:width=1.", "width=1."},
        {"resnet20:width=0..5", "width=0..5"},
        {"resnet20:width=1x", "width=1x"},
        {"resnet20:width=99999999999999999999", "width=99999999999999999999"},
        {"resnet20:", "expected key=value"},
        {"resnet20:width=1,", "expected key=value"},
        {"resnet20:,width=1", "expected key=value"},
        {"resnet20:=1", "expected key=value"},
        {"resnet20:width=1,width=2", "width is given twice, as 1 and as 2"},
        {"resnet20-noshort:shortcut=A", "shortcut is given twice, as none and as A"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        refuse(wrong[i][0], CIFAR, LOSS_ERR_ARGUMENT, wrong[i][1]);
}

static void test_image_sizes(void **state)
{
    (void)state;
    refuse("vgg11:width=0.1", (loss_shape){3, 31, 32, 10}, LOSS_ERR_SHAPE,
           "images of 31x32 are too small");
    refuse("vgg9:width=0.1", (loss_shape){3, 15, 15, 10}, LOSS_ERR_SHAPE,
           "images of 15x15 are too small");
    refuse("lenet5", (loss_shape){1, 15, 28, 10}, LOSS_ERR_SHAPE, "images of 15x28 are too small");
    refuse("resnet20", (loss_shape){0, 32, 32, 10}, LOSS_ERR_SHAPE, "no size may be 0");
    refuse("resnet20", (loss_shape){3, 32, 32, 0}, LOSS_ERR_SHAPE, "no size may be 0");
    static const struct {
        const char *model;
        loss_shape shape;
    } least[] = {{"vgg11:width=0.1", {3, 32, 32, 10}},
                 {"vgg9:width=0.1", {1, 16, 16, 2}},
                 {"lenet5", {1, 16, 16, 256}},
                 {"resnet20:width=0.1", {1, 1, 1, 2}},
                 {"resnet18:width=0.1,stem=imagenet", {3, 1, 5, 10}}};
    for (size_t i = 0; i < sizeof least / sizeof *least; i++) {
        loss_net *net;
        assert_int_equal(loss_net_create(&net, least[i].model, least[i].shape), LOSS_OK);
        loss_net_free(net);
    }
}

/* Multiply-adds known from He et al. 2016 (ResNet-20: 0.041e9; counted here to the last one). */
static void test_macs(void **state)
{
    (void)state;
    loss_net *net = make("resnet20");
    double stem = 1024.0 * 16 * 27, first = 6 * 1024.0 * 16 * 144,
           second = 256.0 * 32 * (144 + 5 * 288), third = 64.0 * 64 * (288 + 5 * 576);
    assert_true(loss_net_macs(net) == stem + first + second + third + 640);
    loss_net_free(net);
}

int main(void)
{
    cJSON *networks = golden_read("networks.json");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameter_counts),
        cmocka_unit_test(test_canonical_names),
        cmocka_unit_test(test_all_names_make_networks),
        cmocka_unit_test(test_options_are_listed),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_initial_weights),
        cmocka_unit_test(test_wrong_names),
        cmocka_unit_test(test_wrong_keys_and_values),
        cmocka_unit_test(test_image_sizes),
        cmocka_unit_test(test_macs),
    };
    size_t n = networks ? (size_t)cJSON_GetArraySize(networks) : 0;
    struct CMUnitTest *state_dicts = calloc(n + 1, sizeof *state_dicts);
    if (!n || !state_dicts)
        return 1;
    for (size_t i = 0; i < n; i++) {
        cJSON *item = cJSON_GetArrayItem(networks, (int)i);
        state_dicts[i] =
            (struct CMUnitTest){golden_text(item, "model"), test_state_dict, NULL, NULL, item};
    }
    int failed = cmocka_run_group_tests_name("zoo", tests, NULL, NULL);
    failed += _cmocka_run_group_tests("state_dict", state_dicts, n, NULL, NULL);
    free(state_dicts);
    cJSON_Delete(networks);
    return failed;
}
