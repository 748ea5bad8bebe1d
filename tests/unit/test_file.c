/* Files that are written complete or not at all, and what is refused as input or output. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <dirent.h>

#include <cmocka.h>

#include <loss/file.h>

#include "scratch.h"

static const loss_file_kind PNG = {"PNG picture", 0, "\x89PNG", 4}, TEXT = {"text", 0, NULL, 0};

static size_t count_files(void)
{
    size_t n = 0;
    DIR *folder = opendir(scratch_folder);
    while (readdir(folder))
        n++;
    closedir(folder);
    return n - 2;
}

static void assert_holds(const char *name, const char *text)
{
    uint8_t *bytes;
    size_t n;
    assert_int_equal(loss_file_read(scratch_path(name), SIZE_MAX, &bytes, &n), LOSS_OK);
    assert_int_equal(n, strlen(text));
    assert_string_equal((char *)bytes, text);
    free(bytes);
}

static loss_status write_text(const char *name, const char *text)
{
    return loss_file_write(scratch_path(name), text, strlen(text), NULL);
}

static unsigned mode_of(const char *name)
{
    struct stat info;
    assert_int_equal(stat(scratch_path(name), &info), 0);
    return info.st_mode & 07777;
}

static void test_write_and_replace(void **state)
{
    (void)state;
    mode_t before = umask(027);
    assert_int_equal(write_text("a", "first"), LOSS_OK);
    umask(before);
    assert_holds("a", "first");
    assert_int_equal(mode_of("a"), 0640);
    assert_int_equal(chmod(scratch_path("a"), 0604), 0);
    assert_int_equal(write_text("a", ""), LOSS_OK);
    assert_holds("a", "");
    assert_int_equal(mode_of("a"), 0604);

    loss_file *file;
    assert_int_equal(loss_file_open(&file, scratch_path("a"), NULL), LOSS_OK);
    loss_file_print(file, "%d, %.1f", 1, 2.5);
    assert_holds("a", ""); /* nothing is seen before commit */
    loss_file_abandon(file);
    assert_holds("a", "");
    assert_int_equal(count_files(), 1);
}

static void test_refused(void **state)
{
    (void)state;
    assert_int_equal(write_text("no/such/a", "x"), LOSS_ERR_IO);
    assert_int_equal(loss_file_write(scratch_folder, "x", 1, NULL), LOSS_ERR_IO);
    assert_non_null(strstr(loss_last_message(), "a folder"));
    assert_int_equal(write_text("a", "kept"), LOSS_OK);
    assert_int_equal(chmod(scratch_path("a"), 0444), 0);
    assert_int_equal(write_text("a", "x"), LOSS_ERR_IO); /* also for root */
    assert_non_null(strstr(loss_last_message(), "write-protected"));
    assert_holds("a", "kept");
    assert_int_equal(count_files(), 1);
}

static void test_other_kinds_are_kept(void **state)
{
    (void)state;
    assert_int_equal(write_text("a.landscape", "SQLite format 3"), LOSS_OK);
    assert_int_equal(loss_file_write(scratch_path("a.landscape"), "\x89PNG", 4, &PNG),
                     LOSS_ERR_MISMATCH);
    assert_non_null(strstr(loss_last_message(), "no PNG picture"));
    assert_holds("a.landscape", "SQLite format 3");
    assert_int_equal(write_text("empty", ""), LOSS_OK);
    assert_int_equal(loss_file_write(scratch_path("empty"), "\x89PNG1", 5, &PNG), LOSS_OK);
    assert_int_equal(loss_file_write(scratch_path("empty"), "\x89PNG2", 5, &PNG), LOSS_OK);
    assert_holds("empty", "\x89PNG2");
    assert_int_equal(loss_file_write(scratch_path("empty"), "x", 1, &TEXT), LOSS_OK);
    assert_int_equal(loss_file_write(scratch_path("empty"), "x\0y", 3, &TEXT), LOSS_OK);
    assert_int_equal(loss_file_write(scratch_path("empty"), "x", 1, &TEXT), LOSS_ERR_MISMATCH);
}

/* A failed write leaves the old file and nothing else: here there is no more room for a file. */
static void test_no_space(void **state)
{
    (void)state;
    static const char text[100000];
    assert_int_equal(write_text("a", "kept"), LOSS_OK);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){5000, 5000});
        _exit((int)loss_file_write(scratch_path("a"), text, sizeof text, NULL));
    }
    int code;
    waitpid(child, &code, 0);
    assert_true(WIFEXITED(code));
    assert_int_equal(WEXITSTATUS(code), LOSS_ERR_IO);
    assert_holds("a", "kept");
    assert_int_equal(count_files(), 1);
}

