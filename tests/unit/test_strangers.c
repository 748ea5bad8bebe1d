/* Checkpoints as other people's programs write them (tests/data/make.py makes the files). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats/read.h"
#include "net/match.h"

static const char *data_path(const char *name)
{
    static char path[500];
    snprintf(path, sizeof path, "%s/tests/data/weights/%s", getenv("SRC") ? getenv("SRC") : ".",
             name);
    return path;
}

static void read(const char *name, const char *key, lossi_arrays *arrays)
{
    if (lossi_arrays_read(data_path(name), key, arrays, NULL))
        fail_msg("%s", loss_last_message());
}

static void assert_refused(const char *name, const char *key, const char *message)
{
    lossi_arrays arrays;
    assert_int_equal(lossi_arrays_read(data_path(name), key, &arrays, NULL), LOSS_ERR_FORMAT);
    if (!strstr(loss_last_message(), message))
        fail_msg("\"%s\" is not in \"%s\"", message, loss_last_message());
}

static void assert_metadata(const lossi_arrays *arrays, const char *key, const char *expected)
{
    const char *value = lossi_arrays_metadata(arrays, key);
    assert_non_null(value);
    assert_string_equal(value, expected);
}

static void test_tensor_beside_the_weights(void **state)
{
    (void)state;
    lossi_arrays arrays;
    read("best.pt", NULL, &arrays);
    assert_int_equal(arrays.n, 7);
    assert_metadata(&arrays, "weights under", "state_dict");
    assert_metadata(&arrays, "also holds", "the top (1 tensor)");
    lossi_arrays_free(&arrays);
}

static void test_objects_beside_the_weights(void **state)
{
    (void)state;
    static const char *const names[] = {"beside.pt", "beside-old.pt"};
    lossi_arrays arrays;
    for (int i = 0; i < 2; i++) {
        read(names[i], NULL, &arrays);
        assert_int_equal(arrays.n, 7);
        assert_metadata(&arrays, "weights under", "network");
        assert_metadata(&arrays, "objects not made", "__main__.Scheduler, argparse.Namespace");
        lossi_arrays_free(&arrays);
    }
}

static void test_several_sets(void **state)
{
    (void)state;
    lossi_arrays model, ema;
    assert_refused("ema.pt", NULL, "several sets of tensors: model.module (7 tensors), ema (7");
    assert_refused("ema.pt", "emu", "no tensors under the key emu; there are: model.module (7");
    read("ema.pt", "model.module", &model);
    read("ema.pt", "ema", &ema);
    float a[6], b[6];
    lossi_array_floats(&model.items[0], a);
    lossi_array_floats(&ema.items[0], b);
    for (int i = 0; i < 6; i++)
        assert_true(b[i] == 2 * a[i]);
    lossi_arrays_free(&model);
    lossi_arrays_free(&ema);
}

static void test_key_of_plain_formats(void **state)
{
    (void)state;
    lossi_arrays arrays;
    read("computed.safetensors", "normed", &arrays);
    assert_int_equal(arrays.n, 1);
    assert_string_equal(arrays.items[0].name, "weight");
    lossi_arrays_free(&arrays);
    assert_refused("computed.safetensors", "norm", "no tensors under the key norm");
}

static void test_slashes(void **state)
{
    (void)state;
    lossi_arrays arrays;
    read("slashes.npz", NULL, &arrays);
    assert_string_equal(arrays.items[0].name, "params.fc.kernel");
    lossi_arrays_free(&arrays);
}

/* Pruned and normalised weights are those that PyTorch itself computed. */
static void test_computed_weights(void **state)
{
    (void)state;
    static const char *const names[] = {"pruned.weight", "normed.weight"};
    lossi_arrays found, expected;
    read("computed.pt", NULL, &found);
    read("computed.safetensors", NULL, &expected);
    assert_metadata(&found, "computed weights", "2");
    assert_int_equal(found.n, 4);
    for (int i = 0; i < 2; i++) {
        const lossi_array *a = lossi_arrays_find(&found, names[i]);
        const lossi_array *b = lossi_arrays_find(&expected, names[i]);
        float x[6], y[6];
        assert_non_null(a);
        assert_int_equal(a->count, 6);
        lossi_array_floats(a, x);
        lossi_array_floats(b, y);
        for (int k = 0; k < 6; k++)
            assert_true(fabs((double)(x[k] - y[k])) < 1e-6);
    }
    lossi_arrays_free(&found);
    lossi_arrays_free(&expected);
}

/* One prefix that all names share is not the network's; a criterion's tensors are no part of it. */
static void test_prefix_and_extras(void **state)
{
    (void)state;
    lossi_arrays arrays;
    lossi_match match;
    read("backbone.pt", NULL, &arrays);
    assert_int_equal(lossi_match_create(&match, &arrays), LOSS_OK);
    const lossi_array *array = lossi_match_find(&match, "1.running_mean");
    assert_non_null(array);
    assert_string_equal(array->name, "backbone.1.running_mean");
    assert_null(lossi_match_find(&match, "2.weight"));
    lossi_match_free(&match);
    lossi_arrays_free(&arrays);
}

