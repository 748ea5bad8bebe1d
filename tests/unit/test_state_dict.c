/* Which dictionary of a checkpoint is the weights, and what messages say of the others. The values
 * are put together here, as a pickle would give them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "formats/state_dict.h"

static char *const TEXT[] = {"a", "b", "c", "big", "small", "one"};
static lossi_pickle_tensor tensors[5];
static lossi_pickle_value names[6], values[5], groups[2], top;
static lossi_pickle_value *big[6], *small[4], *all[4];

static lossi_pickle_value make_dict(lossi_pickle_value **items, size_t n)
{
    return (lossi_pickle_value){.kind = LOSSI_PICKLE_DICT, .n = n, .items = items};
}

/* {"big": {a, b, c}, "small": {one[, a]}}, or the other way round. */
static lossi_pickle make(size_t n_small, bool small_first)
{
    for (size_t i = 0; i < 6; i++)
        names[i] = (lossi_pickle_value){
            .kind = LOSSI_PICKLE_STRING, .n = strlen(TEXT[i]), .text = TEXT[i]};
    for (size_t i = 0; i < 5; i++)
        values[i] = (lossi_pickle_value){.kind = LOSSI_PICKLE_TENSOR, .tensor = &tensors[i]};
    for (size_t i = 0; i < 3; i++) {
        big[2 * i] = &names[i];
        big[2 * i + 1] = &values[i];
    }
    small[0] = &names[5];
    small[1] = &values[3];
    small[2] = &names[0];
    small[3] = &values[4];
    groups[0] = make_dict(big, 6);
    groups[1] = make_dict(small, 2 * n_small);
    all[0] = &names[small_first ? 4 : 3];
    all[1] = &groups[small_first];
    all[2] = &names[small_first ? 3 : 4];
    all[3] = &groups[!small_first];
    top = make_dict(all, 4);
    return (lossi_pickle){.top = &top, .last = &top};
}

static void test_the_larger(void **state)
{
    (void)state;
    char list[LOSSI_LIST_SIZE];
    for (int small_first = 0; small_first < 2; small_first++) {
        lossi_pickle pickle = make(1, small_first);
        lossi_state_dict found;
        assert_int_equal(lossi_state_dict_find(&found, &pickle, NULL, "x"), LOSS_OK);
        assert_string_equal(found.sets.items[found.sets.chosen].key, "big");
        assert_false(found.sets.is_unclear);
        assert_string_equal(lossi_sets_list(&found.sets, found.sets.chosen, list),
                            "small (1 tensor)");
        assert_int_equal(found.n, 3);
        assert_string_equal(found.entries[2].name, "c");
        assert_ptr_equal(found.entries[2].tensor, &tensors[2]);
        lossi_state_dict_free(&found);
    }
}

static void test_by_key(void **state)
{
    (void)state;
    lossi_pickle pickle = make(1, false);
    lossi_state_dict found;
    assert_int_equal(lossi_state_dict_find(&found, &pickle, "small", "x"), LOSS_OK);
    char list[LOSSI_LIST_SIZE];
    assert_string_equal(lossi_sets_list(&found.sets, found.sets.chosen, list), "big (3 tensors)");
    assert_true(found.sets.items[0].n_values == 3);
    assert_int_equal(found.n, 1);
    lossi_state_dict_free(&found);
    pickle = make(1, false);
    assert_int_equal(lossi_state_dict_find(&found, &pickle, "tiny", "x"), LOSS_ERR_FORMAT);
    assert_string_equal(loss_last_message(), "x: no tensors under the key tiny; there are: big (3 "
                                             "tensors), small (1 tensor)");
}

static void test_rivals(void **state)
{
    (void)state;
    lossi_pickle pickle = make(2, true);
    lossi_state_dict found;
    char list[LOSSI_LIST_SIZE];
    assert_int_equal(lossi_state_dict_find(&found, &pickle, NULL, "x"), LOSS_OK);
    assert_true(found.sets.is_unclear);
    assert_string_equal(lossi_sets_list(&found.sets, SIZE_MAX, list),
                        "small (2 tensors), big (3 tensors)");
    lossi_state_dict_free(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_larger),
                                       cmocka_unit_test(test_by_key),
                                       cmocka_unit_test(test_rivals)};
    return cmocka_run_group_tests_name("state_dict", tests, NULL, NULL);
}
