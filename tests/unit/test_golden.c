/* Small networks of each family against PyTorch (tests/golden/make.py): logits, loss, and three steps of SGD (where make.py has them) with
 * momentum, Nesterov and weight decay. Weights and images come from the hash that make.py uses, bit by bit. All of it is run with the
 * kernel set "blas" (in a child process, as LOSS_ISA chooses the set once), and with the fastest. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <loss/net.h>

#include "formats/read.h"
#include "golden/golden.h"
#include "net/backprop.h"
#include "train/sgd.h"

enum { BATCH = 10, STEPS = 3, N_IMAGES = BATCH * STEPS, N_SAMPLES = 4, CLASSES = 10 };

/* The seeds of the cases keep every ReLU 2e-6 away from its kink, so that rounding does not decide which side it is on. Winograd's
 * rounding is larger: a ReLU that falls on the other side changes the gradient by that much. */
static const double ROUNDING_OF_WINOGRAD = 30;
static double slack = 1;

/* A network with the case's weights, and its images. */
typedef struct golden {
    const cJSON *item;
    const char *model;
    uint64_t seed;
    loss_net *net;
    loss_dataset *data;
    float *images; /* [N_IMAGES][c][h][w], normalised */
    size_t image_size;
} golden;

/* Number i of the stream `name`, in [0, 1): see draw() in make.py. */
static double draw(const char *name, uint64_t seed, size_t i)
{
    uint64_t z = lossi_digest(LOSSI_DIGEST_INIT, name, strlen(name)) + seed + ((uint64_t)i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z = z ^ (z >> 31);
    return (double)(z >> 40) / (1 << 24);
}

static double weight_at(const golden *g, const loss_tensor_info *info, size_t i)
{
    const char *damped = golden_text(g->item, "damped");
    double u = draw(info->name, g->seed, i);
    switch (info->kind) {
    case LOSS_TENSOR_WEIGHT: return (2 * u - 1) * sqrt(6 / (double)(info->count / info->dims[0]));
    case LOSS_TENSOR_NORM_WEIGHT: return (0.5 + u) * (damped && strstr(info->name, damped) ? 0.25 : 1);
    case LOSS_TENSOR_RUNNING_VAR: return 0.5 + u;
    default: return (2 * u - 1) * 0.2;
    }
}

static void fill(const golden *g)
{
    for (size_t t = 0; t < loss_net_n_tensors(g->net); t++) {
        loss_tensor_info info = loss_net_tensor(g->net, t);
        float *values = test_malloc(info.count * sizeof *values);
        for (size_t i = 0; i < info.count; i++)
            values[i] = (float)weight_at(g, &info, i);
        loss_net_set(g->net, t, values);
        test_free(values);
    }
}

static void make_images(golden *g, loss_shape shape)
{
    g->image_size = shape.channels * shape.height * shape.width;
    uint8_t *pixels = test_malloc(N_IMAGES * g->image_size), labels[N_IMAGES];
    for (size_t i = 0; i < N_IMAGES * g->image_size; i++)
        pixels[i] = (uint8_t)(draw("pixels", g->seed, i) * 256);
    for (size_t i = 0; i < N_IMAGES; i++)
        labels[i] = (uint8_t)(draw("labels", g->seed, i) * CLASSES);
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.has_normalisation = true;
    for (size_t c = 0; c < 3; c++) {
        opt.mean[c] = 0.5f;
        opt.std[c] = 0.25f;
    }
    assert_int_equal(loss_dataset_create(&g->data, shape, N_IMAGES, pixels, labels, &opt), LOSS_OK);
    test_free(pixels);
    g->images = test_malloc(N_IMAGES * g->image_size * sizeof *g->images);
    assert_int_equal(loss_dataset_images(g->data, 0, N_IMAGES, g->images), LOSS_OK);
}

static golden open_case(const cJSON *item)
{
    golden g = {.item = item, .model = golden_text(item, "model"), .seed = (uint64_t)golden_number(item, "seed")};
    assert_non_null(g.model);
    assert_int_equal(loss_net_create(&g.net, g.model, golden_shape(item)), LOSS_OK);
    assert_string_equal(loss_net_model(g.net), g.model);
    const char *file = golden_text(item, "file");
    if (file) {
        char name[256], path[4096];
        snprintf(name, sizeof name, "%s.safetensors", file);
        golden_path(path, sizeof path, name);
        assert_int_equal(loss_net_load(g.net, path, NULL), LOSS_OK);
    } else {
        fill(&g);
    }
    make_images(&g, golden_shape(item));
    return g;
}

static void close_case(golden *g)
{
    loss_net_free(g->net);
    loss_dataset_free(g->data);
    test_free(g->images);
}

static void check_close(const char *what, const char *where, double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%s of %s is %.9g; PyTorch has %.9g (off by %.2g, allowed %.2g)", what, where, found, expected,
                 fabs(found - expected), tolerance);
}

