/* The table-driven option parser, on getopt_long. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

enum { MOST_OPTIONS = 40, FIRST_CODE = 1000, HELP_CODE = 999 };

int usage_error(const char *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "lossgrid %s: ", command);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\nTry: lossgrid %s --help\n", command);
    va_end(arguments);
    return EXIT_USAGE;
}

static void print_help(const command_spec *c)
{
    printf("Usage: lossgrid %s %s\n\n%s\n\nOptions:\n", c->name, c->usage, c->summary);
    for (size_t i = 0; i < c->n_options; i++) {
        const option_spec *o = &c->options[i];
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->argument ? " " : "",
                 o->argument ? o->argument : "");
        printf("  %-26s %s\n", left, o->help);
    }
    printf("  %-26s %s\n", "--help", "this text");
    if (c->notes)
        printf("\n%s\n", c->notes);
    printf("\nExamples:\n%s\n", c->examples);
}

/* A whole decimal number and nothing else. */
static bool parse_whole(const char *text, uint64_t *value)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    *value = number;
    return !errno && !*end;
}

/* A finite decimal number that ends at one of the characters of `stops` or at the end; *end is
 * set behind it. */
static bool parse_number(const char *text, const char *stops, double *value, const char **end)
{
    return loss_number_parse(text, end, value) && isfinite(*value) &&
           (!**end || strchr(stops, **end));
}

static int parse_axis(const char *command, const option_spec *o, const char *text)
{
    double min, max;
    uint64_t n;
    const char *end;
    if (strcmp(text, "auto") == 0 || strncmp(text, "auto:", 5) == 0) {
        n = 25;
        if (text[4] && (!parse_whole(text + 5, &n) || n < 3 || n > 100000))
            return usage_error(command, "--%s=%s: expected auto:N with N from 3 to 100000", o->name,
                               text);
        *(loss_axis *)o->value = (loss_axis){NAN, NAN, (size_t)n};
        return -1;
    }
    bool parsed = parse_number(text, ":", &min, &end) && *end == ':' &&
                  parse_number(end + 1, ":", &max, &end) && *end == ':' && parse_whole(end + 1, &n);
    if (!parsed)
        return usage_error(command, "--%s=%s: expected MIN:MAX:N, such as -1:1:25, or auto",
                           o->name, text);
    if (!n || n > 100000)
        return usage_error(command, "--%s=%s: N is %llu; expected 1 to 100000", o->name, text,
                           (unsigned long long)n);
    if (n > 1 && !(min < max))
        return usage_error(command, "--%s=%s: MIN %g is not below MAX %g", o->name, text, min, max);
    if (n == 1 && min != max)
        return usage_error(command, "--%s=%s: one point cannot have both ends %g and %g", o->name,
                           text, min, max);
    *(loss_axis *)o->value = (loss_axis){min, max, (size_t)n};
    return -1;
}

static int parse_channels(const char *command, const option_spec *o, const char *text)
{
    channels c = {0, {0}};
    const char *at = text;
    for (;; at++) {
        double value;
        if (c.n == 3 || !parse_number(at, ",", &value, &at))
            return usage_error(command,
                               "--%s=%s: expected one or three numbers, such as 0.485,0.456,0.406",
                               o->name, text);
        c.values[c.n++] = (float)value;
        if (!*at)
            break;
    }
    if (c.n == 2)
        return usage_error(command, "--%s=%s: two numbers; expected one or three", o->name, text);
    *(channels *)o->value = c;
    return -1;
}

static int parse_choice(const char *command, const option_spec *o, const char *text)
{
    char list[256] = "";
    for (int i = 0; o->choices[i]; i++) {
        if (strcmp(o->choices[i], text) == 0) {
            *(int *)o->value = i;
            return -1;
        }
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "",
                 o->choices[i]);
    }
    return usage_error(command, "--%s=%s: expected one of %s", o->name, text, list);
}

static int parse_size(const char *command, const option_spec *o, const char *text)
{
    double size[2];
    const char *at;
    bool parsed = parse_number(text, "x", &size[0], &at) && *at == 'x' &&
                  parse_number(at + 1, "", &size[1], &at);
    for (int i = 0; i < 2 && parsed; i++) {
        parsed = size[i] >= 64 && size[i] <= 20000 && size[i] == floor(size[i]);
        ((size_t *)o->value)[i] = parsed ? (size_t)size[i] : 0;
    }
    return parsed ? -1
                  : usage_error(command, "--%s=%s: expected WIDTHxHEIGHT, each from 64 to 20000",
                                o->name, text);
}

