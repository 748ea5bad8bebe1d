/* Base: random numbers against published vectors, the pool, messages, options structs, names. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "base/random.h"
#include "base/thread.h"

static void test_philox_vectors(void **state)
{
    (void)state;
    /* Known answers of Random123's kat_vectors, philox4x32 with 10 rounds. */
    uint32_t out[4];
    lossi_stream zero = {{0, 0}, 0, 0};
    lossi_random_words(&zero, 0, out);
    assert_memory_equal(out, ((uint32_t[]){0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}),
                        sizeof out);
    lossi_stream ones = {{UINT32_MAX, UINT32_MAX}, UINT32_MAX, UINT32_MAX};
    lossi_random_words(&ones, UINT64_MAX, out);
    assert_memory_equal(out, ((uint32_t[]){0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}),
                        sizeof out);
}

static void test_normal_numbers(void **state)
{
    (void)state;
    enum { N = 20001 };
    static float values[N], part[101];
    lossi_stream s = lossi_stream_make(3, LOSSI_RANDOM_INIT, 4);
    lossi_random_normal_at(&s, 0, values, N);
    double sum = 0, squares = 0, cubes = 0;
    for (size_t i = 0; i < N; i++) {
        double v = (double)values[i];
        sum += v / N;
        squares += v * v / N;
        cubes += v * v * v / N;
    }
    assert_true(fabs(sum) < 0.03 && fabs(squares - 1) < 0.05 && fabs(cubes) < 0.1);
    lossi_random_normal_at(&s, 1000, part, 101); /* any part can be drawn again */
    assert_memory_equal(part, values + 1000, sizeof part);
}

static void test_streams_differ(void **state)
{
    (void)state;
    lossi_stream a =
        lossi_stream_make(1, LOSSI_RANDOM_DIRECTION_X, lossi_random_detail("conv1.weight"));
    lossi_stream others[] = {
        lossi_stream_make(2, LOSSI_RANDOM_DIRECTION_X, lossi_random_detail("conv1.weight")),
        lossi_stream_make(1, LOSSI_RANDOM_DIRECTION_Y, lossi_random_detail("conv1.weight")),
        lossi_stream_make(1, LOSSI_RANDOM_DIRECTION_X, lossi_random_detail("conv2.weight")),
        lossi_stream_make((uint64_t)1 << 32 | 1, LOSSI_RANDOM_DIRECTION_X,
                          lossi_random_detail("conv1.weight")),
    };
    for (size_t i = 0; i < 4; i++)
        assert_true(lossi_random_uniform(&a, 0) != lossi_random_uniform(&others[i], 0));
}

static void test_below(void **state)
{
    (void)state;
    size_t counts[7] = {0};
    lossi_stream s = lossi_stream_make(1, LOSSI_RANDOM_SHUFFLE, 0);
    for (uint64_t i = 0; i < 7000; i++) {
        uint64_t v = lossi_random_below(&s, i, 7);
        assert_true(v < 7);
        counts[v]++;
    }
    for (size_t i = 0; i < 7; i++)
        assert_in_range(counts[i], 850, 1150);
}

typedef struct tally {
    atomic_int pieces[1000];
    atomic_size_t worst_worker;
} tally;

static void count_piece(void *context, size_t piece, size_t worker)
{
    tally *t = context;
    atomic_fetch_add(&t->pieces[piece], 1);
    if (worker > atomic_load(&t->worst_worker))
        atomic_store(&t->worst_worker, worker);
}

static void test_pool_runs_every_piece_once(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= 5; threads += 2) {
        lossi_pool *pool;
        assert_int_equal(lossi_pool_create(&pool, threads), LOSS_OK);
        assert_int_equal(lossi_pool_size(pool), threads);
        for (size_t n = 0; n <= 1000; n = n * 3 + 1) {
            tally *t = calloc(1, sizeof *t);
            lossi_pool_run(pool, n, count_piece, t);
            for (size_t i = 0; i < 1000; i++)
                assert_int_equal(atomic_load(&t->pieces[i]), i < n);
            assert_true(atomic_load(&t->worst_worker) < threads);
            free(t);
        }
        lossi_pool_free(pool);
    }
    lossi_pool *none;
    assert_int_equal(lossi_pool_create(&none, 5000), LOSS_ERR_ARGUMENT);
    assert_null(none);
    lossi_pool_free(NULL);
}

