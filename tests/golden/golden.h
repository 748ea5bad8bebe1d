/* Reading what make.py wrote: tests/golden/values below the folder $SRC (the present one if it
 * is not set). */
#ifndef LOSS_TESTS_GOLDEN_H
#define LOSS_TESTS_GOLDEN_H

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include <loss/data.h>

static inline void golden_path(char *path, size_t size, const char *name)
{
    const char *source = getenv("SRC");
    snprintf(path, size, "%s/tests/golden/values/%s", source ? source : ".", name);
}

/** A whole JSON file; NULL, with a word on standard error, if it cannot be read. Free with
 * cJSON_Delete(). */
static inline cJSON *golden_read(const char *name)
{
    char path[4096];
    golden_path(path, sizeof path, name);
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);
    size_t size = file && text ? fread(text, 1, (1 << 20) - 1, file) : 0;
    cJSON *json = size ? cJSON_Parse(text) : NULL;
    if (!json)
        fprintf(stderr, "%s: cannot be read; tests/golden/make.py makes it\n", path);
    if (file)
        fclose(file);
    free(text);
    return json;
}

static inline const char *golden_text(const cJSON *item, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, key));
}

static inline double golden_number(const cJSON *item, const char *key)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(item, key));
}

/** Its "shape", with ten classes. */
static inline loss_shape golden_shape(const cJSON *item)
{
    const cJSON *dims = cJSON_GetObjectItemCaseSensitive(item, "shape");
    size_t d[3];
    for (int i = 0; i < 3; i++)
        d[i] = (size_t)cJSON_GetNumberValue(cJSON_GetArrayItem(dims, i));
    return (loss_shape){d[0], d[1], d[2], 10};
}

#endif
