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

/* Names are looked up as they are in the file, and change only when all weights are computed. */
typedef struct named {
    const char *name;
    size_t i;
} named;

typedef struct plan {
    named *sorted;  /* [n] by name */
    char **renamed; /* [n] the weight's name; NULL: it stays */
    bool *is_scale; /* [n] went into a weight, and is dropped */
} plan;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const named *)a)->name, ((const named *)b)->name);
}

static void plan_free(plan *p, size_t n)
{
    for (size_t i = 0; p->renamed && i < n; i++)
        free(p->renamed[i]);
    free(p->sorted);
    free(p->renamed);
    free(p->is_scale);
}

static loss_status plan_make(plan *p, const lossi_arrays *arrays)
{
    size_t n = arrays->n;
    *p = (plan){.sorted = calloc(n + 1, sizeof *p->sorted),
                .renamed = calloc(n + 1, sizeof *p->renamed),
                .is_scale = calloc(n + 1, sizeof *p->is_scale)};
    if (!p->sorted || !p->renamed || !p->is_scale) {
        plan_free(p, n);
        return lossi_fail_nomem(n * sizeof *p->sorted);
    }
    for (size_t i = 0; i < n; i++)
        p->sorted[i] = (named){arrays->items[i].name, i};
    qsort(p->sorted, n, sizeof *p->sorted, by_name);
    return LOSS_OK;
}

/* Number of the array that scales the one of that name; SIZE_MAX without. */
static size_t find_scale(const plan *p, size_t n, const kind *k, const char *name)
{
    char *partner = lossi_format("%.*s%s", (int)(strlen(name) - strlen(k->scaled)), name, k->scale);
    named wanted = {.name = partner};
    const named *found = partner ? bsearch(&wanted, p->sorted, n, sizeof wanted, by_name) : NULL;
    free(partner);
    return found && !p->is_scale[found->i] ? found->i : SIZE_MAX;
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

/* Replaces the scaled part by the weight; the name stays. The block of values comes off the
 * allowance. */
static loss_status compute(lossi_arrays *arrays, const kind *k, lossi_array *scaled,
                           const lossi_array *scale, const char *label)
{
    size_t bytes;
    if (!lossi_mul(scaled->count, sizeof(float), &bytes) || !lossi_arrays_allow(arrays, bytes))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: tensor %s is too large for the file", label,
                          scaled->name);
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
    *scaled = lossi_array_of_floats(scaled->name, scaled->n_dims, scaled->dims, weight);
    return LOSS_OK;
}

/* Computes array i if it is the scaled part of a weight. */
static loss_status derive_one(lossi_arrays *arrays, plan *p, const kind *k, size_t i,
                              const char *label)
{
    lossi_array *scaled = &arrays->items[i];
    char *name = p->renamed[i] ? NULL : weight_name(k, scaled->name);
    size_t scale = name ? find_scale(p, arrays->n, k, scaled->name) : SIZE_MAX;
    loss_status status = LOSS_OK;
    if (scale == SIZE_MAX || !fits(k, scaled, &arrays->items[scale]) ||
        (status = compute(arrays, k, scaled, &arrays->items[scale], label))) {
        free(name);
        return status;
    }
    p->renamed[i] = name;
    p->is_scale[scale] = true;
    return LOSS_OK;
}

/* Gives the weights their names and drops what went into them. @return how many there are */
static size_t apply(lossi_arrays *arrays, plan *p)
{
    size_t kept = 0, n = arrays->n;
    for (size_t i = 0; i < n; i++) {
        lossi_array *array = &arrays->items[i];
        if (p->renamed[i] || p->is_scale[i])
            free(array->name);
        if (p->renamed[i])
            array->name = p->renamed[i];
        p->renamed[i] = NULL;
        if (!p->is_scale[i])
            arrays->items[kept++] = *array;
    }
    arrays->n = kept;
    return n - kept;
}

loss_status lossi_arrays_derive(lossi_arrays *arrays, const char *label)
{
    plan p;
    size_t n = arrays->n, n_computed = 0;
    loss_status status = plan_make(&p, arrays);
    if (status)
        return status;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t i = 0; i < n && !status; i++)
            if (!p.is_scale[i])
                status = derive_one(arrays, &p, &kinds[k], i, label);
    if (!status)
        n_computed = apply(arrays, &p);
    plan_free(&p, n);
    if (status)
        return status;
    char text[32];
    snprintf(text, sizeof text, "%zu", n_computed);
    return n_computed ? lossi_arrays_add_metadata(arrays, "computed weights", text) : LOSS_OK;
}
