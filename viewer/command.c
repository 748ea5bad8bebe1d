/* The command line that makes a session again. */
#include "command.h"

#include <stdio.h>

#include "shell_word.h"

void command_print(const settings *s, const char *const *files, size_t n)
{
    char options[4096], word[4 * 4096 + 4];
    settings_command_line(s, options, sizeof options);
    printf("lossview");
    for (size_t i = 0; i < n; i++) {
        shell_word(files[i], word, sizeof word);
        printf(" %s", word);
    }
    printf("%s\n", options);
}