static double element(const cJSON *array, size_t i)
{
    return cJSON_GetNumberValue(cJSON_GetArrayItem(array, (int)i));
}

static void test_evaluation(void **state)
{
    golden g = open_case(*state);
    float logits[BATCH * CLASSES];
    assert_int_equal(loss_net_logits(g.net, BATCH, g.images, logits), LOSS_OK);
    const cJSON *expected = cJSON_GetObjectItemCaseSensitive(g.item, "logits");
    assert_int_equal(cJSON_GetArraySize(expected), BATCH * CLASSES);
    for (size_t i = 0; i < BATCH * CLASSES; i++)
        check_close("a logit", g.model, (double)logits[i], element(expected, i), 1e-4);
    loss_result result;
    assert_int_equal(loss_net_evaluate(g.net, g.data, NULL, &result), LOSS_OK);
    double loss = golden_number(g.item, "loss");
    check_close("the loss", g.model, result.loss, loss, 1e-5 * loss);
    close_case(&g);
}

/* The images of one step. */
typedef struct step {
    const golden *golden;
    size_t first;
} step;

static void put_image(void *user, size_t i, lossi_real *image)
{
    const step *s = user;
    const golden *g = s->golden;
    for (size_t j = 0; j < g->image_size; j++)
        image[j] = (lossi_real)g->images[(s->first + i) * g->image_size + j];
}

static void train(const golden *g)
{
    lossi_backprop *backprop;
    lossi_sgd sgd;
    const cJSON *expected = cJSON_GetObjectItemCaseSensitive(g->item, "step_losses");
    assert_int_equal(lossi_backprop_create(&backprop, g->net, BATCH, 2), LOSS_OK);
    assert_int_equal(lossi_sgd_create(&sgd, g->net, 0.9, 5e-4, true), LOSS_OK);
    for (size_t s = 0; s < STEPS; s++) {
        step images = {g, s * BATCH};
        const uint8_t *labels = loss_dataset_labels(g->data) + s * BATCH;
        lossi_batch batch = {.n = BATCH, .labels = labels, .image = put_image, .user = &images};
        double loss;
        size_t correct;
        lossi_backprop_run(backprop, g->net, &batch, &loss, &correct);
        lossi_sgd_step(&sgd, g->net, backprop, golden_number(g->item, "lr"));
        check_close("the loss before a step", g->model, loss, element(expected, s), slack * 1e-4 * element(expected, s));
    }
    lossi_sgd_free(&sgd);
    lossi_backprop_free(backprop);
}

static double distance(size_t n, const float *a, const float *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sqrt(sum);
}

/* One tensor after the steps: [name, norm, norm of its change, [samples]]. The change has a bound of its own, since
 * what weight decay does is less than 1e-4 of the weights; the rounding of weights in float32 is forgiven. */
static void check_tensor(const golden *g, size_t t, const float *before, const float *after, const cJSON *row)
{
    loss_tensor_info info = loss_net_tensor(g->net, t);
    assert_string_equal(info.name, cJSON_GetStringValue(cJSON_GetArrayItem(row, 0)));
    float *zeros = test_calloc(info.count, sizeof *zeros);
    double norm = element(row, 1), change = element(row, 2), typical = norm / sqrt((double)info.count);
    check_close("norm", info.name, distance(info.count, after, zeros), norm, slack * 1e-4 * norm);
    check_close("change", info.name, distance(info.count, after, before), change, slack * 1e-3 * change + 3e-7 * norm);
    for (size_t k = 0; k < N_SAMPLES; k++) {
        double value = (double)after[k * info.count / N_SAMPLES];
        check_close("a value", info.name, value, element(cJSON_GetArrayItem(row, 3), k), slack * 1e-4 * typical);
    }
    test_free(zeros);
}

