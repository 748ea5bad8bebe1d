/* The status of a thread's last failure goes with its message. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"

static void *fresh_thread(void *status)
{
    *(loss_status *)status = loss_last_status();
    return NULL;
}

static void test_last_status(void **state)
{
    (void)state;
    loss_status fresh = LOSS_ERR_IO;
    pthread_t thread;
    lossi_fail(LOSS_ERR_FORMAT, "a.bin: 7");
    assert_int_equal(loss_last_status(), LOSS_ERR_FORMAT);
    lossi_fail_nomem(8);
    assert_int_equal(loss_last_status(), LOSS_ERR_NOMEM);
    assert_int_equal(pthread_create(&thread, NULL, fresh_thread, &fresh), 0);
    pthread_join(thread, NULL);
    assert_int_equal(fresh, LOSS_OK);
    assert_int_equal(loss_last_status(), LOSS_ERR_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_last_status)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
