/* The landscape file by itself: what is in it, what it survives, who may look at it. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "scratch.h"
#include "surface/store.h"

enum { NX = 15, NY = 10, N = NX * NY, NOBODY = 65534 };

static const loss_axis X = {-1, 1, NX}, Y = {0, 0.5, NY};

static lossi_facts make_facts(void)
{
    lossi_facts facts = {0};
    assert_true(lossi_facts_add(&facts, "splits", "%s", "test") &&
                lossi_facts_add(&facts, "model", "%s", "resnet20"));
    return facts;
}

static loss_status try_open(const char *path, lossi_store **store, bool *is_new)
{
    lossi_facts facts = make_facts();
    lossi_store_contents contents = {.facts = &facts, .x = X, .y = Y};
    loss_status status = lossi_store_open_or_create(store, path, &contents, NULL, is_new);
    lossi_facts_free(&facts);
    return status;
}

static lossi_store *open_store(const char *name)
{
    lossi_store *store;
    bool is_new;
    if (try_open(scratch_path(name), &store, &is_new))
        fail_msg("%s", loss_last_message());
    return store;
}

static loss_point point_of(size_t i)
{
    return (loss_point){true, 0.1 + (double)i, 0.01 * (double)i, (double)(i % 100), 1e-3};
}

static void put(lossi_store *store, size_t i)
{
    loss_point point = point_of(i);
    assert_int_equal(lossi_store_put_point(store, LOSS_SPLIT_TEST, i / NX, i % NX, &point),
                     LOSS_OK);
}

/* A file with the first n points. */
static void make_file(const char *name, size_t n)
{
    lossi_store *store = open_store(name);
    for (size_t i = 0; i < n; i++)
        put(store, i);
    lossi_store_close(store);
}

/* Looks at a file: how many points it holds; they are the first ones, with the right values. */
static size_t count_points(const char *name)
{
    static loss_point points[N];
    lossi_store *store;
    size_t n = 0;
    if (lossi_store_open(&store, scratch_path(name)))
        fail_msg("%s", loss_last_message());
    if (lossi_store_read_points(store, LOSS_SPLIT_TEST, NX, NY, points))
        fail_msg("%s", loss_last_message());
    lossi_store_close(store);
    while (n < N && points[n].evaluated) {
        assert_true(points[n].loss == point_of(n).loss &&
                    points[n].standard_error == point_of(n).standard_error);
        n++;
    }
    for (size_t i = n; i < N; i++)
        assert_false(points[i].evaluated);
    return n;
}

