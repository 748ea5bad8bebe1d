/* JSON on standard output: an object under way, which remembers whether a step failed. */
#ifndef JSON_H
#define JSON_H

#include <cjson/cJSON.h>
#include <loss/loss.h>

typedef struct json {
    cJSON *root; /* an object */
    bool failed; /* memory ran out: nothing will be printed */
} json;

/** Begins an object. End with json_print(), json_print_lines() or json_free(). */
json json_begin(void);

/* Adding to an object under a key, or to the end of a list where the key is NULL. `to` is the root
 * or what json_object() or json_list() gave; it may be NULL after a failure. */

/** An empty object or list inside. NULL after a failure. */
cJSON *json_object(json *j, cJSON *to, const char *key);
cJSON *json_list(json *j, cJSON *to, const char *key);
/** A number with all its digits. JSON knows no NaN or Inf: they become the strings "NaN",
 * "Infinity", "-Infinity". */
void json_number(json *j, cJSON *to, const char *key, double value);
/** The same; NaN is left out. */
void json_known(json *j, cJSON *to, const char *key, double value);
/** A text, escaped as loss_text_escape() does. */
void json_text(json *j, cJSON *to, const char *key, const char *text);
void json_bool(json *j, cJSON *to, const char *key, bool value);
/** An item that becomes part of the object, or is freed. NULL: a failure. */
void json_item(json *j, cJSON *to, const char *key, cJSON *item);
/** The same of what was parsed from a file: its texts are escaped. */
void json_parsed(json *j, cJSON *to, const char *key, cJSON *item);

/** Reads a file that holds a JSON object. @param out  the caller's: cJSON_Delete(); NULL on failure
 *  @return as loss_json_read() */
loss_status json_read(cJSON **out, const char *path);

/** Prints the object and a line break on standard output, and frees it. Whether the output arrives
 * is seen at the end of the program, for all commands.
 *  @return LOSS_OK; LOSS_ERR_NOMEM if this or a step before failed: then nothing is printed */
loss_status json_print(json *j);
/** The same as indented lines "key: value". */
loss_status json_print_lines(json *j);
void json_free(json *j);

#endif