static int parse_value(const char *command, const option_spec *o, const char *text)
{
    uint64_t whole;
    const char *end;
    text_list *list = o->value;
    switch (o->kind) {
    case OPTION_FLAG: *(bool *)o->value = true; return -1;
    case OPTION_TEXT:
        if (!*text)
            return usage_error(command, "--%s: empty", o->name);
        *(const char **)o->value = text;
        return -1;
    case OPTION_TEXTS:
        if (list->n == MOST_TEXTS)
            return usage_error(command, "--%s: given more than %d times", o->name, MOST_TEXTS);
        list->items[list->n++] = text;
        return -1;
    case OPTION_COUNT:
        if (!parse_whole(text, &whole) || !whole || whole > SIZE_MAX / 2)
            return usage_error(command, "--%s=%s: expected a whole number of at least 1", o->name,
                               text);
        *(size_t *)o->value = (size_t)whole;
        return -1;
    case OPTION_SEED:
        if (!parse_whole(text, (uint64_t *)o->value))
            return usage_error(command, "--%s=%s: expected a whole number of at least 0", o->name,
                               text);
        return -1;
    case OPTION_NUMBER:
        if (!parse_number(text, "", (double *)o->value, &end))
            return usage_error(command, "--%s=%s: expected a number", o->name, text);
        return -1;
    case OPTION_AXIS: return parse_axis(command, o, text);
    case OPTION_CHANNELS: return parse_channels(command, o, text);
    case OPTION_CHOICE: return parse_choice(command, o, text);
    case OPTION_SIZE: return parse_size(command, o, text);
    }
    return -1;
}

/* getopt_long gave up on argv[optind - 1]. */
static int unknown_option(const command_spec *c, const char *word)
{
    const char *names[MOST_OPTIONS + 1] = {"help"};
    size_t n = 1;
    if (optopt >= FIRST_CODE)
        return usage_error(c->name, "%s: --%s takes no value", word,
                           c->options[optopt - FIRST_CODE].name);
    for (size_t i = 0; i < c->n_options && i < MOST_OPTIONS; i++)
        names[n++] = c->options[i].name;
    return usage_error(c->name, "%s: no such option; the nearest is --%s", word,
                       loss_text_nearest(word + strspn(word, "-"), names, n));
}

static int take_operand(const command_spec *c, const char *word, const char **operands,
                        size_t *n_operands)
{
    if (*n_operands == c->most_operands)
        return usage_error(c->name, "%s: one word too many", word);
    operands[(*n_operands)++] = word;
    return -1;
}

int options_parse(const command_spec *c, int argc, char **argv, const char **operands,
                  size_t *n_operands)
{
    struct option table[MOST_OPTIONS + 2] = {{"help", no_argument, NULL, HELP_CODE}};
    for (size_t i = 0; i < c->n_options && i < MOST_OPTIONS; i++)
        table[i + 1] = (struct option){
            c->options[i].name, c->options[i].kind == OPTION_FLAG ? no_argument : required_argument,
            NULL, FIRST_CODE + (int)i};
    optind = 0;
    opterr = 0;
    for (int code; (code = getopt_long(argc, argv, "-:h", table, NULL)) != -1;) {
        if (code == HELP_CODE || code == 'h') {
            print_help(c);
            return EXIT_OK;
        }
        if (code == ':')
            return usage_error(c->name, "%s needs a value", argv[optind - 1]);
        if (code == '?')
            return unknown_option(c, argv[optind - 1]);
        const option_spec *o =
            code == 1 ? NULL : &c->options[code - FIRST_CODE]; /* 1: an operand */
        int result =
            o ? parse_value(c->name, o, optarg) : take_operand(c, optarg, operands, n_operands);
        if (result >= 0)
            return result;
        if (o && o->given)
            *o->given = true;
    }
    for (; optind < argc; optind++) { /* what follows "--" */
        int result = take_operand(c, argv[optind], operands, n_operands);
        if (result >= 0)
            return result;
    }
    return -1;
}