/* Runs SQL as another program would. */
static void run_sql(const char *name, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(scratch_path(name), &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void assert_sql(const char *name, const char *sql, const char *expected)
{
    sqlite3 *db;
    sqlite3_stmt *select;
    assert_int_equal(sqlite3_open(scratch_path(name), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &select, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(select), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(select, 0), expected);
    sqlite3_finalize(select);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static bool exists(const char *name)
{
    return access(scratch_path(name), F_OK) == 0;
}

static void assert_child_succeeds(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("the child's wait status is %d", status);
}

static void test_contents(void **state)
{
    (void)state;
    static const float direction[3] = {1, -2.5F, 0};
    lossi_facts facts = make_facts(), back;
    char text[1500];
    memset(text, 'p', sizeof text - 1);
    text[sizeof text - 1] = 0;
    assert_true(lossi_facts_add(&facts, "data", "%s", text)); /* a long path is kept whole */
    lossi_stored_direction stored = {"x", direction, 3};
    lossi_store_contents contents = {
        .facts = &facts, .x = X, .y = Y, .directions = &stored, .n_directions = 1};
    lossi_store *store;
    bool is_new;
    assert_int_equal(
        lossi_store_open_or_create(&store, scratch_path("a"), &contents, NULL, &is_new), LOSS_OK);
    assert_true(is_new);
    lossi_store_close(store);
    assert_int_equal(
        lossi_store_open_or_create(&store, scratch_path("a"), &contents, NULL, &is_new), LOSS_OK);
    assert_false(is_new);
    assert_int_equal(lossi_store_read_facts(store, &back), LOSS_OK);
    assert_int_equal(back.n, 4);
    assert_string_equal(back.keys[0], "data");
    assert_string_equal(back.keys[1], "id"); /* each file is given one */
    assert_string_equal(back.keys[3], "splits");
    assert_string_equal(lossi_facts_find(&back, "data"), text);
    assert_null(lossi_facts_find(&back, "dat"));
    loss_axis x, y;
    assert_int_equal(lossi_store_read_axes(store, &x, &y), LOSS_OK);
    assert_true(x.min == X.min && x.max == X.max && x.n == X.n && y.min == Y.min &&
                y.max == Y.max && y.n == Y.n);
    lossi_facts_free(&back);
    lossi_facts_free(&facts);
    lossi_store_close(store);
    lossi_store_close(NULL);
    assert_sql("a",
               "SELECT group_concat(name) FROM (SELECT name FROM sqlite_master WHERE type IN "
               "('table', 'view') ORDER BY name)",
               "axes,directions,metadata,path,points,surface");
    assert_sql("a", "SELECT hex(data) FROM directions WHERE axis = 'x'",
               "0000803F000020C000000000");
    assert_sql("a", "PRAGMA application_id", "1280267091");
    assert_sql("a", "PRAGMA user_version", "1");
    assert_sql("a", "PRAGMA journal_mode", "delete");
    assert_sql("a",
               "SELECT count(run) || count(checkpoint) || count(x) || count(y) || count(true_loss) "
               "|| count(plane_loss) || "
               "count(residual) FROM path",
               "0000000");
}

static void test_points(void **state)
{
    (void)state;
    loss_point points[N], nan = {true, NAN, NAN, 10, 1},
                          infinite = {true, INFINITY, INFINITY, 20, 1}, later = point_of(9);
    lossi_store *store = open_store("a");
    bool has;
    assert_int_equal(lossi_store_put_point(store, LOSS_SPLIT_TEST, 0, 1, &nan), LOSS_OK);
    assert_int_equal(lossi_store_put_point(store, LOSS_SPLIT_TEST, 3, 2, &infinite), LOSS_OK);
    assert_int_equal(lossi_store_put_point(store, LOSS_SPLIT_TEST, 3, 2, &later),
                     LOSS_OK); /* the first one stays */
    assert_int_equal(lossi_store_has_point(store, LOSS_SPLIT_TEST, 3, 2, &has), LOSS_OK);
    assert_true(has);
    assert_int_equal(lossi_store_has_point(store, LOSS_SPLIT_TRAIN, 3, 2, &has), LOSS_OK);
    assert_false(has);
    lossi_store_close(store);
    store = open_store("a");
    assert_int_equal(lossi_store_read_points(store, LOSS_SPLIT_TEST, NX, NY, points), LOSS_OK);
    lossi_store_close(store);
    assert_true(points[1].evaluated && isnan(points[1].loss) && isnan(points[1].standard_error) &&
                points[1].accuracy == 10);
    assert_true(points[3 * NX + 2].evaluated && isinf(points[3 * NX + 2].loss) &&
                points[3 * NX + 2].accuracy == 20);
    assert_false(points[0].evaluated);
    assert_sql("a", "SELECT count(*) || ' ' || count(loss) FROM surface",
               "2 1"); /* NaN: a row without a loss */
    assert_sql("a", "SELECT ix || ' ' || iy || ' ' || loss FROM surface WHERE iy = 3", "2 3 Inf");
}

/* A commit that was under way when the process died is undone by whoever opens the file next,
 * also to look only. */
static void test_killed_in_a_commit(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        const char *name = round ? "filled" : "looked-at";
        char journal[64];
        make_file(name, 100);
        pid_t child = fork();
        if (child == 0) {
            sqlite3 *db;
            sqlite3_open(scratch_path(name), &db);
            /* half of a transaction on the disk, under a journal that is needed to undo it */
            sqlite3_exec(
                db,
                "PRAGMA cache_size = 2; BEGIN; UPDATE points SET loss = -1; DELETE FROM metadata",
                NULL, NULL, NULL);
            sqlite3_db_cacheflush(db);
            raise(SIGKILL);
        }
        waitpid(child, NULL, 0);
        snprintf(journal, sizeof journal, "%s-journal", name);
        assert_true(exists(journal));
        if (round) {
            lossi_store *store = open_store(name);
            put(store, 100);
            lossi_store_close(store);
        }
        assert_int_equal(count_points(name), round ? 101 : 100);
        assert_false(exists(journal));
        assert_sql(name, "SELECT count(*) FROM metadata", "3");
    }
}

/* A process that is killed between and in commits loses nothing that put_point() said was done. */
static void test_kill_9(void **state)
{
    (void)state;
    size_t before = 0;
    for (int round = 0; round < 6; round++) {
        int told[2];
        assert_int_equal(pipe(told), 0);
        pid_t child = fork();
        if (child == 0) {
            lossi_store *store = open_store("a");
            for (size_t i = before; i < N; i++) {
                put(store, i);
                if (write(told[1], "", 1) != 1)
                    _exit(1);
            }
            pause();
        }
        close(told[1]);
        size_t done = before;
        char byte;
        for (size_t i = 0; i < 15 && read(told[0], &byte, 1) == 1; i++)
            done++;
        usleep(137 * (useconds_t)round);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(told[0], &byte, 1) == 1)
            done++;
        close(told[0]);
        assert_true(done >= before + 15);
        before = count_points("a");
        assert_true(before == done ||
                    before == done + 1); /* committed, but killed before it could tell */
    }
}

static void test_looked_at_while_written(void **state)
{
    (void)state;
    int go[2];
    assert_int_equal(pipe(go), 0);
    lossi_store *store = open_store("a");
    lossi_store_close(store);
    pid_t child = fork();
    if (child == 0) {
        char byte;
        store = open_store("a");
        for (size_t i = 0; i < N; i++) {
            if (i == N / 2 && read(go[0], &byte, 1) != 1)
                _exit(1);
            put(store, i);
            usleep(500); /* what computing takes: without it the file is locked nearly always */
        }
        lossi_store_close(store);
        _exit(0);
    }
    size_t n = 0;
    while (n < N) {
        size_t now = count_points("a");
        assert_true(now >= n);
        if (n < N / 2 && now == N / 2) /* it is in there, half-way, with the file open */
            assert_int_equal(write(go[1], "", 1), 1);
        n = now;
    }
    assert_child_succeeds(child);
    close(go[0]);
    close(go[1]);
}

static void test_made_by_many_at_once(void **state)
{
    (void)state;
    enum { CHILDREN = 8 };
    for (int round = 0; round < 5; round++) {
        char name[16];
        int go[2], made[2];
        pid_t children[CHILDREN];
        snprintf(name, sizeof name, "m%d", round);
        assert_true(pipe(go) == 0 && pipe(made) == 0);
        for (size_t i = 0; i < CHILDREN; i++) {
            children[i] = fork();
            if (children[i] == 0) {
                char byte;
                lossi_store *store;
                bool is_new;
                close(go[1]);
                if (read(go[0], &byte, 1) != 0 || try_open(scratch_path(name), &store, &is_new) ||
                    (is_new && write(made[1], "", 1) != 1))
                    _exit(1);
                loss_point point = point_of(i);
                _exit(lossi_store_put_point(store, LOSS_SPLIT_TEST, 0, i, &point) != LOSS_OK);
            }
        }
        close(go[0]);
        close(go[1]);
        close(made[1]);
        for (size_t i = 0; i < CHILDREN; i++)
            assert_child_succeeds(children[i]);
        char bytes[CHILDREN];
        assert_int_equal(read(made[0], bytes, CHILDREN), 1); /* one made it, the others found it */
        close(made[0]);
        assert_int_equal(count_points(name), CHILDREN);
    }
}

static void limit_files(rlim_t bytes)
{
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){bytes, bytes});
}

