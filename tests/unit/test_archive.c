/* zip archives: members in place, zip64, and what an archive may claim. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "formats/archive.h"

enum { END = 22, END64 = 56, LOCATOR = 20 };

/* The archive with `extra` bytes of room behind it. Owned by the caller. */
static uint8_t *read_archive(const char *name, size_t *size, size_t extra)
{
    char path[4096];
    const char *source = getenv("SRC");
    uint8_t *bytes;
    snprintf(path, sizeof path, "%s/tests/data/weights/%s", source ? source : ".", name);
    assert_int_equal(loss_file_read(path, SIZE_MAX, &bytes, size), LOSS_OK);
    bytes = realloc(bytes, *size + extra);
    assert_non_null(bytes);
    return bytes;
}

static void put(uint8_t *at, uint64_t value, int n)
{
    for (int i = 0; i < n; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

/* Gives an archive the end of a zip64 one, with so many members. @return its new size */
static size_t make_zip64(uint8_t *bytes, size_t size, uint64_t n_members)
{
    size_t end = size - END;
    uint64_t length = 0, offset = 0;
    for (int i = 3; i >= 0; i--) {
        length = length << 8 | bytes[end + 12 + (size_t)i];
        offset = offset << 8 | bytes[end + 16 + (size_t)i];
    }
    memmove(bytes + end + END64 + LOCATOR, bytes + end, END);
    memset(bytes + end, 0, END64 + LOCATOR);
    memcpy(bytes + end, "PK\6\6", 4);
    put(bytes + end + 4, END64 - 12, 8);
    put(bytes + end + 12, 45, 2);
    put(bytes + end + 14, 45, 2);
    put(bytes + end + 24, n_members, 8);
    put(bytes + end + 32, n_members, 8);
    put(bytes + end + 40, length, 8);
    put(bytes + end + 48, offset, 8);
    memcpy(bytes + end + END64, "PK\6\7", 4);
    put(bytes + end + END64 + 8, end, 8);
    put(bytes + end + END64 + 16, 1, 4);
    memset(bytes + end + END64 + LOCATOR + 8, 0xff, 12); /* the old end refers to the new one */
    return size + END64 + LOCATOR;
}

static void test_stored_members_in_place(void **state)
{
    (void)state;
    static const char *const names[] = {"stored.npz", "zip.pt", "deflated.npz"};
    for (int i = 0; i < 3; i++) {
        size_t size;
        uint8_t *bytes = read_archive(names[i], &size, 0);
        lossi_archive archive;
        lossi_arrays arrays;
        lossi_arrays_begin(&arrays, size);
        assert_int_equal(lossi_archive_open(&archive, bytes, size, "t"), LOSS_OK);
        assert_true(archive.n > 5);
        for (size_t k = 0; k < archive.n; k++) {
            lossi_member *member = &archive.members[k];
            assert_int_equal(lossi_archive_contents(&archive, member, "t", &arrays), LOSS_OK);
            assert_int_equal(member->is_deflated, i == 2);
            bool in_place = member->contents >= bytes && member->contents < bytes + size;
            assert_int_equal(in_place, i < 2);
        }
        assert_int_equal(arrays.n_blocks == 0, i < 2);
        lossi_arrays_free(&arrays);
        lossi_archive_close(&archive);
        free(bytes);
    }
}

static void test_zip64(void **state)
{
    (void)state;
    size_t size;
    uint8_t *bytes = read_archive("stored.npz", &size, END64 + LOCATOR);
    lossi_archive archive;
    lossi_arrays arrays;
    lossi_arrays_begin(&arrays, size);
    size = make_zip64(bytes, size, 9);
    if (lossi_archive_open(&archive, bytes, size, "t"))
        fail_msg("%s", loss_last_message());
    assert_int_equal(archive.n, 9);
    lossi_member *member = lossi_archive_find(&archive, "plain.npy");
    assert_non_null(member);
    assert_int_equal(lossi_archive_contents(&archive, member, "t", &arrays), LOSS_OK);
    assert_memory_equal(member->contents, "\x93NUMPY", 6);
    assert_null(lossi_archive_find(&archive, "plain"));
    lossi_archive_close(&archive);
    lossi_arrays_free(&arrays);
    free(bytes);
}

/* The number of members is believed only as far as the directory has room for them. */
static void test_claimed_members(void **state)
{
    (void)state;
    static const uint64_t claims[] = {1u << 20, 1ull << 40, UINT64_MAX / 64, UINT64_MAX};
    for (int i = 0; i < 4; i++) {
        size_t size;
        uint8_t *bytes = read_archive("stored.npz", &size, END64 + LOCATOR);
        lossi_archive archive;
        size = make_zip64(bytes, size, claims[i]);
        assert_int_equal(lossi_archive_open(&archive, bytes, size, "t"), LOSS_ERR_FORMAT);
        assert_null(archive.members);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stored_members_in_place),
        cmocka_unit_test(test_zip64),
        cmocka_unit_test(test_claimed_members),
    };
    return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
