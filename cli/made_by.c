/* The command line, as one would type it again. */
#include "made_by.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell_word.h"

/* Adds a word, quoted where the shell would take it for something else. */
static void put_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./=:,+-@%";
    size_t n = strlen(word);
    if (n && strspn(word, plain) == n) {
        fputs(word, out);
        return;
    }
    size_t size = shell_word(word, NULL, 0) + 1;
    char *quoted = malloc(size);
    if (quoted) {
        shell_word(word, quoted, size);
        fputs(quoted, out);
    }
    free(quoted);
}

char *made_by_command(int argc, char **argv)
{
    char *text = NULL, *folder = getcwd(NULL, 0);
    size_t size;
    FILE *out = folder ? open_memstream(&text, &size) : NULL;
    if (out) {
        fputs("cd ", out);
        put_word(out, folder);
        fputs(" && lossgrid", out);
        for (int i = 0; i < argc; i++) {
            fputc(' ', out);
            put_word(out, argv[i]);
        }
        if (fclose(out)) {
            free(text);
            text = NULL;
        }
    }
    free(folder);
    return text;
}

const char *made_by_host(void)
{
    static char name[256];
    return gethostname(name, sizeof name - 1) == 0 && *name ? name : NULL;
}
