/* The landscape file among others who use it: readers that keep it locked, and files that are put
 * in its place. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "scratch.h"
#include "surface/store.h"

enum { NX = 5, NY = 4 };

static lossi_store *open_store(const char *name, const char *model, const lossi_store_wait *wait)
{
    lossi_facts facts = {0};
    assert_true(lossi_facts_add(&facts, "splits", "%s", "test") &&
                lossi_facts_add(&facts, "model", "%s", model));
    lossi_store_contents contents = {.facts = &facts, .x = {-1, 1, NX}, .y = {0, 1, NY}};
    lossi_store *store;
    bool is_new;
    if (lossi_store_open_or_create(&store, scratch_path(name), &contents, wait, &is_new))
        fail_msg("%s", loss_last_message());
    lossi_facts_free(&facts);
    return store;
}

static loss_status put(lossi_store *store, size_t i)
{
    loss_point point = {true, 1, 0.1, 50, 1e-3};
    return lossi_store_put_point(store, LOSS_SPLIT_TEST, i / NX, i % NX, &point);
}

/* What SQL gives, as text, in a buffer that the next call overwrites. */
static const char *ask(const char *name, const char *sql)
{
    static char answer[200];
    sqlite3 *db;
    sqlite3_stmt *select;
    assert_int_equal(sqlite3_open(scratch_path(name), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &select, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(select), SQLITE_ROW);
    snprintf(answer, sizeof answer, "%s", (const char *)sqlite3_column_text(select, 0));
    sqlite3_finalize(select);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return answer;
}

/* Writes the bytes of one file over another, as cp does: the file stays the same, its contents do
 * not. */
static void copy_over(const char *from, const char *to)
{
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(scratch_path(from), "rb");
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    file = fopen(scratch_path(to), "r+b");
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(ftruncate(fileno(file), (off_t)size), 0);
    fclose(file);
}

typedef struct others {
    sqlite3 *db; /* who keeps the file locked */
    int told;
    bool stops, lets_go;
} others;

static void on_waiting(double seconds, void *user)
{
    others *o = user;
    assert_true(seconds >= 1);
    o->told++;
    if (o->lets_go)
        sqlite3_exec(o->db, "COMMIT", NULL, NULL, NULL);
}

static bool is_cancelled(void *user)
{
    const others *o = user;
    return o->stops && o->told > 0;
}

/* A reader in a transaction is waited for, the user is told, and may stop it. */
static void test_locked_by_a_reader(void **state)
{
    (void)state;
    others o = {.lets_go = true};
    const lossi_store_wait wait = {true, is_cancelled, on_waiting, &o};
    lossi_store *store = open_store("a", "m", &wait);
    for (int round = 0; round < 2; round++) {
        o.told = 0;
        o.lets_go = round == 0;
        o.stops = round == 1;
        assert_int_equal(sqlite3_open(scratch_path("a"), &o.db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(o.db, "BEGIN; SELECT count(*) FROM points", NULL, NULL, NULL),
                         SQLITE_OK);
        assert_int_equal(put(store, (size_t)round), round ? LOSS_ERR_CANCELLED : LOSS_OK);
        assert_int_equal(o.told, 1);
        sqlite3_close(o.db);
    }
    assert_int_equal(put(store, 1), LOSS_OK);
    lossi_store_close(store);
    assert_string_equal(ask("a", "SELECT count(*) FROM points"), "2");
}

static void assert_replaced(loss_status status)
{
    assert_int_equal(status, LOSS_ERR_MISMATCH);
    assert_non_null(strstr(loss_last_message(), "another file was put in its place"));
}

/* Nothing goes into another landscape that comes to lie under the name: neither by the same
 * number of commits, after which SQLite would trust what it remembers, nor by another. */
static void test_another_in_its_place(void **state)
{
    (void)state;
    for (size_t n = 0; n < 3; n++) {
        lossi_store *other = open_store("other", "another", NULL);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(put(other, NX + i), LOSS_OK);
        lossi_store_close(other);
        lossi_store *store = open_store("a", "m", NULL);
        bool has;
        assert_int_equal(put(store, 0), LOSS_OK);
        copy_over("other", "a");
        assert_replaced(put(store, 1));
        assert_replaced(lossi_store_has_point(store, LOSS_SPLIT_TEST, 0, 0, &has));
        assert_replaced(lossi_store_put_fact(store, "key", "value", true));
        lossi_store_close(store);
        assert_string_equal(ask("a", "PRAGMA integrity_check"), "ok");
        assert_string_equal(ask("a", "SELECT value FROM metadata WHERE key = 'model'"), "another");
        assert_string_equal(ask("a", "SELECT count(*) FROM points WHERE iy = 0"), "0");
        unlink(scratch_path("a"));
        unlink(scratch_path("other"));
    }
}

/* A file that was moved away or removed would take points that nobody finds again. */
static void test_moved_away(void **state)
{
    (void)state;
    char moved[256];
    snprintf(moved, sizeof moved, "%s", scratch_path("moved"));
    lossi_store *store = open_store("a", "m", NULL);
    assert_int_equal(put(store, 0), LOSS_OK);
    assert_int_equal(rename(scratch_path("a"), moved), 0);
    assert_replaced(put(store, 1));
    lossi_store_close(open_store("a", "m", NULL));
    assert_replaced(put(store, 1));
    assert_int_equal(rename(moved, scratch_path("a")), 0);
    assert_int_equal(put(store, 1), LOSS_OK);
    lossi_store_close(store);
}

/* Files of before there was an identity are given one when they are filled. */
static void test_without_identity(void **state)
{
    (void)state;
    lossi_store_close(open_store("a", "m", NULL));
    ask("a", "DELETE FROM metadata WHERE key = 'id' RETURNING key");
    lossi_store *store = open_store("a", "m", NULL);
    assert_int_equal(put(store, 0), LOSS_OK);
    lossi_store_close(store);
    assert_string_equal(ask("a", "SELECT length(value) FROM metadata WHERE key = 'id'"), "32");
}

/* After a kill in mid-commit the file needs to be written once more; where that cannot be, the
 * message says so. */
static void test_left_half_written(void **state)
{
    (void)state;
    lossi_store *store = open_store("a", "m", NULL);
    for (size_t i = 0; i < NX * NY; i++)
        assert_int_equal(put(store, i), LOSS_OK);
    lossi_store_close(store);
    pid_t child = fork();
    if (child == 0) {
        sqlite3 *db;
        sqlite3_open(scratch_path("a"), &db);
        sqlite3_exec(db, "PRAGMA cache_size = 2; BEGIN; DELETE FROM metadata", NULL, NULL, NULL);
        sqlite3_db_cacheflush(db);
        raise(SIGKILL);
    }
    waitpid(child, NULL, 0);
    assert_int_equal(chmod(scratch_path("a"), 0444), 0);
    assert_int_equal(chmod(scratch_path("a-journal"), 0444), 0);
    assert_int_equal(chmod(scratch_folder, 0555), 0);
    child = fork();
    if (child == 0) {
        enum { NOBODY = 65534 };
        if (geteuid() == 0 && (setgid(NOBODY) || setuid(NOBODY)))
            _exit(2);
        if (lossi_store_open(&store, scratch_path("a")) != LOSS_ERR_IO)
            _exit(3);
        _exit(strstr(loss_last_message(), "stopped while it wrote") ? 0 : 4);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(chmod(scratch_folder, 0755), 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(chmod(scratch_path("a"), 0644), 0);
    assert_int_equal(lossi_store_open(&store, scratch_path("a")), LOSS_OK);
    lossi_store_close(store);
    assert_string_equal(ask("a", "SELECT value FROM metadata WHERE key = 'model'"), "m");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_locked_by_a_reader), TEST(test_another_in_its_place), TEST(test_moved_away),
        TEST(test_without_identity),   TEST(test_left_half_written),
    };
    return cmocka_run_group_tests_name("store among others", tests, NULL, NULL);
}
