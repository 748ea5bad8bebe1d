/* What a person sees while waiting: failures, progress, and how Ctrl-C is taken. */
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static volatile sig_atomic_t signals_seen;
static bool line_is_open; /* a progress line stands without its end */

static void on_signal(int number)
{
    (void)number;
    if (signals_seen++)
        _exit(EXIT_INTERRUPTED);
}

void interrupts_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool interrupted(void *unused)
{
    (void)unused;
    return signals_seen != 0;
}

int report_failure(loss_status status)
{
    progress_end();
    if (status == LOSS_ERR_CANCELLED) {
        fprintf(stderr, "lossgrid: interrupted; everything finished is kept, and the same command goes on from there\n");
        return EXIT_INTERRUPTED;
    }
    fprintf(stderr, "lossgrid: %s\n", loss_last_message());
    return EXIT_FAILED;
}

void progress_line(bool quiet, bool milestone, const char *format, ...)
{
    bool terminal = isatty(STDERR_FILENO);
    if (quiet || (!terminal && !milestone))
        return;
    va_list arguments;
    va_start(arguments, format);
    if (terminal)
        fputs("\r\033[K", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    if (!terminal || milestone)
        fputc('\n', stderr);
    line_is_open = terminal && !milestone;
    fflush(stderr);
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