static void test_full_disk(void **state)
{
    (void)state;
    int told[2];
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    if (child == 0) {
        lossi_store *store = open_store("a");
        struct stat info;
        stat(scratch_path("a"), &info);
        limit_files((rlim_t)info.st_size + 4096);
        loss_status status = LOSS_OK;
        size_t i = 0;
        for (; i < N && !status; i++) {
            loss_point point = point_of(i);
            status = lossi_store_put_point(store, LOSS_SPLIT_TEST, i / NX, i % NX, &point);
        }
        i -= status != LOSS_OK;
        lossi_store_close(store);
        _exit(status == LOSS_ERR_IO && write(told[1], &i, sizeof i) == sizeof i ? 0 : 1);
    }
    assert_child_succeeds(child);
    size_t done;
    assert_int_equal(read(told[0], &done, sizeof done), sizeof done);
    close(told[0]);
    close(told[1]);
    assert_true(done > 10 && done < N);
    assert_int_equal(count_points("a"), done); /* what was done before it is all there, */
    make_file("a", N);                         /* and with space again it goes on */
    assert_int_equal(count_points("a"), N);
}

static void test_failed_creation_leaves_nothing(void **state)
{
    (void)state;
    static const rlim_t limits[] = {0, 100, 5000, 12000};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        pid_t child = fork();
        if (child == 0) {
            lossi_store *store;
            bool is_new;
            limit_files(limits[i]);
            _exit(try_open(scratch_path("a"), &store, &is_new) == LOSS_ERR_IO && !store ? 0 : 1);
        }
        assert_child_succeeds(child);
        assert_false(exists("a") || exists("a-journal"));
    }
    lossi_store *store;
    bool is_new;
    assert_int_equal(try_open("", &store, &is_new), LOSS_ERR_IO);
    assert_int_equal(try_open(scratch_folder, &store, &is_new), LOSS_ERR_IO);
}

