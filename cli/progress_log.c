/* Lines of progress for programs. */
#include "progress_log.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "ranks.h"

static const double SECONDS_BETWEEN_LINES = 0.1;

static int file = -1;

bool progress_log_open(const option_spec *option, const char *path, char message[OPTIONS_MESSAGE])
{
    if (ranks_number() || file >= 0)
        return true;
    file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0)
        snprintf(message, OPTIONS_MESSAGE, "--%s %s: %s", option->name, path, strerror(errno));
    /* A reader that goes away is no reason to stop. */
    signal(SIGPIPE, SIG_IGN);
    return file >= 0;
}

static bool write_all(const char *text, size_t n)
{
    while (n) {
        ssize_t written = write(file, text, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text += written;
        n -= (size_t)written;
    }
    return true;
}

/* Without memory or a reader the work goes on, and the log ends. */
static void write_line(json *j)
{
    char *text = j->failed ? NULL : cJSON_PrintUnformatted(j->root);
    size_t n = text ? strlen(text) : 0;
    if (text)
        text[n] = '\n';
    if (!text || !write_all(text, n + 1)) {
        close(file);
        file = -1;
    }
    cJSON_free(text);
    json_free(j);
}

static json begin(const char *kind)
{
    json j = json_begin();
    json_text(&j, j.root, "kind", kind);
    return j;
}

static bool is_due(bool in_any_case)
{
    static double last = -INFINITY;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    double now = (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
    if (!in_any_case && now - last < SECONDS_BETWEEN_LINES)
        return false;
    last = now;
    return true;
}

void progress_log_event(const progress_event *e)
{
    if (file < 0 || !is_due(e->is_milestone || e->done == e->total))
        return;
    json j = begin(e->kind);
    json_known(&j, j.root, "done", e->done);
    json_known(&j, j.root, "total", e->total);
    json_known(&j, j.root, "images_per_second", e->images_per_second);
    json_known(&j, j.root, "seconds_left", e->seconds_left);
    if (e->split)
        json_text(&j, j.root, "split", e->split);
    if (e->run)
        json_text(&j, j.root, "run", e->run);
    for (int i = 0; i < MOST_PROGRESS_NUMBERS && e->numbers[i].key; i++)
        json_known(&j, j.root, e->numbers[i].key, e->numbers[i].value);
    write_line(&j);
}

void progress_log_error(const char *message)
{
    if (file < 0)
        return;
    json j = begin("error");
    json_text(&j, j.root, "message", message);
    write_line(&j);
}

void progress_log_end(int code)
{
    if (file < 0)
        return;
    json j = begin("end");
    json_number(&j, j.root, "exit_code", code);
    write_line(&j);
}
