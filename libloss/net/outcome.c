#include "net/outcome.h"

#include <math.h>
#include <stdlib.h>

#include "net/calls.h"
#include "net/loss.h"
#include "net/objective.h"

loss_status lossi_outcome_reserve(lossi_engine *e, size_t n)
{
    if (n <= e->n_losses)
        return LOSS_OK;
    free(e->losses);
    free(e->correct);
    e->losses = lossi_alloc(n, sizeof *e->losses);
    e->correct = lossi_alloc(n, sizeof *e->correct);
    e->n_losses = e->losses && e->correct ? n : 0;
    return e->n_losses ? LOSS_OK : lossi_fail_nomem(n * sizeof *e->losses);
}

void lossi_outcome_take(const lossi_engine *e, const lossi_chunk *chunk, bool has_gradient,
                        bool has_tangent)
{
    size_t last = e->n_nodes - 1, classes = e->net->shape.classes;
    const lossi_loss *loss = e->net->objective.loss;
    lossi_loss_call call = {
        .kernels = e->kernels,
        .objective = &e->net->objective,
        .maps = {classes, 1, e->lanes, chunk->n},
        .outputs = lossi_block_at(e, chunk, LOSSI_OUTPUTS, last),
        .labels = e->batch.labels ? e->batch.labels + chunk->first : NULL,
        .targets = e->batch.targets ? e->batch.targets + chunk->first * classes : NULL,
        .scale = 1 / e->total,
        .loss = e->losses + chunk->first,
        .correct = e->correct + chunk->first,
    };
    if (has_gradient)
        call.gradient = lossi_block_at(e, chunk, LOSSI_GRADIENTS, last);
    loss->value(&call);
    if (!has_tangent)
        return;
    call.tangents = lossi_block_at(e, chunk, LOSSI_TANGENTS, last);
    call.gradient_tangent = lossi_block_at(e, chunk, LOSSI_GRADIENT_TANGENTS, last);
    loss->tangent(&call);
}

double loss_accuracy_error(double accuracy, size_t images)
{
    return images > 1 && accuracy >= 0 && accuracy <= 100
               ? sqrt(accuracy * (100 - accuracy) / (double)(images - 1))
               : NAN;
}

double lossi_outcome_mean(const lossi_engine *e)
{
    double sum = 0;
    for (size_t i = 0; i < e->batch.n; i++)
        sum += e->losses[i];
    return sum / e->total + lossi_objective_l2(e->net);
}

/* Mean, standard error and accuracy of the per-image values, summed in image order. A weighted mean
 * is a ratio of two sums: its error is that of what the images have more or less than their share.
 * The L2 term is the same for every choice of images. */
void lossi_outcome_summarise(const lossi_engine *e, loss_result *result)
{
    double sum = 0, squares = 0;
    size_t n_correct = 0, n = e->batch.n;
    for (size_t i = 0; i < n; i++) {
        sum += e->losses[i];
        n_correct += e->correct[i];
    }
    double mean = sum / e->total;
    for (size_t i = 0; i < n; i++) {
        double off = e->losses[i] - lossi_objective_weight(e->net, e->batch.labels, i) * mean;
        squares += off * off;
    }
    result->loss = mean + lossi_objective_l2(e->net);
    result->standard_error =
        n > 1 ? sqrt(squares / (double)(n - 1) / (double)n) / (e->total / (double)n) : NAN;
    result->accuracy = e->batch.labels ? 100 * (double)n_correct / (double)n : NAN;
    result->images = n;
}
