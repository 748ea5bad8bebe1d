/* JSON that is read: what is valid, where the rest goes wrong, and how deep it may be nested. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

static loss_status parse(const char *text)
{
    cJSON *json;
    loss_status status = lossi_json_parse(&json, text, strlen(text), "label");
    assert_int_equal(json != NULL, status == LOSS_OK);
    cJSON_Delete(json);
    return status;
}

static void test_valid(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        " {\"a\": [1, -0.5e+3, 0, true, false, null, \"\\u00e9\\ud83d\\ude00\\n\"]} \n",
        "{\"a\": {\"b\": {}}, \"c\": []}",
        "{\"\xc3\xa9\": \"\\\"\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(parse(texts[i]), LOSS_OK);
}

static void test_values(void **state)
{
    (void)state;
    cJSON *json;
    static const char text[] = "{\"n\": 2.5, \"s\": \"x\"} and more";
    assert_int_equal(lossi_json_parse(&json, text, strlen("{\"n\": 2.5, \"s\": \"x\"}"), "label"),
                     LOSS_OK);
    assert_true(cJSON_GetNumberValue(cJSON_GetObjectItem(json, "n")) == 2.5);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(json, "s")), "x");
    cJSON_Delete(json);
}

static void test_invalid(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "label: not a JSON object"},
        {"[1]", "label: not a JSON object"},
        {"{", "label: not valid JSON at byte 1"},
        {"{\"a\" 1}", "label: not valid JSON at byte 5"},
        {"{\"a\": 1,}", "label: not valid JSON at byte 8"},
        {"{\"a\": [[1]x]}", "label: not valid JSON at byte 10"},
        {"{\"a\": 01}", "label: not valid JSON at byte 7"},
        {"{\"a\": 1.}", "label: not valid JSON at byte 8"},
        {"{\"a\": nul}", "label: not valid JSON at byte 6"},
        {"{\"a\": \"\n\"}", "label: not valid JSON at byte 8"},
        {"{\"a\": \"\\u12\"}", "label: not valid JSON at byte 11"},
        {"{\"a\": \"\\udc00\"}", "label: not valid JSON at byte 13"},
        {"{\"a\": 1} {}", "label: not valid JSON at byte 9"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(parse(cases[i].text), LOSS_ERR_FORMAT);
        assert_string_equal(loss_last_message(), cases[i].message);
    }
}

static void test_depth(void **state)
{
    (void)state;
    enum { DEEP = 100000 };
    char *text = malloc(DEEP + 8);
    assert_non_null(text);
    memcpy(text, "{\"a\":", 5);
    memset(text + 5, '[', DEEP);
    text[5 + DEEP] = '\0';
    assert_int_equal(parse(text), LOSS_ERR_FORMAT);
    assert_non_null(strstr(loss_last_message(), "nested too deep"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_invalid),
        cmocka_unit_test(test_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
