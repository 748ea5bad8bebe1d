/* Curvature of small networks of each family against PyTorch's double backward in float64
 * (tests/golden/make.py): gradients, Hessian-vector products, eigenvalues, trace and density.
 * All of it with the kernel set "blas" (in a child process), and with the fastest. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "golden/case.h"

enum { N_SIGNS = 4, N_EIGEN = 4 };

static double element(const cJSON *array, size_t i)
{
    return cJSON_GetNumberValue(cJSON_GetArrayItem(array, (int)i));
}

static loss_curvature_options options_of(const golden *g)
{
    loss_curvature_options opt = LOSS_CURVATURE_OPTIONS_INIT;
    opt.ignore = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(g->item, "all"))
                     ? LOSS_IGNORE_NONE
                     : LOSS_IGNORE_BIASBN;
    return opt;
}

/* The case with the images that make.py used, and `more`. */
static golden open_case(const cJSON *item, size_t more)
{
    return golden_open(item, (size_t)golden_number(item, "images") + more);
}

static bool moves(const golden *g, size_t t)
{
    loss_tensor_info info = *loss_net_tensor(g->net, t);
    return info.kind != LOSS_TENSOR_RUNNING_MEAN && info.kind != LOSS_TENSOR_RUNNING_VAR &&
           (info.n_dims > 1 || options_of(g).ignore == LOSS_IGNORE_NONE);
}

static bool is_parameter(const loss_tensor_info *info)
{
    return info->kind != LOSS_TENSOR_RUNNING_MEAN && info->kind != LOSS_TENSOR_RUNNING_VAR;
}

/* make.py's vector. In parameters that do not move there is something too, which must not
 * matter. */
static float *make_vector(const golden *g)
{
    float *v = test_malloc(loss_net_n_parameters(g->net) * sizeof *v), *at = v;
    for (size_t t = 0; t < loss_net_n_tensors(g->net); t++) {
        loss_tensor_info info = *loss_net_tensor(g->net, t);
        char name[256];
        snprintf(name, sizeof name, "v.%s", info.name);
        for (size_t i = 0; is_parameter(&info) && i < info.count; i++)
            *at++ = (float)(2 * golden_draw(name, g->seed, i) - 1);
    }
    return v;
}

static double length(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sqrt(sum);
}

/* One tensor's part of the gradient and of the product: [name, norm, norm, projections]. What is
 * off by d is off by about d in each projection on signs. */
static void check_tensor(const golden *g, const loss_tensor_info *info, const cJSON *row,
                         const float *gradient, const float *product)
{
    assert_string_equal(info->name, cJSON_GetStringValue(cJSON_GetArrayItem(row, 0)));
    double norm = element(row, 1), expected = element(row, 2),
           found = length(gradient, info->count);
    if (!(fabs(found - norm) <= 1e-4 * norm))
        fail_msg("%s: norm of the gradient of %s is %.9g; PyTorch has %.9g", g->model, info->name,
                 found, norm);
    for (size_t k = 0; k < N_SIGNS; k++) {
        char name[256];
        double sum = 0, wanted = element(cJSON_GetArrayItem(row, 3), k);
        snprintf(name, sizeof name, "sign%zu.%s", k, info->name);
        for (size_t i = 0; i < info->count; i++)
            sum += golden_draw(name, g->seed, i) < 0.5 ? -(double)product[i] : (double)product[i];
        if (!(fabs(sum - wanted) <= 1e-3 * expected))
            fail_msg("%s: projection %zu of H v in %s is %.9g; PyTorch has %.9g, of a vector of "
                     "length %.9g",
                     g->model, k, info->name, sum, wanted, expected);
    }
}

static void test_products(void **state)
{
    golden g = open_case(*state, 0);
    loss_curvature_options opt = options_of(&g);
    loss_curvature *curvature;
    size_t n = loss_net_n_parameters(g.net);
    float *v = make_vector(&g), *product = test_malloc(n * sizeof *product),
          *gradient = test_malloc(n * sizeof *gradient);
    double loss, expected = golden_number(g.item, "loss");
    assert_int_equal(loss_curvature_create(&curvature, g.net, g.data, &opt), LOSS_OK);
    assert_int_equal(loss_curvature_gradient(curvature, &loss, gradient), LOSS_OK);
    assert_true(fabs(loss - expected) <= 1e-5 * expected);
    assert_int_equal(loss_curvature_hvp(curvature, v, product), LOSS_OK);
    const float *gradient_at = gradient, *product_at = product;
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(g.item, "rows");
    size_t rows_of_h = 0;
    int n_rows = 0;
    for (size_t t = 0; t < loss_net_n_tensors(g.net); t++) {
        loss_tensor_info info = *loss_net_tensor(g.net, t);
        if (!is_parameter(&info))
            continue;
        if (moves(&g, t))
            check_tensor(&g, &info, cJSON_GetArrayItem(rows, n_rows++), gradient_at, product_at);
        else
            assert_true(length(gradient_at, info.count) == 0 &&
                        length(product_at, info.count) == 0);
        rows_of_h += moves(&g, t) ? info.count : 0;
        gradient_at += info.count;
        product_at += info.count;
    }
    assert_int_equal(n_rows, cJSON_GetArraySize(rows));
    assert_int_equal(loss_curvature_rows(curvature), rows_of_h);
    loss_curvature_free(curvature);
    test_free(v);
    test_free(product);
    test_free(gradient);
    golden_close(&g);
}

