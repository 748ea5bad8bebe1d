/* mdoc: the language of man pages that says what a word is. */
#include "manual.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Characters of a text, so that none is taken for mdoc: no backslash begins an escape, and two
 * dashes stay what one types. */
static void put(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool is_hyphen = text[i] == '-' && i > 0 && isalpha((unsigned char)text[i - 1]);
        if (text[i] == '\\')
            printf("\\e");
        else if (text[i] == '-' && !is_hyphen)
            printf("\\-");
        else
            putchar(text[i]);
    }
}

/* A line of text: a dot or a quote at its beginning would be a request. */
static void put_line(const char *text, size_t n)
{
    if (n && (*text == '.' || *text == '\''))
        printf("\\&");
    put(text, n);
    putchar('\n');
}

/* Words in lines of at most 80 columns; each sentence begins one, as mdoc wants it. */
static void put_filled(const char *text, size_t n)
{
    enum { COLUMNS = 76 };
    size_t begin = 0, end = 0; /* of the line so far */
    for (size_t at = 0; at < n;) {
        size_t word = at + strspn(text + at, " \n");
        at = word + strcspn(text + word, " \n");
        if (word >= n)
            break;
        at = at < n ? at : n;
        bool ends_sentence =
            end > begin && strchr(".!?", text[end - 1]) && isupper((unsigned char)text[word]);
        if (end > begin && (at - begin > COLUMNS || ends_sentence)) {
            put_line(text + begin, end - begin);
            begin = word;
        } else if (end == begin) {
            begin = word;
        }
        end = at;
    }
    if (end > begin)
        put_line(text + begin, end - begin);
}

/* Arguments of a request. A word may be one that mdoc knows, such as a bracket: \& before it makes
 * it a text. */
static void put_words(const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c != ' ' && (c == text || c[-1] == ' '))
            printf("\\&");
        put(c, 1);
    }
}

/* Lines within .Bd -literal. */
static void put_kept(const char *text, size_t n)
{
    puts(".Bd -literal");
    for (size_t at = 0, length; at < n; at += length + 1) {
        length = strcspn(text + at, "\n");
        put_line(text + at, length);
    }
    puts(".Ed");
}

/* The lines from here on that all begin with a blank, or that all do not; up to an empty one. */
static size_t alike(const char *text)
{
    const char *line = text;
    while (*line && *line != '\n' && (*line == ' ') == (*text == ' ')) {
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return (size_t)(line - text);
}

/* Paragraphs, with empty lines between. Lines that begin with a blank are kept as they are. */
static void put_paragraphs(const char *text, bool goes_on)
{
    for (const char *at = text; *at;) {
        size_t n = alike(at);
        if (*at == ' ') {
            put_kept(at, n);
        } else {
            if (goes_on && n)
                puts(".Pp");
            put_filled(at, n);
        }
        goes_on = true;
        at += n;
        at += *at == '\n';
    }
}

static void put_synopsis(const manual_page *page)
{
    static const char between[] = "  |  ";
    for (const char *way = page->usage;;) {
        const char *end = strstr(way, between);
        printf(".Nm %s%s%s\n", page->program, page->command ? " " : "",
               page->command ? page->command : "");
        if (*way)
            put_line(way, end ? (size_t)(end - way) : strlen(way));
        if (!end)
            return;
        way = end + strlen(between);
    }
}

static void put_option(const option_spec *o)
{
    printf(".It Fl \\-%s%s", o->kind == OPTION_SWITCH ? "[no\\-]" : "", o->name);
    if (o->argument) {
        printf(" Ar ");
        put_words(o->argument);
    }
    putchar('\n');
    put_filled(o->help, strlen(o->help));
}

static void put_date(void)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    uint64_t seconds;
    time_t now = epoch && loss_count_parse(epoch, NULL, &seconds) ? (time_t)seconds : time(NULL);
    struct tm day;
    char text[64] = "";
    if (gmtime_r(&now, &day))
        strftime(text, sizeof text, "%B %e, %Y", &day);
    printf(".Dd %s\n", text);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void put_see_also(const char *const *pages)
{
    enum { MOST = 64 };
    const char *sorted[MOST];
    size_t n = 0;
    for (; pages[n] && n < MOST; n++)
        sorted[n] = pages[n];
    qsort(sorted, n, sizeof *sorted, compare);
    puts(".Sh SEE ALSO");
    for (size_t i = 0; i < n; i++)
        printf(".Xr %s 1%s\n", sorted[i], i + 1 < n ? " ," : "");
}

void manual_print(const manual_page *page, const option_table *table)
{
    char name[80];
    snprintf(name, sizeof name, "%s%s%s", page->program, page->command ? "-" : "",
             page->command ? page->command : "");
    put_date();
    printf(".Dt ");
    for (const char *c = name; *c; c++)
        putchar(toupper((unsigned char)*c));
    printf(" 1\n.Os libloss %s\n.Sh NAME\n.Nm %s\n.Nd ", loss_version(), name);
    put_line(page->about, strlen(page->about));
    puts(".Sh SYNOPSIS");
    put_synopsis(page);
    puts(".Sh DESCRIPTION");
    put_paragraphs(page->summary, false);
    if (page->notes)
        put_paragraphs(page->notes, true);
    if (table) {
        puts(".Sh OPTIONS\n.Bl -tag -width Ds");
        for (size_t i = 0; i < table->n_options; i++)
            put_option(&table->options[i]);
        puts(".It Fl \\-help\nA summary of this page.\n.El");
    }
    puts(".Sh EXIT STATUS\n0 success, 1 failure, 2 wrong usage,\n130 interrupted with all finished "
         "work kept.\n.Sh EXAMPLES");
    put_kept(page->examples, strlen(page->examples));
    put_see_also(page->see_also);
}
