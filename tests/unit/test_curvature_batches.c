/* The Hessians of mini-batches: their mean is that of all images, and so are their products. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/loss.h>

enum { IMAGES = 30, SIDE = 4, CLASSES = 3, BATCH = 10, BATCHES = 3 };

typedef struct use {
    loss_dataset *data;
    loss_net *net;
    size_t n; /* parameters */
} use;

static void set_up(use *u)
{
    uint8_t pixels[IMAGES * SIDE * SIDE];
    uint32_t labels[IMAGES];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * i * 7 % 251);
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (uint32_t)(i * 5 % 7 % CLASSES);
    loss_shape shape = {1, SIDE, SIDE, CLASSES};
    assert_int_equal(loss_dataset_create(&u->data, shape, IMAGES, pixels, labels, NULL), LOSS_OK);
    assert_int_equal(loss_net_create(&u->net, "mlp:size=5", shape), LOSS_OK);
    u->n = loss_net_n_parameters(u->net);
}

static void tear_down(use *u)
{
    loss_dataset_free(u->data);
    loss_net_free(u->net);
}

static loss_curvature *curvature_of(const use *u, size_t batch, size_t number, uint64_t seed)
{
    loss_curvature *c;
    loss_curvature_options opt = LOSS_CURVATURE_OPTIONS_INIT;
    opt.batch = batch;
    opt.batch_number = number;
    opt.seed = seed;
    assert_int_equal(loss_curvature_create(&c, u->net, u->data, &opt), LOSS_OK);
    return c;
}

static double largest(loss_curvature *c)
{
    loss_eigenvalue value;
    loss_eigen_options opt = LOSS_EIGEN_OPTIONS_INIT;
    opt.top = 1;
    opt.smallest = 0;
    opt.tolerance = 1e-5;
    assert_int_equal(loss_curvature_eigen(c, &opt, &value, NULL), LOSS_OK);
    return value.value;
}

static void test_mean(void **state)
{
    (void)state;
    use u;
    set_up(&u);
    float x[400], y[400], part[400];
    assert_true(u.n <= 400);
    double sum[400] = {0}, mean_loss = 0, loss, mean_largest = 0;
    for (size_t i = 0; i < u.n; i++)
        x[i] = (float)((double)(i % 7) - 3);
    for (size_t k = 0; k < BATCHES; k++) {
        loss_curvature *c = curvature_of(&u, BATCH, k, 4);
        assert_int_equal(loss_curvature_hvp(c, x, part), LOSS_OK);
        assert_int_equal(loss_curvature_gradient(c, &loss, NULL), LOSS_OK);
        mean_loss += loss / BATCHES;
        mean_largest += largest(c) / BATCHES;
        for (size_t i = 0; i < u.n; i++)
            sum[i] += (double)part[i] / BATCHES;
        loss_curvature_free(c);
    }
    loss_curvature *c = curvature_of(&u, 0, 0, 4);
    assert_int_equal(loss_curvature_hvp(c, x, y), LOSS_OK);
    assert_int_equal(loss_curvature_gradient(c, &loss, NULL), LOSS_OK);
    assert_true(fabs(mean_loss - loss) < 1e-6);
    for (size_t i = 0; i < u.n; i++)
        assert_true(fabs(sum[i] - (double)y[i]) < 1e-5);
    /* The largest eigenvalue is convex in the matrix. */
    assert_true(mean_largest > largest(c));
    loss_curvature_free(c);
    tear_down(&u);
}

/* Which images they are follows from the seed. */
static void test_seed(void **state)
{
    (void)state;
    use u;
    set_up(&u);
    double values[3];
    static const uint64_t seeds[3] = {1, 1, 2};
    for (size_t i = 0; i < 3; i++) {
        loss_curvature *c = curvature_of(&u, BATCH, 1, seeds[i]);
        assert_int_equal(loss_curvature_gradient(c, &values[i], NULL), LOSS_OK);
        loss_curvature_free(c);
    }
    assert_true(values[0] == values[1]);
    assert_true(values[0] != values[2]);
    tear_down(&u);
}

static void test_pick(void **state)
{
    (void)state;
    use u;
    set_up(&u);
    static const size_t numbers[3] = {7, 0, 7};
    float picked[3][SIDE * SIDE], seven[SIDE * SIDE];
    loss_dataset *some;
    assert_int_equal(loss_dataset_pick(&some, u.data, 3, numbers), LOSS_OK);
    assert_int_equal(loss_dataset_count(some), 3);
    assert_int_equal(loss_dataset_images(some, 0, 3, picked[0]), LOSS_OK);
    assert_int_equal(loss_dataset_images(u.data, 7, 1, seven), LOSS_OK);
    assert_memory_equal(picked[0], seven, sizeof seven);
    assert_memory_equal(picked[2], seven, sizeof seven);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(loss_dataset_labels(some)[i], loss_dataset_labels(u.data)[numbers[i]]);
    loss_dataset_free(some);
    tear_down(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_mean), cmocka_unit_test(test_seed),
                                       cmocka_unit_test(test_pick)};
    return cmocka_run_group_tests_name("curvature_batches", tests, NULL, NULL);
}