/* What SQLite takes for something else is a file's name to us. */
static void test_odd_names(void **state)
{
    (void)state;
    static const char *const names[] = {":memory:", "file:a?mode=memory", "a b'%20"};
    char before[512];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(scratch_folder), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        lossi_store *store;
        bool is_new;
        assert_int_equal(try_open(names[i], &store, &is_new), LOSS_OK);
        put(store, 0);
        lossi_store_close(store);
        assert_int_equal(count_points(names[i]), 1);
    }
    assert_int_equal(chdir(before), 0);
}

/* Runs as a user who may not write into the scratch folder. */
static void test_folder_that_cannot_be_written(void **state)
{
    (void)state;
    make_file("a", 7);
    lossi_store *ours = open_store("a");
    assert_int_equal(lossi_store_check_writable(ours), LOSS_OK);
    lossi_store_close(ours);
    assert_int_equal(chmod(scratch_path("a"), 0444), 0);
    assert_int_equal(chmod(scratch_folder, 0555), 0);
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(NOBODY) || setuid(NOBODY)))
            _exit(2);
        lossi_store *store;
        bool is_new;
        loss_point point = point_of(7);
        if (access(scratch_folder, W_OK) == 0 || count_points("a") != 7)
            _exit(3);
        if (lossi_store_open(&store, scratch_path("a")) ||
            lossi_store_put_point(store, LOSS_SPLIT_TEST, 0, 7, &point) != LOSS_ERR_IO)
            _exit(4);
        lossi_store_close(store);
        /* A file to be filled opens, since it may have all its points; but it says so before any
         * is computed. */
        if (try_open(scratch_path("a"), &store, &is_new) || is_new ||
            lossi_store_check_writable(store) != LOSS_ERR_IO)
            _exit(5);
        lossi_store_close(store);
        _exit(try_open(scratch_path("b"), &store, &is_new) == LOSS_ERR_IO ? 0 : 6);
    }
    assert_child_succeeds(child);
    assert_int_equal(chmod(scratch_folder, 0755), 0);
    assert_int_equal(count_points("a"), 7);
    assert_false(exists("b"));
}

