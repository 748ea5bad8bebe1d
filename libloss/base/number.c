/* Numbers in text: the one place that reads and writes them. */
#include <loss/text.h>

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* Length of a word if the text begins with it, in any case; else 0. */
static size_t begins_with(const char *text, const char *word)
{
    size_t n = strlen(word);
    return strncasecmp(text, word, n) == 0 ? n : 0;
}

/* Length of inf, infinity or nan; else 0. */
static size_t parse_word(const char *text, double *value)
{
    size_t n = begins_with(text, "nan");
    if (n) {
        *value = (double)NAN;
        return n;
    }
    n = begins_with(text, "infinity");
    n = n ? n : begins_with(text, "inf");
    if (n)
        *value = (double)INFINITY;
    return n;
}

static size_t digits_length(const char *text)
{
    size_t n = 0;
    while (text[n] >= '0' && text[n] <= '9')
        n++;
    return n;
}

/* Length of digits with at most one point and an exponent; 0 if there is no digit. */
static size_t decimal_length(const char *text)
{
    size_t whole = digits_length(text), n = whole, fraction = 0;
    if (text[n] == '.') {
        fraction = digits_length(text + n + 1);
        n += 1 + fraction;
    }
    if (!whole && !fraction)
        return 0;
    if (text[n] == 'e' || text[n] == 'E') {
        size_t sign = text[n + 1] == '+' || text[n + 1] == '-';
        size_t exponent = digits_length(text + n + 1 + sign);
        n += exponent ? 1 + sign + exponent : 0;
    }
    return n;
}

/* A decimal number of n bytes without an exponent and with at most 15 digits, as most in files are:
 * its digits and the power of ten are then doubles, and their quotient is rounded once, as strtod
 * rounds.
 * @return false: it is longer, or has an exponent */
static bool parse_short(const char *text, size_t n, double *value)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    enum { MOST_DIGITS = 15 };
    uint64_t all = 0;
    size_t n_digits = 0, n_fraction = 0;
    bool has_point = false;
    for (size_t i = 0; i < n && n_digits <= MOST_DIGITS; i++) {
        if (text[i] == 'e' || text[i] == 'E')
            return false;
        if (text[i] == '.') {
            has_point = true;
            continue;
        }
        all = 10 * all + (uint64_t)(text[i] - '0');
        n_digits++;
        n_fraction += has_point;
    }
    if (n_digits > MOST_DIGITS || FLT_EVAL_METHOD != 0) /* where doubles are rounded twice */
        return false;
    *value = (double)all / powers[n_fraction];
    return true;
}

/* Length of a decimal number; 0 if there is none, or none that a double can hold. */
static size_t parse_decimal(const char *text, double *value)
{
    size_t n = decimal_length(text);
    /* Of 0x10 the number is 0, which is short; strtod would go on. */
    if (n && !parse_short(text, n, value)) {
        locale_t previous = lossi_use_c_locale();
        *value = strtod(text, NULL);
        lossi_restore_locale(previous);
    }
    return isfinite(*value) ? n : 0;
}

bool loss_number_parse(const char *text, const char **end, double *value)
{
    if (!text || !value)
        return false;
    bool is_negative = *text == '-';
    const char *at = text + (is_negative || *text == '+');
    double read = 0;
    size_t n = parse_decimal(at, &read);
    if (!n)
        n = parse_word(at, &read);
    if (!n || (!end && at[n]))
        return false;
    *value = is_negative ? -read : read;
    if (end)
        *end = at + n;
    return true;
}

bool loss_count_parse(const char *text, const char **end, uint64_t *value)
{
    uint64_t read = 0;
    const char *at = text;
    if (!text || !value || !isdigit((unsigned char)*text))
        return false;
    for (; *at >= '0' && *at <= '9'; at++)
        if (__builtin_mul_overflow(read, (uint64_t)10, &read) ||
            __builtin_add_overflow(read, (uint64_t)(*at - '0'), &read))
            return false;
    if (!end && *at)
        return false;
    *value = read;
    if (end)
        *end = at;
    return true;
}

const char *loss_number_print(double value, char text[LOSS_NUMBER_SIZE])
{
    if (!text)
        return NULL;
    /* What has 15 digits or fewer is found with 15, but for the denormal numbers, which have
     * fewer to begin with. */
    int digits = fabs(value) < 2.3e-308 ? 1 : 15;
    double read = 0;
    if (isnan(value))
        return strcpy(text, "nan");
    if (isinf(value))
        return strcpy(text, value > 0 ? "inf" : "-inf");
    locale_t previous = lossi_use_c_locale();
    do
        snprintf(text, LOSS_NUMBER_SIZE, "%.*g", digits, value);
    while (digits++ < 17 && !(loss_number_parse(text, NULL, &read) && read == value));
    lossi_restore_locale(previous);
    return text;
}
