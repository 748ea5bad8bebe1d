/* Runs a group of tests twice: with the kernels blas, and in a child process, since a process
 * keeps its kernels, with ref. */
#ifndef TEST_BOTH_SETS_H
#define TEST_BOTH_SETS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <loss/status.h>

static inline int check_isa(void **state)
{
    (void)state;
    return strcmp(loss_isa(), getenv("LOSS_ISA")) == 0 ? 0 : -1;
}

/** @return what main() is to return */
#define RUN_WITH_BOTH_SETS(name, tests)                                                            \
    run_with_both_sets(name " (blas)", name " (ref)", tests, sizeof(tests) / sizeof *(tests))

static inline int run_with_both_sets(const char *with_blas, const char *with_ref,
                                     const struct CMUnitTest *tests, size_t n)
{
    pid_t child = fork();
    setenv("LOSS_ISA", child == 0 ? "ref" : "blas", 1);
    int failed =
        _cmocka_run_group_tests(child == 0 ? with_ref : with_blas, tests, n, check_isa, NULL);
    if (child == 0)
        _exit(failed != 0);
    int status = 0;
    waitpid(child, &status, 0);
    return failed || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

#endif