static void test_foreign_files(void **state)
{
    (void)state;
    assert_refused("script.pt", NULL, "a TorchScript archive, which is not read for weights; save");
    static const struct {
        uint8_t bytes[10];
        const char *message;
    } cases[] = {
        {"\x89HDF\r\n\x1a\n", "HDF5 file"},
        {"\x08\x08\x12\x07pytorc", "an ONNX file"},
        {"\x1c\0\0\0TFL3", "a TensorFlow Lite file"},
        {"hello", "expected one of PyTorch checkpoint (zip) (.pt .pth .th .ckpt), npz (.npz)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lossi_arrays arrays;
        assert_int_equal(lossi_arrays_parse(cases[i].bytes, 10, NULL, "t", &arrays, NULL),
                         LOSS_ERR_FORMAT);
        if (!strstr(loss_last_message(), cases[i].message))
            fail_msg("\"%s\" is not in \"%s\"", cases[i].message, loss_last_message());
    }
}

/* An old checkpoint of a pickle; the storages are left out, so reading stops at the pickle or
 * there. */
static loss_status read_old(const uint8_t *pickle, size_t size)
{
    static const uint8_t prologue[] = "\x80\x02\x8a\nl\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
                                      "\x80\x02M\xe9\x03.\x80\x02}.";
    static uint8_t bytes[300000];
    size_t at = sizeof prologue - 1;
    assert_true(size < sizeof bytes - at);
    memcpy(bytes, prologue, at);
    memcpy(bytes + at, pickle, size);
    lossi_arrays arrays;
    return lossi_arrays_parse(bytes, at + size, NULL, "t", &arrays, NULL);
}

/* A list of pairs that an OrderedDict copies, called for again and again through the memo. */
static void test_copies_have_a_budget(void **state)
{
    (void)state;
    static uint8_t pickle[200000];
    size_t at = 0;
    static const uint8_t pair[] = "K\x01K\x02\x86", begin[] = "\x80\x02]q\x01(";
    static const uint8_t dict[] = "ccollections\nOrderedDict\nh\x01\x85R0";
    memcpy(pickle, begin, sizeof begin - 1);
    at += sizeof begin - 1;
    for (int i = 0; i < 20000; i++, at += sizeof pair - 1)
        memcpy(pickle + at, pair, sizeof pair - 1);
    pickle[at++] = 'e';
    for (int i = 0; i < 2000; i++, at += sizeof dict - 1)
        memcpy(pickle + at, dict, sizeof dict - 1);
    pickle[at++] = '.';
    assert_int_equal(read_old(pickle, at), LOSS_ERR_FORMAT);
    assert_non_null(strstr(loss_last_message(), "bytes of values"));
}

/* A pickle that grows. */
typedef struct script {
    uint8_t bytes[8000];
    size_t n;
} script;

static void put(script *s, const char *opcodes)
{
    size_t n = strlen(opcodes);
    memcpy(s->bytes + s->n, opcodes, n);
    s->n += n;
}

static void put_text(script *s, const char *text)
{
    uint8_t head[5] = {'X', (uint8_t)strlen(text)};
    memcpy(s->bytes + s->n, head, sizeof head);
    s->n += sizeof head;
    put(s, text);
}

static void put_with_number(script *s, const char *opcode, int number)
{
    put(s, opcode);
    s->bytes[s->n++] = (uint8_t)number;
}

/* Modules that hold the next one twice: 2^40 names from 2 kB. */
static void test_modules_have_a_budget(void **state)
{
    (void)state;
    script s = {0};
    put(&s, "\x80\x02}");
    for (int i = 1; i <= 40; i++) {
        put_with_number(&s, "q", i);
        put(&s, "0cm\nM\n)\x81}");
        put_text(&s, "_modules");
        put(&s, "}(");
        put_text(&s, "a");
        put_with_number(&s, "h", i);
        put_text(&s, "b");
        put_with_number(&s, "h", i);
        put(&s, "usb");
    }
    put(&s, ".\x80\x02].");
    assert_int_equal(read_old(s.bytes, s.n), LOSS_ERR_FORMAT);
    if (!strstr(loss_last_message(), "nested without end"))
        fail_msg("%s", loss_last_message());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tensor_beside_the_weights),
        cmocka_unit_test(test_objects_beside_the_weights),
        cmocka_unit_test(test_several_sets),
        cmocka_unit_test(test_key_of_plain_formats),
        cmocka_unit_test(test_slashes),
        cmocka_unit_test(test_computed_weights),
        cmocka_unit_test(test_prefix_and_extras),
        cmocka_unit_test(test_foreign_files),
        cmocka_unit_test(test_copies_have_a_budget),
        cmocka_unit_test(test_modules_have_a_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
