/* Fields of text with separators: where they end, and which are numbers. */
#ifndef CSV_TEXT_H
#define CSV_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "problem.h"

enum { LONGEST_FIELD = 63 };

typedef struct csv_text {
    const char *path, *at, *end;
    char separator; /* ' ': any run of blanks */
    char decimal;   /* point, or comma where that separates nothing */
    size_t line;
    problem *p;
} csv_text;

/** Goes to the first row of a text that a 0 follows, past a byte order mark, and finds out what
 * separates fields.
 *  @return false with the reason: no text, no rows */
bool csv_open(csv_text *t, const char *path, const unsigned char *bytes, size_t n, problem *p);

/** Goes to the next row that holds something and is no comment. @return false at the end. */
bool csv_next_row(csv_text *t);

/** Takes the next field of the row, without the quotes around it and the blanks. Longer ones are
 * cut. *is_last at the last one of the row. */
void csv_take(csv_text *t, char field[LONGEST_FIELD + 1], bool *is_last);

/** How many fields the row has; it stays where it is. */
size_t csv_count(const csv_text *t);

/** Reads a field. @return false for what is no number; *value is then NaN. */
bool csv_number(const csv_text *t, const char *field, double *value);

/** True for what stands where there is no value: nothing, NA, null, a dash. */
bool csv_is_missing(const char *field);

#endif
