/* The text is checked before cJSON reads it, without memory: when cJSON then fails, memory is out.
 */
#include "base/json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum { DEEPEST = 500 }; /* cJSON's own limit is 1000 */

typedef struct scanner {
    const char *text;
    size_t size, at;
    int depth;
} scanner;

static bool scan_value(scanner *s);

static char peek(const scanner *s)
{
    return s->at < s->size ? s->text[s->at] : '\0';
}

static bool take(scanner *s, char c)
{
    if (s->at >= s->size || s->text[s->at] != c)
        return false;
    s->at++;
    return true;
}

static void skip_space(scanner *s)
{
    while (s->at < s->size && strchr(" \t\r\n", s->text[s->at]) && s->text[s->at])
        s->at++;
}

static bool scan_word(scanner *s, const char *word)
{
    size_t n = strlen(word);
    if (s->size - s->at < n || memcmp(s->text + s->at, word, n) != 0)
        return false;
    s->at += n;
    return true;
}

static bool scan_digits(scanner *s)
{
    size_t first = s->at;
    while (isdigit((unsigned char)peek(s)))
        s->at++;
    return s->at > first;
}

static bool scan_number(scanner *s)
{
    take(s, '-');
    if (!take(s, '0') && !scan_digits(s))
        return false;
    if (take(s, '.') && !scan_digits(s))
        return false;
    if (take(s, 'e') || take(s, 'E')) {
        if (!take(s, '+'))
            take(s, '-');
        return scan_digits(s);
    }
    return true;
}

/* Four hexadecimal digits. */
static bool scan_unit(scanner *s, unsigned *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++, s->at++) {
        unsigned char c = (unsigned char)peek(s);
        if (!isxdigit(c))
            return false;
        *unit = *unit * 16 + (unsigned)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
    }
    return true;
}

/* What follows \u: a character, or both halves of a surrogate pair. */
static bool scan_escaped_character(scanner *s)
{
    unsigned unit;
    if (!scan_unit(s, &unit) || (unit >= 0xdc00 && unit <= 0xdfff) || unit == 0)
        return false;
    if (unit < 0xd800 || unit > 0xdbff)
        return true;
    return take(s, '\\') && take(s, 'u') && scan_unit(s, &unit) && unit >= 0xdc00 && unit <= 0xdfff;
}

static bool scan_string(scanner *s)
{
    if (!take(s, '"'))
        return false;
    while (s->at < s->size && s->text[s->at] != '"') {
        unsigned char c = (unsigned char)s->text[s->at++];
        if (c < 0x20)
            return false;
        if (c != '\\')
            continue;
        char escape = peek(s);
        if (!escape || !strchr("\"\\/bfnrtu", escape))
            return false;
        s->at++;
        if (escape == 'u' && !scan_escaped_character(s))
            return false;
    }
    return take(s, '"');
}

/* A member of an object, or an item of an array. */
static bool scan_item(scanner *s, char closing)
{
    skip_space(s);
    if (closing == '}') {
        if (!scan_string(s))
            return false;
        skip_space(s);
        if (!take(s, ':'))
            return false;
    }
    return scan_value(s);
}

/* The members of an object or the items of an array, up to the bracket that closes it. */
static bool scan_items(scanner *s, char closing)
{
    if (++s->depth > DEEPEST)
        return false;
    skip_space(s);
    bool is_closed = take(s, closing);
    while (!is_closed) {
        if (!scan_item(s, closing))
            return false;
        skip_space(s);
        is_closed = take(s, closing);
        if (!is_closed && !take(s, ','))
            return false;
    }
    s->depth--;
    return true;
}

static bool scan_value(scanner *s)
{
    skip_space(s);
    switch (peek(s)) {
    case '{': s->at++; return scan_items(s, '}');
    case '[': s->at++; return scan_items(s, ']');
    case '"': return scan_string(s);
    case 't': return scan_word(s, "true");
    case 'f': return scan_word(s, "false");
    case 'n': return scan_word(s, "null");
    default: return scan_number(s);
    }
}

loss_status lossi_json_check(const char *text, size_t size, const char *label)
{
    scanner s = {.text = text, .size = size};
    skip_space(&s);
    if (peek(&s) != '{')
        return lossi_fail(LOSS_ERR_FORMAT, "%s: not a JSON object", label);
    bool is_valid = scan_value(&s);
    skip_space(&s);
    if (!is_valid || s.at < size)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: not valid JSON at byte %zu%s", label, s.at,
                          s.depth > DEEPEST ? ", where it is nested too deep" : "");
    return LOSS_OK;
}

loss_status lossi_json_parse(cJSON **out, const char *text, size_t size, const char *label)
{
    *out = NULL;
    loss_status status = lossi_json_check(text, size, label);
    if (status)
        return status;
    *out = cJSON_ParseWithLength(text, size);
    return *out ? LOSS_OK : lossi_fail(LOSS_ERR_NOMEM, "%s: out of memory for its JSON", label);
}

loss_status loss_json_read(const char *path, size_t max, char **text)
{
    LOSSI_REQUIRE(text);
    *text = NULL;
    LOSSI_REQUIRE(path);
    uint8_t *bytes;
    size_t size;
    loss_status status = loss_file_read(path, max, &bytes, &size);
    if (!status)
        status = lossi_json_check((const char *)bytes, size, path);
    if (status)
        free(bytes);
    else
        *text = (char *)bytes;
    return status;
}

cJSON *lossi_json_add(cJSON *to, const char *key, cJSON *item, bool *failed)
{
    if (to && item && (key ? cJSON_AddItemToObject(to, key, item) : cJSON_AddItemToArray(to, item)))
        return item;
    cJSON_Delete(item);
    *failed = true;
    return NULL;
}

cJSON *lossi_json_add_numbers(cJSON *to, const char *key, const double *values, size_t n,
                              bool *failed)
{
    cJSON *array = lossi_json_add(to, key, cJSON_CreateArray(), failed);
    for (size_t i = 0; i < n; i++)
        lossi_json_add(array, NULL, cJSON_CreateNumber(values[i]), failed);
    return array;
}

cJSON *lossi_json_add_text(cJSON *to, const char *key, const char *text, bool *failed)
{
    char *escaped = loss_text_escaped(text);
    cJSON *item = lossi_json_add(to, key, escaped ? cJSON_CreateString(escaped) : NULL, failed);
    loss_string_free(escaped);
    return item;
}
