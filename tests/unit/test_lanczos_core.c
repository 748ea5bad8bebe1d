/* Eigenvalues do not depend on the core that OpenBLAS takes the processor for. It asks
 * OPENBLAS_CORETYPE when it is loaded, so that each core is a process of its own: this program run
 * again, which then prints a digest of the bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/lanczos.h"

/* LAPACK's other method begins at 26 rows. */
enum { N = 200, STEPS = 80 };

/* Eigenvalues 1, 1/2, 1/3 and so on. */
static loss_status apply(void *user, const lossi_real *x, lossi_real *y)
{
    (void)user;
    for (size_t i = 0; i < N; i++)
        y[i] = x[i] / (lossi_real)(i + 1);
    return LOSS_OK;
}

static int print_digest(void)
{
    static double values[STEPS], vectors[STEPS * STEPS];
    const lossi_operator a = {N, apply, NULL};
    lossi_krylov krylov;
    char text[17];
    loss_status status = lossi_krylov_begin(&krylov, &a, STEPS, 1, NULL);
    while (!status && krylov.k < STEPS && !krylov.is_invariant)
        status = lossi_krylov_step(&krylov);
    if (!status)
        status = lossi_krylov_ritz(&krylov, values, vectors);
    uint64_t digest = lossi_digest(LOSSI_DIGEST_INIT, values, krylov.k * sizeof *values);
    digest = lossi_digest(digest, vectors, krylov.k * krylov.k * sizeof *vectors);
    lossi_digest_text(digest, text);
    printf("%zu steps %s\n", krylov.k, text);
    lossi_krylov_end(&krylov);
    return status != LOSS_OK;
}

static void digest_of(const char *core, char text[64])
{
    char self[4096], command[sizeof self + 64];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(n > 0);
    self[n] = '\0';
    snprintf(command, sizeof command, "OPENBLAS_CORETYPE=%s '%s' digest", core, self);
    FILE *child = popen(command, "r");
    assert_non_null(child);
    assert_non_null(fgets(text, 64, child));
    assert_int_equal(pclose(child), 0);
}

static void test_cores(void **state)
{
    char one[64], other[64];
    (void)state;
    digest_of("Prescott", one);
    digest_of("Nehalem", other);
    assert_string_equal(one, other);
    assert_true(atoi(one) > 25);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_cores)};
    return argc > 1 && strcmp(argv[1], "digest") == 0
               ? print_digest()
               : cmocka_run_group_tests_name("cores of OpenBLAS", tests, NULL, NULL);
}
