/* Whether a network and its weights belong together: the loss against guessing, and BatchNorm's
 * running statistics against those of the images. */
#include "zoo/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "net/evaluate.h"
#include "net/loss.h"
#include "net/net.h"
#include "net/objective.h"
#include "net/recalibrate.h"

/* Statistics are estimated from all images at once: fewer of large ones bound the memory. The work
 * is that of one pass, in multiply-adds; there are two. A processor does some 10^10 to 10^12 of
 * them a second. */
static const double MOST_PIXELS = 256 * 64 * 64, FIRST_WORK = 2e9, MOST_WORK = 5e10;
/* With so few images the means of the right network are off by 0.02, a deviation of those of 256
 * by 0.004; doubtful ones get some more. */
enum { FEWEST = 32, FEWEST_DOUBTFUL = 64, FAR = 3 };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Evenly spread over the data, which may be sorted by class. */
static loss_status thin_out(const loss_dataset *data, size_t n, loss_dataset **out)
{
    size_t *numbers = lossi_alloc(n, sizeof *numbers);
    if (!numbers)
        return lossi_fail_nomem(n * sizeof *numbers);
    for (size_t i = 0; i < n; i++)
        numbers[i] = i * loss_dataset_count(data) / n;
    loss_status status = loss_dataset_pick(out, data, n, numbers);
    free(numbers);
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

static loss_status find_statistics(const loss_net *net, const loss_dataset *data,
                                   const loss_evaluate_options *opt, double *off)
{
    loss_net *again = NULL;
    lossi_recalibrator *recalibrator = NULL;
    loss_status status = lossi_net_clone(&again, net);
    if (!status)
        status = lossi_recalibrator_create(&recalibrator, again, data, opt->threads);
    if (!status)
        status = lossi_recalibrator_run(recalibrator, again, opt->cancelled, opt->user);
    if (!status)
        status = median_off(net, again, off);
    lossi_recalibrator_free(recalibrator);
    loss_net_free(again);
    return status;
}

static loss_status find_loss(const loss_net *net, const loss_dataset *data,
                             const loss_evaluate_options *opt, loss_result *result, double *losses)
{
    lossi_evaluator *evaluator;
    loss_status status = lossi_evaluator_create(&evaluator, net, opt->threads);
    if (!status)
        status = lossi_evaluator_run(evaluator, net, data, opt->cancelled, opt->user, result);
    if (!status && losses)
        memcpy(losses, lossi_evaluator_losses(evaluator), result->images * sizeof *losses);
    lossi_evaluator_free(evaluator);
    return status;
}

/* At most so many images of this size. */
static size_t bounded(size_t n, size_t fewest, double most)
{
    double bound = most > (double)fewest ? most : (double)fewest;
    return (double)n > bound ? (size_t)bound : n;
}

lossi_check_sizes lossi_check_choose(double macs, const loss_dataset *data)
{
    loss_shape shape = loss_dataset_shape(data);
    double pixels = (double)shape.height * (double)shape.width;
    size_t n = loss_dataset_count(data);
    lossi_check_sizes sizes;
    sizes.most =
        bounded(bounded(n, FEWEST, MOST_PIXELS / pixels), FEWEST_DOUBTFUL, MOST_WORK / macs);
    sizes.first = bounded(sizes.most, FEWEST, FIRST_WORK / macs);
    return sizes;
}

static loss_status check_all(const loss_net *net, const loss_dataset *data,
                             const loss_evaluate_options *opt, loss_check *check, double *losses)
{
    loss_result result = LOSS_RESULT_INIT;
    double off = NAN;
    loss_status status = find_loss(net, data, opt, &result, losses);
    if (!status)
        status = find_statistics(net, data, opt, &off);
    if (status)
        return status;
    check->images = result.images;
    check->split = loss_dataset_split(data);
    check->loss = result.loss - lossi_objective_l2(net);
    check->standard_error = result.standard_error;
    check->guessing =
        net->objective.loss->guessing ? net->objective.loss->guessing(net, data) : NAN;
    check->statistics_off = off;
    return LOSS_OK;
}

loss_status lossi_check_some(const loss_net *net, const loss_dataset *data, size_t n,
                             const loss_evaluate_options *given, loss_check *check, double *losses)
{
    loss_evaluate_options opt = LOSS_EVALUATE_OPTIONS_INIT;
    loss_dataset *fewer = NULL;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status && n < loss_dataset_count(data))
        status = thin_out(data, n, &fewer);
    if (!status)
        status = check_all(net, fewer ? fewer : data, &opt, check, losses);
    loss_dataset_free(fewer);
    return status;
}

/* Fewer images leave more doubt, never less: their standard error and the noise of their means are
 * larger. So what is in order on few is in order, and more are wanted only for what is not, unless
 * it is far off. */
static bool is_open(const loss_check *check)
{
    bool is_far_off = check->loss - 3 * check->standard_error > check->guessing ||
                      !isfinite(check->loss) ||
                      check->statistics_off > FAR * LOSS_CHECK_STATISTICS_OFF;
    return loss_check_caveat(check, NULL, 0) && !is_far_off;
}

loss_status loss_net_check(const loss_net *net, const loss_dataset *data,
                           const loss_evaluate_options *opt, loss_check *check)
{
    LOSSI_REQUIRE(net && data && check);
    loss_check whole = LOSS_CHECK_INIT;
    loss_status status = LOSSI_OPTIONS(whole, check);
    lossi_check_sizes sizes = lossi_check_choose(loss_net_macs(net), data);
    if (!status)
        status = lossi_check_some(net, data, sizes.first, opt, &whole, NULL);
    if (!status && sizes.first < sizes.most && is_open(&whole))
        status = lossi_check_some(net, data, sizes.most, opt, &whole, NULL);
    if (!status)
        lossi_put_result(check, &whole, sizeof whole);
    return status;
}

bool loss_check_caveat(const loss_check *given, char *text, size_t size)
{
    loss_check whole = LOSS_CHECK_INIT;
    const loss_check *check = given && !LOSSI_OPTIONS(whole, given) ? &whole : NULL;
    char all[512] = "";
    int n = 0;
    if (check && isnan(check->guessing) && !isfinite(check->loss))
        n = snprintf(all, sizeof all, "the loss on %zu %s images is %g", check->images,
                     loss_split_name(check->split), check->loss);
    else if (check && !isnan(check->guessing) &&
             !(check->loss + 3 * check->standard_error < check->guessing))
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
