#include "surface/estimate_values.h"

#include <math.h>
#include <stdlib.h>

#include "net/objective.h"

static void quantity_free(lossi_quantity *q)
{
    for (size_t i = 0; i < LOSSI_MOST_COARSE; i++)
        free(q->values[i]);
    lossi_calibration_free(&q->calibration);
    lossi_panel_free(&q->panel);
}

void lossi_estimator_free(lossi_estimator *e)
{
    quantity_free(&e->loss);
    quantity_free(&e->right);
    lossi_sample_free(&e->sample);
    free(e->chances);
    free(e->values);
    *e = (lossi_estimator){0};
}

static bool are_finite(const lossi_seen *seen)
{
    for (size_t i = 0; i < seen->n; i++)
        if (!isfinite(seen->losses[i]))
            return false;
    return true;
}

/* A coarse point where an image has no finite loss says nothing about others. */
static loss_status take_coarse(lossi_quantity *q, const lossi_known *known, bool is_loss)
{
    for (size_t k = 0; k < known->design->n_coarse; k++) {
        const lossi_seen *seen = &known->coarse[k];
        if (!are_finite(seen))
            continue;
        float *values = lossi_alloc(known->n_images, sizeof *values);
        if (!values)
            return lossi_fail_nomem(known->n_images * sizeof *values);
        for (size_t i = 0; i < known->n_images; i++)
            values[i] = is_loss ? seen->losses[i] : (float)seen->correct[i];
        q->values[q->n++] = values;
    }
    return lossi_panel_init(&q->panel, known->n_images, q->n, (const float *const *)q->values);
}

loss_status lossi_estimator_init(lossi_estimator *e, const lossi_known *known, uint64_t seed)
{
    const loss_surface *s = known->surface;
    const uint32_t *labels = loss_dataset_labels(s->data[known->split]);
    size_t n = known->n_images;
    *e = (lossi_estimator){.known = known,
                           .scale = (double)n / lossi_objective_total(s->net, labels, n),
                           .chances = lossi_alloc(n, sizeof *e->chances),
                           .values = lossi_alloc(n, sizeof *e->values)};
    loss_status status =
        e->chances && e->values ? LOSS_OK : lossi_fail_nomem(n * sizeof *e->chances);
    if (!status)
        status = take_coarse(&e->loss, known, true);
    if (!status)
        status = take_coarse(&e->right, known, false);
    return status ? status
                  : lossi_sample_draw(&e->sample, &e->loss.panel, seed, (uint32_t)known->split);
}

const uint32_t *lossi_estimator_images(const lossi_estimator *e, size_t point, size_t first)
{
    (void)point; /* all points have the same sample */
    return e->sample.order + first;
}

/* Weights of the first m images, if they are not those of the last call. */
static loss_status calibrate(lossi_estimator *e, size_t m)
{
    if (e->m == m)
        return LOSS_OK;
    e->m = 0;
    lossi_calibration_free(&e->loss.calibration);
    lossi_calibration_free(&e->right.calibration);
    lossi_sample_chances(&e->sample, m, e->chances);
    loss_status status = lossi_calibration_init(&e->loss.calibration, &e->loss.panel,
                                                e->sample.order, e->chances, m, LOSSI_LEAVE_NONE);
    if (!status)
        status = lossi_calibration_init(&e->right.calibration, &e->right.panel, e->sample.order,
                                        e->chances, m, LOSSI_LEAVE_NONE);
    e->m = status ? 0 : m;
    return status;
}

static double within(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static void take_accuracy(const lossi_estimator *e, const lossi_seen *seen, loss_estimate *to)
{
    for (size_t i = 0; i < e->m; i++)
        e->values[i] = (float)seen->correct[i];
    lossi_mean right = lossi_calibration_mean(&e->right.calibration, e->values);
    to->accuracy = within(100 * right.value, 0, 100);
    to->accuracy_error = 100 * right.error;
    to->accuracy_low = within(100 * right.low, 0, 100);
    to->accuracy_high = within(100 * right.high, 0, 100);
}

loss_status lossi_estimator_at(lossi_estimator *e, size_t point, size_t m, double l2,
                               loss_estimate *to)
{
    const lossi_seen *seen = &e->known->seen[point];
    loss_status status = calibrate(e, m);
    if (status)
        return status;
    lossi_mean loss = lossi_calibration_mean(&e->loss.calibration, seen->losses);
    *to = (loss_estimate){.evaluated = true,
                          .images = m,
                          .loss = e->scale * loss.value + l2,
                          .error = e->scale * loss.error,
                          .low = e->scale * loss.low + l2,
                          .high = e->scale * loss.high + l2,
                          .accuracy = NAN,
                          .accuracy_error = NAN,
                          .accuracy_low = NAN,
                          .accuracy_high = NAN};
    if (loss_dataset_labels(e->known->surface->data[e->known->split]))
        take_accuracy(e, seen, to);
    return LOSS_OK;
}

loss_status lossi_estimator_check(lossi_estimator *e, size_t m, lossi_estimate_check *check)
{
    const lossi_quantity *q = &e->loss;
    double observed = 0, predicted = 0;
    *check = (lossi_estimate_check){NAN, NAN, 0, 0};
    lossi_sample_chances(&e->sample, m, e->chances);
    for (size_t k = 0; k < q->n && q->n > 1; k++) {
        lossi_calibration c;
        loss_status status =
            lossi_calibration_init(&c, &q->panel, e->sample.order, e->chances, m, (int)k);
        if (status) {
            lossi_calibration_free(&c);
            return status;
        }
        for (size_t i = 0; i < m; i++)
            e->values[i] = q->values[k][e->sample.order[i]];
        lossi_mean mean = lossi_calibration_mean(&c, e->values);
        double unit = q->panel.scales[k + 1], exact = q->panel.means[k + 1] * unit;
        observed += pow((mean.value - exact) / unit, 2);
        predicted += pow(mean.error / unit, 2);
        check->checked++;
        check->held += mean.low <= exact && exact <= mean.high;
        lossi_calibration_free(&c);
    }
    check->observed = sqrt(observed / (double)check->checked); /* NaN for none */
    check->predicted = sqrt(predicted / (double)check->checked);
    return LOSS_OK;
}
