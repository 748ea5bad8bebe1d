/* A published ResNet-20 on real CIFAR-10 images against what PyTorch computes in float64
 * (resnet20.json): loss, logits, 25 points of a plane, gradients, five steps of SGD. The data
 * are too large for the repository: without them ($LOSS_SHARED) it is skipped. */
#include <cjson/cJSON.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "net/backprop.h"
#include "scratch.h"
#include "train/sgd.h"

static const char *shared_path(const char *name)
{
    static char paths[4][4096];
    static unsigned next;
    const char *shared = getenv("LOSS_SHARED");
    char *path = paths[next++ % 4];
    if (!shared)
        skip();
    snprintf(path, sizeof paths[0], "%s/%s", shared, name);
    return path;
}

static cJSON *open_reference(void)
{
    FILE *file = fopen(shared_path("reference/resnet20.json"), "rb");
    static char text[1 << 16];
    if (!file)
        skip();
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    cJSON *json = cJSON_Parse(text);
    assert_non_null(json);
    return json;
}

static loss_dataset *open_data(loss_split split, size_t limit)
{
    static const float mean[] = {0.485f, 0.456f, 0.406f}, std[] = {0.229f, 0.224f, 0.225f};
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_dataset *data;
    opt.split = split;
    opt.limit = limit;
    opt.has_normalisation = true;
    memcpy(opt.mean, mean, sizeof mean);
    memcpy(opt.std, std, sizeof std);
    assert_int_equal(loss_dataset_open(&data, shared_path("data/cifar-10-batches-bin"), &opt),
                     LOSS_OK);
    return data;
}

static loss_net *open_net(const char *model, const loss_dataset *data)
{
    loss_net *net;
    assert_int_equal(loss_net_create(&net, model, loss_dataset_shape(data)), LOSS_OK);
    if (loss_net_load(net, shared_path("data/weights/resnet20-12fca82f.th"), NULL))
        fail_msg("%s", loss_last_message());
    return net;
}

static double number(const cJSON *item, const char *key)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(item, key));
}

static void check_close(const char *what, double found, double expected, double relative)
{
    if (!(fabs(found - expected) <= relative * fabs(expected)))
        fail_msg("%s is %.12g; PyTorch has %.12g (relative difference %.2g, allowed %.2g)", what,
                 found, expected, fabs(found / expected - 1), relative);
}

static void check_evaluation(const cJSON *expected, const loss_net *net, const loss_dataset *data)
{
    loss_result r = LOSS_RESULT_INIT;
    assert_int_equal(loss_net_evaluate(net, data, NULL, &r), LOSS_OK);
    assert_int_equal(r.images, (size_t)number(expected, "images"));
    check_close("loss", r.loss, number(expected, "loss"), 2e-6);
    check_close("accuracy", r.accuracy, number(expected, "accuracy"), 1e-12);
    check_close("standard error", r.standard_error, number(expected, "standard_error"), 1e-5);
}

static void test_evaluation(void **state)
{
    (void)state;
    cJSON *reference = open_reference();
    loss_dataset *test = open_data(LOSS_SPLIT_TEST, 0), *train = open_data(LOSS_SPLIT_TRAIN, 932);
    loss_net *net = open_net("resnet20:shortcut=A", test);
    check_evaluation(cJSON_GetObjectItem(reference, "test"), net, test);
    check_evaluation(cJSON_GetObjectItem(reference, "train_batch_1"), net, train);
    loss_net_free(net);
    loss_dataset_free(test);
    loss_dataset_free(train);
    cJSON_Delete(reference);
}

static void test_logits(void **state)
{
    (void)state;
    enum { N = 8, CLASSES = 10, SIZE = 3 * 32 * 32 };
    cJSON *reference = open_reference();
    const cJSON *rows =
        cJSON_GetObjectItem(cJSON_GetObjectItem(reference, "test"), "logits_first_8");
    loss_dataset *data = open_data(LOSS_SPLIT_TEST, N);
    loss_net *net = open_net("resnet20", data);
    float *images = test_malloc(sizeof *images * N * SIZE), logits[N * CLASSES];
    assert_int_equal(loss_dataset_images(data, 0, N, images), LOSS_OK);
    assert_int_equal(loss_net_logits(net, N, images, logits), LOSS_OK);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < CLASSES; k++) {
            double expected =
                cJSON_GetNumberValue(cJSON_GetArrayItem(cJSON_GetArrayItem(rows, i), k));
            if (!(fabs((double)logits[i * CLASSES + k] - expected) <= 1e-4))
                fail_msg("logit %d of image %d is %.8g; PyTorch has %.8g", k, i,
                         (double)logits[i * CLASSES + k], expected);
        }
    test_free(images);
    loss_net_free(net);
    loss_dataset_free(data);
    cJSON_Delete(reference);
}

