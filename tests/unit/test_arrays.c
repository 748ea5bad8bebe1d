/* Readers of named arrays: the files of tests/data/make.py (PyTorch and numpy wrote them),
 * damaged ones, and hostile ones. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/export.h>

#include "base/file.h"
#include "formats/read.h"
#include "formats/safetensors.h"
#include "scratch.h"

static const char *data_path(const char *name)
{
    static char path[4096];
    const char *source = getenv("SRC");
    snprintf(path, sizeof path, "%s/tests/data/weights/%s", source ? source : ".", name);
    return path;
}

static void assert_message(const char *part)
{
    if (!strstr(loss_last_message(), part))
        fail_msg("message: %s\nexpected in it: %s", loss_last_message(), part);
}

/* ---- What PyTorch and numpy wrote ----------------------------------------------------------- */

typedef struct expected {
    const char *name;
    lossi_dtype dtype;
    size_t n_dims, dims[2], count;
    float values[6];
} expected;

/* make_tensors() of make.py */
static const expected tensors[] = {
    {"plain", LOSSI_F32, 2, {2, 3}, 6, {0, 1.25f, 2.5f, 3.75f, 5, 6.25f}},
    {"transposed", LOSSI_F32, 2, {3, 2}, 6, {0, 3.75f, 1.25f, 5, 2.5f, 6.25f}},
    {"every.second", LOSSI_F32, 1, {4}, 4, {1, 3, 5, 7}},
    {"broadcast", LOSSI_F32, 1, {4}, 4, {3, 3, 3, 3}},
    {"double", LOSSI_F64, 1, {2}, 2, {0.1f, -2.5f}},
    {"half", LOSSI_F16, 1, {4}, 4, {1.5f, -65504, 0x1p-24f, INFINITY}},
    {"bfloat", LOSSI_BF16, 1, {2}, 2, {3.140625f, -0x1.94p99f}},
    {"counter", LOSSI_I64, 0, {0}, 1, {7}},
    {"mask", LOSSI_BOOL, 1, {2}, 2, {1, 0}},
    {"empty", LOSSI_F32, 2, {0, 3}, 0, {0}},
};
enum { N_TENSORS = sizeof tensors / sizeof *tensors };

static void check_array(const lossi_arrays *arrays, const expected *e)
{
    const lossi_array *array = lossi_arrays_find(arrays, e->name);
    float values[6];
    if (!array)
        fail_msg("%s is missing", e->name);
    assert_int_equal(array->dtype, e->dtype);
    assert_int_equal(array->n_dims, e->n_dims);
    assert_memory_equal(array->dims, e->dims, e->n_dims * sizeof *e->dims);
    assert_int_equal(array->count, e->count);
    lossi_array_floats(array, values);
    for (size_t i = 0; i < e->count; i++)
        if (values[i] != e->values[i])
            fail_msg("%s[%zu] is %.9g; expected %.9g", e->name, i, (double)values[i],
                     (double)e->values[i]);
}

static void check_file(const char *name, const char *kind)
{
    lossi_arrays arrays;
    const lossi_arrays_format *found;
    bool is_npz = strcmp(kind, "npz") == 0;
    if (lossi_arrays_read(data_path(name), NULL, &arrays, &found))
        fail_msg("%s", loss_last_message());
    assert_string_equal(found->name, kind);
    for (size_t i = 0; i < N_TENSORS; i++)
        if (!is_npz || tensors[i].dtype != LOSSI_BF16) /* numpy has no bfloat16 */
            check_array(&arrays, &tensors[i]);
    assert_int_equal(arrays.n, is_npz ? N_TENSORS - 1 : N_TENSORS);
    lossi_arrays_free(&arrays);
}

static void test_every_format(void **state)
{
    (void)state;
    check_file("zip.pt", "PyTorch checkpoint (zip)");
    check_file("deflated.pt", "PyTorch checkpoint (zip)");
    check_file("old.pt", "PyTorch checkpoint (before 1.6)");
    check_file("all.safetensors", "safetensors");
    check_file("stored.npz", "npz");
    check_file("deflated.npz", "npz");
}

