#include "net/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static const float *image_of_dataset(void *user, size_t i, float *buffer)
{
    return loss_dataset_images(user, i, 1, buffer) ? NULL : buffer;
}

lossi_batch lossi_batch_of(const loss_dataset *data)
{
    return (lossi_batch){.n = loss_dataset_count(data),
                         .labels = loss_dataset_labels(data),
                         .targets = loss_dataset_targets(data),
                         .image = image_of_dataset,
                         .user = (void *)data};
}

static const float *image_of_some(void *user, size_t i, float *buffer)
{
    const lossi_some *s = user;
    return loss_dataset_images(s->data, s->numbers[i], 1, buffer) ? NULL : buffer;
}

void lossi_some_free(lossi_some *s)
{
    free(s->labels);
    free(s->targets);
    *s = (lossi_some){0};
}

static loss_status copy_labels(lossi_some *s, const uint32_t *labels, size_t n)
{
    s->labels = lossi_alloc(n, sizeof *s->labels);
    for (size_t i = 0; i < n && s->labels; i++)
        s->labels[i] = labels[s->numbers[i]];
    return s->labels ? LOSS_OK : lossi_fail_nomem(n * sizeof *s->labels);
}

static loss_status copy_targets(lossi_some *s, const float *targets, size_t n)
{
    size_t each = loss_dataset_shape(s->data).classes;
    s->targets = lossi_alloc(n, each * sizeof *s->targets);
    for (size_t i = 0; i < n && s->targets; i++)
        memcpy(s->targets + i * each, targets + s->numbers[i] * each, each * sizeof *targets);
    return s->targets ? LOSS_OK : lossi_fail_nomem(n * each * sizeof *s->targets);
}

loss_status lossi_batch_of_some(lossi_batch *batch, lossi_some *some, const loss_dataset *data,
                                const uint32_t *numbers, size_t n)
{
    const uint32_t *labels = loss_dataset_labels(data);
    const float *targets = loss_dataset_targets(data);
    size_t all = loss_dataset_count(data);
    *some = (lossi_some){.data = data, .numbers = numbers};
    for (size_t i = 0; i < n; i++)
        if (numbers[i] >= all)
            return lossi_fail(LOSS_ERR_ARGUMENT, "image %lu; expected one below %zu",
                              (unsigned long)numbers[i], all);
    loss_status status = labels ? copy_labels(some, labels, n) : LOSS_OK;
    if (!status && targets)
        status = copy_targets(some, targets, n);
    *batch = (lossi_batch){.n = n,
                           .labels = some->labels,
                           .targets = some->targets,
                           .numbers = numbers,
                           .image = image_of_some,
                           .user = some};
    return status;
}
