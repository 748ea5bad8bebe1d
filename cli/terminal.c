/* What a person sees while waiting: failures, progress, and how Ctrl-C is taken. */
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "document.h"
#include "progress_log.h"

static atomic_int signals_seen; /* lock-free, so a handler may write it; worker threads read it */
enum { MOST_MESSAGE = 2048 };

static bool line_is_open; /* a progress line stands without its end */

static const double SECONDS_BETWEEN_LINES = 0.1;    /* on a terminal */
static const double MOST_SECONDS_WITHOUT_LINE = 30; /* elsewhere */

static void on_signal(int number)
{
    (void)number;
    if (atomic_fetch_add(&signals_seen, 1))
        _exit(EXIT_INTERRUPTED);
}

void interrupts_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool interrupted(void *unused)
{
    (void)unused;
    return atomic_load(&signals_seen) != 0;
}

/* For a person, for a program that reads progress, and for one that reads the result. */
static void tell(loss_status status, const char *message)
{
    progress_end();
    fprintf(stderr, "lossgrid: %s\n", message);
    if (status != LOSS_ERR_CANCELLED)
        progress_log_error(message);
    document_fail(loss_status_name(status), message);
}

int report_failure(loss_status status)
{
    if (status == LOSS_ERR_CANCELLED) {
        tell(status, "interrupted; everything finished is kept, and the same command goes on from "
                     "there");
        return EXIT_INTERRUPTED;
    }
    /* Where memory runs out on our side, the library's last message is about something else. */
    bool ours = status == LOSS_ERR_NOMEM && loss_last_status() != status;
    tell(status, ours ? "out of memory" : loss_last_message());
    return EXIT_FAILED;
}

int report_error(loss_status status, const char *format, ...)
{
    char message[MOST_MESSAGE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    tell(status, message);
    return EXIT_FAILED;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Columns that a line may fill without being wrapped, which could not be rewritten. */
static int columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1 : 79;
}

void progress_line(bool quiet, bool milestone, const char *format, ...)
{
    static double last = -INFINITY;
    bool terminal = isatty(STDERR_FILENO);
    double since = now() - last;
    if (quiet || (terminal ? since < SECONDS_BETWEEN_LINES
                           : !milestone && since < MOST_SECONDS_WITHOUT_LINE))
        return;
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (terminal)
        fprintf(stderr, "\r\033[K%.*s", columns(), text);
    else
        fprintf(stderr, "%s\n", text);
    fflush(stderr);
    line_is_open = terminal;
    last = now();
}

void progress_note(bool quiet, const char *format, ...)
{
    if (quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    if (line_is_open)
        fputs("\r\033[K", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    line_is_open = false;
}

void progress_end(void)
{
    if (line_is_open)
        fputc('\n', stderr);
    line_is_open = false;
}

const char *duration_text(double seconds, char text[32])
{
    if (!isfinite(seconds))
        return strcpy(text, "?");
    long s = (long)(seconds + 0.5);
    if (s >= 3600)
        snprintf(text, 32, "%ld h %02ld min", s / 3600, s % 3600 / 60);
    else if (s >= 60)
        snprintf(text, 32, "%ld min %02ld s", s / 60, s % 60);
    else
        snprintf(text, 32, "%ld s", s);
    return text;
}
