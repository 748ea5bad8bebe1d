/* The table-driven option parser, on getopt_long. */
#include "options.h"

#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* getopt_long's code of option i is FIRST_CODE + i; of --no- and its name NO_CODE + i. */
enum { HELP_CODE = 999, FIRST_CODE = 1000, NO_CODE = FIRST_CODE + MOST_OPTIONS };
enum { MOST_ROWS = 2 * MOST_OPTIONS + 2, NAME_SIZE = 40 };

/* What getopt_long knows of a table. */
typedef struct rows {
    struct option options[MOST_ROWS];
    char negated[MOST_OPTIONS][NAME_SIZE]; /* "no-NAME" */
} rows;

bool options_wrong(char message[OPTIONS_MESSAGE], const char *format, ...)
{
    char raw[OPTIONS_MESSAGE]; /* names of files are in it */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    loss_text_escape(raw, sizeof raw, message, OPTIONS_MESSAGE);
    return false;
}

static void print_line(const char *prefix, const char *name, const char *argument, const char *help)
{
    char left[64];
    snprintf(left, sizeof left, "%s%s%s%s", prefix, name, argument ? " " : "",
             argument ? argument : "");
    printf("  %-26s %s\n", left, help);
}

void options_print(const option_table *table)
{
    for (size_t i = 0; i < table->n_options; i++) {
        const option_spec *o = &table->options[i];
        print_line(o->kind == OPTION_SWITCH ? "--[no-]" : "--", o->name, o->argument, o->help);
    }
}

void options_print_help_line(void)
{
    print_line("--", "help", NULL, "this text");
}

const char *options_list(const char *const *names, char *text, size_t size)
{
    size_t n = 0;
    *text = 0;
    for (size_t i = 0; names[i] && n < size; i++)
        n += (size_t)snprintf(text + n, size - n, "%s%s",
                              !i             ? ""
                              : names[i + 1] ? ", "
                                             : " or ",
                              names[i]);
    return text;
}

/* A finite decimal number that ends at one of the characters of `stops` or at the end; *end is
 * set behind it. */
static bool parse_number(const char *text, const char *stops, double *value, const char **end)
{
    return loss_number_parse(text, end, value) && isfinite(*value) &&
           (!**end || strchr(stops, **end));
}

static bool parse_axis(const option_spec *o, const char *text, char *message)
{
    double min, max;
    uint64_t n;
    const char *end;
    if (strcmp(text, "auto") == 0 || strncmp(text, "auto:", 5) == 0) {
        n = 25;
        if (text[4] && (!loss_count_parse(text + 5, NULL, &n) || n < 3 || n > 100000))
            return options_wrong(message, "--%s=%s: expected auto:N with N from 3 to 100000",
                                 o->name, text);
        *o->to.axis = (loss_axis){NAN, NAN, (size_t)n};
        return true;
    }
    bool parsed = parse_number(text, ":", &min, &end) && *end == ':' &&
                  parse_number(end + 1, ":", &max, &end) && *end == ':' &&
                  loss_count_parse(end + 1, NULL, &n);
    if (!parsed)
        return options_wrong(message, "--%s=%s: expected MIN:MAX:N, such as -1:1:25, or auto",
                             o->name, text);
    if (!n || n > 100000)
        return options_wrong(message, "--%s=%s: N is %llu; expected 1 to 100000", o->name, text,
                             (unsigned long long)n);
    if (n > 1 && !(min < max))
        return options_wrong(message, "--%s=%s: MIN %g is not below MAX %g", o->name, text, min,
                             max);
    if (n == 1 && min != max)
        return options_wrong(message, "--%s=%s: one point cannot have both ends %g and %g", o->name,
                             text, min, max);
    *o->to.axis = (loss_axis){min, max, (size_t)n};
    return true;
}

static bool parse_channels(const option_spec *o, const char *text, char *message)
{
    channels c = {0, {0}};
    const char *at = text;
    for (;; at++) {
        double value;
        if (c.n == 3 || !parse_number(at, ",", &value, &at))
            return options_wrong(
                message, "--%s=%s: expected one or three numbers, such as 0.485,0.456,0.406",
                o->name, text);
        c.values[c.n++] = (float)value;
        if (!*at)
            break;
    }
    if (c.n == 2)
        return options_wrong(message, "--%s=%s: two numbers; expected one or three", o->name, text);
    *o->to.channels = c;
    return true;
}