static void test_modules_and_parameters(void **state)
{
    (void)state;
    static const char *const names[] = {"module.pt", "module-old.pt"};
    lossi_arrays arrays;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(lossi_arrays_read(data_path(names[i]), NULL, &arrays, NULL), LOSS_OK);
        assert_int_equal(arrays.n, 7);
        assert_string_equal(arrays.items[0].name,
                            "module.0.weight"); /* in the order of the state_dict */
        assert_string_equal(arrays.items[6].name, "module.1.num_batches_tracked");
        lossi_arrays_free(&arrays);
    }
    assert_int_equal(lossi_arrays_read(data_path("parameters.pt"), NULL, &arrays, NULL), LOSS_OK);
    assert_int_equal(arrays.n, 4);
    lossi_arrays_free(&arrays);
}

/* torch.save(model): what its state_dict() would give, in its order. */
static void test_whole_modules(void **state)
{
    (void)state;
    static const char *const names[] = {"whole.pt", "whole-old.pt"};
    static const char *const names_in_order[] = {
        "0.weight",
        "0.bias",
        "1.weight",
        "1.bias",
        "1.running_mean",
        "1.running_var",
        "1.num_batches_tracked",
    };
    lossi_arrays arrays;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(lossi_arrays_read(data_path(names[i]), NULL, &arrays, NULL), LOSS_OK);
        assert_int_equal(arrays.n, 7);
        for (size_t k = 0; k < 7; k++)
            assert_string_equal(arrays.items[k].name, names_in_order[k]);
        assert_int_equal(arrays.items[0].dims[0], 2);
        assert_int_equal(arrays.items[0].dims[1], 3);
        lossi_arrays_free(&arrays);
    }
}

static void assert_refused(const char *name, const char *message)
{
    lossi_arrays arrays;
    assert_int_equal(lossi_arrays_read(data_path(name), NULL, &arrays, NULL), LOSS_ERR_FORMAT);
    assert_null(arrays.items);
    assert_message(message);
}

static void test_refused(void **state)
{
    (void)state;
    assert_refused("system.pt", "objects that are not made: posix.system");
    assert_refused("system-old.pt", "objects that are not made: posix.system");
    assert_refused("nothing.pt", "its keys are: epoch, args");
    assert_refused("objects.npz", "array objects has the type |O");
    assert_refused("big-endian.npz", "array big has the type >f4");
}

static void test_convert(void **state)
{
    (void)state;
    lossi_arrays arrays;
    assert_int_equal(
        loss_weights_convert(data_path("zip.pt"), scratch_path("out.safetensors"), NULL, NULL),
        LOSS_OK);
    assert_int_equal(lossi_arrays_read(scratch_path("out.safetensors"), NULL, &arrays, NULL),
                     LOSS_OK);
    for (size_t i = 0; i < N_TENSORS; i++)
        check_array(&arrays, &tensors[i]);
    lossi_arrays_free(&arrays);
    assert_int_equal(loss_weights_convert(data_path("module-old.pt"),
                                          scratch_path("out.safetensors"), NULL, NULL),
                     LOSS_OK);
    assert_int_equal(lossi_arrays_read(scratch_path("out.safetensors"), NULL, &arrays, NULL),
                     LOSS_OK);
    assert_string_equal(arrays.items[0].name, "0.weight");
    lossi_arrays_free(&arrays);
    assert_int_equal(
        loss_weights_convert(data_path("system.pt"), scratch_path("none.safetensors"), NULL, NULL),
        LOSS_ERR_FORMAT);
    assert_int_equal(access(scratch_path("none.safetensors"), F_OK), -1);
}

/* ---- Damage --------------------------------------------------------------------------------- */

static const char *const whole_files[] = {"zip.pt",          "deflated.pt",   "old.pt",
                                          "all.safetensors", "stored.npz",    "deflated.npz",
                                          "module.pt",       "module-old.pt", "system-old.pt"};
enum { N_WHOLE = sizeof whole_files / sizeof *whole_files };

/* Parses a copy of exactly n bytes, so that a sanitizer sees a read past them. */
static loss_status parse_copy(const uint8_t *bytes, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    lossi_arrays arrays;
    memcpy(copy, bytes, n);
    loss_status status = lossi_arrays_parse(copy, n, NULL, "t", &arrays, NULL);
    if (!status)
        lossi_arrays_free(&arrays);
    else
        assert_null(arrays.items);
    free(copy);
    return status;
}

