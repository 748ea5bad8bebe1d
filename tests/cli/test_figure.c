/* What a picture of a landscape says: its scale and what lies beyond it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../unit/pca_fixture.h"

#include "figure/figure_make.h"

/* Borrows: labels point into the figure. */
static figure *make(loss_surface *surface, const figure_request *r)
{
    static figure f;
    f = (figure){.width = 600, .height = 500};
    assert_int_equal(figure_make(&f, surface, r), LOSS_OK);
    return &f;
}

static bool says(const figure *f, const char *text)
{
    for (size_t i = 0; i < f->n_captions; i++)
        if (strstr(f->captions[i], text))
            return true;
    return false;
}

static figure_request usual(void)
{
    return (figure_request){.colours = "viridis", .split = LOSS_SPLIT_TEST};
}

/* As the library chooses; another one when it is asked for. */
static void test_scale(void **state)
{
    (void)state;
    loss_surface *surface = open_fixture();
    figure_request r = usual();
    figure *f = make(surface, &r);
    assert_int_equal(f->scale.kind, loss_scale_of_range(f->scale.low, f->scale.high).kind);
    assert_int_equal(f->scale.kind, LOSS_SCALE_LOG);
    assert_true(says(f, "colours on a log scale"));
    figure_free(f);
    r.scale.has_log = true;
    f = make(surface, &r);
    assert_int_equal(f->scale.kind, LOSS_SCALE_LINEAR);
    assert_false(says(f, "colours on"));
    figure_free(f);
    r.scale.has_log = false;
    r.quantity = QUANTITY_ACCURACY;
    f = make(surface, &r);
    assert_int_equal(f->scale.kind, LOSS_SCALE_LINEAR);
    figure_free(f);
    loss_surface_close(surface);
}

/* The colours end where they are told to: a caption counts what lies beyond. */
static void test_limits(void **state)
{
    (void)state;
    loss_surface *surface = open_fixture();
    figure_request r = usual();
    figure *f = make(surface, &r);
    double middle = loss_scale_value(&f->scale, 0.5);
    size_t above = 0;
    for (size_t i = 0; i < f->x.n * f->y.n; i++)
        above += f->fields[0].values[i] > middle;
    assert_true(above > 0);
    figure_free(f);
    r.scale.has_high = true;
    r.scale.high = middle;
    f = make(surface, &r);
    char text[64];
    snprintf(text, sizeof text, "0 points are below, %zu above", above);
    assert_true(says(f, text));
    figure_free(f);
    loss_surface_close(surface);
}

/* 0 in the middle of a map that diverges there; of both splits' images. */
static void test_difference(void **state)
{
    (void)state;
    loss_surface *surface = open_fixture();
    figure_request r = usual();
    r.colours = NULL;
    r.has_split = true;
    r.split = SPLIT_DIFFERENCE;
    loss_point test[18 * 12], train[18 * 12];
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TEST, test), LOSS_OK);
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TRAIN, train), LOSS_OK);
    figure *f = make(surface, &r);
    assert_int_equal(f->n_fields, 1);
    for (size_t i = 0; i < 18 * 12; i++)
        assert_true(f->fields[0].values[i] == test[i].loss - train[i].loss);
    assert_true(fabs(loss_scale_place(&f->scale, 0) - 0.5) < 1e-12);
    assert_string_equal(f->colours, "coolwarm");
    assert_string_equal(f->fields[0].label, "test \342\210\222 training loss (nats per image)");
    assert_string_equal(f->what, "Test \342\210\222 training loss of lenet5");
    assert_true(says(f, "train images") && says(f, "test images") && says(f, "difference from"));
    figure_free(f);
    loss_surface_close(surface);
}

static void test_accuracy(void **state)
{
    (void)state;
    loss_surface *surface = open_fixture();
    figure_request r = usual();
    r.quantity = QUANTITY_ACCURACY;
    figure *f = make(surface, &r);
    assert_string_equal(f->what, "Accuracy of lenet5");
    assert_true(says(f, "; accuracy from ") && says(f, " % at ("));
    assert_false(says(f, "lowest loss"));
    figure_free(f);
    loss_surface_close(surface);
}

/* The fixture's principal components have one unit: one scale, unless another one is asked for. */
static void test_aspect(void **state)
{
    (void)state;
    loss_surface *surface = open_fixture();
    figure_request r = usual();
    figure *f = make(surface, &r);
    assert_true(f->has_one_scale && !says(f, "not of one scale"));
    figure_free(f);
    r.aspect = ASPECT_FILL;
    f = make(surface, &r);
    assert_true(!f->has_one_scale && says(f, "not of one scale"));
    figure_free(f);
    loss_surface_close(surface);
}

/* A path has a legend, which takes room. */
static void test_legend(void **state)
{
    (void)state;
    loss_surface *surface = open_fixture();
    figure_request r = usual();
    figure *f = make(surface, &r);
    assert_true(figure_legend_height(f, 1) > 20);
    f->n_path = 0;
    assert_true(figure_legend_height(f, 1) < 1);
    figure_free(f);
    loss_surface_close(surface);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scale),      cmocka_unit_test(test_limits),
        cmocka_unit_test(test_difference), cmocka_unit_test(test_accuracy),
        cmocka_unit_test(test_aspect),     cmocka_unit_test(test_legend)};
    return cmocka_run_group_tests_name("figure", tests, NULL, NULL);
}
