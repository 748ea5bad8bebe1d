/* The word that was probably meant, by Levenshtein's distance. */
#include <stdint.h>
#include <string.h>

#include "cli.h"

enum { LONGEST = 31 }; /* letters compared; names of commands and options are shorter */

static size_t distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1], n = strnlen(b, LONGEST);
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; a[i] && i < LONGEST; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t best = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            best = diagonal + 1 < best ? diagonal + 1 : best;
            row[j + 1] = row[j] + 1 < best ? row[j] + 1 : best;
        }
    }
    return row[n];
}

const char *nearest(const char *word, size_t n, const char *(*name_of)(size_t i, const void *user),
                    const void *user)
{
    const char *best = "";
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t d = distance(word, name_of(i, user));
        if (d < least) {
            least = d;
            best = name_of(i, user);
        }
    }
    return best;
}
