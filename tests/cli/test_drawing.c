/* A text whose glyphs cannot be had is told, not left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drawing.h"

static bool fails;

static cairo_status_t make_glyphs(cairo_scaled_font_t *font, const char *text, int length,
                                  cairo_glyph_t **glyphs, int *n_glyphs,
                                  cairo_text_cluster_t **clusters, int *n_clusters,
                                  cairo_text_cluster_flags_t *flags)
{
    (void)font, (void)text, (void)length, (void)glyphs, (void)clusters, (void)n_clusters;
    (void)flags;
    *n_glyphs = 0;
    return fails ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

static cairo_status_t draw_glyph(cairo_scaled_font_t *font, unsigned long glyph, cairo_t *cr,
                                 cairo_text_extents_t *extents)
{
    (void)font, (void)glyph, (void)cr, (void)extents;
    return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t status_of_text(bool failing)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 8, 8);
    cairo_t *cr = cairo_create(surface);
    cairo_font_face_t *face = cairo_user_font_face_create();
    cairo_user_font_face_set_render_glyph_func(face, draw_glyph);
    cairo_user_font_face_set_text_to_glyphs_func(face, make_glyphs);
    cairo_set_font_face(cr, face);
    fails = failing;
    drawing_text_path(cr, "text");
    cairo_status_t status = cairo_status(cr);
    cairo_font_face_destroy(face);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return status;
}

static void test_text_path(void **state)
{
    (void)state;
    assert_int_equal(status_of_text(false), CAIRO_STATUS_SUCCESS);
    assert_int_equal(status_of_text(true), CAIRO_STATUS_NO_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_text_path)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