static void test_truncated_anywhere(void **state)
{
    (void)state;
    for (size_t f = 0; f < N_WHOLE; f++) {
        uint8_t *bytes;
        size_t size;
        assert_int_equal(loss_file_read(data_path(whole_files[f]), SIZE_MAX, &bytes, &size),
                         LOSS_OK);
        for (size_t n = 0; n < size; n++)
            if (parse_copy(bytes, n) != LOSS_ERR_FORMAT)
                fail_msg("%s cut at byte %zu of %zu was taken", whole_files[f], n, size);
        free(bytes);
    }
}

/* Nothing is asked of the result but that it comes: a sanitizer and the truth of the message
 * watch. */
static void test_damaged_anywhere(void **state)
{
    (void)state;
    static const uint8_t damages[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    for (size_t f = 0; f < N_WHOLE; f++) {
        uint8_t *bytes;
        size_t size;
        assert_int_equal(loss_file_read(data_path(whole_files[f]), SIZE_MAX, &bytes, &size),
                         LOSS_OK);
        for (size_t n = 0; n < size; n++)
            for (size_t d = 0; d < sizeof damages; d++) {
                uint8_t kept = bytes[n];
                bytes[n] = damages[d];
                loss_status status = parse_copy(bytes, size);
                assert_true(status == LOSS_OK || status == LOSS_ERR_FORMAT);
                bytes[n] = kept;
            }
        free(bytes);
    }
}

/* ---- safetensors ---------------------------------------------------------------------------- */

static void test_safetensors_round_trip(void **state)
{
    (void)state;
    float values[7];
    for (int i = 0; i < 7; i++)
        values[i] = (float)i * 1.25f;
    char *keys[] = {(char *)"epoch"}, *texts[] = {(char *)"12"};
    lossi_array items[2] = {lossi_array_of_floats((char *)"a.weight", 2, (size_t[]){2, 3}, values),
                            lossi_array_of_floats((char *)"b \"quoted\"", 0, NULL, values + 6)};
    lossi_arrays arrays = {.n = 2,
                           .items = items,
                           .n_metadata = 1,
                           .metadata_keys = keys,
                           .metadata_values = texts},
                 back;
    assert_int_equal(lossi_safetensors_write(scratch_path("a.safetensors"), &arrays), LOSS_OK);
    assert_int_equal(lossi_arrays_read(scratch_path("a.safetensors"), NULL, &back, NULL), LOSS_OK);
    check_array(
        &back, &(expected){"a.weight", LOSSI_F32, 2, {2, 3}, 6, {0, 1.25f, 2.5f, 3.75f, 5, 6.25f}});
    check_array(&back, &(expected){"b \"quoted\"", LOSSI_F32, 0, {0}, 1, {7.5f}});
    assert_string_equal(lossi_arrays_metadata(&back, "epoch"), "12");
    assert_null(lossi_arrays_metadata(&back, "none"));
    lossi_arrays_free(&back);
}

static void assert_header_refused(const char *header, size_t n_data, const char *message)
{
    uint8_t bytes[1024] = {0};
    lossi_arrays back;
    size_t length = strlen(header);
    bytes[0] = (uint8_t)length;
    bytes[1] = (uint8_t)(length >> 8);
    memcpy(bytes + 8, header, length);
    assert_int_equal(lossi_safetensors_parse(bytes, 8 + length + n_data, "t", &back),
                     LOSS_ERR_FORMAT);
    assert_message(message);
}

static void test_safetensors_hostile(void **state)
{
    (void)state;
    lossi_arrays back;
    uint8_t huge[16] = {0, 0, 0, 0, 0, 0, 0, 0x80, '{', '}'}; /* a header of 2^63 bytes */
    assert_int_equal(lossi_safetensors_parse(huge, sizeof huge, "t", &back), LOSS_ERR_FORMAT);
    assert_message("9223372036854775808 bytes long; the file has 16");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,12]}}", 8,
                          "do not lie within the 8 bytes");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8,
                          "do not lie within");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8,
                          "its storage has 2");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8,
                          "8 bytes of data for 1 values");
    assert_header_refused(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0,
        "out of range");
    assert_header_refused(
        "{\"a\":{\"dtype\":\"F64\",\"shape\":[2305843009213693952,2],\"data_offsets\":[0,0]}}", 0,
        "out of range");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,8]}}", 8,
                          "out of range");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,8]}}", 8,
                          "out of range");
    assert_header_refused("{\"a\":{\"dtype\":\"Q9\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
                          "its type is Q9");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                          "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
                          12, "expected 8");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                          "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                          8, "is there twice");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8,
                          "its tensors fill 4");
    assert_header_refused("{\"a\":5}", 0, "its type is missing");
    assert_header_refused("{\"__metadata__\":{\"a\":1}}", 0, "is no string");
    assert_header_refused("[1]", 0, "no JSON object");
}

