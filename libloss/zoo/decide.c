/* Candidates of a recognition on images: their losses, and which of them clearly wins. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "net/net.h"
#include "zoo/recognition.h"

enum { CHUNK = 16 }; /* images at a time */

const loss_check *loss_recognition_check(const loss_recognition *r, size_t i)
{
    return r && r->is_evaluated && i < r->n ? &r->candidates[i].check : NULL;
}

/* -log softmax of the label's logit. */
static double cross_entropy(const float *logits, size_t classes, size_t label)
{
    double largest = -INFINITY, sum = 0;
    for (size_t c = 0; c < classes; c++)
        largest = fmax(largest, (double)logits[c]);
    for (size_t c = 0; c < classes; c++)
        sum += exp((double)logits[c] - largest);
    return log(sum) + largest - (double)logits[label];
}

/* The loss of each image, for comparing networks image by image. */
static loss_status find_losses(const loss_net *net, const loss_dataset *data, double *losses)
{
    loss_shape shape = loss_dataset_shape(data);
    size_t n = loss_dataset_count(data), classes = loss_net_shape(net).classes;
    size_t size = shape.channels * shape.height * shape.width;
    float *images = malloc(CHUNK * size * sizeof *images),  /* [CHUNK][c][h][w] */
        *logits = malloc(CHUNK * classes * sizeof *logits); /* [CHUNK][classes] */
    loss_status status = images && logits ? LOSS_OK : lossi_fail_nomem(CHUNK * size * 4);
    for (size_t i = 0; i < n && !status; i += CHUNK) {
        size_t some = n - i < CHUNK ? n - i : CHUNK;
        status = loss_dataset_images(data, i, some, images);
        if (!status)
            status = loss_net_logits(net, some, images, logits);
        for (size_t k = 0; k < some && !status; k++)
            losses[i + k] =
                cross_entropy(logits + k * classes, classes, loss_dataset_labels(data)[i + k]);
    }
    free(images);
    free(logits);
    return status;
}

static loss_status evaluate(lossi_candidate *c, const loss_recognition *r, const loss_dataset *data,
                            const loss_evaluate_options *opt)
{
    loss_net *net;
    loss_load_options load = LOSS_LOAD_OPTIONS_INIT;
    load.key = r->key;
    loss_status status = loss_net_create(&net, c->model, loss_dataset_shape(data));
    if (!status)
        status = loss_net_load(net, r->path, &load);
    if (!status)
        status = loss_net_check(net, data, opt, &c->check);
    free(c->losses);
    c->losses = status ? NULL : malloc(c->check.images * sizeof *c->losses);
    if (!status)
        status = c->losses ? find_losses(net, data, c->losses)
                           : lossi_fail_nomem(c->check.images * sizeof *c->losses);
    loss_net_free(net);
    return status;
}

loss_status loss_recognition_evaluate(loss_recognition *r, const loss_dataset *data,
                                      const loss_evaluate_options *opt)
{
    LOSSI_REQUIRE(r && data);
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < r->n && !status; i++)
        status = evaluate(&r->candidates[i], r, data, opt);
    r->is_evaluated = !status;
    return status;
}

/* Nothing makes it doubtful. Without BatchNorm there is only the loss to go by, and a wrong
 * activation may leave it below guessing: it must be below half of that. */
static bool is_trusted(const loss_check *check)
{
    return !loss_check_caveat(check, NULL, 0) &&
           (!isnan(check->statistics_off) || check->loss < check->guessing / 2);
}

/* Whether the second is doubtful, or its loss is larger, image by image, by three standard errors
 * of the mean difference. */
static bool beats(const lossi_candidate *a, const lossi_candidate *b)
{
    size_t n = a->check.images;
    double sum = 0, squares = 0;
    if (!is_trusted(&b->check))
        return true;
    for (size_t i = 0; i < n; i++)
        sum += b->losses[i] - a->losses[i];
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) {
        double d = b->losses[i] - a->losses[i] - mean;
        squares += d * d;
    }
    return mean > 3 * sqrt(squares / (double)n / (double)n);
}

static loss_status fail_undecided(const loss_recognition *r)
{
    char list[640] = "";
    size_t length = 0;
    for (size_t i = 0; i < r->n && length < sizeof list; i++) {
        const loss_check *c = &r->candidates[i].check;
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%s: loss %.4g",
                                   i ? "; " : "", r->candidates[i].model, c->loss);
        if (!isnan(c->statistics_off) && length < sizeof list)
            length += (size_t)snprintf(list + length, sizeof list - length,
                                       ", running means off by %.2g", c->statistics_off);
    }
    const loss_check *c = &r->candidates[0].check;
    return lossi_fail(LOSS_ERR_MISMATCH,
                      "%.200s: the tensors fit %zu network%s, and %zu %s images do not tell which "
                      "it is of (guessing: loss %.4g; running means of the right network are off "
                      "by less than %.2g): %s",
                      r->path, r->n, r->n == 1 ? "" : "s", c->images, loss_split_name(c->split),
                      c->guessing, LOSS_CHECK_STATISTICS_OFF, list);
}

loss_status loss_recognition_decide(const loss_recognition *r, size_t *winner)
{
    LOSSI_REQUIRE(r && winner);
    if (!r->is_evaluated)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: candidates were not evaluated", r->path);
    for (size_t i = 0; i < r->n; i++) {
        bool wins = is_trusted(&r->candidates[i].check);
        for (size_t k = 0; k < r->n && wins; k++)
            wins = k == i || beats(&r->candidates[i], &r->candidates[k]);
        if (!wins)
            continue;
        *winner = i;
        return LOSS_OK;
    }
    return fail_undecided(r);
}
