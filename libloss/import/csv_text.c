/* Text as spreadsheets, pandas, R and people write it. */
#include "import/csv_text.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include <loss/text.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_separator(const lossi_csv_text *t, char c)
{
    return c == t->separator || (t->separator == ' ' && c == '\t');
}

/* The fields of the row in turn: *start, *stop are what is in one, without quotes around it. */
static void next_field(lossi_csv_text *t, const char **start, const char **stop, bool *is_last)
{
    while (t->at < t->end && is_blank(*t->at) && (t->separator == ' ' || !is_separator(t, *t->at)))
        t->at++;
    bool is_quoted = t->at < t->end && *t->at == '"';
    *start = t->at += is_quoted;
    while (t->at < t->end && *t->at != '\n' &&
           (is_quoted ? *t->at != '"' : !is_separator(t, *t->at)))
        t->at++;
    *stop = t->at;
    while (t->at < t->end && *t->at != '\n' && !is_separator(t, *t->at)) /* behind the quote */
        t->at++;
    while (*stop > *start && isspace((unsigned char)(*stop)[-1]))
        --*stop;
    while (*stop > *start && isspace((unsigned char)**start))
        ++*start;
    if (t->separator == ' ')
        while (t->at < t->end && is_blank(*t->at))
            t->at++;
    *is_last = t->at == t->end || *t->at == '\n';
    if (!*is_last && t->separator != ' ')
        t->at++;
}

void lossi_csv_take(lossi_csv_text *t, char field[LOSSI_LONGEST_FIELD + 1], bool *is_last)
{
    const char *start, *stop;
    next_field(t, &start, &stop, is_last);
    size_t n = (size_t)(stop - start), taken = lossi_smaller(n, LOSSI_LONGEST_FIELD);
    memcpy(field, start, taken);
    field[taken] = 0;
    if (taken < n) /* a part of a number is another number */
        memcpy(field + taken - 3, "...", 3);
}

size_t lossi_csv_count(const lossi_csv_text *t)
{
    lossi_csv_text row = *t;
    size_t n = 0;
    const char *start, *stop;
    for (bool is_last = false; !is_last; n++)
        next_field(&row, &start, &stop, &is_last);
    return n;
}

bool lossi_csv_number(const lossi_csv_text *t, const char *field, double *value)
{
    *value = (double)NAN;
    if (t->decimal == '.')
        return loss_number_parse(field, NULL, value);
    char text[LOSSI_LONGEST_FIELD + 1];
    strcpy(text, field);
    char *comma = strchr(text, ',');
    if (strchr(text, '.'))
        return false;
    if (comma)
        *comma = '.';
    return loss_number_parse(text, NULL, value);
}

bool lossi_csv_is_missing(const char *field)
{
    static const char *const words[] = {"", "-", "na", "n/a", "null", "none", "?"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(field, words[i]) == 0)
            return true;
    return false;
}

/* From the start of a line to the next that holds something. */
static bool skip_to_row(lossi_csv_text *t)
{
    for (;;) {
        const char *start = t->at;
        while (start < t->end && is_blank(*start))
            start++;
        t->line++;
        if (start == t->end)
            return false;
        if (*start != '\n' && *start != '#')
            return true;
        while (start < t->end && *start != '\n')
            start++;
        t->at = start + (start < t->end);
    }
}

bool lossi_csv_next_row(lossi_csv_text *t)
{
    while (t->at < t->end && *t->at != '\n')
        t->at++;
    t->at += t->at < t->end;
    return skip_to_row(t);
}

/* A semicolon or tab in the first row separates, since a comma beside it is a decimal one. */
static char find_separator(const char *at, const char *end)
{
    static const char separators[] = ";\t,";
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    size_t n = (size_t)((stop ? stop : end) - at);
    for (const char *s = separators; *s; s++)
        if (memchr(at, *s, n))
            return *s;
    return ' ';
}

/* The first number that has a point or a comma decides. */
static char find_decimal(const lossi_csv_text *from)
{
    if (from->separator == ' ')
        return '.';
    lossi_csv_text t = *from;
    do {
        char field[LOSSI_LONGEST_FIELD + 1];
        for (bool is_last = false; !is_last;) {
            double value;
            lossi_csv_take(&t, field, &is_last);
            for (const char *mark = ".,"; *mark; mark++) {
                t.decimal = *mark;
                if (strchr(field, *mark) && lossi_csv_number(&t, field, &value))
                    return *mark;
            }
        }
    } while (lossi_csv_next_row(&t));
    return '.';
}

loss_status lossi_csv_open(lossi_csv_text *t, const char *path, const unsigned char *bytes,
                           size_t n)
{
    *t = (lossi_csv_text){path, (const char *)bytes, (const char *)bytes + n, ',', '.', 0};
    if (n >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: UTF-16 text; save it as CSV in UTF-8", path);
    if (memchr(bytes, 0, n < 4096 ? n : 4096))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: neither text nor a file of a kind that is read",
                          path);
    if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        t->at += 3;
    if (!skip_to_row(t))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: holds no numbers", path);
    t->separator = find_separator(t->at, t->end);
    t->decimal = find_decimal(t);
    return LOSS_OK;
}
