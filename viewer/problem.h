/* What went wrong, as one sentence for the terminal or the window. */
#ifndef PROBLEM_H
#define PROBLEM_H

#include <stdbool.h>

typedef struct problem {
    char text[640];
} problem;

/** Writes the sentence, printf style. @return false, so that a function can end with `return
 * problem_set(...)`. */
bool problem_set(problem *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
