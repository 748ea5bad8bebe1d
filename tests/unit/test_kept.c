/* Layers before the first that moves are computed once: the same bits, and less work. */
#include "unit/kept_same.h"

#include "net/evaluate.h"
#include "unit/scratch.h"

static const loss_shape SHAPE = {3, 32, 32, 10};

static loss_net *network(const char *model, uint64_t seed)
{
    loss_net *net;
    assert_int_equal(loss_net_create(&net, model, SHAPE), LOSS_OK);
    loss_net_initialise(net, seed);
    return net;
}

/* Networks of several kinds, each restricted to its last layers. */
static void test_networks(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        kept_case c;
        double least; /* share of the work that goes */
    } CASES[] = {
        {"resnet20", {"layer3.*,linear.*,fc.*", 6, 1, 0, false}, 0.6},
        {"vgg11", {"features.1[68].*", 2, 2, 0, false}, 0.8},
        {"mobilenetv2", {"features.1[4-8].*", 2, 2, 0, false}, 0.5}, /* shortcuts across the cut */
        {"densenet40", {"dense3.*", 2, 1, 0, false}, 0.5},
        {"vit-tiny", {"encoder.layers.encoder_layer_11.*", 1, 1, 0, false}, 0.8},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        loss_net *net = network(CASES[i].model, 1), *moved = network(CASES[i].model, 2);
        loss_kept kept;
        assert_kept_same(net, moved, SHAPE, &CASES[i].c, &kept);
        assert_true(kept.share > CASES[i].least && kept.share < 1);
        assert_true(kept.layers_kept > 0 && kept.layers_kept < kept.layers);
        assert_true(kept.images_kept == kept.images && kept.bytes_in_memory == kept.bytes);
        loss_net_free(net);
        loss_net_free(moved);
    }
}

/* What memory has no room for is on disk, or is computed each time. */
static void test_little_memory(void **state)
{
    (void)state;
    loss_net *net = network("lenet5", 1), *moved = network("lenet5", 2);
    kept_case c = {"fc*", 200, 1, 0, false};
    loss_kept kept;
    assert_kept_same(net, moved, SHAPE, &c, &kept);
    uint64_t all = kept.bytes;
    for (size_t threads = 1; threads <= 2; threads++)
        for (int on_disk = 0; on_disk < 2; on_disk++)
            for (int some = 0; some < 2; some++) {
                c = (kept_case){"fc*", 200, threads, some ? all / 2 : 1, on_disk};
                assert_kept_same(net, moved, SHAPE, &c, &kept);
                assert_true(kept.bytes == all && kept.bytes_in_memory <= c.memory);
                assert_true(some || kept.bytes_in_memory == 0);
                assert_true(on_disk ? kept.images_kept == kept.images
                                    : kept.images_kept < kept.images);
                assert_int_equal(on_disk || some, kept.images_kept > 0);
            }
    loss_net_free(net);
    loss_net_free(moved);
}

/* Several outputs of a chunk on disk: a shortcut goes past the layer that moves. */
static void test_shortcut_on_disk(void **state)
{
    (void)state;
    loss_net *net = network("resnet20", 1), *moved = network("resnet20", 2);
    kept_case c = {"layer2.0.conv2.*", 4, 1, 1, true};
    loss_kept kept;
    assert_kept_same(net, moved, SHAPE, &c, &kept);
    assert_true(kept.images_kept == kept.images && kept.bytes_in_memory == 0 && kept.bytes > 0);
    loss_net_free(net);
    loss_net_free(moved);
}

/* Nothing is kept where everything moves, or where to keep costs more than it saves. */
static void test_not_worth_it(void **state)
{
    (void)state;
    static const char *const layers[] = {"*", "layer*"};
    loss_net *net = network("resnet20", 1), *moved = network("resnet20", 2);
    for (size_t i = 0; i < 2; i++) {
        kept_case c = {layers[i], 3, 1, 0, false};
        loss_kept kept;
        assert_kept_same(net, moved, SHAPE, &c, &kept);
        assert_true(kept.layers_kept == 0 && kept.share == 0 && kept.bytes == 0);
    }
    loss_net_free(net);
    loss_net_free(moved);
}

static void count_step(void *user, size_t step)
{
    size_t *next = user;
    assert_int_equal(step, *next);
    ++*next;
}

/* Each step of the chunk is told of in order, and its end. */
static void test_watched(void **state)
{
    (void)state;
    loss_net *net = network("resnet20", 1);
    loss_dataset *data = kept_data(SHAPE, 5, LOSS_SPLIT_TEST); /* one chunk */
    lossi_evaluator *e;
    loss_result result;
    size_t next = 0;
    assert_int_equal(lossi_evaluator_create(&e, net, 1), LOSS_OK);
    lossi_evaluator_watch(e, count_step, &next);
    assert_int_equal(lossi_evaluator_run(e, net, data, NULL, NULL, &result), LOSS_OK);
    assert_int_equal(next, lossi_evaluator_steps(e)->n + 1);
    lossi_evaluator_watch(e, NULL, NULL);
    assert_int_equal(lossi_evaluator_run(e, net, data, NULL, NULL, &result), LOSS_OK);
    assert_int_equal(next, lossi_evaluator_steps(e)->n + 1);
    lossi_evaluator_free(e);
    loss_dataset_free(data);
    loss_net_free(net);
}

