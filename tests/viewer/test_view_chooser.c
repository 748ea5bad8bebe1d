/* The list of files to choose from. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "chooser.h"
#include "overlay/chooser_box.h"
#include "session.h"

static char root[] = "/tmp/chooser-XXXXXX";
static char start[4096];

static void touch(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* A folder with files that are read, others, sub-folders, and names that are not to be printed. */
static int set_up(void **state)
{
    (void)state;
    if (!getcwd(start, sizeof start) || !mkdtemp(root) || chdir(root) != 0)
        return 1;
    mkdir("zoo", 0777);
    mkdir("Alpha", 0777);
    mkdir(".hidden", 0777);
    touch("b.csv", "1,2\n3,5\n");
    touch("A.CSV", "1,2\n3,4\n");
    touch("notes.odt", "");
    touch("plain", "");
    touch(".secret.csv", "1,2\n3,4\n");
    touch("run.landscape", "no landscape");
    touch("bad\nname\x1b[31m.csv", "1,2\n3,4\n");
    touch("latin-\xe9.csv", "1,2\n3,4\n");
    touch("zoo/inner.csv", "1,2\n3,4\n");
    return symlink("/nonexistent", "dead.csv");
}

static int tear_down(void **state)
{
    char command[64];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", root);
    return chdir(start) != 0 || system(command) != 0;
}

static const char *name_of(const chooser *c, size_t i)
{
    return c->entries[c->listed[i]].name;
}

static void test_what_is_listed(void **state)
{
    static const char *const expected[] = {"..",       "Alpha",          "zoo",
                                           "A.CSV",    "b.csv",          "bad\nname\x1b[31m.csv",
                                           "dead.csv", "latin-\xe9.csv", "run.landscape"};
    (void)state;
    chooser c = {0};
    chooser_open(&c, ".");
    assert_true(c.is_open);
    assert_int_equal(c.n_listed, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < c.n_listed; i++) {
        assert_string_equal(name_of(&c, i), expected[i]);
        assert_int_equal(c.entries[c.listed[i]].is_folder, i < 3);
    }
    assert_string_equal(c.entries[c.listed[5]].shown, "bad\\nname\\x1b[31m.csv");
    assert_string_equal(c.entries[c.listed[7]].shown, "latin-\\xe9.csv");
    assert_int_equal(c.chosen, 1); /* not the way up */
    assert_true(c.folder[0] == '/');
    chooser_close(&c);
    assert_false(c.is_open);
    assert_null(c.entries);
}

static void type(chooser *c, const char *text)
{
    for (; *text; text++)
        chooser_type(c, (uint32_t)*text);
}

