/* What single rows and fields of tables and meshes of other programs may hold. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scratch.h"

#include <loss/loss.h>

static loss_import *table(const char *text)
{
    loss_import *import;
    scratch_write("a.csv", text, strlen(text));
    if (loss_import_read(&import, scratch_path("a.csv"), NULL))
        fail_msg("%s", loss_last_message());
    return import;
}

static void refuses(const char *text, const char *words)
{
    loss_import *import;
    scratch_write("bad.csv", text, strlen(text));
    assert_int_equal(loss_import_read(&import, scratch_path("bad.csv"), NULL), LOSS_ERR_FORMAT);
    assert_null(import);
    if (!strstr(loss_last_message(), words))
        fail_msg("expected \"%s\" in \"%s\"", words, loss_last_message());
}

static void test_splits(void **state)
{
    (void)state;
    loss_import *i = table("split,x,y,loss\ntraining,0,0,1\nTRAIN,1,0,2\nval,0,0,3\neval,1,0,4\n");
    const loss_point *train = loss_import_points(i, LOSS_SPLIT_TRAIN),
                     *test = loss_import_points(i, LOSS_SPLIT_TEST);
    assert_non_null(train);
    assert_non_null(test);
    assert_true(train[0].loss == 1 && train[1].loss == 2 && test[0].loss == 3 && test[1].loss == 4);
    assert_true(loss_import_tells_split(i));
    loss_import_free(i);
    i = table("split,x,y,loss\n,0,0,1\n,1,0,2\n");
    assert_false(loss_import_tells_split(i));
    loss_import_free(i);
    refuses("split,x,y,loss\ntest,0,0,1\n,1,0,2\n", "line 3: some rows name a split");
    refuses("split,x,y,loss\ntest,0,0,1\nholdout,1,0,2\n",
            "line 3: \"holdout\" is no split; expected train or test");
}

/* 1, 0 and what pandas writes of truth. */
static void test_evaluated(void **state)
{
    (void)state;
    loss_import *i = table("x,y,loss,evaluated\n0,0,1,1\n1,0,2,0\n0,1,3,False\n1,1,4,True\n");
    const loss_point *p = loss_import_points(i, LOSS_SPLIT_TEST);
    assert_non_null(p);
    assert_true(p[0].evaluated && p[0].loss == 1 && p[3].evaluated && p[3].loss == 4);
    assert_false(p[1].evaluated || p[2].evaluated);
    loss_import_free(i);
    refuses("x,y,loss,evaluated\n0,0,1,perhaps\n", "\"perhaps\" is no number");
}

/* Its first 63 characters would be another number. */
static void test_long_number(void **state)
{
    (void)state;
    char text[200];
    snprintf(text, sizeof text, "x,y,loss\n0,0,0.%080d1e-5\n", 0);
    refuses(text, "line 2: \"0.000000");
    snprintf(text, sizeof text, "x,y,loss\n0,0,1.%050de-5\n", 0);
    loss_import *i = table(text);
    assert_true(loss_import_points(i, LOSS_SPLIT_TEST)[0].loss == 1e-5);
    loss_import_free(i);
}

static void test_corners(void **state)
{
    (void)state;
    refuses("solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 1\nvertex nan 0 1\n",
            "corner 2: (nan, 0, 1) is no place in space");
    refuses("solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 nan\nvertex 0 0 1\n",
            "corner 1: (0, 0, nan) is no place in space");
}

/* Coordinates of a pivot table only grow, or only fall. */
static void test_pivot(void **state)
{
    (void)state;
    loss_import *i = table("y\\x,3,2,0\n5,1,2,3\n4,4,5,6\n");
    size_t n;
    const double *x = loss_import_axis(i, 0, &n);
    assert_true(n == 3 && x[0] == 0 && x[1] == 2 && x[2] == 3);
    assert_true(loss_import_points(i, LOSS_SPLIT_TEST)[0].loss == 6);
    loss_import_free(i);
    refuses("y\\x,3,0,2\n5,1,2,3\n4,4,5,6\n", "its first line does not name columns");
    refuses("y\\x,1,2,2\n5,1,2,3\n4,4,5,6\n", "its first line does not name columns");
}

/* A landscape's axes are even but for 2 % of a step. */
static void test_even(void **state)
{
    (void)state;
    for (int is_off = 0; is_off < 2; is_off++) {
        char text[200];
        snprintf(text, sizeof text, "x,y,loss\n0,0,1\n%s,0,2\n2,0,3\n0,1,4\n%s,1,5\n2,1,6\n",
                 is_off ? "1.03" : "1.01", is_off ? "1.03" : "1.01");
        loss_import *i = table(text);
        loss_surface *s;
        assert_int_equal(loss_surface_import(&s, i, NULL, NULL), is_off ? LOSS_ERR_SHAPE : LOSS_OK);
        if (is_off)
            assert_non_null(strstr(loss_last_message(), "its x is not even: coordinate 2 is 1.03"));
        loss_surface_close(s);
        loss_import_free(i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_splits),      cmocka_unit_test(test_evaluated),
        cmocka_unit_test(test_long_number), cmocka_unit_test(test_corners),
        cmocka_unit_test(test_pivot),       cmocka_unit_test(test_even),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
