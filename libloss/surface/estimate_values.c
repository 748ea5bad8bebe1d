#include "surface/estimate_values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/objective.h"

static void quantity_free(lossi_quantity *q)
{
    for (size_t i = 0; i < LOSSI_MOST_COARSE; i++)
        free(q->values[i]);
    lossi_panel_free(&q->panel);
}

void lossi_estimator_free(lossi_estimator *e)
{
    quantity_free(&e->loss);
    quantity_free(&e->right);
    for (size_t i = 0; e->orders && i < e->known->n_points; i++)
        free(e->orders[i].images);
    free(e->orders);
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

/* A coarse point where an image has no finite loss says nothing about others.
 *  spots: [LOSSI_MOST_COARSE] of those that do, written; NULL: not wanted */
static loss_status take_coarse(lossi_quantity *q, const lossi_known *known, lossi_spot *spots,
                               bool is_loss)
{
    const loss_surface *s = known->surface;
    for (size_t k = 0; k < known->design->n_coarse; k++) {
        const lossi_seen *seen = &known->coarse[k];
        if (!are_finite(seen))
            continue;
        float *values = lossi_alloc(known->n_images, sizeof *values);
        if (!values)
            return lossi_fail_nomem(known->n_images * sizeof *values);
        for (size_t i = 0; i < known->n_images; i++)
            values[i] = is_loss ? seen->losses[i] : (float)seen->correct[i];
        if (spots)
            spots[q->n] = lossi_spot_of(known->design->coarse[k], s->x.n, s->y.n);
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
                           .orders = lossi_alloc(known->n_points, sizeof *e->orders),
                           .chances = lossi_alloc(n, sizeof *e->chances),
                           .values = lossi_alloc(n, sizeof *e->values)};
    loss_status status =
        e->orders && e->chances && e->values ? LOSS_OK : lossi_fail_nomem(n * sizeof *e->chances);
    if (!status)
        status = take_coarse(&e->loss, known, e->spots, true);
    if (!status)
        status = take_coarse(&e->right, known, NULL, false);
    return status ? status
                  : lossi_sample_init(&e->sample, &e->loss.panel, e->spots, seed,
                                      (uint32_t)known->split);
}

static lossi_target target_of(const lossi_estimator *e, size_t point)
{
    const loss_surface *s = e->known->surface;
    return (lossi_target){lossi_spot_of(point, s->x.n, s->y.n), point, LOSSI_LEAVE_NONE};
}

loss_status lossi_estimator_images(lossi_estimator *e, size_t point, size_t m,
                                   const uint32_t **images)
{
    lossi_order *order = &e->orders[point];
    const lossi_target target = target_of(e, point);
    loss_status status = LOSS_OK;
    if (order->n < m) {
        free(order->images);
        *order = (lossi_order){m, lossi_alloc(m, sizeof *order->images)};
        status = order->images ? lossi_sample_draw(&e->sample, &target, m, order->images)
                               : lossi_fail_nomem(m * sizeof *order->images);
        order->n = status ? 0 : m;
    }
    *images = order->images;
    return status;
}

/* The mean over all images of a quantity whose values at the first m images of an order are in
 * e->values, with the chances in e->chances. */
static loss_status find_mean(const lossi_estimator *e, const lossi_quantity *q,
                             const uint32_t *images, size_t m, int left_out, lossi_mean *mean)
{
    lossi_calibration c;
    loss_status status = lossi_calibration_init(&c, &q->panel, images, e->chances, m, left_out);
    if (!status)
        *mean = lossi_calibration_mean(&c, e->values);
    lossi_calibration_free(&c);
    return status;
}

static double within(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* Where all images of the sample are as the coarse points tell, others may still not be: at least
 * as much is uncertain as one image makes. */
static double with_one_more(double error, double share_seen, size_t m)
{
    return sqrt(error * error + (1 - share_seen) / (double)m / (double)m);
}

static void widen(const lossi_estimator *e, size_t m, lossi_mean *right)
{
    double degrees = (double)m - (double)e->right.panel.n_terms,
           error = with_one_more(right->error, (double)m / (double)e->known->n_images, m),
           half = error > 0 ? lossi_student_quantile(degrees) * error : 0;
    *right = (lossi_mean){right->value, error, right->value - half, right->value + half};
}

static loss_status find_accuracy(const lossi_estimator *e, const uint8_t *correct,
                                 const uint32_t *images, size_t m, loss_estimate *to)
{
    lossi_mean right;
    for (size_t i = 0; i < m; i++)
        e->values[i] = (float)correct[i];
    loss_status status = find_mean(e, &e->right, images, m, LOSSI_LEAVE_NONE, &right);
    if (status)
        return status;
    widen(e, m, &right);
    to->accuracy = within(100 * right.value, 0, 100);
    to->accuracy_error = 100 * right.error;
    to->accuracy_low = within(100 * right.low, 0, 100);
    to->accuracy_high = within(100 * right.high, 0, 100);
    return LOSS_OK;
}

loss_status lossi_estimator_at(lossi_estimator *e, size_t point, size_t m, double l2,
                               loss_estimate *to)
{
    const lossi_seen *seen = &e->known->seen[point];
    const lossi_target target = target_of(e, point);
    const uint32_t *images;
    lossi_mean loss;
    loss_status status = lossi_estimator_images(e, point, m, &images);
    if (!status)
        status = lossi_sample_chances(&e->sample, &target, m, images, e->chances);
    if (status)
        return status;
    memcpy(e->values, seen->losses, m * sizeof *e->values);
    status = find_mean(e, &e->loss, images, m, LOSSI_LEAVE_NONE, &loss);
    if (status)
        return status;
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
    return loss_dataset_labels(e->known->surface->data[e->known->split])
               ? find_accuracy(e, seen->correct, images, m, to)
               : LOSS_OK;
}

/* Coarse point k of the panel, estimated from the others. */
static loss_status check_point(const lossi_estimator *e, const lossi_quantity *q, size_t k,
                               uint32_t *images, size_t m, lossi_mean *mean)
{
    const lossi_target target = {e->spots[k], e->known->n_points + k, (int)k};
    loss_status status = lossi_sample_draw(&e->sample, &target, m, images);
    if (!status)
        status = lossi_sample_chances(&e->sample, &target, m, images, e->chances);
    for (size_t i = 0; i < m && !status; i++)
        e->values[i] = q->values[k][images[i]];
    return status ? status : find_mean(e, q, images, m, (int)k, mean);
}

loss_status lossi_estimator_check(lossi_estimator *e, bool of_accuracy, size_t m,
                                  lossi_estimate_check *check)
{
    const lossi_quantity *q = of_accuracy ? &e->right : &e->loss;
    uint32_t *images = lossi_alloc(m, sizeof *images);
    double observed = 0, predicted = 0;
    loss_status status = images ? LOSS_OK : lossi_fail_nomem(m * sizeof *images);
    *check = (lossi_estimate_check){NAN, NAN, 0, 0};
    for (size_t k = 0; k < q->n && q->n > 1 && !status; k++) {
        lossi_mean mean;
        status = check_point(e, q, k, images, m, &mean);
        if (status)
            break;
        double scale = q->panel.scales[k + 1], exact = q->panel.means[k + 1] * scale,
               unit = of_accuracy ? 1 : scale;
        if (of_accuracy)
            widen(e, m, &mean);
        observed += pow((mean.value - exact) / unit, 2);
        predicted += pow(mean.error / unit, 2);
        check->checked++;
        check->held += mean.low <= exact && exact <= mean.high;
    }
    check->observed = sqrt(observed / (double)check->checked); /* NaN for none */
    check->predicted = sqrt(predicted / (double)check->checked);
    free(images);
    return status;
}
