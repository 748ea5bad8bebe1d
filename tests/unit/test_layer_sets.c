/* Every network of tests/layers/ on the kernels at hand (LOSS_ISA chooses) against the slow,
 * strict ones: losses, a gradient in training mode, a Hessian-vector product. A child process
 * computes with the strict ones, since a process keeps its kernels. */
#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

#include "layer_files.h"
#include "net/backprop.h"
#include "net/hessian.h"

enum { MOST_VALUES = 1 << 20 };
static const double BOUND = 2e-4;

static double *values; /* what was computed, of all networks in turn */
static size_t n_values;

static void keep(double value)
{
    assert_true(n_values < MOST_VALUES);
    values[n_values++] = value;
}

static const float *put_image(void *user, size_t i, float *image)
{
    loss_dataset_images(user, i, 1, image);
    return image;
}

static void compute(loss_net *net, const char *name)
{
    (void)name;
    loss_dataset *data = make_data();
    lossi_hessian *h;
    lossi_hessian_options opt = {.data = data, .all_tensors = true, .threads = 1};
    assert_int_equal(lossi_hessian_create(&h, net, &opt), LOSS_OK);
    size_t n = lossi_hessian_count(h);
    lossi_real *v = calloc(2 * n, sizeof *v), *product = v + n;
    for (size_t j = 0; j < n; j++)
        v[j] = (lossi_real)value_at(50, j);
    assert_int_equal(lossi_hessian_product(h, v, product), LOSS_OK);
    for (size_t j = 0; j < n; j++)
        keep((double)product[j]);
    lossi_backprop *backprop;
    lossi_batch batch = {.n = N_IMAGES,
                         .labels = loss_dataset_labels(data),
                         .image = put_image,
                         .user = data,
                         .seed = 5};
    double loss;
    size_t correct;
    assert_int_equal(lossi_backprop_create(&backprop, net, N_IMAGES, 1), LOSS_OK);
    assert_int_equal(lossi_backprop_run(backprop, net, &batch, &loss, &correct), LOSS_OK);
    keep(loss);
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t j = 0; lossi_tensor_is_trainable(&net->tensors[i]) && j < net->tensors[i].count;
             j++)
            keep((double)lossi_backprop_gradient(backprop, i)[j]);
    loss_result result = LOSS_RESULT_INIT;
    assert_int_equal(loss_net_evaluate(net, data, NULL, &result), LOSS_OK);
    keep(result.loss);
    lossi_backprop_free(backprop);
    lossi_hessian_free(h);
    free(v);
    loss_dataset_free(data);
}

static double *strict; /* the same, by the child */
static size_t n_strict;
static size_t at; /* of the network under comparison */

static void compare(loss_net *net, const char *name)
{
    size_t first = n_values;
    compute(net, name);
    assert_true(n_values <= n_strict);
    double difference = 0, norm = 0;
    for (; at < n_values; at++) {
        difference += (values[at] - strict[at]) * (values[at] - strict[at]);
        norm += strict[at] * strict[at];
    }
    if (!(sqrt(difference / norm) < BOUND))
        fail_msg("%s: %zu values differ from the strict kernels' by %.3g, bound %.3g", name,
                 n_values - first, sqrt(difference / norm), BOUND);
}

/* The values that a child process finds with the strict kernels. */
static void compute_strictly(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        setenv("LOSS_ISA", "ref", 1);
        for_each_layer_file(compute);
        FILE *out = fdopen(ends[1], "w");
        bool done = out && fwrite(values, sizeof *values, n_values, out) == n_values;
        _exit(done && fclose(out) == 0 ? 0 : 1);
    }
    close(ends[1]);
    FILE *in = fdopen(ends[0], "r");
    n_strict = fread(strict, sizeof *strict, MOST_VALUES, in);
    fclose(in);
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_sets(void **state)
{
    (void)state;
    values = malloc(2 * MOST_VALUES * sizeof *values);
    strict = values + MOST_VALUES;
    compute_strictly();
    for_each_layer_file(compare);
    assert_int_equal(n_values, n_strict);
    free(values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sets)};
    return cmocka_run_group_tests_name("layers on all kernels", tests, NULL, NULL);
}
