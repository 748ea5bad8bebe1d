/* Tables as spreadsheets, pandas and people write them: each form gives the same grid, or is
 * refused with the way out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "../unit/scratch.h"
#include "readers/read.h"

static grid g;
static problem p;

static bool read_bytes(const char *text, size_t n)
{
    scratch_write("a.csv", text, n);
    return grid_read(&g, scratch_path("a.csv"), 0, &p);
}

static void refuses(const char *text, const char *words)
{
    assert_false(read_bytes(text, strlen(text)));
    if (!strstr(p.text, words))
        fail_msg("expected \"%s\" in \"%s\"", words, p.text);
}

/* x -1 0.5, y 2 3; losses 1.5 2 2.5 3. */
static void reads(const char *text, int split)
{
    static const double x[2] = {-1, 0.5}, y[2] = {2, 3}, loss[4] = {1.5, 2, 2.5, 3};
    if (!read_bytes(text, strlen(text)))
        fail_msg("%s\nof: %s", p.text, text);
    assert_true(g.nx == 2 && g.ny == 2 && g.has_split[split]);
    for (int i = 0; i < 2; i++) {
        assert_near(g.x[i], x[i], 0);
        assert_near(g.y[i], y[i], 0);
    }
    for (int i = 0; i < 4; i++)
        assert_near(g.splits[split].loss[i], loss[i], 0);
}

static void test_forms(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\xef\xbb\xbfx,y,loss\r\n-1,2,1.5\r\n0.5,2,2\r\n-1,3,2.5\r\n0.5,3,3\r\n",
        "x;y;loss\n-1,0;2,0;1,5\n0,5;2;2\n-1;3;2,5\n0,5;3;3,0\n",
        "x\ty\tloss\n-1,0\t2,0\t1,5\n0,5\t2\t2\n-1\t3\t2,5\n0,5\t3\t3,0\n",
        "\"x\",\"y\",\"loss\"\n\"-1\",\"2\",\"1.5\"\n0.5,2,2\n-1,3,2.5\n0.5,3,3\n",
        "\"x\",\"y\",\"loss\"\n\"-1\",\"2\",\"1,5\"\n\"0,5\",2,2\n-1,3,\"2,5\"\n\"0,5\",3,3\n",
        ",alpha,beta,z\n0,-1,2,1.5\n1,0.5,2,2\n2,-1,3,2.5\n3,0.5,3,3\n",
        "note,Alpha,Beta,Value\n\"a, b\",-1,2,1.5\n,0.5,2,2\n2,-1,3,2.5\n3,0.5,3,3\n",
        "-1,2,1.5,30\n0.5,2,2,40\n-1,3,2.5,50\n0.5,3,3,60\n",
        ",-1,0.5\n2,1.5,2\n3,2.5,3\n",
        "y\\x;-1;0,5\n3;2,5;3\n2;1,5;2\n",
        "beta,0.5,-1\n2,2,1.5\n3,3,2.5\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        reads(texts[i], LOSS_SPLIT_TEST);
        grid_free(&g);
    }
}

static void test_columns_of_splits(void **state)
{
    (void)state;
    const char *text = "x,y,train_loss,test_acc,loss_test,Train.Accuracy\n"
                       "-1,2,1.5,10,9,20\n0.5,2,2,10,9,20\n-1,3,2.5,10,9,20\n0.5,3,3,11,9,21\n";
    reads(text, LOSS_SPLIT_TRAIN);
    assert_near(g.splits[LOSS_SPLIT_TEST].loss[3], 9, 0);
    assert_near(g.splits[LOSS_SPLIT_TEST].accuracy[3], 11, 0);
    assert_near(g.splits[LOSS_SPLIT_TRAIN].accuracy[3], 21, 0);
    grid_free(&g);
    reads("x,y,val_loss\n-1,2,1.5\n0.5,2,2\n-1,3,2.5\n0.5,3,3\n", LOSS_SPLIT_TEST);
    assert_false(g.has_split[LOSS_SPLIT_TRAIN]);
    grid_free(&g);
    reads("x,y,loss,acc\n-1,2,1.5,10\n0.5,2,2,20\n-1,3,2.5,NA\n0.5,3,3,40\n", LOSS_SPLIT_TEST);
    assert_near(g.splits[LOSS_SPLIT_TEST].accuracy[3], 40, 0);
    assert_true(isnan(g.splits[LOSS_SPLIT_TEST].accuracy[2]));
    grid_free(&g);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    refuses("a,b,c\n1,2,3\n", "does not name columns x (or alpha)");
    refuses("x,y,loss\n0,0,1\n0,1,two\n", "line 3: \"two\" is no number");
    refuses("x;y;loss\n0,5;0;1\n0,5;1;1.5\n", "\"1.5\" is no number");
    refuses("x,y,loss\n0,0,1\n0,1,2,3\n", "line 3 has more fields than the first row, 3");
    refuses(",1,2\n3,4,5\n6,7\n", "line 3 has 1 values, the first row 2");
    refuses(",1,2\n3,4,5\nword,7,8\n", "\"word\" is no coordinate");
    refuses("0,0,1,2,3\n0,1,1,2,3\n1,0,1,2,3\n1,1,1,2,3\n", "name them in a first line");
    assert_false(read_bytes("\xff\xfex\0,\0", 6));
    assert_non_null(strstr(p.text, "UTF-16"));
    char command[600];
    snprintf(command, sizeof command, "mkfifo %s", scratch_path("pipe"));
    assert_int_equal(system(command), 0);
    assert_false(grid_read(&g, scratch_path("pipe"), 0, &p));
    assert_non_null(strstr(p.text, "a device or a pipe"));
    assert_false(grid_read(&g, "/dev/zero", 0, &p));
}

/* A large cloud would make a grid far larger than itself. */
static void test_sparse(void **state)
{
    (void)state;
    enum { SIDE = 1100 }; /* one in eight of more than a million */
    char *text = malloc((size_t)SIDE * SIDE * 2 + 64);
    assert_non_null(text);
    size_t n = (size_t)sprintf(text, "x,y,z\n");
    for (int y = 0; y < SIDE; y++)
        for (int x = y % 8; x < SIDE; x += 8)
            n += (size_t)sprintf(text + n, "%d,%d,1\n", x, y);
    assert_false(read_bytes(text, n));
    assert_non_null(strstr(p.text, "not on a grid"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_columns_of_splits),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_sparse),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