/* u' H v = v' H u, and the same bits from any number of threads. */
static void test_symmetry_and_threads(void **state)
{
    golden g = open_case(*state, 21);
    loss_curvature_options opt = options_of(&g);
    size_t n = loss_net_n_parameters(g.net), sizes[] = {1, 2, 3};
    float *v = make_vector(&g), *u = test_malloc(n * sizeof *u), *hv = test_malloc(n * sizeof *hv),
          *hu = test_malloc(n * sizeof *hu);
    float *again = test_malloc(n * sizeof *again);
    for (size_t i = 0; i < n; i++)
        u[i] = (float)cos((double)i);
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        loss_curvature *curvature;
        opt.threads = sizes[k];
        assert_int_equal(loss_curvature_create(&curvature, g.net, g.data, &opt), LOSS_OK);
        assert_int_equal(loss_curvature_hvp(curvature, u, hu), LOSS_OK);
        assert_int_equal(loss_curvature_hvp(curvature, v, k ? again : hv), LOSS_OK);
        if (k)
            assert_memory_equal(hv, again, n * sizeof *hv);
        loss_curvature_free(curvature);
    }
    double uhv = 0, vhu = 0;
    for (size_t i = 0; i < n; i++) {
        uhv += (double)u[i] * (double)hv[i];
        vhu += (double)v[i] * (double)hu[i];
    }
    if (!(fabs(uhv - vhu) <= 1e-4 * length(u, n) * length(hv, n)))
        fail_msg("%s: u' H v is %.9g, v' H u is %.9g", g.model, uhv, vhu);
    test_free(v);
    test_free(u);
    test_free(hv);
    test_free(hu);
    test_free(again);
    golden_close(&g);
}

/* All eigenvalues are known: the ends, the trace, the sum of squares, and how many are above a
 * twentieth of the largest. */
static void test_spectrum(void **state)
{
    golden g = open_case(*state, 0);
    loss_curvature_options opt = options_of(&g);
    const cJSON *top = cJSON_GetObjectItemCaseSensitive(g.item, "top"),
                *smallest = cJSON_GetObjectItemCaseSensitive(g.item, "smallest");
    size_t n = loss_net_n_parameters(g.net), rows = (size_t)golden_number(g.item, "n");
    float *vectors = test_malloc(2 * N_EIGEN * n * sizeof *vectors),
          *product = test_malloc(n * sizeof *product);
    loss_eigen_options eigen = LOSS_EIGEN_OPTIONS_INIT;
    loss_eigenvalue values[2 * N_EIGEN];
    loss_curvature *curvature;
    eigen.top = eigen.smallest = N_EIGEN;
    assert_int_equal(loss_curvature_create(&curvature, g.net, g.data, &opt), LOSS_OK);
    assert_int_equal(loss_curvature_rows(curvature), rows);
    assert_int_equal(loss_curvature_eigen(curvature, &eigen, values, vectors), LOSS_OK);
    double largest = element(top, 0);
    for (size_t i = 0; i < 2 * N_EIGEN; i++) {
        double expected = i < N_EIGEN ? element(top, i) : element(smallest, i - N_EIGEN), rest = 0;
        const float *u = vectors + i * n;
        assert_true(values[i].has_converged);
        if (!(fabs(values[i].value - expected) <= 1e-4 * largest))
            fail_msg("%s: eigenvalue %zu is %.9g; it should be %.9g", g.model, i, values[i].value,
                     expected);
        assert_true(fabs(length(u, n) - 1) < 1e-5);
        assert_int_equal(loss_curvature_hvp(curvature, u, product), LOSS_OK);
        for (size_t j = 0; j < n; j++)
            rest += pow((double)product[j] - values[i].value * (double)u[j], 2);
        assert_true(sqrt(rest) <= 2e-3 * largest &&
                    fabs(sqrt(rest) - values[i].residual) <= 1e-5 * largest);
    }
    loss_trace trace;
    assert_int_equal(loss_curvature_trace(curvature, 100, &trace), LOSS_OK);
    assert_int_equal(trace.vectors, 100);
    assert_true(fabs(trace.mean - golden_number(g.item, "trace")) < 4 * trace.standard_error);
    assert_true(trace.standard_error < largest);
    loss_density *density;
    double above = 0, squares = 0, share = golden_number(g.item, "above") / (double)rows,
           mean = golden_number(g.item, "squares") / (double)rows;
    assert_int_equal(loss_curvature_density(&density, curvature, 20, 60), LOSS_OK);
    assert_int_equal(loss_density_vectors(density), 20);
    for (size_t k = 0; k < 20; k++) {
        const double *nodes, *weights;
        size_t count = loss_density_nodes(density, k, &nodes, &weights);
        assert_true(count > 0 && count <= 60);
        for (size_t i = 0; i < count; i++) {
            above += nodes[i] > 0.05 * largest ? weights[i] / 20 : 0;
            squares += weights[i] * nodes[i] * nodes[i] / 20;
        }
    }
    assert_true(fabs(above - share) < 0.02);
    assert_true(fabs(squares - mean) < 0.2 * mean);
    loss_density_free(density);
    loss_curvature_free(curvature);
    test_free(vectors);
    test_free(product);
    golden_close(&g);
}