/* The work that is saved: steps of chunks that are run. */
static void test_steps(void **state)
{
    (void)state;
    loss_net *net = network("resnet20", 1), *moved = network("resnet20", 1);
    loss_dataset *data = kept_data(SHAPE, 5, LOSS_SPLIT_TEST); /* one chunk */
    bool *moves = calloc(net->n_tensors, sizeof *moves);
    assert_non_null(moves);
    for (size_t i = 0; i < net->n_tensors; i++)
        moves[i] = strncmp(net->tensors[i].name, "layer3.2.", 9) == 0;
    lossi_kept_options opt = {.moves = moves, .n_images = {5, 0}, .memory = 1 << 30};
    lossi_kept *kept;
    lossi_evaluator *e;
    loss_result result;
    assert_int_equal(lossi_kept_create(&kept, net, &opt), LOSS_OK);
    assert_int_equal(lossi_evaluator_create(&e, net, 1), LOSS_OK);
    lossi_evaluator_keep(e, kept, 0);
    size_t all = lossi_kept_fixed(kept)->steps.n, run = 0, after = 0;
    static const double RUNS[] = {1, 2, 3};
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < net->n_tensors; i++)
            if (moves[i])
                lossi_net_values(moved, i)[0] = (lossi_real)RUNS[k];
        assert_int_equal(lossi_evaluator_run(e, moved, data, NULL, NULL, &result), LOSS_OK);
        run = lossi_evaluator_steps_run(e) - after;
        after += run;
        /* two convolutions, the second with BatchNorm, sum and ReLU folded; the pool, the end */
        assert_true(k == 0 ? run == all : run < all / 3 && run >= 4);
    }
    for (size_t i = 0; i < net->n_tensors; i++) /* a network that differs before the cut */
        if (!moves[i] && strcmp(net->tensors[i].name, "layer1.0.conv1.weight") == 0)
            lossi_net_values(moved, i)[0] += 1;
    assert_int_equal(lossi_evaluator_run(e, moved, data, NULL, NULL, &result), LOSS_OK);
    assert_int_equal(lossi_evaluator_steps_run(e) - after, all);
    loss_result whole = LOSS_RESULT_INIT;
    assert_int_equal(loss_net_evaluate(moved, data, NULL, &whole), LOSS_OK);
    assert_same_bits(result.loss, whole.loss);
    lossi_evaluator_free(e);
    lossi_kept_free(kept);
    free(moves);
    loss_dataset_free(data);
    loss_net_free(net);
    loss_net_free(moved);
}

/* A crew, each member with a point of its own, and an evaluation that goes on: the file's points
 * are those of a network by itself. */
static void test_crew(void **state)
{
    (void)state;
    loss_net *net = network("lenet5", 1), *moved = network("lenet5", 2);
    loss_random_options random = LOSS_RANDOM_OPTIONS_INIT;
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    loss_plane *plane;
    loss_surface *surface;
    loss_dataset *data = kept_data(SHAPE, 5, LOSS_SPLIT_TEST); /* one chunk: a point a thread */
    loss_point points[25];
    random.layers = "fc2.*,fc3.*";
    assert_int_equal(loss_plane_random(&plane, net, &random), LOSS_OK);
    opt.x = opt.y = (loss_axis){-0.5, 0.5, 5};
    opt.threads = 3;
    assert_int_equal(loss_surface_open(&surface, scratch_path("kept"), net, plane, data, &opt),
                     LOSS_OK);
    assert_non_null(loss_surface_metadata(surface, LOSS_KEY_COMPUTED_ONCE));
    assert_int_equal(loss_surface_evaluate(surface), LOSS_OK);
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TEST, points), LOSS_OK);
    for (size_t i = 0; i < 25; i++)
        assert_point(net, plane, moved, data, loss_axis_at(opt.x, i % 5),
                     loss_axis_at(opt.y, i / 5), &points[i]);
    loss_surface_close(surface);
    loss_plane_free(plane);
    loss_dataset_free(data);
    loss_net_free(net);
    loss_net_free(moved);
}

/* What does not move stays as it is, bit for bit: -0, too. */
static void test_still(void **state)
{
    (void)state;
    loss_net *net = network("lenet5", 1), *moved = network("lenet5", 2);
    loss_random_options random = LOSS_RANDOM_OPTIONS_INIT;
    loss_plane *plane;
    random.layers = "fc2.*";
    lossi_net_values(net, 0)[0] = (lossi_real)-0.0;
    assert_int_equal(loss_plane_random(&plane, net, &random), LOSS_OK);
    assert_int_equal(loss_plane_move(plane, net, 0.5, 0.25, moved), LOSS_OK);
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *was = &net->tensors[i], *is = &moved->tensors[i];
        bool same = memcmp(was->values, is->values, was->count * sizeof *was->values) == 0;
        assert_int_equal(same, strcmp(was->name, "fc2.weight") != 0);
    }
    loss_plane_free(plane);
    loss_net_free(net);
    loss_net_free(moved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_little_memory),
        cmocka_unit_test(test_shortcut_on_disk),
        cmocka_unit_test(test_not_worth_it),
        cmocka_unit_test(test_watched),
        cmocka_unit_test(test_steps),
        cmocka_unit_test_setup_teardown(test_crew, scratch_make, scratch_remove),
        cmocka_unit_test(test_still),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
