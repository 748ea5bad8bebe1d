/* Progress for programs (--json-progress): a JSON object a line, in a file of its own, so that
 * nothing else stands between. docs/file-formats.md describes the lines. */
#ifndef PROGRESS_LOG_H
#define PROGRESS_LOG_H

#include "command.h"

/** The option's row. */
#define OPT_PROGRESS_LOG                                                                           \
    OPT_OWN("json-progress", "FILE",                                                               \
            "progress for programs, a JSON object a line, at the end of a file, a named pipe or "  \
            "/dev/fd/N",                                                                           \
            progress_log_open, NULL)
bool progress_log_open(const option_spec *option, const char *path, char message[OPTIONS_MESSAGE]);

enum { MOST_PROGRESS_NUMBERS = 8 };

/** What work has come to. Numbers that are NaN are left out. */
typedef struct progress_event {
    const char *kind;  /* of work: "points" */
    bool is_milestone; /* it is written in any case, others ten times a second at most */
    double done, total, images_per_second, seconds_left;
    const char *split, *run; /* may be NULL */
    struct {
        const char *key;
        double value;
    } numbers[MOST_PROGRESS_NUMBERS]; /* up to a NULL key */
} progress_event;

/** Writes the event; does nothing without the option. */
void progress_log_event(const progress_event *event);
/** Writes why the command fails. */
void progress_log_error(const char *message);
/** Writes the last line, with the program's exit code. */
void progress_log_end(int code);

#endif
