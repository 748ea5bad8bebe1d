/* Whether a network and its weights belong together: the loss against guessing, and BatchNorm's
 * running statistics against those of the images. */
#include <loss/recognise.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "net/net.h"

/* Statistics are estimated from all images at once: fewer of large ones bound the memory. */
enum { MOST_PIXELS = 256 * 64 * 64, FEWEST_IMAGES = 32 };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Evenly spread over the data, which may be sorted by class. Labels do not matter here. */
static loss_status thin_out(const loss_dataset *data, size_t n, loss_dataset **out)
{
    loss_shape shape = loss_dataset_shape(data);
    size_t size = shape.channels * shape.height * shape.width, total = loss_dataset_count(data);
    float *values = malloc(n * size * sizeof *values);
    float *targets = calloc(n * shape.classes, sizeof *targets);
    loss_status status = values && targets ? LOSS_OK : lossi_fail_nomem(n * size * sizeof *values);
    for (size_t i = 0; i < n && !status; i++)
        status = loss_dataset_images(data, i * total / n, 1, values + i * size);
    loss_arrays arrays = LOSS_ARRAYS_INIT;
    arrays.shape = shape;
    arrays.n = n;
    arrays.values = values;
    arrays.targets = targets;
    if (!status)
        status = loss_dataset_create_arrays(out, &arrays, NULL);
    free(values);
    free(targets);
    return status;
}

/* Median over the channels of all BatchNorm layers of |again's mean - net's| / deviation. */
static loss_status median_off(const loss_net *net, const loss_net *again, double *median)
{
    size_t n = 0;
    for (size_t i = 0; i < net->n_tensors; i++)
        n += net->tensors[i].kind == LOSS_TENSOR_RUNNING_MEAN ? net->tensors[i].count : 0;
    *median = NAN;
    if (!n)
        return LOSS_OK;
    double *off = malloc(n * sizeof *off);
    if (!off)
        return lossi_fail_nomem(n * sizeof *off);
    n = 0;
    /* A running variance follows its mean in the order of a state_dict. */
    for (size_t i = 0; i + 1 < net->n_tensors; i++) {
        if (net->tensors[i].kind != LOSS_TENSOR_RUNNING_MEAN)
            continue;
        const lossi_real *was = lossi_net_values_const(net, i),
                         *is = lossi_net_values_const(again, i),
                         *variance = lossi_net_values_const(net, i + 1);
        for (size_t c = 0; c < net->tensors[i].count; c++) {
            double d = fabs((double)is[c] - (double)was[c]) / sqrt((double)variance[c] + 1e-12);
            off[n++] = isnan(d) ? INFINITY : d;
        }
    }
    qsort(off, n, sizeof *off, compare);
    *median = off[n / 2];
    free(off);
    return LOSS_OK;
}

static loss_status find_statistics(const loss_net *net, const loss_dataset *data, size_t threads,
                                   double *off)
{
    loss_shape shape = loss_dataset_shape(data);
    size_t most = MOST_PIXELS / (shape.height * shape.width), n = loss_dataset_count(data);
    most = most < FEWEST_IMAGES ? FEWEST_IMAGES : most;
    loss_net *again = NULL;
    loss_dataset *fewer = NULL;
    loss_status status = n > most ? thin_out(data, most, &fewer) : LOSS_OK;
    if (!status)
        status = lossi_net_clone(&again, net);
    if (!status)
        status = loss_net_recalibrate(again, fewer ? fewer : data, threads);
    if (!status)
        status = median_off(net, again, off);
    loss_net_free(again);
    loss_dataset_free(fewer);
    return status;
}

loss_status loss_net_check(const loss_net *net, const loss_dataset *data,
                           const loss_evaluate_options *opt, loss_check *check)
{
    LOSSI_REQUIRE(net && data && check);
    if (check->struct_size != sizeof *check)
        return lossi_fail(LOSS_ERR_ARGUMENT, "check: struct_size is %zu, expected %zu",
                          check->struct_size, sizeof *check);
    loss_result result = LOSS_RESULT_INIT;
    loss_status status = loss_net_evaluate(net, data, opt, &result);
    double off = NAN;
    if (!status)
        status = find_statistics(net, data, opt ? opt->threads : 0, &off);
    if (status)
        return status;
    check->images = result.images;
    check->split = loss_dataset_split(data);
    check->loss = result.loss;
    check->standard_error = result.standard_error;
    check->guessing = log((double)net->shape.classes);
    check->statistics_off = off;
    return LOSS_OK;
}

bool loss_check_caveat(const loss_check *check, char *text, size_t size)
{
    char all[512] = "";
    int n = 0;
    if (check && !(check->loss + 3 * check->standard_error < check->guessing))
        n = snprintf(all, sizeof all,
                     "the loss on %zu %s images is %.4g, not below the %.4g of guessing: untrained "
                     "weights, or of another network or other data",
                     check->images, loss_split_name(check->split), check->loss, check->guessing);
    else if (check && check->statistics_off > LOSS_CHECK_STATISTICS_OFF)
        n = snprintf(all, sizeof all,
                     "BatchNorm's running means are %.2g standard deviations off those of %zu %s "
                     "images (median; loss %.4g): a network with another activation, pooling or "
                     "stride, other data or normalisation, or little training",
                     check->statistics_off, check->images, loss_split_name(check->split),
                     check->loss);
    if (text && size)
        snprintf(text, size, "%s", all);
    return n > 0;
}
