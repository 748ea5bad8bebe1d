/* Misuse of the report of a load. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

static void test_text(void **state)
{
    (void)state;
    char text[24] = "x";
    loss_load_report report = LOSS_LOAD_REPORT_INIT;
    assert_false(loss_load_report_text(NULL, text, sizeof text));
    assert_string_equal(text, "");
    assert_false(loss_load_report_text(&report, NULL, 0));
    strcpy(report.prefix, "module.");
    assert_true(loss_load_report_text(&report, NULL, 0));
    assert_true(loss_load_report_text(&report, text, sizeof text));
    assert_string_equal(text, "dropped in front of nam");
    assert_true(loss_load_report_text(&report, text, 0));
}

static void test_size(void **state)
{
    (void)state;
    static const loss_shape shape = {1, 28, 28, 10};
    loss_net *net;
    loss_load_report report = LOSS_LOAD_REPORT_INIT;
    loss_load_options opt = LOSS_LOAD_OPTIONS_INIT;
    assert_int_equal(loss_net_create(&net, "lenet5", shape), LOSS_OK);
    report.struct_size = 0;
    opt.report = &report;
    assert_int_equal(loss_net_load(net, "none.safetensors", &opt), LOSS_ERR_ARGUMENT);
    loss_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_text), cmocka_unit_test(test_size)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
