/* docs/onnx.md names every operator that is read, and no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "onnx/graph.h"

/* The table's text, with what stands between two headings. */
static char *read_table(void)
{
    char path[4096];
    static char text[1 << 15];
    snprintf(path, sizeof path, "%s/docs/onnx.md", getenv("SRC") ? getenv("SRC") : ".");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 1000);
    fclose(file);
    char *table = strstr(text, "| operators |");
    assert_non_null(table);
    char *end = strstr(table, "\n\n");
    assert_non_null(end);
    *end = 0;
    return table;
}

static void test_operators(void **state)
{
    (void)state;
    size_t n_known = 0, n_listed = 0;
    char *table = read_table(), *names = lossi_onnx_operator_names(), *rest = names, *line_rest;
    assert_non_null(names);
    for (char *name; (name = strtok_r(rest, ", ", &rest)); n_known++) {
        bool is_there = false; /* as a word of a row's first column */
        for (char *at = table; !is_there && (at = strstr(at, name)); at++)
            is_there = !strchr("abcdefghijklmnopqrstuvwxyz", at[strlen(name)]) &&
                       strchr(" |", at[-1]) &&
                       !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ", at[strlen(name)]);
        if (!is_there)
            fail_msg("docs/onnx.md: no row for %s", name);
    }
    for (char *line = strtok_r(strchr(table, '\n'), "\n", &line_rest); line;
         line = strtok_r(NULL, "\n", &line_rest)) {
        char *column_rest, *column = strtok_r(line, "|", &column_rest);
        for (char *word; column && (word = strtok_r(column, ", ;", &column));)
            if (!strchr(word, '-')) {
                n_listed++;
                if (!lossi_onnx_find_operator(word))
                    fail_msg("docs/onnx.md: %s is not read", word);
            }
    }
    free(names);
    assert_int_equal(n_known, n_listed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_operators)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
