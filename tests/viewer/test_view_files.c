/* The viewer's readers: what is a grid and what is not, whole and damaged. */
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

static bool read_text(const char *name, const char *text)
{
    scratch_write(name, text, strlen(text));
    return grid_read(&g, scratch_path(name), 0, &p);
}

static void refuses(const char *text, const char *words)
{
    assert_false(read_text("bad", text));
    if (!strstr(p.text, words))
        fail_msg("expected \"%s\" in \"%s\"", words, p.text);
    assert_null(g.x);
}

static void test_csv_with_names(void **state)
{
    (void)state;
    assert_true(read_text("a.csv", "split,iy,ix,x,y,loss,standard_error,accuracy,seconds\n"
                                   "test,0,0,-1,-2,1.5,0.1,50,1\ntest,0,1,1,-2,2.5,0.2,40,1\n"
                                   "train,1,0,-1,3,3.5,0.3,30,1\ntest,1,1,1,3,inf,0.4,20,1\n"));
    assert_int_equal(g.nx, 2);
    assert_int_equal(g.ny, 2);
    assert_near(g.y[1], 3, 0);
    const samples *test = &g.splits[LOSS_SPLIT_TEST], *train = &g.splits[LOSS_SPLIT_TRAIN];
    assert_near(test->loss[1], 2.5, 0);
    assert_near(test->error[1], 0.2, 0);
    assert_near(test->accuracy[0], 50, 0);
    assert_true(isnan(test->loss[2])); /* absent */
    assert_true(isnan(test->loss[3])); /* not finite */
    assert_int_equal(g.n_not_finite, 1);
    assert_near(train->loss[2], 3.5, 0);
    assert_string_equal(g.name, "a.csv");
    grid_free(&g);
}

static void test_csv_without_names(void **state)
{
    (void)state;
    assert_true(read_text("xyz.csv", "0;0;1\r\n0;1;2\r\n1;0;3\r\n1;1;4\r\n")); /* columns x, y, z */
    assert_near(g.splits[LOSS_SPLIT_TEST].loss[1], 3, 0);
    grid_free(&g);
    assert_true(read_text("three.txt", "# a matrix of three columns\n 1 2 3\n4\t5  6\n7 8 9\n"));
    assert_int_equal(g.nx, 3);
    assert_int_equal(g.ny, 3);
    assert_near(g.splits[LOSS_SPLIT_TEST].loss[5], 6, 0);
    grid_free(&g);
    assert_true(read_text("two.csv", "1,2\n3,nan"));
    assert_true(isnan(g.splits[LOSS_SPLIT_TEST].loss[3]));
    grid_free(&g);
}

static void test_csv_that_is_none(void **state)
{
    (void)state;
    refuses("\n", "no numbers");
    refuses("hello world\n", "first line");
    refuses("x,y,z\n", "no points");
    refuses("x,y,z\n0,0,1\n1,0,2\n", "line of 2 x 1");
    refuses("x,y,z\n0,0,1\n0,1,1\n1,0,1\n1,1,1\n1,1,2\n", "two values");
    refuses("x,y,z\n0,0,1\n0,,1\n", "line 3 has no y");
    refuses("1,2,3,4\n1,2,3\n", "has 3 numbers");
    refuses("1,2\n3,word\n", "no number");
    refuses("nan,nan\nnan,nan\n", "finite");
    char cloud[4000] = "x,y,z\n";
    for (int i = 0; i < 100; i++) /* every x and y occurs once: no grid */
        snprintf(cloud + strlen(cloud), sizeof cloud - strlen(cloud), "%d,%d,1\n", i,
                 (i * 37) % 101);
    refuses(cloud, "not on a grid");
}

#define PLY_HEAD                                                                                   \
    "comment by hand\nelement vertex 4\nproperty double x\nproperty float32 y\nproperty list "     \
    "uchar int skipped\n"                                                                          \
    "property float z\nproperty uchar red\nelement face 1\nproperty list uchar int "               \
    "vertex_indices\nend_header\n"

static void test_ply_ascii(void **state)
{
    (void)state;
    assert_true(read_text("a.ply",
                          "ply\r\nformat ascii 1.0\r\n" PLY_HEAD
                          "0 0 2 7 8 1 255\n1 0 0 2 255\n0 1 1 9 3 255\n1 1 0 4 255\n3 0 1 3\n"));
    assert_near(g.splits[LOSS_SPLIT_TEST].loss[2], 3, 0);
    assert_int_equal(g.quantity, GRID_HEIGHT);
    grid_free(&g);
    refuses("ply\nformat ascii 1.0\n" PLY_HEAD "0 0 0 1 255\n1 0 0 2 255\n0 1 0 3 255\n1 1 0",
            "vertex 4 of 4");
}

