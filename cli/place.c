/* Where the data of a run are. */
#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two strings and what stands between them; owned by the caller. */
static char *join(const char *a, const char *between, const char *b)
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
    char *hex_key = join(key, "_", "hex"), *shown = loss_text_escaped(path);
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

static char *take_path(const cJSON *run_json, const char *key)
{
    char *hex_key = join(key, "_", "hex");
    const cJSON *hex = hex_key ? cJSON_GetObjectItemCaseSensitive(run_json, hex_key) : NULL;
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(run_json, key);
    free(hex_key);
    if (cJSON_IsString(hex))
        return from_hex(hex->valuestring);
    return cJSON_IsString(text) ? strdup(text->valuestring) : NULL;
}

static bool is_there(const char *path)
{
    loss_path_kind kind;
    return path && !loss_path_find(path, &kind) && kind != LOSS_PATH_NOTHING;
}

char *place_find(const cJSON *run_json, const char *run)
{
    char *data = take_path(run_json, "data");
    char *way = data && !is_there(data) ? take_path(run_json, "data_relative") : NULL;
    char *moved = way ? join(run, "/", way) : NULL;
    free(way);
    if (is_there(moved)) {
        free(data);
        return moved;
    }
    free(moved);
    return data;
}
