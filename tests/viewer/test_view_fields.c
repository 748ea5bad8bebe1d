/* Standard error and convexity: colours over the loss, with a scale and words of their own. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "near.h"

#include "../unit/scratch.h"
#include "scene/mesh.h"
#include "scene/scene_build.h"
#include "session.h"

enum { N = 3 };
static const char ERRORS[] = "x,y,loss,standard_error\n0,0,1,0.01\n1,0,2,0.02\n2,0,3,nan\n"
                             "0,1,4,0.04\n1,1,5,0.05\n2,1,60,9\n",
                  PLAIN[] = "x,y,loss\n0,0,1\n1,0,2\n0,1,3\n1,1,5\n";

/* With eigenvalues at its points. */
static void make_landscape(const char *path, loss_point_curvature curvature[N * N])
{
    static const float values[8] = {0, 1, 2, 3, 1, 0, 3, 1};
    static const uint32_t labels[4] = {0, 1, 1, 0};
    loss_arrays arrays = LOSS_ARRAYS_INIT;
    loss_dataset_options data_options = LOSS_DATASET_OPTIONS_INIT;
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    loss_curvature_options all = LOSS_CURVATURE_OPTIONS_INIT;
    loss_dataset *data;
    loss_net *net;
    loss_plane *plane;
    loss_surface *surface;
    arrays.shape = (loss_shape){2, 1, 1, 2};
    arrays.n = 4;
    arrays.values = values;
    arrays.labels = labels;
    data_options.split = LOSS_SPLIT_TRAIN;
    opt.x = opt.y = (loss_axis){-1, 1, N};
    opt.curvature = &all;
    assert_int_equal(loss_dataset_create_arrays(&data, &arrays, &data_options), LOSS_OK);
    assert_int_equal(loss_net_create(&net, "mlp:size=3", loss_dataset_shape(data)), LOSS_OK);
    assert_int_equal(loss_plane_random(&plane, net, NULL), LOSS_OK);
    assert_int_equal(loss_surface_open(&surface, path, net, plane, data, &opt), LOSS_OK);
    assert_int_equal(loss_surface_evaluate(surface), LOSS_OK);
    assert_int_equal(loss_surface_curvature(surface, LOSS_SPLIT_TRAIN, curvature), LOSS_OK);
    loss_surface_close(surface);
    loss_plane_free(plane);
    loss_net_free(net);
    loss_dataset_free(data);
}

static void begin(session *s, const char *table)
{
    session_init(s);
    s->scene.set.panel = false;
    s->scene.set.surface = SURFACE_GRID;
    scratch_write("a.csv", table, strlen(table));
    assert_true(scene_open(&s->scene, 0, scratch_path("a.csv"), 0));
    assert_true(scene_update(&s->scene));
    session_layout(s, 800, 600, 1);
}

static void test_convexity(void **state)
{
    (void)state;
    session s;
    loss_point_curvature curvature[N * N];
    char text[512];
    double low = (double)INFINITY, high = 0;
    make_landscape(scratch_path("a.landscape"), curvature);
    for (int i = 0; i < N * N; i++) {
        low = fmin(low, loss_point_convexity(&curvature[i]));
        high = fmax(high, loss_point_convexity(&curvature[i]));
    }
    session_init(&s);
    s.scene.set.field = QUANTITY_CONVEXITY;
    assert_true(scene_open(&s.scene, 0, scratch_path("a.landscape"), 0));
    assert_true(scene_update(&s.scene));
    session_layout(&s, 800, 600, 1);
    const scene *c = &s.scene;
    const relief *r = &c->views[0].relief;
    assert_true(r->parts > 1);
    assert_near(scene_colour_scale(c)->low, low, 1e-12);
    assert_near(scene_colour_scale(c)->high, high, 1e-12);
    for (size_t i = 0; i < N * N; i++) {
        size_t at = i / N * r->parts * r->nx + i % N * r->parts;
        double loss = c->views[0].grid.splits[LOSS_SPLIT_TRAIN].loss[i];
        assert_near(r->z[at], r->height * loss_scale_place(&c->scale, loss), 1e-12);
        assert_near(low + r->tint[at] * (high - low), loss_point_convexity(&curvature[i]), 1e-12);
        assert_near(c->views[0].grid.splits[LOSS_SPLIT_TRAIN].sharpness[i], curvature[i].max, 0);
    }
    scene_colour_quantity(c, SIZE_MAX, text);
    assert_string_equal(text, "|smallest / largest eigenvalue|, training");
    scene_quantity(c, 0, text);
    assert_string_equal(text, "training loss (nats per image)");
    scene_notes(c, 0, text);
    assert_non_null(strstr(text, "colours: |smallest / largest eigenvalue|, training"));
    assert_string_equal(scene_value_name(c, 0), "loss");
    session_key(&s, "7");
    const box *b = &s.layout.panes[0].at;
    session_move(&s, b->x + b->w / 2, b->y + b->h / 2);
    assert_true(s.hover.is_hit);
    assert_near(s.hover.convexity, loss_point_convexity(&curvature[4]), 1e-12);
    session_free(&s);
}

