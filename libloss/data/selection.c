/* Which images of a split are kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <loss/text.h>

#include "base/random.h"
#include "data/dataset.h"

/* The words for it; a sample's seed follows. */
static const char ALL[] = "all", FIRST[] = "first", SAMPLE[] = "sample seed=";

bool loss_selection_parse(const char *text, loss_selection *selection)
{
    size_t n = strlen(SAMPLE);
    if (!text || !selection)
        return false;
    loss_selection s = {.n_images = selection->n_images, .is_all = strcmp(text, ALL) == 0};
    s.is_sample = strncmp(text, SAMPLE, n) == 0 && loss_count_parse(text + n, NULL, &s.seed);
    if (!s.is_all && !s.is_sample && strcmp(text, FIRST) != 0)
        return false;
    *selection = s;
    return true;
}

/* Moves the chosen images to the front: keep[] holds their numbers, ascending. */
static void keep_images(lossi_images *images, const size_t *keep, size_t n)
{
    size_t size = lossi_image_size(images), n_targets = images->shape.classes;
    for (size_t i = 0; i < n; i++) {
        if (images->pixels)
            memmove(images->pixels + i * size, images->pixels + keep[i] * size, size);
        else
            memmove(images->values + i * size, images->values + keep[i] * size,
                    size * sizeof *images->values);
        if (images->labels)
            images->labels[i] = images->labels[keep[i]];
        else
            memmove(images->targets + i * n_targets, images->targets + keep[i] * n_targets,
                    n_targets * sizeof *images->targets);
    }
    images->n = n;
}

static int by_value(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

loss_status lossi_choose(size_t n, const loss_dataset_options *opt, size_t **keep, size_t *n_keep)
{
    *keep = NULL;
    *n_keep = n;
    if (!opt->limit || opt->limit >= n)
        return LOSS_OK;
    size_t *order = lossi_alloc(n, sizeof *order);
    if (!order)
        return lossi_fail_nomem(n * sizeof *order);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    lossi_stream stream = lossi_stream_make(opt->sample_seed, LOSSI_RANDOM_SAMPLE, 0);
    for (size_t i = 0; opt->sample && i < opt->limit;
         i++) { /* the first steps of Fisher and Yates' shuffle */
        size_t j = i + lossi_random_below(&stream, i, n - i), swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
    qsort(order, opt->limit, sizeof *order, by_value);
    *keep = order;
    *n_keep = opt->limit;
    return LOSS_OK;
}

loss_status lossi_select(loss_dataset *data, const loss_dataset_options *opt)
{
    lossi_images *images = &data->images;
    size_t *keep, n_keep, n = images->n_all ? images->n_all : images->n;
    strcpy(data->selection, ALL);
    if (!opt->limit || opt->limit >= n)
        return LOSS_OK;
    strcpy(data->selection, FIRST);
    if (opt->sample)
        snprintf(data->selection, sizeof data->selection, "%s%llu", SAMPLE,
                 (unsigned long long)opt->sample_seed);
    if (images->n_all)
        return LOSS_OK;
    loss_status status = lossi_choose(n, opt, &keep, &n_keep);
    if (!status)
        keep_images(images, keep, n_keep);
    free(keep);
    return status;
}