static bool always(void *user)
{
    (void)user;
    return true;
}

static void count_products(const loss_curvature_progress *p, void *user)
{
    size_t *done = user;
    assert_int_equal(p->done, ++*done);
    assert_true(p->done <= p->most && p->seconds_left >= 0);
}

static void test_plane(void **state)
{
    golden g = open_case(*state, 0);
    const cJSON *top = cJSON_GetObjectItemCaseSensitive(g.item, "top");
    loss_curvature_options opt = options_of(&g);
    loss_plane *plane, *random, *again;
    loss_eigenvalue values[2];
    size_t done = 0;
    opt.progress = count_products;
    opt.user = &done;
    assert_int_equal(loss_plane_hessian(&plane, g.net, g.data, &opt, NULL, values), LOSS_OK);
    assert_true(done > 4);
    opt.progress = NULL;
    opt.threads = 3;
    assert_int_equal(loss_plane_hessian(&again, g.net, g.data, &opt, NULL, NULL), LOSS_OK);
    assert_string_equal(loss_plane_digest(plane), loss_plane_digest(again));
    for (int axis = 0; axis < 2; axis++) {
        assert_true(fabs(loss_plane_eigenvalue(plane, axis) - element(top, (size_t)axis)) <=
                    1e-4 * element(top, 0));
        assert_true(loss_plane_eigenvalue(plane, axis) == values[axis].value);
        assert_true(fabs(loss_plane_norm(plane, axis) - 1) < 1e-5);
    }
    assert_true(fabs(loss_plane_cosine(plane)) < 1e-4);
    assert_non_null(strstr(loss_plane_description(plane), "hessian ignore="));
    assert_int_equal(loss_plane_random(&random, g.net, NULL), LOSS_OK);
    assert_true(isnan(loss_plane_eigenvalue(random, 0)));
    loss_plane_free(random);
    loss_plane_free(again);
    loss_plane_free(plane);
    golden_close(&g);
}

