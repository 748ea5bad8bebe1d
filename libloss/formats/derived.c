/* Both kinds are a scale, one for each value or for each first index, and what it scales. */
#include "formats/derived.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct kind {
    const char *before, *scaled, *scale; /* BEFORE NAME SCALED and BEFORE NAME SCALE */
    bool is_mask;
} kind;

static const kind kinds[] = {
    {"", "_orig", "_mask", true},
    {"", "_v", "_g", false},
    {"parametrizations.", ".original1", ".original0", false},
};

/* The name of the weight that `name` is the scaled part of; NULL when it is none, or out of memory.
 * Owned by the caller. */
static char *weight_name(const kind *k, const char *name)
{
    size_t n = strlen(name), n_end = strlen(k->scaled);
    if (n <= n_end || strcmp(name + n - n_end, k->scaled) != 0)
        return NULL;
    const char *at = *k->before ? strstr(name, k->before) : name;
    if (!at || (at != name && at[-1] != '.'))
        return NULL;
    const char *rest = at + strlen(k->before);
    return lossi_format("%.*s%.*s", (int)(at - name), name, (int)(name + n - n_end - rest), rest);
}

/* The array that scales it, or NULL. */
static lossi_array *find_scale(const lossi_arrays *arrays, const kind *k, const char *name)
{
    char *partner = lossi_format("%.*s%s", (int)(strlen(name) - strlen(k->scaled)), name, k->scale);
    const lossi_array *found = partner ? lossi_arrays_find(arrays, partner) : NULL;
    free(partner);
    return found ? &arrays->items[found - arrays->items] : NULL;
}

static bool fits(const kind *k, const lossi_array *scaled, const lossi_array *scale)
{
    if (k->is_mask)
        return scaled->n_dims == scale->n_dims &&
               memcmp(scaled->dims, scale->dims, scaled->n_dims * sizeof *scaled->dims) == 0;
    return scaled->n_dims && scaled->count && scale->count == scaled->dims[0];
}

/* weight [n] = scaled * scale, where each scale [n_scales] is for n / n_scales values. */
static void multiply(const kind *k, size_t n, float *weight, size_t n_scales, const float *scale)
{
    size_t each = n / n_scales;
    for (size_t i = 0; i < n_scales; i++) {
        double squares = 0;
        for (size_t j = 0; !k->is_mask && j < each; j++)
            squares += (double)weight[i * each + j] * (double)weight[i * each + j];
        double factor = k->is_mask ? (double)scale[i] : (double)scale[i] / sqrt(squares);
        for (size_t j = 0; j < each; j++)
            weight[i * each + j] = (float)((double)weight[i * each + j] * factor);
    }
}

/* Replaces the scaled part by the weight. The block of values comes off the allowance. */
static loss_status compute(lossi_arrays *arrays, const kind *k, lossi_array *scaled,
                           const lossi_array *scale, char *name, const char *label)
{
    size_t bytes;
    if (!lossi_mul(scaled->count, sizeof(float), &bytes) || !lossi_arrays_allow(arrays, bytes))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: tensor %s is too large for the file", label, name);
    float *weight = malloc(bytes + 1), *factors = malloc(scale->count * sizeof *factors + 1);
    if (!weight || !factors) {
        free(weight);
        free(factors);
        return lossi_fail_nomem(bytes);
    }
    lossi_array_floats(scaled, weight);
    lossi_array_floats(scale, factors);
    multiply(k, scaled->count, weight, scale->count, factors);
    free(factors);
    loss_status status = lossi_arrays_own(arrays, (uint8_t *)weight);
    if (status)
        return status;
    lossi_array whole = lossi_array_of_floats(name, scaled->n_dims, scaled->dims, weight);
    free(scaled->name);
    *scaled = whole;
    return LOSS_OK;
}

static void remove_array(lossi_arrays *arrays, lossi_array *array)
{
    free(array->name);
    arrays->n--;
    memmove(array, array + 1, (size_t)(arrays->items + arrays->n - array) * sizeof *array);
}

loss_status lossi_arrays_derive(lossi_arrays *arrays, const char *label)
{
    size_t n_computed = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t i = 0; i < arrays->n; i++) {
            char *name = weight_name(&kinds[k], arrays->items[i].name);
            lossi_array *scale = name ? find_scale(arrays, &kinds[k], arrays->items[i].name) : NULL;
            if (!scale || !fits(&kinds[k], &arrays->items[i], scale)) {
                free(name);
                continue;
            }
            loss_status status = compute(arrays, &kinds[k], &arrays->items[i], scale, name, label);
            if (status) {
                free(name);
                return status;
            }
            if (scale < &arrays->items[i])
                i--;
            remove_array(arrays, scale);
            n_computed++;
        }
    char text[32];
    snprintf(text, sizeof text, "%zu", n_computed);
    return n_computed ? lossi_arrays_add_metadata(arrays, "computed weights", text) : LOSS_OK;
}
