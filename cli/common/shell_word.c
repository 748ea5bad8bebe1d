/* Quoting for the shell. */
#include "shell_word.h"

#include <stdio.h>
#include <string.h>

#include <loss/text.h>

/* Whether a name can stand between plain quotes. */
static bool is_plain(const char *name)
{
    char shown[4 * 4096];
    size_t n = strlen(name);
    return loss_text_escape(name, n, shown, sizeof shown) == n && strcmp(shown, name) == 0;
}

size_t shell_word(const char *name, char *out, size_t size)
{
    bool plain = is_plain(name);
    size_t n = 0;
    const char *begin = plain ? "'" : "$'";
#define PUT(...)                                                                                   \
    n += (size_t)snprintf(n < size ? out + n : NULL, n < size ? size - n : 0, __VA_ARGS__)
    PUT("%s", begin);
    for (const char *c = name; *c; c++) {
        unsigned char byte = (unsigned char)*c;
        if (plain && *c == '\'')
            PUT("'\\''");
        else if (!plain && (*c == '\'' || *c == '\\'))
            PUT("\\%c", *c);
        else if (!plain && (byte < 32 || byte > 126))
            PUT("\\x%02x", byte);
        else
            PUT("%c", *c);
    }
    PUT("'");
#undef PUT
    return n;
}
