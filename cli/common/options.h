/* Options of a program as a table: parsing, checking and their lines of --help come from it. Both
 * programs use it; it prints nothing but help, and knows neither of them. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <loss/loss.h>

typedef enum option_kind {
    OPTION_FLAG,
    OPTION_SWITCH, /* a flag that --no-NAME takes back */
    OPTION_TEXT,
    OPTION_TEXTS,    /* may be given several times */
    OPTION_COUNT,    /* at least 1, or within a range */
    OPTION_BYTES,    /* a count, or one of K, M or G */
    OPTION_SEED,     /* at least 0 */
    OPTION_NUMBER,   /* finite, or within a range, or none (infinity) */
    OPTION_AXIS,     /* MIN:MAX:N, auto or auto:N (min and max are then NaN) */
    OPTION_CHANNELS, /* one or three numbers */
    OPTION_CHOICE,   /* one of a list of words: its index */
    OPTION_SIZE,     /* WIDTHxHEIGHT, or another character between them: that of the argument */
    OPTION_OWN       /* what a function of the program makes of it */
} option_kind;

typedef struct channels {
    size_t n; /* 0: not given */
    float values[3];
} channels;

enum { MOST_TEXTS = 16, MOST_OPTIONS = 128 };
typedef struct text_list {
    size_t n;
    const char *items[MOST_TEXTS];
} text_list;

/** Room for what is wrong with a command line. */
enum { OPTIONS_MESSAGE = 640 };

/** A row of the table. Write it with one of the macros below. */
typedef struct option_spec {
    const char *name;     /* without the dashes */
    const char *argument; /* in the help; NULL for flags */
    const char *help;
    option_kind kind;
    union {
        bool *flag;
        const char **text;
        text_list *texts;
        size_t *count;
        uint64_t *seed;
        double *number;
        loss_axis *axis;
        channels *channels;
        int *choice;
        size_t *size; /* [2] */
        void *own;
    } to;                       /* where the value goes; holds the default */
    const char *const *choices; /* ended by NULL */
    double low, high;           /* of a count or a number, where low < high */
    bool has_none;              /* a number may be `none` */
    bool may_be_empty;          /* a text may be "" */
    /** OPTION_OWN: takes the value. @return false after writing what is wrong */
    bool (*take)(const struct option_spec *o, const char *text, char message[OPTIONS_MESSAGE]);
    bool *given; /* set if the option was there; may be NULL */
} option_spec;

/* Rows. What follows the help is where the value goes, then, if wanted, `.given = &flag`. */
#define OPT_(name_, argument_, help_, kind_)                                                       \
    .name = name_, .argument = argument_, .help = help_, .kind = OPTION_##kind_
#define OPT_FLAG(name, help, ...)                                                                  \
    {                                                                                              \
        OPT_(name, NULL, help, FLAG), .to.flag = __VA_ARGS__                                       \
    }
#define OPT_TEXT(name, arg, help, ...)                                                             \
    {                                                                                              \
        OPT_(name, arg, help, TEXT), .to.text = __VA_ARGS__                                        \
    }
#define OPT_TEXTS(name, arg, help, ...)                                                            \
    {                                                                                              \
        OPT_(name, arg, help, TEXTS), .to.texts = __VA_ARGS__                                      \
    }
#define OPT_COUNT(name, arg, help, ...)                                                            \
    {                                                                                              \
        OPT_(name, arg, help, COUNT), .to.count = __VA_ARGS__                                      \
    }
#define OPT_BYTES(name, help, ...)                                                                 \
    {                                                                                              \
        OPT_(name, "SIZE", help, BYTES), .to.count = __VA_ARGS__                                   \
    }
#define OPT_SEED(name, arg, help, ...)                                                             \
    {                                                                                              \
        OPT_(name, arg, help, SEED), .to.seed = __VA_ARGS__                                        \
    }
#define OPT_NUMBER(name, arg, help, ...)                                                           \
    {                                                                                              \
        OPT_(name, arg, help, NUMBER), .to.number = __VA_ARGS__                                    \
    }
#define OPT_AXIS(name, help, ...)                                                                  \
    {                                                                                              \
        OPT_(name, "MIN:MAX:N", help, AXIS), .to.axis = __VA_ARGS__                                \
    }
#define OPT_CHANNELS(name, help, ...)                                                              \
    {                                                                                              \
        OPT_(name, "R,G,B", help, CHANNELS), .to.channels = __VA_ARGS__                            \
    }
#define OPT_CHOICE(name, arg, list, help, ...)                                                     \
    {                                                                                              \
        OPT_(name, arg, help, CHOICE), .choices = list, .to.choice = __VA_ARGS__                   \
    }
#define OPT_SWITCH(name, help, ...)                                                                \
    {                                                                                              \
        OPT_(name, NULL, help, SWITCH), .to.flag = __VA_ARGS__                                     \
    }
#define OPT_OWN(name, arg, help, function, ...)                                                    \
    {                                                                                              \
        OPT_(name, arg, help, OWN), .take = function, .to.own = __VA_ARGS__                        \
    }
#define OPT_SIZE(name, arg, help, ...)                                                             \
    {                                                                                              \
        OPT_(name, arg, help, SIZE), .to.size = __VA_ARGS__                                        \
    }

typedef struct option_table {
    const option_spec *options;
    size_t n_options;
    size_t most_operands;
} option_table;

typedef enum options_result { OPTIONS_OK, OPTIONS_HELP, OPTIONS_WRONG } options_result;

/** Reads argv. Options may stand anywhere; after "--" come operands.
 *  @param operands  [most_operands], the words that are no options. *n_operands is how many.
 *  @param message   written for OPTIONS_WRONG: what was found, what was expected
 *  @return OPTIONS_HELP as soon as --help or -h is met */
options_result options_parse(const option_table *table, int argc, char **argv,
                             const char **operands, size_t *n_operands,
                             char message[OPTIONS_MESSAGE]);

/** Writes what is wrong with a value, printf style, fit to be shown: for OPTION_OWN. @return
 * false */
bool options_wrong(char message[OPTIONS_MESSAGE], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Prints a line of help for each option. */
void options_print(const option_table *table);
/** Prints the line of --help, which every program has. */
void options_print_help_line(void);

/** "a, b or c" of names that NULL ends, cut off to fit. @return text */
const char *options_list(const char *const *names, char *text, size_t size);

#endif
