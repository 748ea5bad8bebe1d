/* Where the data of a run are. */
#include "inputs/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *place_join(const char *a, const char *between, const char *b)
{
    size_t size = strlen(a) + strlen(between) + strlen(b) + 1;
    char *joined = malloc(size);
    if (joined)
        snprintf(joined, size, "%s%s%s", a, between, b);
    return joined;
}

/* The way from one absolute path to another; owned by the caller, NULL when memory is out. */
static char *relative(const char *from, const char *to)
{
    size_t common = 0, ups = 0; /* common: up to where the folders are the same */
    from += strcmp(from, "/") == 0;
    to += strcmp(to, "/") == 0;
    for (size_t i = 0;; i++) {
        if ((from[i] == '/' || !from[i]) && (to[i] == '/' || !to[i]))
            common = i;
        if (from[i] != to[i] || !from[i])
            break;
    }
    for (const char *c = from + common; *c; c++)
        ups += *c == '/';
    const char *rest = to + common + (to[common] == '/');
    char *way = malloc(3 * ups + strlen(rest) + 2), *at = way;
    for (size_t k = 0; way && k < ups; k++, at += 3)
        memcpy(at, "../", 3);
    if (way)
        strcpy(at, *rest || ups ? rest : ".");
    return way;
}

static bool add_path(cJSON *run_json, const char *key, const char *path)
{
    char *hex_key = place_join(key, "_", "hex"), *shown = loss_text_escaped(path);
    char *hex = malloc(2 * strlen(path) + 1);
    bool done = hex_key && shown && hex && cJSON_AddStringToObject(run_json, key, shown);
    if (done && strcmp(shown, path) != 0) {
        for (size_t i = 0; path[i]; i++)
            snprintf(hex + 2 * i, 3, "%02x", (unsigned char)path[i]);
        done = cJSON_AddStringToObject(run_json, hex_key, hex) != NULL;
    }
    free(hex_key);
    loss_string_free(shown);
    free(hex);
    return done;
}

bool place_add(cJSON *run_json, const char *data, const char *run)
{
    char *from = realpath(run, NULL), *to = realpath(data, NULL);
    char *way = from && to ? relative(from, to) : NULL;
    bool done = from && to ? way && add_path(run_json, "data", to) &&
                                 add_path(run_json, "data_relative", way)
                           : add_path(run_json, "data", data);
    free(from);
    free(to);
    free(way);
    return done;
}

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static char *from_hex(const char *hex)
{
    size_t n = strlen(hex) / 2;
    char *bytes = calloc(n + 1, 1);
    for (size_t i = 0; bytes && i < n; i++) {
        int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            break;
        bytes[i] = (char)(high * 16 + low);
    }
    return bytes;
}

loss_status place_take_text(char **text, const cJSON *run_json, const char *key)
{
    *text = NULL;
    char *hex_key = place_join(key, "_", "hex");
    if (!hex_key)
        return LOSS_ERR_NOMEM;
    const cJSON *hex = cJSON_GetObjectItemCaseSensitive(run_json, hex_key);
    const cJSON *shown = cJSON_GetObjectItemCaseSensitive(run_json, key);
    free(hex_key);
    if (!cJSON_IsString(hex) && !cJSON_IsString(shown))
        return LOSS_OK;
    *text = cJSON_IsString(hex) ? from_hex(hex->valuestring) : strdup(shown->valuestring);
    return *text ? LOSS_OK : LOSS_ERR_NOMEM;
}

/* Data that were moved together with the run take the place of *data, if they are there. */
static loss_status follow(char **data, const cJSON *run_json, const char *run)
{
    char *way;
    loss_path_kind kind;
    loss_status status = place_take_text(&way, run_json, "data_relative");
    if (status || !way)
        return status;
    char *moved = place_join(run, "/", way);
    free(way);
    status = moved ? loss_path_find(moved, &kind) : LOSS_ERR_NOMEM;
    if (status || kind == LOSS_PATH_NOTHING) {
        free(moved);
        return status;
    }
    free(*data);
    *data = moved;
    return LOSS_OK;
}

loss_status place_find(char **data, const cJSON *run_json, const char *run)
{
    loss_path_kind kind = LOSS_PATH_NOTHING;
    loss_status status = place_take_text(data, run_json, "data");
    if (!status && *data)
        status = loss_path_find(*data, &kind);
    if (!status && *data && kind == LOSS_PATH_NOTHING)
        status = follow(data, run_json, run);
    if (status) {
        free(*data);
        *data = NULL;
    }
    return status;
}