static bool parse_choice(const option_spec *o, const char *text, char *message)
{
    char list[256] = "";
    for (int i = 0; o->choices[i]; i++) {
        if (strcmp(o->choices[i], text) == 0) {
            *o->to.choice = i;
            return true;
        }
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "",
                 o->choices[i]);
    }
    return options_wrong(message, "--%s=%s: expected one of %s", o->name, text, list);
}

static bool parse_size(const option_spec *o, const char *text, char *message)
{
    uint64_t size[2];
    const char *at, between = o->argument[1];
    bool parsed = loss_count_parse(text, &at, &size[0]) && *at == between &&
                  loss_count_parse(at + 1, NULL, &size[1]);
    for (int i = 0; i < 2 && parsed; i++) {
        parsed = size[i] >= 64 && size[i] <= 20000;
        o->to.size[i] = parsed ? (size_t)size[i] : 0;
    }
    return parsed ||
           options_wrong(message, "--%s=%s: expected WIDTH%cHEIGHT, each from 64 to 20000", o->name,
                         text, between);
}

static bool parse_count(const option_spec *o, const char *text, char *message)
{
    bool has_range = o->low < o->high;
    double low = has_range ? o->low : 1, high = has_range ? o->high : (double)(SIZE_MAX / 2);
    uint64_t whole;
    if (loss_count_parse(text, NULL, &whole) && (double)whole >= low && (double)whole <= high) {
        *o->to.count = (size_t)whole;
        return true;
    }
    return has_range ? options_wrong(message, "--%s=%s: expected a whole number from %g to %g",
                                     o->name, text, low, high)
                     : options_wrong(message, "--%s=%s: expected a whole number of at least 1",
                                     o->name, text);
}

/* A number of bytes, or of K, M or G of them. */
static bool parse_bytes(const option_spec *o, const char *text, char *message)
{
    static const char units[] = "KMG";
    const char *end, *unit;
    uint64_t whole;
    if (loss_count_parse(text, &end, &whole) && whole) {
        unit = *end ? strchr(units, *end) : NULL;
        unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
        if ((!*end || (unit && !end[1])) && whole <= (SIZE_MAX / 2) >> shift) {
            *o->to.count = (size_t)whole << shift;
            return true;
        }
    }
    return options_wrong(message, "--%s=%s: expected a number of bytes, such as 512M or 2G",
                         o->name, text);
}

static bool parse_finite(const option_spec *o, const char *text, char *message)
{
    const char *end;
    if (o->has_none && strcmp(text, "none") == 0) {
        *o->to.number = (double)INFINITY;
        return true;
    }
    double value;
    if (!parse_number(text, "", &value, &end))
        return options_wrong(message, "--%s=%s: expected a number%s", o->name, text,
                             o->has_none ? " or none" : "");
    if (o->low < o->high && (value < o->low || value > o->high))
        return options_wrong(message, "--%s=%s: expected %g to %g", o->name, text, o->low, o->high);
    *o->to.number = value;
    return true;
}

static bool parse_value(const option_spec *o, const char *text, char *message)
{
    switch (o->kind) {
    case OPTION_FLAG:
    case OPTION_SWITCH: *o->to.flag = true; return true;
    case OPTION_TEXT:
        if (!*text && !o->may_be_empty)
            return options_wrong(message, "--%s: empty", o->name);
        *o->to.text = text;
        return true;
    case OPTION_TEXTS:
        if (o->to.texts->n == MOST_TEXTS)
            return options_wrong(message, "--%s: given more than %d times", o->name, MOST_TEXTS);
        o->to.texts->items[o->to.texts->n++] = text;
        return true;
    case OPTION_COUNT: return parse_count(o, text, message);
    case OPTION_BYTES: return parse_bytes(o, text, message);
    case OPTION_SEED:
        if (!loss_count_parse(text, NULL, o->to.seed))
            return options_wrong(message, "--%s=%s: expected a whole number of at least 0", o->name,
                                 text);
        return true;
    case OPTION_NUMBER: return parse_finite(o, text, message);
    case OPTION_AXIS: return parse_axis(o, text, message);
    case OPTION_CHANNELS: return parse_channels(o, text, message);
    case OPTION_CHOICE: return parse_choice(o, text, message);
    case OPTION_SIZE: return parse_size(o, text, message);
    case OPTION_OWN: return o->take(o, text, message);
    }
    return true;
}

