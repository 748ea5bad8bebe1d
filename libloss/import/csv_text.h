/* Fields of text with separators: where they end, and which are numbers. */
#ifndef LOSSI_CSV_TEXT_H
#define LOSSI_CSV_TEXT_H

#include "base/base.h"

enum { LOSSI_LONGEST_FIELD = 63 };

typedef struct lossi_csv_text {
    const char *path, *at, *end;
    char separator; /* ' ': any run of blanks */
    char decimal;   /* point, or comma where that separates nothing */
    size_t line;
} lossi_csv_text;

/** Goes to the first row of a text that a 0 follows, past a byte order mark, and finds out what
 * separates fields.
 *  @return LOSS_OK, LOSS_ERR_FORMAT: no text, no rows */
loss_status lossi_csv_open(lossi_csv_text *t, const char *path, const unsigned char *bytes,
                           size_t n);

/** Goes to the next row that holds something and is no comment. @return false at the end. */
bool lossi_csv_next_row(lossi_csv_text *t);

/** Takes the next field of the row, without the quotes around it and the blanks. Longer ones are
 * cut, end in dots and are no numbers. *is_last at the last one of the row. */
void lossi_csv_take(lossi_csv_text *t, char field[LOSSI_LONGEST_FIELD + 1], bool *is_last);

/** How many fields the row has; it stays where it is. */
size_t lossi_csv_count(const lossi_csv_text *t);

/** Reads a field. @return false for what is no number; *value is then NaN. */
bool lossi_csv_number(const lossi_csv_text *t, const char *field, double *value);

/** True for what stands where there is no value: nothing, NA, null, a dash. */
bool lossi_csv_is_missing(const char *field);

#endif
