/* Options of a subcommand as a table: parsing, checking and --help come from it. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <loss/loss.h>

typedef enum option_kind {
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char * */
    OPTION_TEXTS,    /* text_list: may be given several times */
    OPTION_COUNT,    /* size_t, at least 1 */
    OPTION_SEED,     /* uint64_t */
    OPTION_NUMBER,   /* double */
    OPTION_AXIS,     /* loss_axis: MIN:MAX:N, auto or auto:N (min and max are then NaN) */
    OPTION_CHANNELS, /* channels: one or three numbers */
    OPTION_CHOICE,   /* int: index into choices */
    OPTION_SIZE      /* size_t[2]: WIDTHxHEIGHT */
} option_kind;

typedef struct channels {
    size_t n; /* 0: not given */
    float values[3];
} channels;

enum { MOST_TEXTS = 16 };
typedef struct text_list {
    size_t n;
    const char *items[MOST_TEXTS];
} text_list;

typedef struct option_spec {
    const char *name;     /* without the dashes */
    const char *argument; /* in the help; NULL for flags */
    const char *help;
    option_kind kind;
    void *value;                /* what the kind says; holds the default */
    const char *const *choices; /* ended by NULL */
    bool *given;                /* set if the option was there; may be NULL */
} option_spec;

typedef struct command_spec {
    const char *name, *usage, *summary;
    const char *notes; /* after the options: what the user should know */
    const char *examples;
    const option_spec *options;
    size_t n_options;
    size_t most_operands;
} command_spec;

/** Reads argv. Options may stand anywhere.
 *  @param operands  [most_operands], the words that are no options. *n_operands is how many.
 *  @return -1 to go on; else the exit code to end with (help was printed, or an error told). */
int options_parse(const command_spec *command, int argc, char **argv, const char **operands,
                  size_t *n_operands);

/** Tells an error in the use of a subcommand, printf style. @return EXIT_USAGE. */
int usage_error(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
