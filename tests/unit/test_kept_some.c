/* Some images, in any order: the losses they have among all, and what is kept of an image serves
 * whichever others share its chunk. */
#include "unit/kept_same.h"

#include <stdlib.h>
#include <string.h>

#include "net/evaluate.h"
#include "unit/scratch.h"

enum { N_IMAGES = 150, N_LISTS = 4 };

static const loss_shape SHAPE = {3, 32, 32, 10};

/* Images of list k: every step-th one, from the end or from the beginning. */
static size_t make_list(size_t k, uint32_t *list)
{
    static const size_t STEPS[N_LISTS] = {7, 1, 3, 50};
    size_t n = 0;
    for (size_t i = k; i < N_IMAGES; i += STEPS[k])
        list[n++] = (uint32_t)(k % 2 ? i : N_IMAGES - 1 - i);
    return n;
}

static void assert_lists(const loss_net *net, const loss_net *moved, lossi_kept_options opt,
                         size_t threads)
{
    loss_dataset *data = kept_data(SHAPE, N_IMAGES, LOSS_SPLIT_TEST);
    lossi_evaluator *whole, *some;
    lossi_kept *kept;
    loss_result r;
    uint32_t list[N_IMAGES];
    assert_int_equal(lossi_kept_create(&kept, net, &opt), LOSS_OK);
    assert_non_null(kept);
    assert_int_equal(lossi_evaluator_create(&whole, net, threads), LOSS_OK);
    assert_int_equal(lossi_evaluator_create(&some, net, threads), LOSS_OK);
    assert_int_equal(lossi_evaluator_run(whole, moved, data, NULL, NULL, &r), LOSS_OK);
    lossi_evaluator_keep(some, kept, 0);
    for (size_t k = 0; k < N_LISTS; k++) {
        size_t n = make_list(k, list);
        assert_int_equal(lossi_evaluator_run_some(some, moved, data, list, n, NULL, NULL, &r),
                         LOSS_OK);
        assert_int_equal(r.images, n);
        for (size_t i = 0; i < n; i++) {
            assert_same_bits(lossi_evaluator_losses(some)[i],
                             lossi_evaluator_losses(whole)[list[i]]);
            assert_int_equal(lossi_evaluator_correct(some)[i],
                             lossi_evaluator_correct(whole)[list[i]]);
        }
    }
    lossi_evaluator_free(whole);
    lossi_evaluator_free(some);
    lossi_kept_free(kept);
    loss_dataset_free(data);
}

static void test_lists(void **state)
{
    (void)state;
    loss_net *net, *moved;
    assert_int_equal(loss_net_create(&net, "lenet5", SHAPE), LOSS_OK);
    assert_int_equal(loss_net_create(&moved, "lenet5", SHAPE), LOSS_OK);
    loss_net_initialise(net, 1);
    loss_net_initialise(moved, 1);
    bool *moves = calloc(net->n_tensors, sizeof *moves);
    assert_non_null(moves);
    for (size_t i = 0; i < net->n_tensors; i++) {
        moves[i] = strncmp(net->tensors[i].name, "fc", 2) == 0;
        if (moves[i])
            lossi_net_values(moved, i)[0] += 1;
    }
    lossi_kept_options opt = {.moves = moves, .n_images = {N_IMAGES, 0}, .memory = 1 << 30};
    for (size_t threads = 1; threads <= 2; threads++)
        assert_lists(net, moved, opt, threads);
    opt.memory = 100000; /* some in memory, the others computed each time, or in a file */
    assert_lists(net, moved, opt, 1);
    opt.spills = true;
    assert_lists(net, moved, opt, 2);
    free(moves);
    loss_net_free(net);
    loss_net_free(moved);
}

/* What was computed for one list is not computed for the next. */
static void test_work(void **state)
{
    (void)state;
    loss_net *net;
    assert_int_equal(loss_net_create(&net, "lenet5", SHAPE), LOSS_OK);
    loss_net_initialise(net, 1);
    loss_dataset *data = kept_data(SHAPE, N_IMAGES, LOSS_SPLIT_TEST);
    bool *moves = calloc(net->n_tensors, sizeof *moves);
    assert_non_null(moves);
    for (size_t i = 0; i < net->n_tensors; i++)
        moves[i] = strncmp(net->tensors[i].name, "fc", 2) == 0;
    lossi_kept_options opt = {.moves = moves, .n_images = {N_IMAGES, 0}, .memory = 1 << 30};
    lossi_kept *kept;
    lossi_evaluator *e;
    loss_result r;
    uint32_t list[N_IMAGES];
    assert_int_equal(lossi_kept_create(&kept, net, &opt), LOSS_OK);
    assert_int_equal(lossi_evaluator_create(&e, net, 1), LOSS_OK);
    lossi_evaluator_keep(e, kept, 0);
    size_t n = make_list(1, list), steps[3] = {0};
    for (size_t k = 0; k < 3; k++) {
        if (k == 2)
            n = make_list(0, list); /* others side by side */
        assert_int_equal(lossi_evaluator_run_some(e, net, data, list, n - (k == 0), NULL, NULL, &r),
                         LOSS_OK);
        steps[k] = lossi_evaluator_steps_run(e);
    }
    size_t first = steps[0], second = steps[1] - steps[0], third = steps[2] - steps[1];
    assert_true(second < first);
    assert_true(third * (N_IMAGES / n) < first);
    list[0] = N_IMAGES;
    assert_int_equal(lossi_evaluator_run_some(e, net, data, list, 1, NULL, NULL, &r),
                     LOSS_ERR_ARGUMENT);
    lossi_evaluator_free(e);
    lossi_kept_free(kept);
    free(moves);
    loss_dataset_free(data);
    loss_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_work),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