/* ---- Pickles -------------------------------------------------------------------------------- */

/* An old checkpoint whose object is this pickle, followed by an empty list of storages. */
#define PROLOGUE                                                                                   \
    "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}."
#define PICKLE(text) PROLOGUE text "\x80\x02]."
#define ASSERT_PICKLE_REFUSED(text, message)                                                       \
    do {                                                                                           \
        assert_int_equal(parse_copy((const uint8_t *)PICKLE(text), sizeof PICKLE(text) - 1),       \
                         LOSS_ERR_FORMAT);                                                         \
        assert_message(message);                                                                   \
    } while (0)

static void test_pickle_hostile(void **state)
{
    (void)state;
    assert_int_equal(parse_copy((const uint8_t *)"cos\nsystem\n(S'x'\ntR.", 20), LOSS_ERR_FORMAT);
    assert_message("the opcode 0x53 at byte 12");
    ASSERT_PICKLE_REFUSED("\x80\x02"
                          "c__builtin__\neval\nX\x01\0\0\0"
                          "1\x85R.",
                          "objects that are not made: __builtin__.eval");
    ASSERT_PICKLE_REFUSED("\x80\x04\x8c\x05posix\x8c\x06system\x93.",
                          "no tensors with names in it");
    ASSERT_PICKLE_REFUSED("\x80\x02i__main__\nX\n.", "no mark on its stack");
    ASSERT_PICKLE_REFUSED("\x80\x02}X\xff\xff\xff\xff"
                          "a.",
                          "ends within a value");
    ASSERT_PICKLE_REFUSED("\x80\x02}r\xff\xff\xff\xff.", "a memo number larger than the pickle");
    ASSERT_PICKLE_REFUSED("\x80\x02h\x05.", "a memo number that was not set");
    ASSERT_PICKLE_REFUSED("\x80\x02"
                          "R.",
                          "nothing left on its stack");
    ASSERT_PICKLE_REFUSED("\x80\x02"
                          "t.",
                          "no mark on its stack");
    ASSERT_PICKLE_REFUSED("\x80\x02K\x01"
                          "b.",
                          "nothing");
    ASSERT_PICKLE_REFUSED("\x80\x02}(K\x01u.", "items for something that takes none");
    ASSERT_PICKLE_REFUSED("\x80\x02K\x01Q.", "a persistent id that is no storage");
    ASSERT_PICKLE_REFUSED("\x80\x02"
                          "ctorch._utils\n_rebuild_tensor_v2\n)R.",
                          "a tensor without its storage");
    ASSERT_PICKLE_REFUSED("\x80\x02]q\0h\0a.", "no tensors"); /* a list in itself */
    ASSERT_PICKLE_REFUSED("\x80\x06.", "protocol above 5");
}

/* A tensor on an 8-byte storage "0" of floats, with the given offset, sizes and strides; one
 * dimension each. */
