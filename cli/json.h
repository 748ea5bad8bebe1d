/* JSON on standard output. */
#ifndef JSON_H
#define JSON_H

#include <cjson/cJSON.h>

/** Adds a number with all its digits; JSON knows no NaN or Inf: they become the strings "NaN",
 * "Infinity", "-Infinity". */
void json_add_number(cJSON *object, const char *key, double value);

/** Prints the object and a line break on standard output, and deletes it. */
void json_print(cJSON *object);

#endif