static void test_surface(void **state)
{
    (void)state;
    cJSON *reference = open_reference();
    const cJSON *expected = cJSON_GetObjectItem(reference, "surface"),
                *rows = cJSON_GetObjectItem(expected, "points");
    loss_dataset *data = open_data(LOSS_SPLIT_TEST, (size_t)number(expected, "images"));
    loss_net *net = open_net("resnet20", data);
    loss_plane *plane;
    loss_surface *surface;
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    opt.x = opt.y = (loss_axis){-1, 1, 5};
    if (loss_plane_load(&plane, net, shared_path("reference/resnet20-directions.safetensors")))
        fail_msg("%s", loss_last_message());
    check_close("cosine", loss_plane_cosine(plane), number(expected, "cosine"), 1e-5);
    assert_int_equal(
        loss_surface_open(&surface, scratch_path("s.landscape"), net, plane, data, &opt), LOSS_OK);
    assert_int_equal(loss_surface_evaluate(surface), LOSS_OK);
    loss_point points[25];
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TEST, points), LOSS_OK);
    for (int i = 0; i < 25; i++) {
        const cJSON *point = cJSON_GetArrayItem(cJSON_GetArrayItem(rows, i / 5), i % 5);
        char what[64];
        snprintf(what, sizeof what, "loss of point (%d, %d)", i % 5, i / 5);
        check_close(what, points[i].loss, cJSON_GetNumberValue(cJSON_GetArrayItem(point, 0)), 2e-6);
        check_close("its accuracy", points[i].accuracy,
                    cJSON_GetNumberValue(cJSON_GetArrayItem(point, 1)), 1e-12);
        check_close("its error", points[i].standard_error,
                    cJSON_GetNumberValue(cJSON_GetArrayItem(point, 2)), 1e-5);
    }
    loss_surface_close(surface);
    loss_plane_free(plane);
    loss_net_free(net);
    loss_dataset_free(data);
    cJSON_Delete(reference);
}

/* ---- Training ------------------------------------------------------------------------------- */

enum { BATCH = 64 };

static const float *give_image(void *user, size_t i, float *buffer)
{
    (void)buffer;
    return (const float *)user + i * 3 * 32 * 32;
}

static double norm_of(const lossi_real *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)values[i] * (double)values[i];
    return sqrt(sum);
}

static void check_gradients(const cJSON *norms, const lossi_backprop *backprop, const loss_net *net)
{
    for (size_t i = 0; i < loss_net_n_tensors(net); i++) {
        loss_tensor_info info = *loss_net_tensor(net, i);
        if (info.kind != LOSS_TENSOR_RUNNING_MEAN && info.kind != LOSS_TENSOR_RUNNING_VAR)
            check_close(info.name, norm_of(lossi_backprop_gradient(backprop, i), info.count),
                        number(norms, info.name), 1e-3);
    }
}

static void test_five_steps(void **state)
{
    (void)state;
    cJSON *reference = open_reference();
    const cJSON *expected = cJSON_GetObjectItem(reference, "training");
    const cJSON *losses = cJSON_GetObjectItem(expected, "loss_before_each_step");
    loss_dataset *train = open_data(LOSS_SPLIT_TRAIN, BATCH), *test = open_data(LOSS_SPLIT_TEST, 0);
    loss_net *net = open_net("resnet20", train);
    float *images = test_malloc(sizeof *images * BATCH * 3 * 32 * 32);
    lossi_backprop *backprop;
    lossi_sgd sgd;
    assert_int_equal(loss_dataset_images(train, 0, BATCH, images), LOSS_OK);
    assert_int_equal(lossi_backprop_create(&backprop, net, BATCH, 0), LOSS_OK);
    assert_int_equal(lossi_sgd_create(&sgd, net, 0.9, 5e-4, false), LOSS_OK);
    lossi_batch batch = {
        .n = BATCH, .labels = loss_dataset_labels(train), .image = give_image, .user = images};
    for (int step = 0; step < 5; step++) {
        double loss;
        size_t correct;
        assert_int_equal(lossi_backprop_run(backprop, net, &batch, &loss, &correct), LOSS_OK);
        check_close("loss before a step", loss,
                    cJSON_GetNumberValue(cJSON_GetArrayItem(losses, step)), 0.01);
        if (step == 0)
            check_gradients(cJSON_GetObjectItem(expected, "gradient_norms_at_step_0"), backprop,
                            net);
        lossi_sgd_step(&sgd, net, backprop, 0.1);
    }
    loss_result r = LOSS_RESULT_INIT;
    assert_int_equal(loss_net_evaluate(net, test, NULL, &r), LOSS_OK);
    check_close("test loss after five steps", r.loss, number(expected, "after_5_steps_test_loss"),
                0.01);
    check_close("test accuracy after five steps", r.accuracy,
                number(expected, "after_5_steps_test_accuracy"), 0.01);
    lossi_sgd_free(&sgd);
    lossi_backprop_free(backprop);
    test_free(images);
    loss_net_free(net);
    loss_dataset_free(train);
    loss_dataset_free(test);
    cJSON_Delete(reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evaluation),
        cmocka_unit_test(test_logits),
        cmocka_unit_test_setup_teardown(test_surface, scratch_make, scratch_remove),
        cmocka_unit_test(test_five_steps),
    };
    return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
