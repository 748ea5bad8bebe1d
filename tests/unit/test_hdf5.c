/* HDF5 files: what is written is read again, and what is damaged is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scratch.h"

#include <loss/loss.h>

#ifdef LOSSI_HAS_HDF5

static const char TABLE[] = "x,y,train_loss,test_loss,test_acc\n-1,0,1,4,10\n0,0,2,5,20\n1,0,3,nan,"
                            "30\n-1,1,1.5,,\n0,1,2.5,5.5,50\n1,1,3.5,6.5,60\n";

static loss_surface *look(const char *name)
{
    loss_surface *surface;
    if (loss_surface_look(&surface, scratch_path(name)))
        fail_msg("%s", loss_last_message());
    return surface;
}

static void export_table(const char *name)
{
    scratch_write("a.csv", TABLE, sizeof TABLE - 1);
    loss_surface *surface = look("a.csv");
    assert_int_equal(loss_surface_export(surface, scratch_path(name), NULL), LOSS_OK);
    loss_surface_close(surface);
}

static void test_round(void **state)
{
    (void)state;
    export_table("a.h5");
    loss_surface *surface = look("a.h5");
    loss_axis x = loss_surface_x(surface), y = loss_surface_y(surface);
    assert_true(x.n == 3 && x.min == -1 && x.max == 1 && y.n == 2 && y.max == 1);
    loss_point train[6], test[6];
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TRAIN, train), LOSS_OK);
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TEST, test), LOSS_OK);
    static const double losses[] = {1, 2, 3, 1.5, 2.5, 3.5};
    for (int i = 0; i < 6; i++)
        assert_true(train[i].evaluated && train[i].loss == losses[i] && isnan(train[i].accuracy));
    assert_true(test[2].evaluated && isnan(test[2].loss) && test[2].accuracy == 30);
    assert_false(test[3].evaluated); /* -1 there */
    assert_true(test[5].loss == 6.5 && test[5].accuracy == 60);
    loss_surface_close(surface);
}

static uint8_t *read_all(const char *name, size_t *n)
{
    uint8_t *bytes;
    assert_int_equal(loss_file_read(scratch_path(name), SIZE_MAX, &bytes, n), LOSS_OK);
    return bytes;
}

static void test_same_bytes(void **state)
{
    (void)state;
    size_t n, n_again;
    export_table("b.h5");
    export_table("c.h5");
    uint8_t *bytes = read_all("b.h5", &n), *again = read_all("c.h5", &n_again);
    assert_true(n == n_again && memcmp(bytes, again, n) == 0);
    free(bytes);
    free(again);
}

static void test_line(void **state)
{
    (void)state;
    scratch_write("l.csv", "x,train_loss\n0,1\n1,2\n2,4\n", 24);
    loss_surface *surface = look("l.csv");
    assert_int_equal(loss_surface_export(surface, scratch_path("l.h5"), NULL), LOSS_OK);
    loss_surface_close(surface);
    surface = look("l.h5");
    loss_point points[3];
    assert_int_equal(loss_surface_y(surface).n, 1);
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TRAIN, points), LOSS_OK);
    assert_true(points[2].loss == 4);
    loss_surface_close(surface);
}

/* Cut at many lengths, it is refused. */
static void test_cut(void **state)
{
    (void)state;
    size_t n;
    export_table("d.h5");
    uint8_t *bytes = read_all("d.h5", &n);
    for (size_t cut = 8; cut + 1 < n; cut += 97) {
        loss_import *import = NULL;
        scratch_write("cut.h5", bytes, cut);
        assert_int_not_equal(loss_import_read(&import, scratch_path("cut.h5"), NULL), LOSS_OK);
        assert_null(import);
    }
    free(bytes);
}

/* With bytes changed it is read or refused. */
static void test_changed(void **state)
{
    (void)state;
    size_t n;
    uint32_t random = 1;
    export_table("e.h5");
    uint8_t *bytes = read_all("e.h5", &n);
    for (int i = 0; i < 400; i++) {
        loss_import *import = NULL;
        random = random * 1664525u + 1013904223u;
        size_t at = random % n;
        uint8_t was = bytes[at];
        bytes[at] = (uint8_t)(random >> 24);
        scratch_write("changed.h5", bytes, n);
        if (loss_import_read(&import, scratch_path("changed.h5"), NULL) == LOSS_OK)
            loss_import_free(import);
        bytes[at] = was;
    }
    free(bytes);
}

/* Directions, as the scripts of Li et al. number them. */
static void test_directions(void **state)
{
    (void)state;
    loss_net *net;
    loss_plane *plane, *again;
    const loss_shape shape = {.channels = 3, .height = 32, .width = 32, .classes = 10};
    assert_int_equal(loss_net_create(&net, "resnet20", shape), LOSS_OK);
    assert_int_equal(loss_plane_random(&plane, net, NULL), LOSS_OK);
    assert_int_equal(loss_plane_save(plane, net, scratch_path("d.h5")), LOSS_OK);
    if (loss_plane_load(&again, net, scratch_path("d.h5")))
        fail_msg("%s", loss_last_message());
    assert_string_equal(loss_plane_digest(plane), loss_plane_digest(again));
    loss_plane_free(plane);
    loss_plane_free(again);
    loss_net_free(net);
    assert_int_equal(loss_net_create(&net, "vgg9", shape), LOSS_OK);
    assert_int_equal(loss_plane_load(&again, net, scratch_path("d.h5")), LOSS_ERR_MISMATCH);
    assert_non_null(strstr(loss_last_message(), "a direction of"));
    loss_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round),   cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_line),    cmocka_unit_test(test_cut),
        cmocka_unit_test(test_changed), cmocka_unit_test(test_directions),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}

#else

/* Without libhdf5 such a file is named, and the way out told. */
static void test_refused(void **state)
{
    (void)state;
    loss_import *import;
    scratch_write("a.h5", "\x89HDF\r\n\x1a\n", 8);
    assert_int_equal(loss_import_read(&import, scratch_path("a.h5"), NULL), LOSS_ERR_FORMAT);
    assert_non_null(strstr(loss_last_message(), "built without libhdf5"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}

#endif
