/* One sentence, cut rather than overrun, and fit to be shown. */
#include "problem.h"

#include <stdarg.h>
#include <stdio.h>

#include <loss/text.h>

bool problem_set(problem *p, const char *format, ...)
{
    char raw[sizeof p->text]; /* names of files are in it */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    loss_text_escape(raw, sizeof raw, p->text, sizeof p->text);
    return false;
}
