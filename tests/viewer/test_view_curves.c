/* Repeated lines are curves, not a surface. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "../unit/scratch.h"
#include "overlay/overlay_parts.h"
#include "scene/scene_build.h"

enum { IMAGES = 4, LINES = 3, POINTS = 5 };

static void make_lines(const char *path)
{
    static const float values[IMAGES] = {0, 1, 2, 3};
    static const uint32_t labels[IMAGES] = {0, 1, 0, 1};
    loss_dataset *data;
    loss_net *net;
    loss_plane *plane;
    loss_surface *surface;
    loss_arrays arrays = LOSS_ARRAYS_INIT;
    arrays.shape = (loss_shape){1, 1, 1, 2};
    arrays.n = IMAGES;
    arrays.values = values;
    arrays.labels = labels;
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    opt.x = (loss_axis){-1, 1, POINTS};
    opt.y = (loss_axis){0, LINES - 1, LINES};
    opt.repeat = LINES;
    assert_int_equal(loss_dataset_create_arrays(&data, &arrays, NULL), LOSS_OK);
    assert_int_equal(loss_net_create(&net, "mlp:size=3", loss_dataset_shape(data)), LOSS_OK);
    assert_int_equal(loss_plane_random(&plane, net, NULL), LOSS_OK);
    assert_int_equal(loss_surface_open(&surface, path, net, plane, data, &opt), LOSS_OK);
    assert_int_equal(loss_surface_evaluate(surface), LOSS_OK);
    loss_surface_close(surface);
    loss_plane_free(plane);
    loss_net_free(net);
    loss_dataset_free(data);
}

static size_t count_drawn(cairo_surface_t *image)
{
    size_t n = 0;
    cairo_surface_flush(image);
    const unsigned char *pixels = cairo_image_surface_get_data(image);
    for (int i = 0;
         i < cairo_image_surface_get_height(image) * cairo_image_surface_get_stride(image); i += 4)
        n += pixels[i + 3] > 0;
    return n;
}

static void test_lines(void **state)
{
    (void)state;
    session s;
    char notes[512];
    const char *path = scratch_path("lines.landscape");
    make_lines(path);
    session_init(&s);
    s.scene.set.panel = false;
    assert_true(scene_open(&s.scene, 0, path, 0) && scene_update(&s.scene));
    session_layout(&s, 600, 400, 1);
    const view *v = &s.scene.views[0];
    assert_true(v->grid.is_lines && v->curves && !v->has_relief);
    for (size_t i = 0; i < LINES * POINTS; i++)
        assert_true(v->curves[i] >= s.scene.scale.low && v->curves[i] <= s.scene.scale.high);
    scene_notes(&s.scene, 0, notes);
    assert_non_null(strstr(notes, "3 directions"));
    session_move(&s, 300, 200);
    assert_false(s.hover.is_hit);
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 600, 400);
    cairo_t *cr = cairo_create(image);
    assert_true(overlay_curves(&s, 0, cr));
    assert_true(count_drawn(image) > 2000);
    cairo_destroy(cr);
    cairo_surface_destroy(image);
    session_key(&s, "A");
    assert_true(v->curves && s.scene.scale.high <= 100);
    session_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines)};
    return cmocka_run_group_tests_name("view_curves", tests, scratch_make, scratch_remove);
}