static loss_status parse_tensor(uint8_t offset, const char *sizes, const char *strides, size_t n)
{
    uint8_t bytes[600];
    size_t at = 0;
#define PUT(text, size) (memcpy(bytes + at, text, size), at += (size))
    PUT(PROLOGUE, sizeof PROLOGUE - 1);
    PUT("\x80\x02}X\x01\0\0\0w"
        "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0"
        "0"
        "X\x03\0\0\0cpuK\x02NtQK",
        5 + 4 + 33 + 2 + 12 + 20 + 6 + 8 + 6);
    bytes[at++] = offset;
    PUT("(", 1);
    PUT(sizes, n);
    PUT("t(", 2);
    PUT(strides, n);
    PUT("t\x89}tRs.\x80\x02]X\x01\0\0\0"
        "0a.\x02\0\0\0\0\0\0\0\0\0\x80\x3f\0\0\0\x40",
        7 + 11 + 16);
#undef PUT
    return parse_copy(bytes, at);
}

static void test_tensors_out_of_their_storage(void **state)
{
    (void)state;
    if (parse_tensor(0, "K\x02", "K\x01", 2))
        fail_msg("%s", loss_last_message());
    assert_int_equal(parse_tensor(1, "K\x01", "K\x01", 2), LOSS_OK);
    assert_int_equal(parse_tensor(1, "K\x02", "K\x01", 2), LOSS_ERR_FORMAT);
    assert_message("its storage has 2");
    assert_int_equal(parse_tensor(0, "K\x02", "K\x02", 2), LOSS_ERR_FORMAT);
    assert_int_equal(parse_tensor(0, "J\xff\xff\xff\xff", "J\1\0\0\0", 5), LOSS_ERR_FORMAT);
    assert_message("below 0");
    assert_int_equal(parse_tensor(0, "\x8a\x08\0\0\0\0\0\0\0\x40", "\x8a\x01\0\0\0\0\0\0\0\0", 10),
                     LOSS_ERR_FORMAT);
    /* 2^62 values of a single element */
    assert_int_equal(parse_tensor(0, "\x8a\x08\0\0\0\0\0\0\0\x20", "\x8a\x08\0\0\0\0\0\0\0\0", 10),
                     LOSS_ERR_FORMAT);
    assert_message("16 times as large as the file");
}

/* ---- Zip archives --------------------------------------------------------------------------- */

static void test_zip_bomb_is_seen_by_its_claim(void **state)
{
    (void)state;
    uint8_t *bytes;
    size_t size;
    assert_int_equal(loss_file_read(data_path("deflated.npz"), SIZE_MAX, &bytes, &size), LOSS_OK);
    size_t at = 0;
    while (memcmp(bytes + at, "PK\1\2", 4) != 0)
        at++;
    memcpy(bytes + at + 24, "\0\0\0\x40", 4); /* 1 GiB */
    assert_int_equal(parse_copy(bytes, size), LOSS_ERR_FORMAT);
    assert_message("to 1073741824 bytes: more than any honest file");
    memcpy(bytes + at + 24, "\0\0\x01\0", 4); /* more than there is, but allowed */
    assert_int_equal(parse_copy(bytes, size), LOSS_ERR_FORMAT);
    assert_message("has not the 65536 bytes that it claims");
    free(bytes);
}

static void test_zip_checksum(void **state)
{
    (void)state;
    uint8_t *bytes;
    size_t size;
    assert_int_equal(loss_file_read(data_path("zip.pt"), SIZE_MAX, &bytes, &size), LOSS_OK);
    const float value = 6.25f; /* in plain */
    size_t at = 0;
    while (memcmp(bytes + at, &value, sizeof value) != 0)
        at++;
    bytes[at] ^= 1;
    assert_int_equal(parse_copy(bytes, size), LOSS_ERR_FORMAT);
    assert_message("is damaged: its checksum is wrong");
    free(bytes);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_format),
        cmocka_unit_test(test_modules_and_parameters),
        cmocka_unit_test(test_whole_modules),
        cmocka_unit_test(test_refused),
        TEST(test_convert),
        cmocka_unit_test(test_truncated_anywhere),
        cmocka_unit_test(test_damaged_anywhere),
        TEST(test_safetensors_round_trip),
        cmocka_unit_test(test_safetensors_hostile),
        cmocka_unit_test(test_pickle_hostile),
        cmocka_unit_test(test_tensors_out_of_their_storage),
        cmocka_unit_test(test_zip_bomb_is_seen_by_its_claim),
        cmocka_unit_test(test_zip_checksum),
    };
    return cmocka_run_group_tests_name("arrays", tests, NULL, NULL);
}
