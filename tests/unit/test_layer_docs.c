/* docs/net-format.md lists every layer kind with its keys, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/layer.h"

/* The table's row of a kind, "| `name` | keys | ...", ended by a NUL; NULL: there is none. */
static char *row_of(const char *text, const char *name)
{
    char begin[64];
    snprintf(begin, sizeof begin, "\n| `%s` |", name);
    const char *row = strstr(text, begin);
    return row ? strndup(row + 1, strcspn(row + 1, "\n")) : NULL;
}

/* Says which text is missing in a row. */
static void must_have(const char *kind, const char *row, const char *text)
{
    if (!strstr(row, text))
        fail_msg("docs/net-format.md: the row of %s lacks %s", kind, text);
}

static void test_rows(void **state)
{
    (void)state;
    char path[4096], text[1 << 14] = "";
    snprintf(path, sizeof path, "%s/docs/net-format.md", getenv("SRC") ? getenv("SRC") : ".");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 1000);
    fclose(file);
    size_t n = 0, n_rows = 0;
    for (; lossi_layers[n]; n++) {
        const lossi_layer *kind = lossi_layers[n];
        char *row = row_of(text, kind->name), word[64];
        if (!row)
            fail_msg("docs/net-format.md: no row for %s", kind->name);
        for (const lossi_key *key = kind->keys; key->name; key++) {
            snprintf(word, sizeof word, key->is_needed ? "`%s`" : "`%s=", key->name);
            must_have(kind->name, row, word);
        }
        for (const lossi_own_tensor *t = kind->tensors; t->suffix; t++) {
            snprintf(word, sizeof word, *t->suffix ? "NAME.%s" : "NAME", t->suffix);
            must_have(kind->name, row, word);
        }
        free(row);
    }
    for (const char *at = text; (at = strstr(at, "\n| `")); at++)
        n_rows++;
    assert_int_equal(n_rows, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests_name("documentation of layers", tests, NULL, NULL);
}
