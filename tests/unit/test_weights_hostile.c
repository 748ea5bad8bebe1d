/* Files of weights made so that reading them costs far more than they have bytes. Nothing here asks
 * how long it takes: without its bound each of these runs for minutes, into the runner's limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats/derived.h"
#include "formats/read.h"
#include "net/match.h"

/* An old checkpoint that grows. */
typedef struct script {
    uint8_t *bytes;
    size_t n, capacity;
} script;

static void put_bytes(script *s, const void *bytes, size_t n)
{
    if (s->n + n > s->capacity) {
        s->capacity = 2 * (s->n + n);
        s->bytes = realloc(s->bytes, s->capacity);
        assert_non_null(s->bytes);
    }
    memcpy(s->bytes + s->n, bytes, n);
    s->n += n;
}

#define PUT(s, opcodes) put_bytes((s), (opcodes), sizeof(opcodes) - 1)

static void put_many(script *s, const char *opcodes, size_t n, size_t times)
{
    while (times--)
        put_bytes(s, opcodes, n);
}

static void put_text(script *s, const char *text, size_t n)
{
    uint8_t head[5] = {'X', (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16)};
    put_bytes(s, head, sizeof head);
    put_bytes(s, text, n);
}

static script begin(void)
{
    script s = {0};
    PUT(&s, "\x80\x02\x8a\nl\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}."
            "\x80\x02");
    return s;
}

static void assert_refused(script *s, const char *message)
{
    lossi_arrays arrays;
    PUT(s, ".\x80\x02].");
    assert_int_equal(lossi_arrays_parse(s->bytes, s->n, NULL, "t", &arrays, NULL), LOSS_ERR_FORMAT);
    free(s->bytes);
    if (!strstr(loss_last_message(), message))
        fail_msg("\"%s\" is not in \"%s\"", message, loss_last_message());
}

/* One key of half a megabyte, recalled for each of many items. */
static void test_long_keys(void **state)
{
    (void)state;
    enum { LENGTH = 500000, ITEMS = 160000 };
    char *key = malloc(LENGTH);
    memset(key, 'k', LENGTH);
    script s = begin();
    PUT(&s, "}");
    put_text(&s, key, LENGTH);
    PUT(&s, "q\0000(");
    put_many(&s, "h\0N", 3, ITEMS);
    PUT(&s, "u");
    free(key);
    assert_refused(&s, "no tensors with names in it");
}

/* Objects that all have one large dictionary as their attributes. */
static void test_shared_attributes(void **state)
{
    (void)state;
    enum { ITEMS = 100000 };
    script s = begin();
    PUT(&s, "}(");
    put_many(&s, "K\1K\1", 4, ITEMS);
    PUT(&s, "uq\0000cm\nM\nq\0010](");
    put_many(&s, "h\1)\x81h\0b", 7, ITEMS);
    PUT(&s, "e");
    assert_refused(&s, "objects that are not made: m.M");
}

/* Modules that share a dictionary of parameters without a tensor. */
static void test_shared_parameters(void **state)
{
    (void)state;
    enum { PARAMETERS = 500000, MODULES = 100000 };
    script s = begin();
    PUT(&s, "}(");
    put_many(&s, "X\1\0\0\0aN", 7, PARAMETERS);
    PUT(&s, "uq\0000cm\nM\n)\x81}(");
    put_text(&s, "_parameters", 11);
    PUT(&s, "h\0");
    put_text(&s, "_modules", 8);
    PUT(&s, "}ubq\0010cm\nM\n)\x81}");
    put_text(&s, "_modules", 8);
    PUT(&s, "}(");
    for (int i = 0; i < MODULES; i++) {
        char name[16];
        snprintf(name, sizeof name, "%06d", i);
        put_text(&s, name, 6);
        PUT(&s, "h\1");
    }
    PUT(&s, "usb");
    assert_refused(&s, "nested without end");
}

/* Many pruned weights of one value each, and a network that is looked for among them. */
static void test_many_parts(void **state)
{
    (void)state;
    enum { PAIRS = 100000 };
    static const float values[2] = {3, 0.5f};
    const uint8_t *bytes = (const uint8_t *)values;
    lossi_arrays arrays;
    lossi_match match;
    lossi_array view = {.dtype = LOSSI_F32, .n_dims = 1, .dims = {1}, .strides = {1}};
    lossi_arrays_begin(&arrays, 64 << 20);
    for (int i = 0; i < PAIRS; i++) {
        char scaled[32], mask[32];
        snprintf(scaled, sizeof scaled, "a.%06d_orig", i);
        snprintf(mask, sizeof mask, "a.%06d_mask", i);
        assert_int_equal(lossi_arrays_add(&arrays, "t", scaled, &view, bytes, 8, 0), LOSS_OK);
        assert_int_equal(lossi_arrays_add(&arrays, "t", mask, &view, bytes, 8, 1), LOSS_OK);
    }
    assert_int_equal(lossi_arrays_derive(&arrays, "t"), LOSS_OK);
    assert_int_equal(arrays.n, PAIRS);
    float value = 0;
    lossi_array_floats(&arrays.items[PAIRS - 1], &value);
    assert_true(value == 1.5f);
    assert_string_equal(arrays.items[PAIRS - 1].name, "a.099999");
    assert_int_equal(lossi_match_create(&match, &arrays), LOSS_OK);
    for (int i = 0; i < PAIRS; i++)
        assert_null(lossi_match_find(&match, "conv1.weight"));
    assert_ptr_equal(lossi_match_find(&match, "000007"), &arrays.items[7]);
    lossi_match_free(&match);
    lossi_arrays_free(&arrays);
}

/* An extra may be shorter than the prefix that the other names share: nothing behind its end is
 * read. */
static void test_extra_shorter_than_the_prefix(void **state)
{
    (void)state;
    char extra[] = "mean\0----3.bias", first[] = "backbone.1.weight", second[] = "backbone.2.bias";
    lossi_array items[3] = {{.name = first}, {.name = extra}, {.name = second}};
    lossi_arrays arrays = {.n = 3, .items = items};
    lossi_match match;
    assert_int_equal(lossi_match_create(&match, &arrays), LOSS_OK);
    assert_null(lossi_match_find(&match, "3.bias"));
    assert_ptr_equal(lossi_match_find(&match, "2.bias"), &items[2]);
    assert_ptr_equal(lossi_match_find(&match, "mean"), &items[1]);
    lossi_match_free(&match);
}

/* A tensor that is not read must not be left out in silence. */
static void test_sparse_tensor(void **state)
{
    (void)state;
    char path[4096];
    const char *source = getenv("SRC");
    lossi_arrays arrays;
    snprintf(path, sizeof path, "%s/tests/data/weights/sparse.pt", source ? source : ".");
    assert_int_equal(lossi_arrays_read(path, NULL, &arrays, NULL), LOSS_ERR_FORMAT);
    const char *message = "tensor 1.weight is made by torch._utils._rebuild_sparse_tensor";
    if (!strstr(loss_last_message(), message))
        fail_msg("\"%s\" is not in \"%s\"", message, loss_last_message());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_keys),
        cmocka_unit_test(test_shared_attributes),
        cmocka_unit_test(test_shared_parameters),
        cmocka_unit_test(test_many_parts),
        cmocka_unit_test(test_extra_shorter_than_the_prefix),
        cmocka_unit_test(test_sparse_tensor),
    };
    return cmocka_run_group_tests_name("weights_hostile", tests, NULL, NULL);
}
