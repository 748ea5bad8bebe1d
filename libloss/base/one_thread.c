#include "base/one_thread.h"

#include <cblas.h>
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t n_inside;
static int n_threads; /* of the host program, as the first found it */

void lossi_one_thread_begin(void)
{
    pthread_mutex_lock(&lock);
    if (n_inside++ == 0) {
        n_threads = openblas_get_num_threads();
        openblas_set_num_threads(1);
    }
    pthread_mutex_unlock(&lock);
}

void lossi_one_thread_end(void)
{
    pthread_mutex_lock(&lock);
    if (--n_inside == 0)
        openblas_set_num_threads(n_threads);
    pthread_mutex_unlock(&lock);
}
