/* Text: numbers in it whatever the locale, bytes made fit to be shown, and names alike. */
#ifndef LOSS_TEXT_H
#define LOSS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <loss/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Room for any number as text, with its NUL. Since 0.1. */
#define LOSS_NUMBER_SIZE 32

/** Reads a decimal number: a sign or none, digits with at most one point, an exponent or none; or
 *  inf, infinity or nan in any case. No blanks before it and no hexadecimal; the decimal point is a
 *  point in every locale.
 *  @param end    *end is set to what follows the number. NULL: nothing may follow.
 *  @param value  the nearest double. Set only on success.
 *  @return false for NULL, for what is no number, and for one beyond the largest double.
 *  Threads: any. Since 0.1. */
LOSS_API bool loss_number_parse(const char *text, const char **end, double *value);

/** Reads a whole decimal number: digits only.
 *  @param end, value  as in loss_number_parse()
 *  @return false for NULL, for what is no such number, and for one that takes more than 64 bits.
 *  Threads: any. Since 0.1. */
LOSS_API bool loss_count_parse(const char *text, const char **end, uint64_t *value);

/** Writes the shortest decimal number that reads back as the same double, with a point in every
 *  locale; "inf", "-inf" or "nan".
 *  @return text; NULL for NULL.
 *  Threads: any. Since 0.1. */
LOSS_API const char *loss_number_print(double value, char text[LOSS_NUMBER_SIZE]);

/** Makes bytes fit for a terminal, JSON, a picture or a line of a header. Printable UTF-8 stays as
 *  it is. Control characters, characters that turn the direction of writing, line separators and
 *  bytes that are no UTF-8 become \n, \r, \t or \xHH. A backslash stays, so that a text that has
 *  been through here does not change again; the bytes themselves cannot be had back.
 *  @param n    bytes to read; it stops at a NUL
 *  @param out  [size]; holds as much as fits, cut between characters, and a NUL. May be NULL where
 *              size is 0.
 *  @return the length of the whole result, as snprintf does.
 *  Threads: any. Since 0.1. */
LOSS_API size_t loss_text_escape(const char *text, size_t n, char *out, size_t size);

/** The same into a new string.
 *  @return owned by the caller: loss_string_free(). NULL for NULL, or when memory is out.
 *  Threads: any. Since 0.1. */
LOSS_API char *loss_text_escaped(const char *text);

/** Of n names, the one with the smallest edit distance to a word: letters put in, left out, changed
 *  or swapped with their neighbour; case ignored.
 *  @param names  [n]; NULL among them is left out
 *  @return one of them, borrowed; NULL when there is none.
 *  Threads: any. Since 0.1. */
LOSS_API const char *loss_text_nearest(const char *word, const char *const *names, size_t n);

#ifdef __cplusplus
}
#endif
#endif