static void test_messages(void **state)
{
    (void)state;
    assert_int_equal(lossi_fail(LOSS_ERR_FORMAT, "%s: %d\nfound", "a.bin", 7), LOSS_ERR_FORMAT);
    assert_string_equal(loss_last_message(), "a.bin: 7\\nfound");
    lossi_fail(LOSS_ERR_IO, "again: %s", loss_last_message());
    assert_string_equal(loss_last_message(), "again: a.bin: 7\\nfound");
    assert_string_equal(loss_status_name(LOSS_ERR_MISMATCH), "LOSS_ERR_MISMATCH");
    assert_string_equal(loss_status_name((loss_status)999), "unknown status");
}

typedef struct old_options {
    size_t struct_size;
    int a;
} old_options;

typedef struct options {
    size_t struct_size;
    int a, b, c, d;
} options;

static void test_options(void **state)
{
    (void)state;
    options defaults = {sizeof defaults, 1, 2, 3, 4}, o = defaults;
    assert_int_equal(LOSSI_OPTIONS(o, NULL), LOSS_OK);
    old_options old = {sizeof old, 9};
    assert_int_equal(LOSSI_OPTIONS(o, &old), LOSS_OK);
    assert_int_equal(o.a, 9);
    assert_int_equal(o.c, 3); /* an older caller: the rest stays at the defaults */
    assert_int_equal(o.struct_size, sizeof o);
    struct {
        options known;
        int unknown[2];
    } newer = {{sizeof newer, 5, 6, 7, 8}, {0, 0}};
    assert_int_equal(LOSSI_OPTIONS(o, &newer), LOSS_OK);
    assert_int_equal(o.d, 8);
    newer.unknown[1] = 1;
    assert_int_equal(LOSSI_OPTIONS(o, &newer), LOSS_ERR_ARGUMENT);
    options unset = {0};
    assert_int_equal(LOSSI_OPTIONS(o, &unset), LOSS_ERR_ARGUMENT);
    assert_string_equal(loss_last_message(),
                        "test_options: struct_size is 0; start from the _INIT macro");
    static size_t claimed[2000]; /* zeros, which would be believed however long */
    *claimed = sizeof claimed;
    assert_int_equal(LOSSI_OPTIONS(o, claimed), LOSS_ERR_ARGUMENT);
}

static void test_nearest(void **state)
{
    (void)state;
    const char *const names[] = {"resnet20", "resnet56", "vgg11", "lenet5"};
    assert_string_equal(loss_text_nearest("resnet65", names, 4), "resnet56");
    assert_string_equal(loss_text_nearest("VGG", names, 4), "vgg11");
    assert_null(loss_text_nearest("x", names, 0));
    /* A letter too many at the front counts as one elsewhere does: the first of two as near. */
    const char *const near[] = {"xac", "ab"};
    assert_string_equal(loss_text_nearest("xab", near, 2), "xac");
}

/* FNV-1a, 64 bits: the values that its authors give. */
static void test_digest(void **state)
{
    (void)state;
    char text[17];
    lossi_digest_text(lossi_digest(LOSSI_DIGEST_INIT, "", 0), text);
    assert_string_equal(text, "cbf29ce484222325");
    lossi_digest_text(lossi_digest(LOSSI_DIGEST_INIT, "a", 1), text);
    assert_string_equal(text, "af63dc4c8601ec8c");
    lossi_digest_text(lossi_digest(LOSSI_DIGEST_INIT, "foobar", 6), text);
    assert_string_equal(text, "85944171f73967e8");
}

static void test_memory(void **state)
{
    (void)state;
    assert_null(lossi_alloc(SIZE_MAX, 2));
    assert_null(lossi_alloc(SIZE_MAX / 8, 8));
    char *p = lossi_alloc(3, 5);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % 64, 0);
    for (size_t i = 0; i < 15; i++)
        assert_int_equal(p[i], 0);
    free(p);
    free(lossi_alloc(0, 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox_vectors),
        cmocka_unit_test(test_normal_numbers),
        cmocka_unit_test(test_streams_differ),
        cmocka_unit_test(test_below),
        cmocka_unit_test(test_pool_runs_every_piece_once),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