/* What is not known is grey; what is cut off does not widen the scale; two textures have colours of
 * their own. */
static void test_standard_error(void **state)
{
    (void)state;
    session s;
    mesh m;
    char text[128];
    begin(&s, ERRORS);
    scene *c = &s.scene;
    c->set.field = QUANTITY_ERROR;
    assert_true(scene_update(c));
    assert_int_equal(c->tint_scale.kind, LOSS_SCALE_LOG);
    assert_near(c->tint_scale.high, 9, 0);
    c->set.clip = 10;
    assert_true(scene_update(c));
    assert_near(c->tint_scale.low, 0.01, 0);
    assert_near(c->tint_scale.high, 0.05, 0);
    assert_int_equal(c->tint_scale.kind, LOSS_SCALE_LINEAR);
    assert_true(mesh_make(&m, &c->views[0].relief, NULL, 1, 0));
    assert_near(m.vertices[0].place, 0, 1e-6);
    assert_near(m.vertices[4].place, 1, 1e-6);
    assert_near(m.vertices[2].place, (double)UNKNOWN_PLACE, 0);
    mesh_free(&m);
    assert_true(
        mesh_make(&m, &c->views[0].relief, NULL, 1, 1)); /* what is plane has colours, too */
    assert_near(m.vertices[4].place, 1, 1e-6);
    mesh_free(&m);
    scene_colour_quantity(c, 0, text);
    assert_string_equal(text, "standard error of the loss");
    assert_true(scene_is_tinted(c));
    c->set.texture = TEXTURE_SLOPE;
    assert_false(scene_is_tinted(c));
    scene_colour_quantity(c, 0, text);
    assert_string_equal(text, "loss");
    session_free(&s);
}

/* The key goes past what the file lacks, and says why. */
static void test_lacking(void **state)
{
    (void)state;
    session s;
    begin(&s, ERRORS);
    s.scene.set.field = QUANTITY_ERROR;
    assert_true(scene_update(&s.scene));
    session_key(&s, "A");
    assert_int_equal(s.scene.set.field, QUANTITY_LOSS);
    assert_non_null(strstr(s.scene.message, "surface --curvature adds them"));
    s.scene.set.field = QUANTITY_ERROR;
    s.scene.set.split = SHOW_DIFFERENCE;
    assert_false(scene_update(&s.scene));
    session_free(&s);
    begin(&s, PLAIN);
    s.scene.set.field = QUANTITY_ERROR;
    assert_false(scene_update(&s.scene));
    assert_non_null(strstr(s.scene.message, "a column standard_error"));
    assert_int_equal(s.scene.set.field, QUANTITY_LOSS);
    session_key(&s, "A"); /* none of them is there: all round */
    assert_int_equal(s.scene.set.field, QUANTITY_LOSS);
    assert_true(s.scene.views[0].has_relief && s.scene.message[0]);
    session_key(&s, "K");
    assert_int_equal(s.scene.message[0], 0);
    session_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_convexity),
                                       cmocka_unit_test(test_standard_error),
                                       cmocka_unit_test(test_lacking)};
    return cmocka_run_group_tests_name("view_fields", tests, scratch_make, scratch_remove);
}