/* The whole of PyTorch's state_dict after the steps. */
static void check_file(const golden *g, const char *file)
{
    char name[256], path[4096];
    lossi_arrays arrays;
    snprintf(name, sizeof name, "%s-after.safetensors", file);
    golden_path(path, sizeof path, name);
    assert_int_equal(lossi_arrays_read(path, &arrays, NULL), LOSS_OK);
    for (size_t t = 0; t < loss_net_n_tensors(g->net); t++) {
        loss_tensor_info info = loss_net_tensor(g->net, t);
        const lossi_array *expected = lossi_arrays_find(&arrays, info.name);
        assert_non_null(expected);
        assert_int_equal(expected->count, info.count);
        float *values = test_malloc(info.count * sizeof *values), *zeros = test_calloc(info.count, sizeof *zeros);
        float *wanted = test_malloc(info.count * sizeof *wanted);
        lossi_array_floats(expected, wanted);
        loss_net_get(g->net, t, values);
        double typical = distance(info.count, wanted, zeros) / sqrt((double)info.count);
        for (size_t i = 0; i < info.count; i++)
            check_close("a value", info.name, (double)values[i], (double)wanted[i], slack * 1e-4 * typical);
        test_free(wanted);
        test_free(values);
        test_free(zeros);
    }
    lossi_arrays_free(&arrays);
}

static void test_steps(void **state)
{
    golden g = open_case(*state);
    size_t n = loss_net_n_tensors(g.net);
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(g.item, "after");
    assert_int_equal(cJSON_GetArraySize(rows), n);
    float **before = test_calloc(n, sizeof *before);
    for (size_t t = 0; t < n; t++) {
        before[t] = test_malloc(loss_net_tensor(g.net, t).count * sizeof **before);
        loss_net_get(g.net, t, before[t]);
    }
    train(&g);
    for (size_t t = 0; t < n; t++) {
        float *after = test_malloc(loss_net_tensor(g.net, t).count * sizeof *after);
        loss_net_get(g.net, t, after);
        check_tensor(&g, t, before[t], after, cJSON_GetArrayItem(rows, (int)t));
        test_free(after);
        test_free(before[t]);
    }
    test_free(before);
    if (golden_text(g.item, "file"))
        check_file(&g, golden_text(g.item, "file"));
    close_case(&g);
}

int main(void)
{
    cJSON *cases = golden_read("cases.json");
    size_t n = cases ? (size_t)cJSON_GetArraySize(cases) : 0;
    struct CMUnitTest *tests = calloc(2 * n + 1, sizeof *tests);
    char (*names)[128] = calloc(2 * n + 1, sizeof *names);
    if (!n || !tests || !names)
        return 1;
    size_t n_tests = 0;
    for (size_t i = 0; i < 2 * n; i++) {
        cJSON *item = cJSON_GetArrayItem(cases, (int)(i / 2));
        bool is_training = i % 2;
        if (is_training && !cJSON_HasObjectItem(item, "after"))
            continue;
        snprintf(names[i], sizeof names[i], "%s %s", is_training ? "three steps" : "evaluation", golden_text(item, "model"));
        tests[n_tests++] = (struct CMUnitTest){names[i], is_training ? test_steps : test_evaluation, NULL, NULL, item};
    }
    pid_t child = fork();
    if (child == 0) {
        setenv("LOSS_ISA", "blas", 1);
        _exit(_cmocka_run_group_tests("golden (blas)", tests, n_tests, NULL, NULL) != 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    slack = strcmp(loss_isa(), "blas") == 0 ? 1 : ROUNDING_OF_WINOGRAD;
    int failed = _cmocka_run_group_tests("golden", tests, n_tests, NULL, NULL) + !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    free(tests);
    free(names);
    cJSON_Delete(cases);
    return failed;
}
