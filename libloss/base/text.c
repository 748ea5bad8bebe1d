/* Bytes made fit to be shown, and names alike. */
#include <loss/text.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { LONGEST_NAME = 63 };

/* The character that n bytes begin with, and how many it takes; 0 bytes if that is no UTF-8. */
static size_t decode(const unsigned char *b, size_t n, uint32_t *character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = b[0] < 0x80 ? 1 : b[0] >> 5 == 6 ? 2 : b[0] >> 4 == 14 ? 3 : 4;
    if (length > n || (length == 4 && b[0] >> 3 != 30))
        return 0;
    uint32_t c = length == 1 ? b[0] : b[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (b[i] >> 6 != 2)
            return 0;
        c = c << 6 | (b[i] & 0x3fu);
    }
    if (c < least[length] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return 0;
    *character = c;
    return length;
}

/* Whether a character takes a place on a line and leaves its neighbours where they are. */
static bool is_printable(uint32_t c)
{
    static const uint32_t ranges[][2] = {
        {0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},   {0x200e, 0x200f},
        {0x2028, 0x202e}, {0x2066, 0x2069}, {0xfff9, 0xfffb}, {0xfffe, 0xffff},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return false;
    return true;
}

static size_t escape_byte(unsigned char byte, char text[5])
{
    static const char names[] = "\nn\rr\tt";
    for (const char *c = names; *c; c += 2)
        if (byte == (unsigned char)*c)
            return (size_t)snprintf(text, 5, "\\%c", c[1]);
    return (size_t)snprintf(text, 5, "\\x%02x", byte);
}

size_t loss_text_escape(const char *text, size_t n, char *out, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t length = 0, kept = 0;
    n = text ? strnlen(text, n) : 0;
    while (n) {
        uint32_t character = 0;
        char escaped[5];
        size_t taken = decode(at, n, &character), wide = taken;
        const char *from = (const char *)at;
        if (!taken || !is_printable(character)) {
            taken = 1;
            wide = escape_byte(*at, escaped);
            from = escaped;
        }
        if (kept == length && length + wide < size) {
            memcpy(out + length, from, wide);
            kept = length + wide;
        }
        length += wide;
        at += taken;
        n -= taken;
    }
    if (out && size)
        out[kept] = 0;
    return length;
}

char *loss_text_escaped(const char *text)
{
    if (!text)
        return NULL;
    size_t n = strlen(text), size = loss_text_escape(text, n, NULL, 0) + 1;
    char *escaped = malloc(size);
    if (escaped)
        loss_text_escape(text, n, escaped, size);
    return escaped;
}

/* Edit distance with swaps of neighbours (optimal string alignment), three rows of its table at
 * a time. Longer names are compared by their first 63 letters. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST_NAME + 1], n = strnlen(b, LONGEST_NAME);
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    size_t i = 0;
    for (; a[i] && i < LONGEST_NAME; i++) {
        const size_t *before = rows[(i + 2) % 3], *above = rows[i % 3];
        size_t *row = rows[(i + 1) % 3];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            int ai = tolower((unsigned char)a[i]), bj = tolower((unsigned char)b[j]);
            size_t best = above[j] + (ai != bj);
            if (above[j + 1] + 1 < best)
                best = above[j + 1] + 1;
            if (row[j] + 1 < best)
                best = row[j] + 1;
            bool swapped = i && j && ai == tolower((unsigned char)b[j - 1]) &&
                           bj == tolower((unsigned char)a[i - 1]);
            if (swapped && before[j - 1] + 1 < best)
                best = before[j - 1] + 1;
            row[j + 1] = best;
        }
    }
    return rows[i % 3][n];
}

const char *loss_text_nearest(const char *word, const char *const *names, size_t n)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    for (size_t i = 0; word && names && i < n; i++) {
        size_t distance = names[i] ? edit_distance(word, names[i]) : SIZE_MAX;
        if (distance < least) {
            least = distance;
            nearest = names[i];
        }
    }
    return nearest;
}
