/* JSON on standard output. */
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void json_add_number(cJSON *object, const char *key, double value)
{
    char digits[40]; /* cJSON would round to 15 digits where that is nearly the same */
    snprintf(digits, sizeof digits, "%.17g", value);
    if (isfinite(value))
        cJSON_AddRawToObject(object, key, digits);
    else
        cJSON_AddStringToObject(object, key,
                                isnan(value) ? "NaN"
                                : value > 0  ? "Infinity"
                                             : "-Infinity");
}

void json_print(cJSON *object)
{
    char *text = cJSON_Print(object);
    if (text)
        puts(text);
    free(text);
    cJSON_Delete(object);
}
