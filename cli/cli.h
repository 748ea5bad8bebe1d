/* lossgrid: what its subcommands share. It knows the library by its public headers only. */
#ifndef CLI_H
#define CLI_H

#include <loss/loss.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 };

/* Subcommands: argv[0] is the subcommand's name. Each returns an exit code. */
int command_train(int argc, char **argv);
int command_eval(int argc, char **argv);
int command_surface(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_import(int argc, char **argv);
int command_path(int argc, char **argv);
int command_curvature(int argc, char **argv);
int command_export(int argc, char **argv);
int command_plot(int argc, char **argv);
int command_convert(int argc, char **argv);
int command_info(int argc, char **argv);
int command_help(int argc, char **argv);
int command_completion(int argc, char **argv);
int command_version(int argc, char **argv);

/** Tells a failure of the library on standard error. @return the exit code that goes with it. */
int report_failure(loss_status status);

/** Tells a failure that the library knows nothing of, printf style. @return EXIT_FAILED. */
int report_error(loss_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** From now on Ctrl-C and SIGTERM only raise a flag, so that what is finished is kept; a second
 * one ends at once. */
void interrupts_catch(void);
/** Whether one came. Fits loss_cancelled. */
bool interrupted(void *unused);

/** A line of progress on standard error, printf style: rewritten in place on a terminal, ten
 * times a second at most; elsewhere a line of its own, printed when `milestone` is true or the last
 * one is 30 s ago, so that a log stays short, and shows that the program lives. Silent with
 * --quiet. */
void progress_line(bool quiet, bool milestone, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** A line that stays, in place of the progress line if there is one. Silent with --quiet. */
void progress_note(bool quiet, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Ends the line in place, if there is one. */
void progress_end(void);
/** Seconds as "1 h 02 min", "3 min 20 s" or "12 s". */
const char *duration_text(double seconds, char text[32]);

#endif