/* Everything that can be cut off is noticed, by who looks and by who would fill it. */
static void test_truncated(void **state)
{
    (void)state;
    static uint8_t bytes[1 << 20];
    make_file("whole", N);
    FILE *file = fopen(scratch_path("whole"), "rb");
    size_t size = fread(bytes, 1, sizeof bytes, file), tried = 0;
    fclose(file);
    assert_true(size > 4 * 4096 && size < sizeof bytes);
    for (size_t cut = 1; cut < size; cut += cut < 128 ? 9 : 1021, tried++) {
        lossi_store *store;
        bool is_new;
        scratch_write("cut", bytes, cut);
        loss_status status = lossi_store_open(&store, scratch_path("cut"));
        if (!status) { /* the last page is only looked at when its points are */
            static loss_point points[N];
            status = lossi_store_read_points(store, LOSS_SPLIT_TEST, NX, NY, points);
            lossi_store_close(store);
        }
        if (status != LOSS_ERR_FORMAT)
            fail_msg("%zu of %zu bytes: %s", cut, size, loss_status_name(status));
        status = try_open(scratch_path("cut"), &store, &is_new);
        lossi_store_close(store);
        struct stat info;
        assert_int_equal(stat(scratch_path("cut"), &info), 0);
        assert_int_equal(info.st_size, cut);
        if (size - cut > 4096 && status != LOSS_ERR_FORMAT)
            fail_msg("%zu of %zu bytes, to fill: %s", cut, size, loss_status_name(status));
    }
    assert_true(tried > 20);
}

static void assert_damage_is_noticed(const char *sql, const char *message)
{
    static loss_point points[N];
    make_file("damaged", 3);
    run_sql("damaged", sql);
    lossi_store *store;
    loss_axis x, y;
    lossi_facts facts = {0};
    loss_status status = lossi_store_open(&store, scratch_path("damaged"));
    if (!status)
        status = lossi_store_read_facts(store, &facts);
    if (!status)
        status = lossi_store_read_axes(store, &x, &y);
    if (!status)
        status = lossi_store_read_points(store, LOSS_SPLIT_TEST, NX, NY, points);
    lossi_facts_free(&facts);
    lossi_store_close(store);
    assert_int_equal(status, LOSS_ERR_FORMAT);
    if (!strstr(loss_last_message(), message))
        fail_msg("message: %s\nexpected: %s", loss_last_message(), message);
    unlink(scratch_path("damaged"));
}

static void test_damaged(void **state)
{
    (void)state;
    assert_damage_is_noticed("PRAGMA user_version = 2", "landscape format 2; this version reads 1");
    assert_damage_is_noticed("PRAGMA application_id = 5",
                             "application_id is 5; expected 1280267091");
    assert_damage_is_noticed("UPDATE axes SET n = 0", "axis x has 0 coordinates");
    assert_damage_is_noticed("UPDATE axes SET n = 1000000000000",
                             "axis x has 1000000000000 coordinates");
    assert_damage_is_noticed("UPDATE axes SET n = 50000", "a grid of 50000 x 50000 points");
    assert_damage_is_noticed("UPDATE axes SET min = 3", "axis x: MIN 3 is not below MAX 1");
    assert_damage_is_noticed("UPDATE axes SET max = 9e999", "axis x goes from -1 to inf");
    assert_damage_is_noticed("DELETE FROM axes WHERE axis = 'y'", "axis y has 0 coordinates");
    assert_damage_is_noticed("INSERT INTO points VALUES('test', 0, 15, 1, 1, 1, 1)",
                             "iy 0, ix 15 of a grid of 10 x 15");
    assert_damage_is_noticed("INSERT INTO points VALUES('test', -1, 0, 1, 1, 1, 1)",
                             "a point at iy -1");
    assert_damage_is_noticed("DROP VIEW surface; DROP TABLE points",
                             "it lacks the table points of a landscape");
    assert_damage_is_noticed("DROP TABLE metadata", "it lacks the table metadata of a landscape");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_contents),
        TEST(test_points),
        TEST(test_killed_in_a_commit),
        TEST(test_kill_9),
        TEST(test_looked_at_while_written),
        TEST(test_made_by_many_at_once),
        TEST(test_full_disk),
        TEST(test_failed_creation_leaves_nothing),
        TEST(test_odd_names),
        TEST(test_folder_that_cannot_be_written),
        TEST(test_truncated),
        TEST(test_damaged),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
