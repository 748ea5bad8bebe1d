/* JSON by cJSON, each step checked. */
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_JSON = 16 * 1024 * 1024 };

json json_begin(void)
{
    cJSON *root = cJSON_CreateObject();
    return (json){root, !root};
}

void json_free(json *j)
{
    cJSON_Delete(j->root);
    *j = (json){NULL, true};
}

/* Texts and keys as they are shown. @return false when memory is out */
static bool escape(cJSON *item)
{
    if (item->string) {
        char *key = loss_text_escaped(item->string),
             *copy = key ? cJSON_malloc(strlen(key) + 1) : NULL;
        if (copy) {
            strcpy(copy, key);
            cJSON_free(item->string);
            item->string = copy;
        }
        loss_string_free(key);
        if (!copy)
            return false;
    }
    if (cJSON_IsString(item)) {
        char *text = loss_text_escaped(item->valuestring);
        bool is_set = text && cJSON_SetValuestring(item, text);
        loss_string_free(text);
        if (!is_set)
            return false;
    }
    for (cJSON *child = item->child; child; child = child->next)
        if (!escape(child))
            return false;
    return true;
}

void json_item(json *j, cJSON *to, const char *key, cJSON *item)
{
    if (to && item && (key ? cJSON_AddItemToObject(to, key, item) : cJSON_AddItemToArray(to, item)))
        return;
    cJSON_Delete(item);
    j->failed = true;
}

static cJSON *add(json *j, cJSON *to, const char *key, cJSON *item)
{
    json_item(j, to, key, item);
    return j->failed ? NULL : item;
}

void json_parsed(json *j, cJSON *to, const char *key, cJSON *item)
{
    if (item && escape(item)) {
        json_item(j, to, key, item);
        return;
    }
    cJSON_Delete(item);
    j->failed = true;
}

cJSON *json_object(json *j, cJSON *to, const char *key)
{
    return add(j, to, key, cJSON_CreateObject());
}

cJSON *json_list(json *j, cJSON *to, const char *key)
{
    return add(j, to, key, cJSON_CreateArray());
}

void json_text(json *j, cJSON *to, const char *key, const char *text)
{
    char *shown = loss_text_escaped(text);
    json_item(j, to, key, shown ? cJSON_CreateString(shown) : NULL);
    loss_string_free(shown);
}

void json_number(json *j, cJSON *to, const char *key, double value)
{
    char
        digits[LOSS_NUMBER_SIZE]; /* cJSON would round to 15 digits where that is nearly the same */
    loss_number_print(value, digits);
    if (isfinite(value))
        json_item(j, to, key, cJSON_CreateRaw(digits));
    else
        json_text(j, to, key, isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
}

void json_known(json *j, cJSON *to, const char *key, double value)
{
    if (!isnan(value))
        json_number(j, to, key, value);
}

void json_bool(json *j, cJSON *to, const char *key, bool value)
{
    json_item(j, to, key, cJSON_CreateBool(value));
}

loss_status json_read(cJSON **out, const char *path)
{
    char *text;
    *out = NULL;
    loss_status status = loss_json_read(path, MOST_JSON, &text);
    if (status)
        return status;
    *out = cJSON_Parse(text);
    free(text);
    return *out ? LOSS_OK : LOSS_ERR_NOMEM;
}

loss_status json_print(json *j)
{
    char *text = j->failed ? NULL : cJSON_Print(j->root);
    json_free(j);
    if (!text)
        return LOSS_ERR_NOMEM;
    puts(text);
    cJSON_free(text);
    return LOSS_OK;
}

/* The object's lines into memory. @return false when memory is out */
static bool write_lines(FILE *to, const cJSON *object, int depth)
{
    for (const cJSON *item = object->child; item; item = item->next) {
        if (fprintf(to, "%*s%s:", 2 * depth, "", item->string) < 0)
            return false;
        if (cJSON_IsObject(item)) {
            if (fputc('\n', to) == EOF || !write_lines(to, item, depth + 1))
                return false;
            continue;
        }
        char *text = cJSON_IsString(item) ? NULL : cJSON_PrintUnformatted(item);
        const char *shown = cJSON_IsString(item) ? item->valuestring : text;
        bool is_written = shown && fprintf(to, " %s\n", shown) >= 0;
        cJSON_free(text);
        if (!is_written)
            return false;
    }
    return true;
}

loss_status json_print_lines(json *j)
{
    char *text = NULL;
    size_t n;
    FILE *lines = j->failed ? NULL : open_memstream(&text, &n);
    bool is_whole = lines && write_lines(lines, j->root, 0);
    if (lines)
        is_whole = fclose(lines) == 0 && text && is_whole;
    json_free(j);
    if (is_whole)
        fputs(text, stdout);
    free(text);
    return is_whole ? LOSS_OK : LOSS_ERR_NOMEM;
}