/* The option of a code. */
static const option_spec *option_of(const option_table *t, int code)
{
    return &t->options[(code - FIRST_CODE) % MOST_OPTIONS];
}

/* getopt_long gave up on a word. */
static bool unknown_option(const option_table *t, const char *word, char *message)
{
    const char *names[MOST_OPTIONS + 1] = {"help"};
    size_t n = 1;
    if (optopt >= FIRST_CODE)
        return options_wrong(message, "%s: --%s%s takes no value", word,
                             optopt >= NO_CODE ? "no-" : "", option_of(t, optopt)->name);
    if (word[1] != '-')
        return options_wrong(message,
                             "%s: no such option; options begin with two dashes, and a file of "
                             "that name is ./%s",
                             word, word);
    for (size_t i = 0; i < t->n_options && i < MOST_OPTIONS; i++)
        names[n++] = t->options[i].name;
    return options_wrong(message, "%s: no such option; the nearest is --%s", word,
                         loss_text_nearest(word + strspn(word, "-"), names, n));
}

static bool take_operand(const option_table *t, const char *word, const char **operands,
                         size_t *n_operands, char *message)
{
    if (*n_operands == t->most_operands)
        return options_wrong(message, "%s: one word too many", word);
    operands[(*n_operands)++] = word;
    return true;
}

static void make_rows(const option_table *t, rows *r)
{
    struct option *row = r->options;
    *row++ = (struct option){"help", no_argument, NULL, HELP_CODE};
    for (int i = 0; i < (int)t->n_options && i < MOST_OPTIONS; i++) {
        const option_spec *o = &t->options[i];
        bool is_flag = o->kind == OPTION_FLAG || o->kind == OPTION_SWITCH;
        *row++ = (struct option){o->name, is_flag ? no_argument : required_argument, NULL,
                                 FIRST_CODE + i};
        if (o->kind != OPTION_SWITCH)
            continue;
        snprintf(r->negated[i], NAME_SIZE, "no-%s", o->name);
        *row++ = (struct option){r->negated[i], no_argument, NULL, NO_CODE + i};
    }
    *row = (struct option){NULL, 0, NULL, 0};
}

static bool take_option(const option_table *t, int code, const char *value, char *message)
{
    bool is_off = code >= NO_CODE;
    const option_spec *o = option_of(t, code);
    if (o->given)
        *o->given = true;
    if (is_off)
        *o->to.flag = false;
    return is_off || parse_value(o, value, message);
}

options_result options_parse(const option_table *t, int argc, char **argv, const char **operands,
                             size_t *n_operands, char message[OPTIONS_MESSAGE])
{
    rows r;
    bool right = true;
    *n_operands = 0;
    make_rows(t, &r);
    optind = 0;
    opterr = 0;
    int at = 1; /* getopt_long stays at a word of several letters until all are done */
    for (int code; right && (code = getopt_long(argc, argv, "-:h", r.options, NULL)) != -1;
         at = optind) {
        if (code == HELP_CODE || code == 'h')
            return OPTIONS_HELP;
        if (code == ':')
            right = options_wrong(message, "%s needs a value", argv[optind - 1]);
        else if (code == '?')
            right = unknown_option(t, argv[at], message);
        else if (code == 1)
            right = take_operand(t, optarg, operands, n_operands, message);
        else
            right = take_option(t, code, optarg, message);
    }
    for (; right && optind < argc; optind++) /* what follows "--" */
        right = take_operand(t, argv[optind], operands, n_operands, message);
    return right ? OPTIONS_OK : OPTIONS_WRONG;
}
