/* Candidates of a recognition on images: their losses, and which of them clearly wins. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "net/net.h"
#include "zoo/check.h"
#include "zoo/recognition.h"
#include "zoo/zoo.h"

const loss_check *loss_recognition_check(const loss_recognition *r, size_t i)
{
    return r && r->is_evaluated && i < r->n ? &r->candidates[i].check : NULL;
}

/* The largest of the candidates, which may differ in their strides; 0 if memory is out. */
static double most_macs(const loss_recognition *r, loss_shape shape)
{
    double most = 0;
    for (size_t i = 0; i < r->n; i++) {
        lossi_built built;
        if (lossi_zoo_build(r->candidates[i].model, shape, &built))
            continue;
        const loss_net *net = lossi_builder_net(built.builder);
        most = net ? fmax(most, loss_net_macs(net)) : most;
        loss_builder_free(built.builder);
        free(built.model);
    }
    return most;
}

static loss_status evaluate(lossi_candidate *c, const loss_recognition *r, const loss_dataset *data,
                            size_t n, const loss_evaluate_options *opt)
{
    loss_net *net;
    loss_load_options load = LOSS_LOAD_OPTIONS_INIT;
    load.key = r->key;
    free(c->losses);
    c->losses = malloc(n * sizeof *c->losses);
    if (!c->losses)
        return lossi_fail_nomem(n * sizeof *c->losses);
    loss_status status = loss_net_create(&net, c->model, loss_dataset_shape(data));
    if (!status)
        status = loss_net_load(net, r->path, &load);
    if (!status)
        status = lossi_check_some(net, data, n, opt, &c->check, c->losses);
    loss_net_free(net);
    return status;
}

static loss_status evaluate_all(loss_recognition *r, const loss_dataset *data, size_t n,
                                const loss_evaluate_options *opt)
{
    loss_status status = LOSS_OK;
    r->is_evaluated = false;
    for (size_t i = 0; i < r->n && !status; i++)
        status = evaluate(&r->candidates[i], r, data, n, opt);
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

static bool find_winner(const loss_recognition *r, size_t *winner)
{
    for (size_t i = 0; i < r->n; i++) {
        bool wins = is_trusted(&r->candidates[i].check);
        for (size_t k = 0; k < r->n && wins; k++)
            wins = k == i || beats(&r->candidates[i], &r->candidates[k]);
        if (!wins)
            continue;
        *winner = i;
        return true;
    }
    return false;
}

/* Few images do if one wins on them; fewer make that harder, not easier. */
loss_status loss_recognition_evaluate(loss_recognition *r, const loss_dataset *data,
                                      const loss_evaluate_options *opt)
{
    LOSSI_REQUIRE(r && data);
    size_t winner;
    lossi_check_sizes sizes = lossi_check_choose(most_macs(r, loss_dataset_shape(data)), data);
    loss_status status = evaluate_all(r, data, sizes.first, opt);
    if (!status && sizes.first < sizes.most && !find_winner(r, &winner))
        status = evaluate_all(r, data, sizes.most, opt);
    return status;
}

loss_status loss_recognition_decide(const loss_recognition *r, size_t *winner)
{
    LOSSI_REQUIRE(r && winner);
    if (!r->is_evaluated)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: candidates were not evaluated", r->path);
    return find_winner(r, winner) ? LOSS_OK : fail_undecided(r);
}
