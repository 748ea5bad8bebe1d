/* One sentence, cut rather than overrun. */
#include "problem.h"

#include <stdarg.h>
#include <stdio.h>

bool problem_set(problem *p, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(p->text, sizeof p->text, format, arguments);
    va_end(arguments);
    return false;
}
