/* A locale whose decimal point is a comma, made with localedef: none need be installed. */
#ifndef COMMA_LOCALE_H
#define COMMA_LOCALE_H

#include <locale.h>

#include "scratch.h"

/* Sets it for the whole program; wants the scratch folder.
 * @return false where it cannot be made: the test is then to be skipped */
static inline int comma_locale_set(void)
{
    char command[300];
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/comma.UTF-8 2>/dev/null",
             scratch_folder);
    if (system(command) != 0)
        return 0;
    setenv("LOCPATH", scratch_folder, 1);
    return setlocale(LC_ALL, "comma.UTF-8") && *localeconv()->decimal_point == ',';
}

static inline void comma_locale_unset(void)
{
    setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
}

#endif
