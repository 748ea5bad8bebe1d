/* Some images of a dataset as one of their own. */
#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"

static loss_status take(const loss_dataset *data, const size_t *numbers, loss_arrays *to,
                        float *values, uint32_t *labels, float *targets)
{
    const uint32_t *all_labels = loss_dataset_labels(data);
    const float *all_targets = loss_dataset_targets(data);
    size_t size = lossi_image_size(&data->images), n_each = to->shape.classes;
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < to->n && !status; i++) {
        size_t from = numbers[i];
        status = loss_dataset_images(data, from, 1, values + i * size);
        if (!status && all_labels)
            labels[i] = all_labels[from];
        else if (!status)
            memcpy(targets + i * n_each, all_targets + from * n_each, n_each * sizeof *targets);
    }
    to->values = values;
    to->labels = all_labels ? labels : NULL;
    to->targets = all_targets ? targets : NULL;
    return status;
}

loss_status loss_dataset_pick(loss_dataset **out, const loss_dataset *data, size_t n,
                              const size_t *numbers)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(data && n && numbers);
    loss_arrays arrays = LOSS_ARRAYS_INIT;
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    arrays.shape = loss_dataset_shape(data);
    arrays.n = n;
    opt.split = loss_dataset_split(data);
    size_t n_values, n_targets, n_each = loss_dataset_targets(data) ? arrays.shape.classes : 1;
    if (!lossi_mul(n, lossi_image_size(&data->images), &n_values) ||
        !lossi_mul(n, n_each, &n_targets))
        return lossi_fail(LOSS_ERR_ARGUMENT, "%zu images: larger than memory can be", n);
    float *values = lossi_alloc(n_values, sizeof *values),
          *targets = lossi_alloc(n_targets, sizeof *targets);
    uint32_t *labels = lossi_alloc(n, sizeof *labels);
    loss_status status = values && targets && labels
                             ? take(data, numbers, &arrays, values, labels, targets)
                             : lossi_fail_nomem(n_values * sizeof *values);
    if (!status)
        status = loss_dataset_create_arrays(out, &arrays, &opt);
    free(values);
    free(targets);
    free(labels);
    return status;
}
