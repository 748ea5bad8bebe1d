/* Short numbers are read without strtod, to the same bits. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/text.h>

static void same_as_strtod(const char *text)
{
    double value = -1, expected = strtod(text, NULL);
    const char *end = NULL;
    assert_true(loss_number_parse(text, &end, &value));
    assert_memory_equal(&value, &expected, sizeof value);
    assert_int_equal(*end, 0);
}

/* Digits of every length with the point at every place. */
static void test_digits_and_point(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int tries = 0; tries < 200; tries++)
        for (int n = 1; n <= 20; n++) {
            char text[32];
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            int point = (int)(seed >> 33) % (n + 2) - 1, at = 0;
            uint64_t digits = seed;
            if (seed >> 63)
                text[at++] = '-';
            for (int i = 0; i < n; i++) {
                digits = digits * 6364136223846793005u + 1442695040888963407u;
                text[at++] = (char)('0' + (digits >> 60) % 10);
                if (i == point)
                    text[at++] = '.';
            }
            text[at] = 0;
            same_as_strtod(text);
        }
}

static void test_edges(void **state)
{
    static const char *const texts[] = {"0",
                                        "-0",
                                        "0.",
                                        ".0",
                                        "000000000000000000001.5",
                                        "999999999999999",
                                        "9999999999999999",
                                        "0.000000000000001",
                                        ".999999999999999",
                                        ".9999999999999999",
                                        "1.5e3",
                                        "1E-2",
                                        "123456789012345678901234567890"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        same_as_strtod(texts[i]);
}

/* What follows a number is left: an e without digits, a second point. */
static void test_ends(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        double value;
    } cases[] = {{"1e", 1, 1}, {"1.5.5", 3, 1.5}, {"0x10", 1, 0}, {"12,3", 2, 12}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double value = -1;
        const char *end = NULL;
        assert_true(loss_number_parse(cases[i].text, &end, &value));
        assert_int_equal(end - cases[i].text, cases[i].length);
        assert_true(value == cases[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_digits_and_point),
                                       cmocka_unit_test(test_edges), cmocka_unit_test(test_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