/* The same in binary of either order; cut at every length it must be refused, never crash. */
static void test_ply_binary(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        unsigned char bytes[1024];
        int n = snprintf((char *)bytes, sizeof bytes, "ply\nformat binary_%s_endian 1.0\n%s",
                         big ? "big" : "little", PLY_HEAD);
        size_t header = (size_t)n, at = header;
        for (int v = 0; v < 4; v++) {
            union {
                double number;
                unsigned char bytes[8];
            } x = {v & 1};
            union {
                float number;
                unsigned char bytes[4];
            } y = {(float)(v >> 1)}, z = {(float)v + 1};
            for (int i = 0; i < 8; i++)
                bytes[at++] = x.bytes[big ? 7 - i : i];
            for (int i = 0; i < 4; i++)
                bytes[at++] = y.bytes[big ? 3 - i : i];
            bytes[at++] = 0; /* an empty list */
            for (int i = 0; i < 4; i++)
                bytes[at++] = z.bytes[big ? 3 - i : i];
            bytes[at++] = 255;
        }
        scratch_write("b.ply", bytes, at);
        assert_true(grid_read(&g, scratch_path("b.ply"), 0, &p));
        for (int i = 0; i < 4; i++)
            assert_near(g.splits[LOSS_SPLIT_TEST].loss[i], i + 1, 0);
        grid_free(&g);
        for (size_t cut = 3; cut < at; cut++) {
            scratch_write("cut.ply", bytes, cut);
            assert_false(grid_read(&g, scratch_path("cut.ply"), 0, &p));
        }
    }
}

static void test_ply_that_is_none(void **state)
{
    (void)state;
    refuses("ply\n", "end_header");
    refuses("ply\nend_header\n", "names no format");
    refuses("ply\nformat ascii 2.0\n", "unknown");
    refuses("ply\nformat ascii 1.0\nproperty float x\n", "no element");
    refuses("ply\nformat ascii 1.0\nelement vertex -4\nend_header\n", "no element");
    refuses("ply\nformat ascii 1.0\nelement vertex 2\nproperty half x\nend_header\n", "no type");
    refuses("ply\nformat ascii 1.0\nelement vertex 999999999999999999\nproperty float x\nproperty "
            "float y\nproperty float z\nend_header\n0 0 0",
            "vertex 2");
    refuses("ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n0", "lack");
    refuses("ply\nformat ascii 1.0\nend_header\n", "no vertices");
    refuses("ply\nformat ascii 1.0\nelement vertex 1\nproperty list float int x\nend_header\n",
            "counted in float");
}

/* Our own landscape, with both splits and a path; cut short anywhere it is refused. */
static void test_landscape(void **state)
{
    (void)state;
    char path[1024];
    const char *source = getenv("SRC");
    snprintf(path, sizeof path, "%s/tests/data/viewer/lenet5-pca.landscape", source ? source : ".");
    assert_true(grid_read(&g, path, 0, &p));
    assert_int_equal(g.nx, 18);
    assert_int_equal(g.ny, 12);
    assert_int_equal(g.n_total, 2 * 18 * 12);
    assert_int_equal(g.n_evaluated, g.n_total);
    assert_true(g.has_split[0] && g.has_split[1]);
    assert_int_equal(g.n_path, 13);
    assert_int_equal(g.path[12].epoch, 12);
    for (int k = 0; k < N_SPLITS; k++)
        assert_true(isfinite(g.path[0].true_loss[k]));
    assert_true(strstr(g.title, "lenet5") != NULL);
    grid_free(&g);
    assert_false(grid_read(&g, path, 1000, &p));
    assert_non_null(strstr(p.text, "--max-size"));

    static unsigned char bytes[100000];
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    size_t n = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    for (size_t cut = 16; cut < n; cut += 1531) {
        scratch_write("cut.landscape", bytes, cut);
        if (grid_read(&g, scratch_path("cut.landscape"), 0,
                      &p)) /* SQLite may not have needed the rest */
            grid_free(&g);
        else
            assert_true(p.text[0]);
    }
}

static void test_what_is_no_file(void **state)
{
    (void)state;
    assert_false(grid_read(&g, scratch_path("nothing.csv"), 0, &p));
    assert_non_null(strstr(p.text, "No such file"));
    assert_false(grid_read(&g, scratch_folder, 0, &p));
    assert_non_null(strstr(p.text, "a folder"));
    refuses("", "empty");
    scratch_write("binary", "\0\1\2\3", 4);
    assert_false(grid_read(&g, scratch_path("binary"), 0, &p));
    assert_non_null(strstr(p.text, "neither"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_with_names),   cmocka_unit_test(test_csv_without_names),
        cmocka_unit_test(test_csv_that_is_none), cmocka_unit_test(test_ply_ascii),
        cmocka_unit_test(test_ply_binary),       cmocka_unit_test(test_ply_that_is_none),
        cmocka_unit_test(test_landscape),        cmocka_unit_test(test_what_is_no_file),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
