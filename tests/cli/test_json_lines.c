/* Lines of a JSON object: all of them, or, where memory runs out on the way, none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "json.h"

static size_t allocations_left;

static void *failing_malloc(size_t size)
{
    return allocations_left && allocations_left-- ? malloc(size) : NULL;
}

static void let_allocations(size_t n)
{
    allocations_left = n;
    cJSON_InitHooks(n == SIZE_MAX ? NULL : &(cJSON_Hooks){failing_malloc, free});
}

/* Prints {first: 1, inside: {text: "a", list: [1, 2]}, last: 2} with n allocations for it.
 * @param text  what was printed */
static loss_status print(size_t n, char text[256])
{
    json j = json_begin();
    json_number(&j, j.root, "first", 1);
    cJSON *inside = json_object(&j, j.root, "inside");
    json_text(&j, inside, "text", "a");
    cJSON *list = json_list(&j, inside, "list");
    json_number(&j, list, NULL, 1);
    json_number(&j, list, NULL, 2);
    json_number(&j, j.root, "last", 2);
    assert_false(j.failed);

    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(stdout);
    int output = dup(STDOUT_FILENO);
    assert_true(output >= 0 && dup2(fileno(file), STDOUT_FILENO) >= 0);
    let_allocations(n);
    loss_status status = json_print_lines(&j);
    let_allocations(SIZE_MAX);
    fflush(stdout);
    dup2(output, STDOUT_FILENO);
    close(output);
    rewind(file);
    text[fread(text, 1, 255, file)] = 0;
    fclose(file);
    return status;
}

static void test_whole(void **state)
{
    (void)state;
    char text[256];
    assert_int_equal(print(SIZE_MAX, text), LOSS_OK);
    assert_string_equal(text, "first: 1\ninside:\n  text: a\n  list: [1,2]\nlast: 2\n");
}

static void test_out_of_memory(void **state)
{
    (void)state;
    char whole[256], text[256];
    assert_int_equal(print(SIZE_MAX, whole), LOSS_OK);
    size_t n = 0;
    loss_status status = LOSS_ERR_NOMEM;
    for (; n < 100 && status; n++) {
        status = print(n, text);
        assert_true(status == LOSS_OK || status == LOSS_ERR_NOMEM);
        assert_string_equal(text, status ? "" : whole);
    }
    assert_true(n > 2 && !status); /* several failed, then all went well */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