static void test_links_and_devices(void **state)
{
    (void)state;
    assert_int_equal(mkdir(scratch_path("folder"), 0777), 0);
    assert_int_equal(symlink("folder/file", scratch_path("link")), 0);
    assert_int_equal(symlink("link", scratch_path("again")), 0);
    for (int i = 0; i < 2; i++) { /* where nothing is, and where something is */
        assert_int_equal(write_text("again", i ? "new" : "old"), LOSS_OK);
        assert_holds("folder/file", i ? "new" : "old");
    }
    struct stat info;
    assert_int_equal(lstat(scratch_path("link"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(symlink("loop", scratch_path("loop")), 0);
    assert_int_equal(write_text("loop", "x"), LOSS_ERR_IO);

    assert_int_equal(loss_file_write("/dev/null", "x", 1, &PNG), LOSS_OK);
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
    if (access("/dev/full", W_OK) == 0)
        assert_int_equal(loss_file_write("/dev/full", "x", 1, NULL), LOSS_ERR_IO);
}

/* A descriptor of ours goes on where it is, and what is behind it is not replaced. */
static void test_own_descriptor(void **state)
{
    (void)state;
    char path[64];
    int descriptor = open(scratch_path("a"), O_CREAT | O_RDWR, 0666);
    assert_int_equal(write(descriptor, "begin ", 6), 6);
    snprintf(path, sizeof path, "/dev/fd/%d", descriptor);
    assert_int_equal(loss_file_write(path, "end", 3, NULL), LOSS_OK);
    assert_int_equal(write(descriptor, ".", 1), 1);
    close(descriptor);
    assert_holds("a", "begin end.");
}

/* A killed writer leaves its temporary; the next one removes it, but none that is in use. */
static void test_left_over(void **state)
{
    (void)state;
    loss_file *other, *mine;
    assert_int_equal(loss_file_open(&other, scratch_path("a"), NULL), LOSS_OK);
    pid_t child = fork();
    if (child == 0) {
        loss_file *file;
        if (loss_file_open(&file, scratch_path("a"), NULL) ||
            loss_file_open(&file, scratch_path("b"), NULL))
            _exit(1);
        raise(SIGKILL);
    }
    waitpid(child, NULL, 0);
    assert_int_equal(count_files(), 3);
    assert_int_equal(loss_file_open(&mine, scratch_path("a"), NULL), LOSS_OK);
    assert_int_equal(count_files(), 3);
    loss_file_put_text(other, "other");
    loss_file_put_text(mine, "mine");
    assert_int_equal(loss_file_commit(other), LOSS_OK);
    assert_holds("a", "other");
    assert_int_equal(loss_file_commit(mine), LOSS_OK);
    assert_holds("a", "mine");
    assert_int_equal(write_text("b", "x"), LOSS_OK);
    assert_int_equal(count_files(), 2);
}

enum { THREADS = 4, ROUNDS = 40, SIZE = 20000 };

static void *write_often(void *letter)
{
    char *bytes = malloc(SIZE);
    memset(bytes, *(char *)letter, SIZE);
    size_t failed = 0;
    for (int i = 0; i < ROUNDS; i++)
        failed += loss_file_write(scratch_path("shared"), bytes, SIZE, NULL) != LOSS_OK;
    free(bytes);
    return failed ? letter : NULL;
}

static void test_many_writers_of_one_file(void **state)
{
    (void)state;
    static char letters[] = "abcd";
    pthread_t threads[THREADS];
    assert_int_equal(loss_file_write(scratch_path("shared"), NULL, 0, NULL), LOSS_OK);
    for (int t = 0; t < THREADS; t++)
        assert_int_equal(pthread_create(&threads[t], NULL, write_often, &letters[t]), 0);
    for (int round = 0; round < 2 * ROUNDS; round++) {
        uint8_t *bytes;
        size_t n;
        assert_int_equal(loss_file_read(scratch_path("shared"), SIZE_MAX, &bytes, &n), LOSS_OK);
        for (size_t i = 1; i < n; i++)
            assert_int_equal(bytes[i], bytes[0]);
        assert_true(n == 0 || n == SIZE);
        free(bytes);
    }
    for (int t = 0; t < THREADS; t++) {
        void *failed;
        pthread_join(threads[t], &failed);
        assert_null(failed);
    }
    assert_int_equal(count_files(), 1);
}

static void test_names_of_any_length(void **state)
{
    (void)state;
    char name[256] = {0};
    memset(name, 'n', 255);
    assert_int_equal(write_text(name, "x"), LOSS_OK);
    assert_holds(name, "x");
}

static void test_input(void **state)
{
    (void)state;
    uint8_t *bytes;
    size_t n;
    loss_path_kind kind;
    assert_int_equal(mkfifo(scratch_path("fifo"), 0666), 0);
    assert_int_equal(loss_file_read(scratch_path("fifo"), SIZE_MAX, &bytes, &n), LOSS_ERR_IO);
    assert_non_null(strstr(loss_last_message(), "a pipe; expected a regular file"));
    assert_null(bytes);
    assert_int_equal(loss_file_read("/dev/zero", SIZE_MAX, &bytes, &n), LOSS_ERR_IO);
    assert_int_equal(loss_file_read(scratch_folder, SIZE_MAX, &bytes, &n), LOSS_ERR_IO);
    assert_int_equal(loss_file_read(scratch_path("none"), SIZE_MAX, &bytes, &n), LOSS_ERR_IO);
    assert_int_equal(write_text("a", "12345"), LOSS_OK);
    assert_int_equal(loss_file_read(scratch_path("a"), 4, &bytes, &n), LOSS_ERR_FORMAT);
    assert_int_equal(loss_file_read(scratch_path("a"), 5, &bytes, &n), LOSS_OK);
    free(bytes);

    assert_int_equal(loss_path_find(scratch_path("fifo"), &kind), LOSS_OK);
    assert_int_equal(kind, LOSS_PATH_OTHER);
    assert_int_equal(loss_path_find(scratch_path("a"), &kind), LOSS_OK);
    assert_int_equal(kind, LOSS_PATH_FILE);
    assert_int_equal(loss_path_find(scratch_path("a/b"), &kind), LOSS_OK);
    assert_int_equal(kind, LOSS_PATH_NOTHING);
    assert_int_equal(symlink("loop", scratch_path("loop")), 0);
    assert_int_equal(loss_path_find(scratch_path("loop"), &kind), LOSS_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_write_and_replace, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_refused, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_other_kinds_are_kept, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_no_space, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_links_and_devices, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_own_descriptor, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_left_over, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_many_writers_of_one_file, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(test_names_of_any_length, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_input, scratch_make, scratch_remove),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
