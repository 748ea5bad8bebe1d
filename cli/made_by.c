/* The command line, as one would type it again. */
#include "made_by.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell_word.h"

/* Adds a word, quoted where the shell would take it for something else. */
static bool put_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./=:,+-@%";
    size_t n = strlen(word);
    if (n && strspn(word, plain) == n)
        return fputs(word, out) >= 0;
    size_t size = shell_word(word, NULL, 0) + 1;
    char *quoted = malloc(size);
    if (quoted)
        shell_word(word, quoted, size);
    bool done = quoted && fputs(quoted, out) >= 0;
    free(quoted);
    return done;
}

bool made_by_command(int argc, char **argv, char **text)
{
    *text = NULL;
    char *folder = getcwd(NULL, 0);
    if (!folder)
        return errno != ENOMEM;
    size_t size;
    FILE *out = open_memstream(text, &size);
    bool done =
        out && fputs("cd ", out) >= 0 && put_word(out, folder) && fputs(" && lossgrid", out) >= 0;
    for (int i = 0; i < argc && done; i++)
        done = fputc(' ', out) != EOF && put_word(out, argv[i]);
    if (out && fclose(out))
        done = false;
    if (!done) {
        free(*text);
        *text = NULL;
    }
    free(folder);
    return done;
}

const char *made_by_host(void)
{
    static char name[256];
    return gethostname(name, sizeof name - 1) == 0 && *name ? name : NULL;
}