static void test_filter(void **state)
{
    (void)state;
    chooser c = {0};
    chooser_open(&c, ".");
    type(&c, "CSV");
    assert_int_equal(c.n_listed, 5); /* in any case */
    type(&c, "\n\x7f");              /* no characters */
    assert_string_equal(c.filter, "CSV");
    chooser_key(&c, "Backspace");
    chooser_key(&c, "Backspace");
    chooser_key(&c, "Backspace");
    assert_int_equal(c.n_listed, 9);
    chooser_type(&c, 0xe9);
    chooser_type(&c, 0x20ac);
    chooser_type(&c, 0x1f600);
    assert_string_equal(c.filter, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_int_equal(c.n_listed, 0);
    assert_null(chooser_take(&c)); /* nothing is chosen */
    chooser_key(&c, "Down");
    chooser_key(&c, "Backspace");
    assert_string_equal(c.filter, "\xc3\xa9\xe2\x82\xac");
    for (int i = 0; i < 500; i++)
        chooser_type(&c, 0x1f600);
    assert_true(strlen(c.filter) < sizeof c.filter);
    chooser_close(&c);
}

static void test_folders(void **state)
{
    (void)state;
    chooser c = {0};
    chooser_open(&c, ".");
    type(&c, "zoo");
    assert_null(chooser_take(&c)); /* goes in */
    assert_true(c.is_open);
    assert_string_equal(c.filter, "");
    assert_int_equal(c.n_listed, 2);
    assert_string_equal(strrchr(c.folder, '/'), "/zoo");
    chooser_key(&c, "Backspace"); /* and up again */
    assert_int_equal(c.n_listed, 9);
    type(&c, "b.csv");
    char *path = chooser_take(&c);
    assert_non_null(path);
    assert_string_equal(strrchr(path, '/'), "/b.csv");
    assert_false(c.is_open);
    free(path);
    chooser_open(&c, "zoo");
    chooser_key(&c, "Up");
    assert_null(chooser_take(&c)); /* ".." */
    assert_string_equal(strrchr(c.folder, '/') + 1, strrchr(root, '/') + 1);
    chooser_open(&c, "/");
    assert_string_not_equal(name_of(&c, 0), "..");
    chooser_open(&c, "no/such");
    assert_true(strstr(c.message, "No such file") != NULL);
    assert_int_equal(c.n_listed, 1);
    chooser_key(&c, "Escape");
    assert_false(c.is_open);
}

static void test_bounds(void **state)
{
    (void)state;
    chooser c = {0};
    chooser_open(&c, ".");
    chooser_set_rows(&c, 4);
    for (int i = 0; i < 3; i++)
        chooser_key(&c, "Up");
    assert_int_equal(c.chosen, 0);
    chooser_key(&c, "End");
    assert_int_equal(c.chosen, 8);
    assert_int_equal(c.first, 5);
    chooser_key(&c, "Down");
    assert_int_equal(c.chosen, 8);
    chooser_key(&c, "PageUp");
    assert_int_equal(c.chosen, 5);
    chooser_scroll(&c, -100);
    assert_int_equal(c.first, 0);
    assert_int_equal(c.chosen, 3);
    chooser_scroll(&c, 100);
    assert_int_equal(c.first, 5);
    assert_false(chooser_point(&c, 4)); /* below the rows */
    assert_true(chooser_point(&c, 3));
    assert_int_equal(c.chosen, 8);
    chooser_set_rows(&c, 100); /* a larger window: none stays empty that need not */
    assert_int_equal(c.first, 0);
    assert_false(chooser_point(&c, 9));
    type(&c, "zoo");
    assert_int_equal(c.chosen, 0);
    chooser_close(&c);
}

static void test_many_files(void **state)
{
    enum { N = 100000 };
    (void)state;
    chooser c = {0};
    mkdir("many", 0777);
    for (int i = 0; i < N; i++) {
        char name[32];
        snprintf(name, sizeof name, "many/f%06d.csv", i * 7919 % N);
        int f = open(name, O_CREAT | O_WRONLY, 0666);
        assert_true(f >= 0);
        close(f);
    }
    chooser_open(&c, "many");
    chooser_set_rows(&c, 20);
    assert_int_equal(c.n_listed, N + 1);
    assert_string_equal(name_of(&c, 1), "f000000.csv");
    chooser_key(&c, "End");
    assert_string_equal(name_of(&c, c.chosen), "f099999.csv");
    assert_int_equal(c.first, N + 1 - 20);
    type(&c, "0123");
    assert_int_equal(c.n_listed, 120);
    chooser_close(&c);
}

/* In a session: a file that cannot be read leaves what is shown, and says why. */
static void test_session(void **state)
{
    (void)state;
    session s;
    session_init(&s);
    session_layout(&s, 900, 700, 1);
    assert_true(scene_open(&s.scene, 0, "b.csv", 0));
    assert_true(session_key(&s, "Ctrl+O"));
    assert_true(s.chooser.is_open);
    assert_true(s.chooser.rows > 5);
    double exaggeration = s.scene.set.exaggeration;
    assert_true(session_key(&s, "]")); /* no key does anything else now */
    assert_true(s.scene.set.exaggeration == exaggeration);
    for (const char *at = "run"; *at; at++)
        session_type(&s, (uint32_t)*at);
    assert_true(session_key(&s, "Enter"));
    assert_false(s.chooser.is_open);
    assert_true(strstr(s.scene.message, "run.landscape") != NULL);
    assert_string_equal(s.scene.views[0].grid.name, "b.csv");
    session_key(&s, "Ctrl+O");
    box b = chooser_box(&s.layout);
    size_t row = 0;
    double y = b.y;
    while (!(chooser_row_at(&s.layout, b.x + 50, y, &row) && row == 3)) /* A.CSV */
        y++;
    session_move(&s, b.x + 50, y + 2);
    assert_int_equal(s.chooser.chosen, 3);
    session_press(&s, BUTTON_LEFT, false, false);
    session_release(&s);
    assert_string_equal(s.scene.views[0].grid.name, "A.CSV");
    assert_string_equal(s.scene.message, "");
    session_key(&s, "Ctrl+O");
    session_key(&s, "Escape"); /* does not quit */
    assert_false(s.chooser.is_open || s.wants_quit);
    session_key(&s, "Ctrl+O");
    session_move(&s, 1, 1);
    session_press(&s, BUTTON_LEFT, false, false);
    assert_false(s.chooser.is_open);
    assert_int_equal(s.drag, DRAG_NONE);
    session_key(&s, "Ctrl+O");
    session_key(&s, "Ctrl+Q");
    assert_true(s.wants_quit);
    session_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_listed), cmocka_unit_test(test_filter),
        cmocka_unit_test(test_folders),        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_session),        cmocka_unit_test(test_many_files)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
