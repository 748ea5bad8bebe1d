/* How far the eigenvalues are: the products told of are at most those that were announced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "misused.h"

typedef struct told {
    size_t done, most;
} told;

static void tell(const loss_curvature_progress *p, void *user)
{
    told *t = user;
    *t = (told){p->done, p->most};
    assert_true(p->done <= p->most);
}

/* As many steps as there are rows, and a product for the residual of each eigenvalue. */
static void test_all_products(void **state)
{
    (void)state;
    told t = {0};
    loss_curvature *c;
    loss_curvature_options opt = LOSS_CURVATURE_OPTIONS_INIT;
    loss_eigen_options eigen = LOSS_EIGEN_OPTIONS_INIT;
    loss_eigenvalue values[3];
    eigen.tolerance = 1e-12; /* not reached before the last step */
    opt.progress = tell;
    opt.user = &t;
    assert_int_equal(loss_curvature_create(&c, use.net, use.data, &opt), LOSS_OK);
    assert_int_equal(loss_curvature_eigen(c, &eigen, values, NULL), LOSS_OK);
    assert_int_equal(t.most, loss_curvature_rows(c) + 3);
    assert_true(t.done > 3);
    loss_curvature_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_products)};
    return cmocka_run_group_tests_name("curvature_progress", tests, misused_make, misused_unmake);
}
