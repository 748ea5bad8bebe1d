/* JSON on standard output. */
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void json_add_number(cJSON *object, const char *key, double value)
{
    if (isfinite(value))
        cJSON_AddNumberToObject(object, key, value); /* cJSON prints 17 digits where 15 are not enough */
    else
        cJSON_AddStringToObject(object, key, isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
}

void json_print(cJSON *object)
{
    char *text = cJSON_Print(object);
    if (text)
        puts(text);
    free(text);
    cJSON_Delete(object);
}
