/* Texts leave no path behind them: what is drawn next begins afresh, on every kind of surface. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cairo-pdf.h>
#include <cmocka.h>

#include "overlay/draw.h"
#include "settings.h"
#include "svg_text.h"

static void check(cairo_surface_t *surface)
{
    cairo_t *cr = cairo_create(surface);
    font(cr, 12, false);
    text_at(cr, 10, 20, 0.5, "text");
    assert_false(cairo_has_current_point(cr));
    halo_text(cr, theme_of(THEME_LIGHT), 1, 10, 20, 0, "text");
    assert_false(cairo_has_current_point(cr));
    assert_int_equal(cairo_status(cr), CAIRO_STATUS_SUCCESS);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}

static void test_texts(void **state)
{
    (void)state;
    check(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 64, 64));
    check(cairo_pdf_surface_create(NULL, 64, 64));
    check(svg_surface_create(64, 64));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_texts)};
    return cmocka_run_group_tests_name("draw", tests, NULL, NULL);
}
