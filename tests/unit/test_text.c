/* Numbers in any locale, bytes that are shown, names alike. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/text.h>

#include "base/base.h"
#include "comma_locale.h"

static const double INVALID = -12345;

static double parse(const char *text)
{
    double value = INVALID;
    return loss_number_parse(text, NULL, &value) ? value : INVALID;
}

static void check_numbers(void)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0.3367", 0.3367},
        {"-1", -1},
        {"+2.", 2},
        {".5", .5},
        {"1e-3", 1e-3},
        {"1E+3", 1e3},
        {"00012", 12},
        {"4.9e-324", 5e-324},
        {"1e-999", 0},
        {"inf", INFINITY},
        {"-Infinity", -INFINITY},
        {"0,5", INVALID},
        {"", INVALID},
        {" 1", INVALID},
        {"1 ", INVALID},
        {"0x10", INVALID},
        {"1e", INVALID},
        {".", INVALID},
        {"-", INVALID},
        {"+-1", INVALID},
        {"1e999", INVALID},
        {"1.2.3", INVALID},
        {"e5", INVALID},
        {"infx", INVALID},
        {"nan(1)", INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (parse(cases[i].text) != cases[i].value)
            fail_msg("\"%s\" is read as %g; expected %g", cases[i].text, parse(cases[i].text),
                     cases[i].value);
    assert_true(isnan(parse("NaN")));
    assert_true(signbit(parse("-0")));

    static const struct {
        const char *text;
        double value;
        char next;
    } parts[] = {{"1.5:2", 1.5, ':'}, {"0x10", 0, 'x'}, {"1e+", 1, 'e'}, {"1,5", 1, ','}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        double value;
        const char *end;
        assert_true(loss_number_parse(parts[i].text, &end, &value));
        assert_true(value == parts[i].value);
        assert_int_equal(*end, parts[i].next);
    }
}

static void check_printing(void)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.3367, "0.3367"},
        {0.1, "0.1"},
        {-0.0, "-0"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {5e-324, "5e-324"},
        {1e22, "1e+22"},
        {INFINITY, "inf"},
        {NAN, "nan"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
    };
    char text[LOSS_NUMBER_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(loss_number_print(cases[i].value, text), cases[i].text);
    uint64_t bits = 1;
    for (int i = 0; i < 10000; i++) {
        double value;
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            assert_true(parse(loss_number_print(value, text)) == value);
    }
    char *formatted = lossi_format("%.2f", 1.5);
    assert_string_equal(formatted, "1.50");
    free(formatted);
    lossi_fail(LOSS_ERR_ARGUMENT, "%g", 0.5);
    assert_string_equal(loss_last_message(), "0.5");
}

static void test_numbers(void **state)
{
    (void)state;
    check_numbers();
    check_printing();
}

static void test_numbers_have_a_point_in_any_locale(void **state)
{
    (void)state;
    if (!comma_locale_set())
        skip(); /* no localedef, or no sources of locales */
    char text[8];
    snprintf(text, sizeof text, "%.1f", 0.5);
    check_numbers();
    check_printing();
    comma_locale_unset();
    assert_string_equal(text, "0,5"); /* the locale was in force */
}

static void test_counts(void **state)
{
    (void)state;
    uint64_t n = 7;
    const char *end;
    assert_true(loss_count_parse("18446744073709551615", NULL, &n));
    assert_true(n == UINT64_MAX);
    assert_true(loss_count_parse("012x", &end, &n));
    assert_true(n == 12 && *end == 'x');
    static const char *const wrong[] = {"", "-1", "+1", " 1", "1 ", "1.0", "18446744073709551616"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(loss_count_parse(wrong[i], NULL, &n));
    assert_true(n == 12);
}

static void assert_escaped(const char *text, const char *expected)
{
    char *once = loss_text_escaped(text), *twice = loss_text_escaped(once);
    assert_string_equal(once, expected);
    assert_string_equal(twice, expected);
    loss_string_free(once);
    loss_string_free(twice);
}

static void test_escape(void **state)
{
    (void)state;
    assert_escaped("/data/Bilder \303\274ber\\x", "/data/Bilder \303\274ber\\x");
    assert_escaped("a\nloss 0\r\t\033[2J\177", "a\\nloss 0\\r\\t\\x1b[2J\\x7f");
    assert_escaped("B\344ume", "B\\xe4ume");                 /* Latin-1 */
    assert_escaped("\302\233m", "\\xc2\\x9bm");              /* a control of eight bits */
    assert_escaped("\342\200\256gnp", "\\xe2\\x80\\xaegnp"); /* from right to left */
    assert_escaped("\300\200", "\\xc0\\x80");                /* longer than it need be */
    assert_escaped("\355\240\200", "\\xed\\xa0\\x80");       /* half a surrogate pair */
    assert_escaped("\364\220\200\200", "\\xf4\\x90\\x80\\x80");
    assert_escaped("\360\237\230\200", "\360\237\230\200");
    assert_escaped("cut \342\202", "cut \\xe2\\x82");
    char text[8];
    assert_int_equal(loss_text_escape("abc\303\274\303\274\303\274", SIZE_MAX, text, sizeof text),
                     9);
    assert_string_equal(text, "abc\303\274\303\274");
    assert_int_equal(loss_text_escape("abcdef\303\274g", 8, text, sizeof text), 8);
    assert_string_equal(text, "abcdef"); /* nothing after what did not fit */
}

static void test_messages_are_escaped(void **state)
{
    (void)state;
    lossi_fail(LOSS_ERR_FORMAT, "%s: \033]0;title\007", "a\nb");
    assert_string_equal(loss_last_message(), "a\\nb: \\x1b]0;title\\x07");
}

static void test_nearest(void **state)
{
    (void)state;
    const char *const names[] = {"resnet20", NULL, "vgg11"};
    assert_string_equal(loss_text_nearest("VGG", names, 3), "vgg11");
    assert_null(loss_text_nearest("VGG", names, 0));
    assert_null(loss_text_nearest(NULL, names, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test_setup_teardown(test_numbers_have_a_point_in_any_locale, scratch_make,
                                        scratch_remove),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_escape),
        cmocka_unit_test(test_messages_are_escaped),
        cmocka_unit_test(test_nearest),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
