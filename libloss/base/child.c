/* The child behind lossi_child_run(): a fork, and a pipe that ends when it ends. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

bool lossi_child_put(int to, const void *bytes, size_t n)
{
    for (const uint8_t *at = bytes; n;) {
        ssize_t done = write(to, at, n);
        if (done < 0 && errno != EINTR)
            return false;
        at += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

/* A crash is no more than the end of the child: no handler of the program's runs, nothing is
 * printed. */
static void be_quiet(double seconds)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        signal(crashes[i], SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    rlim_t most = (rlim_t)ceil(seconds);
    setrlimit(RLIMIT_CPU, &(struct rlimit){most, most + 1});
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
}

typedef struct taken {
    uint8_t *bytes;
    size_t n, capacity, most;
} taken;

static bool make_room(taken *t)
{
    if (t->n < t->capacity)
        return true;
    size_t capacity = lossi_smaller(2 * t->capacity + (1 << 16), t->most + 1);
    uint8_t *bytes = realloc(t->bytes, capacity);
    if (bytes) {
        t->bytes = bytes;
        t->capacity = capacity;
    }
    return bytes != NULL;
}

/* Takes what the child hands over until its end of the pipe is closed. */
static loss_status take_all(int from, const char *label, double seconds, taken *t)
{
    const double end = lossi_clock() + seconds;
    for (;;) {
        struct pollfd wanted = {.fd = from, .events = POLLIN};
        double left = end - lossi_clock();
        if (left <= 0)
            return lossi_fail(LOSS_ERR_FORMAT, "%s: damaged: reading it takes more than %.0f s",
                              label, seconds);
        if (poll(&wanted, 1, (int)fmin(left * 1000 + 1, 1e6)) <= 0)
            continue;
        if (!make_room(t))
            return lossi_fail_nomem(2 * t->capacity);
        ssize_t n = read(from, t->bytes + t->n, t->capacity - t->n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return LOSS_OK;
        t->n += (size_t)n;
        if (t->n > t->most)
            return lossi_fail(LOSS_ERR_FORMAT, "%s: damaged: more values than its size explains",
                              label);
    }
}

/* How the child ended, where all went well before. Where the program has seen to that itself it
 * cannot be told. */
static loss_status wait_for(pid_t child, const char *label, loss_status before)
{
    int how;
    pid_t ended;
    while ((ended = waitpid(child, &how, 0)) < 0 && errno == EINTR)
        ;
    if (before || ended != child || (WIFEXITED(how) && WEXITSTATUS(how) == 0))
        return before;
    return lossi_fail(LOSS_ERR_FORMAT, "%s: damaged: reading it crashes (%s %d)", label,
                      WIFSIGNALED(how) ? "signal" : "exit status",
                      WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how));
}

loss_status lossi_child_run(lossi_child_work work, void *user, const char *label, double seconds,
                            size_t most, uint8_t **bytes, size_t *n)
{
    int ends[2];
    *bytes = NULL;
    *n = 0;
    if (pipe2(ends, O_CLOEXEC))
        return lossi_fail(LOSS_ERR_SYSTEM, "%s: no pipe to read it by: %s", label, strerror(errno));
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        be_quiet(seconds);
        work(ends[1], user);
        _exit(0);
    }
    int error = errno;
    close(ends[1]);
    taken t = {.most = lossi_smaller(most, SIZE_MAX / 4)};
    loss_status status = child < 0 ? lossi_fail(LOSS_ERR_SYSTEM, "%s: no process to read it in: %s",
                                                label, strerror(error))
                                   : take_all(ends[0], label, seconds, &t);
    close(ends[0]);
    if (status && child > 0)
        kill(child, SIGKILL);
    if (child > 0)
        status = wait_for(child, label, status);
    *bytes = t.bytes;
    *n = t.n;
    return status;
}
