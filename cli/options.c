/* The table-driven option parser, on getopt_long. */
#include "options.h"

#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MOST_OPTIONS = 128, FIRST_CODE = 1000, HELP_CODE = 999 };

/* Writes what is wrong. @return false */
__attribute__((format(printf, 2, 3))) static bool wrong(char *message, const char *format, ...)
{
    char raw[OPTIONS_MESSAGE]; /* names of files are in it */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    loss_text_escape(raw, sizeof raw, message, OPTIONS_MESSAGE);
    return false;
}

void options_print(const option_table *table)
{
    for (size_t i = 0; i < table->n_options; i++) {
        const option_spec *o = &table->options[i];
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->argument ? " " : "",
                 o->argument ? o->argument : "");
        printf("  %-26s %s\n", left, o->help);
    }
    printf("  %-26s %s\n", "--help", "this text");
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
            return wrong(message, "--%s=%s: expected auto:N with N from 3 to 100000", o->name,
                         text);
        *o->to.axis = (loss_axis){NAN, NAN, (size_t)n};
        return true;
    }
    bool parsed = parse_number(text, ":", &min, &end) && *end == ':' &&
                  parse_number(end + 1, ":", &max, &end) && *end == ':' &&
                  loss_count_parse(end + 1, NULL, &n);
    if (!parsed)
        return wrong(message, "--%s=%s: expected MIN:MAX:N, such as -1:1:25, or auto", o->name,
                     text);
    if (!n || n > 100000)
        return wrong(message, "--%s=%s: N is %llu; expected 1 to 100000", o->name, text,
                     (unsigned long long)n);
    if (n > 1 && !(min < max))
        return wrong(message, "--%s=%s: MIN %g is not below MAX %g", o->name, text, min, max);
    if (n == 1 && min != max)
        return wrong(message, "--%s=%s: one point cannot have both ends %g and %g", o->name, text,
                     min, max);
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
            return wrong(message,
                         "--%s=%s: expected one or three numbers, such as 0.485,0.456,0.406",
                         o->name, text);
        c.values[c.n++] = (float)value;
        if (!*at)
            break;
    }
    if (c.n == 2)
        return wrong(message, "--%s=%s: two numbers; expected one or three", o->name, text);
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
    return wrong(message, "--%s=%s: expected one of %s", o->name, text, list);
}

static bool parse_size(const option_spec *o, const char *text, char *message)
{
    double size[2];
    const char *at;
    bool parsed = parse_number(text, "x", &size[0], &at) && *at == 'x' &&
                  parse_number(at + 1, "", &size[1], &at);
    for (int i = 0; i < 2 && parsed; i++) {
        parsed = size[i] >= 64 && size[i] <= 20000 && size[i] == floor(size[i]);
        o->to.size[i] = parsed ? (size_t)size[i] : 0;
    }
    return parsed ||
           wrong(message, "--%s=%s: expected WIDTHxHEIGHT, each from 64 to 20000", o->name, text);
}

static bool parse_value(const option_spec *o, const char *text, char *message)
{
    uint64_t whole;
    const char *end;
    switch (o->kind) {
    case OPTION_FLAG: *o->to.flag = true; return true;
    case OPTION_TEXT:
        if (!*text)
            return wrong(message, "--%s: empty", o->name);
        *o->to.text = text;
        return true;
    case OPTION_TEXTS:
        if (o->to.texts->n == MOST_TEXTS)
            return wrong(message, "--%s: given more than %d times", o->name, MOST_TEXTS);
        o->to.texts->items[o->to.texts->n++] = text;
        return true;
    case OPTION_COUNT:
        if (!loss_count_parse(text, NULL, &whole) || !whole || whole > SIZE_MAX / 2)
            return wrong(message, "--%s=%s: expected a whole number of at least 1", o->name, text);
        *o->to.count = (size_t)whole;
        return true;
    case OPTION_SEED:
        if (!loss_count_parse(text, NULL, o->to.seed))
            return wrong(message, "--%s=%s: expected a whole number of at least 0", o->name, text);
        return true;
    case OPTION_NUMBER:
        if (!parse_number(text, "", o->to.number, &end))
            return wrong(message, "--%s=%s: expected a number", o->name, text);
        return true;
    case OPTION_AXIS: return parse_axis(o, text, message);
    case OPTION_CHANNELS: return parse_channels(o, text, message);
    case OPTION_CHOICE: return parse_choice(o, text, message);
    case OPTION_SIZE: return parse_size(o, text, message);
    }
    return true;
}

/* getopt_long gave up on a word. */
static bool unknown_option(const option_table *t, const char *word, char *message)
{
    const char *names[MOST_OPTIONS + 1] = {"help"};
    size_t n = 1;
    if (optopt >= FIRST_CODE)
        return wrong(message, "%s: --%s takes no value", word,
                     t->options[optopt - FIRST_CODE].name);
    for (size_t i = 0; i < t->n_options && i < MOST_OPTIONS; i++)
        names[n++] = t->options[i].name;
    return wrong(message, "%s: no such option; the nearest is --%s", word,
                 loss_text_nearest(word + strspn(word, "-"), names, n));
}

static bool take_operand(const option_table *t, const char *word, const char **operands,
                         size_t *n_operands, char *message)
{
    if (*n_operands == t->most_operands)
        return wrong(message, "%s: one word too many", word);
    operands[(*n_operands)++] = word;
    return true;
}

/* What getopt_long knows of a table. */
static void make_long_options(const option_table *t, struct option rows[MOST_OPTIONS + 2])
{
    memset(rows, 0, (MOST_OPTIONS + 2) * sizeof *rows);
    rows[0] = (struct option){"help", no_argument, NULL, HELP_CODE};
    for (size_t i = 0; i < t->n_options && i < MOST_OPTIONS; i++)
        rows[i + 1] = (struct option){
            t->options[i].name, t->options[i].kind == OPTION_FLAG ? no_argument : required_argument,
            NULL, FIRST_CODE + (int)i};
}

options_result options_parse(const option_table *t, int argc, char **argv, const char **operands,
                             size_t *n_operands, char message[OPTIONS_MESSAGE])
{
    struct option rows[MOST_OPTIONS + 2];
    bool right = true;
    *n_operands = 0;
    make_long_options(t, rows);
    optind = 0;
    opterr = 0;
    for (int code; right && (code = getopt_long(argc, argv, "-:h", rows, NULL)) != -1;) {
        if (code == HELP_CODE || code == 'h')
            return OPTIONS_HELP;
        if (code == ':') {
            right = wrong(message, "%s needs a value", argv[optind - 1]);
        } else if (code == '?') {
            right = unknown_option(t, argv[optind - 1], message);
        } else if (code == 1) {
            right = take_operand(t, optarg, operands, n_operands, message);
        } else {
            const option_spec *o = &t->options[code - FIRST_CODE];
            right = parse_value(o, optarg, message);
            if (o->given)
                *o->given = true;
        }
    }
    for (; right && optind < argc; optind++) /* what follows "--" */
        right = take_operand(t, argv[optind], operands, n_operands, message);
    return right ? OPTIONS_OK : OPTIONS_WRONG;
}