static void test_bad_input(void **state)
{
    golden g = open_case(*state, 0);
    loss_curvature *curvature;
    loss_curvature_options opt = LOSS_CURVATURE_OPTIONS_INIT;
    loss_eigen_options eigen = LOSS_EIGEN_OPTIONS_INIT;
    loss_eigenvalue values[3];
    loss_trace trace;
    loss_density *density;
    loss_plane *plane;
    double loss;
    assert_int_equal(loss_curvature_create(&curvature, g.net, g.data, NULL), LOSS_OK);
    assert_int_equal(loss_curvature_trace(curvature, 0, &trace), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_curvature_density(&density, curvature, 1, 0), LOSS_ERR_ARGUMENT);
    assert_null(density);
    eigen.top = SIZE_MAX;
    assert_int_equal(loss_curvature_eigen(curvature, &eigen, values, NULL), LOSS_ERR_ARGUMENT);
    eigen.top = eigen.smallest = 0;
    assert_int_equal(loss_curvature_eigen(curvature, &eigen, values, NULL), LOSS_ERR_ARGUMENT);
    eigen.top = 1;
    eigen.tolerance = NAN;
    assert_int_equal(loss_curvature_eigen(curvature, &eigen, values, NULL), LOSS_ERR_ARGUMENT);
    loss_curvature_free(curvature);

    opt.cancelled = always;
    assert_int_equal(loss_curvature_create(&curvature, g.net, g.data, &opt), LOSS_OK);
    assert_int_equal(loss_curvature_eigen(curvature, NULL, values, NULL), LOSS_ERR_CANCELLED);
    assert_int_equal(loss_curvature_trace(curvature, 3, &trace), LOSS_ERR_CANCELLED);
    assert_true(trace.vectors == 0 && isnan(trace.mean));
    assert_int_equal(loss_curvature_density(&density, curvature, 1, 5), LOSS_ERR_CANCELLED);
    loss_curvature_free(curvature);

    loss_tensor_info first = *loss_net_tensor(g.net, 0);
    float *weights = test_malloc(first.count * sizeof *weights);
    loss_net_get(g.net, 0, weights);
    weights[0] = NAN;
    loss_net_set(g.net, 0, weights);
    assert_int_equal(loss_curvature_create(&curvature, g.net, g.data, NULL), LOSS_OK);
    assert_int_equal(loss_curvature_gradient(curvature, &loss, NULL), LOSS_ERR_NOT_FINITE);
    assert_true(isnan(loss));
    assert_int_equal(loss_curvature_eigen(curvature, NULL, values, NULL), LOSS_ERR_NOT_FINITE);
    assert_non_null(strstr(loss_last_message(), "the loss of"));
    assert_non_null(strstr(loss_last_message(), "nan"));
    assert_int_equal(loss_curvature_trace(curvature, 3, &trace), LOSS_ERR_NOT_FINITE);
    loss_curvature_free(curvature);
    assert_int_equal(loss_plane_hessian(&plane, g.net, g.data, NULL, NULL, NULL),
                     LOSS_ERR_NOT_FINITE);
    assert_null(plane);
    test_free(weights);
    loss_net *other;
    assert_int_equal(loss_net_create(&other, "lenet5", (loss_shape){1, 28, 28, 10}), LOSS_OK);
    assert_int_equal(loss_curvature_create(&curvature, other, g.data, NULL), LOSS_ERR_SHAPE);
    assert_null(curvature);
    loss_net_free(other);
    golden_close(&g);
}

/* ThreadSanitizer makes everything some fifty times slower; what it looks for, threads in each
 * other's way, shows in the small networks, too. */
static bool is_left_out(const cJSON *item, bool wants_spectrum)
{
#if defined(__SANITIZE_THREAD__)
    return !cJSON_HasObjectItem(item, "top") ||
           (wants_spectrum && strncmp(golden_text(item, "model"), "lenet5", 6) != 0);
#else
    return wants_spectrum && !cJSON_HasObjectItem(item, "top");
#endif
}

int main(void)
{
    cJSON *cases = golden_read("hessian.json");
    size_t n = cases ? (size_t)cJSON_GetArraySize(cases) : 0, n_tests = 0;
    struct CMUnitTest *tests = calloc(4 * n + 1, sizeof *tests);
    char(*names)[128] = calloc(4 * n + 1, sizeof *names);
    if (!n || !tests || !names)
        return 1;
    static const struct {
        const char *name;
        CMUnitTestFunction function;
        bool wants_spectrum;
    } kinds[] = {{"products", test_products, false},
                 {"symmetry and threads", test_symmetry_and_threads, false},
                 {"spectrum", test_spectrum, true},
                 {"plane", test_plane, true}};
    for (size_t i = 0; i < 4 * n; i++) {
        cJSON *item = cJSON_GetArrayItem(cases, (int)(i / 4));
        if (is_left_out(item, kinds[i % 4].wants_spectrum))
            continue;
        snprintf(names[i], sizeof names[i], "%s %s", kinds[i % 4].name, golden_text(item, "model"));
        tests[n_tests++] = (struct CMUnitTest){names[i], kinds[i % 4].function, NULL, NULL, item};
    }
    tests[n_tests++] =
        (struct CMUnitTest){"bad input", test_bad_input, NULL, NULL, cJSON_GetArrayItem(cases, 0)};
    pid_t child = fork();
    if (child == 0) {
        setenv("LOSS_ISA", "blas", 1);
        _exit(_cmocka_run_group_tests("curvature (blas)", tests, n_tests, NULL, NULL) != 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    int failed = _cmocka_run_group_tests("curvature", tests, n_tests, NULL, NULL) +
                 !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    free(tests);
    free(names);
    cJSON_Delete(cases);
    return failed;
}
