/* Softmax cross-entropy. With p the softmax of the logits z and t what is wanted of the classes,
 * T their sum:
 *
 *   loss = sum t (-log p)     gradient = T p - t     its tangent along z' = T p (z' - sum p z')
 *
 * t is the label's unit vector, or the targets; smoothed by s, times the weights of the classes:
 * t = w ((1 - s) t + s / K), as PyTorch has it. */
#include "net/loss.h"
#include <math.h>

enum { SMOOTHING };

static bool is_plain(const lossi_loss_call *c)
{
    return c->labels && !c->objective->weights && c->objective->keys[SMOOTHING] == 0;
}

static double wanted(const lossi_loss_call *c, size_t i, size_t k)
{
    double s = c->objective->keys[SMOOTHING], n = (double)c->maps.channels;
    double t = c->targets ? (double)c->targets[i * c->maps.channels + k] : c->labels[i] == k;
    return lossi_class_weight(c->objective, k) * ((1 - s) * t + s / n);
}

/* Sums over the classes of an image. */
typedef struct sums {
    double log_sum; /* log sum exp z */
    double total;   /* T */
    double dot;     /* sum t z */
    double mean;    /* sum p z' */
} sums;

static sums add_up(const lossi_loss_call *c, size_t i)
{
    size_t lanes = c->maps.lanes;
    const lossi_real *z = c->outputs + i, *dz = c->tangents ? c->tangents + i : NULL;
    double largest = (double)z[0], sum = 0;
    sums s = {0};
    for (size_t k = 1; k < c->maps.channels; k++)
        largest = (double)z[k * lanes] > largest ? (double)z[k * lanes] : largest;
    for (size_t k = 0; k < c->maps.channels; k++) {
        double p = exp((double)z[k * lanes] - largest), t = is_plain(c) ? 0 : wanted(c, i, k);
        sum += p;
        s.total += t;
        s.dot += t != 0 ? t * (double)z[k * lanes] : 0;
        s.mean += dz ? p * (double)dz[k * lanes] : 0;
    }
    s.mean /= sum;
    s.log_sum = largest + log(sum);
    return s;
}

static void value(const lossi_loss_call *c)
{
    size_t lanes = c->maps.lanes;
    if (is_plain(c)) {
        c->kernels->xent(&c->maps, c->outputs, c->labels, c->loss, c->correct, c->scale,
                         c->gradient);
        return;
    }
    if (c->gradient)
        c->kernels->zero(c->maps.channels * lanes, c->gradient);
    for (size_t i = 0; i < c->maps.images; i++) {
        sums s = add_up(c, i);
        c->loss[i] = s.total * s.log_sum - s.dot;
        for (size_t k = 0; k < c->maps.channels && c->gradient; k++) {
            double p = exp((double)c->outputs[k * lanes + i] - s.log_sum);
            c->gradient[k * lanes + i] = (lossi_real)((s.total * p - wanted(c, i, k)) * c->scale);
        }
    }
    lossi_loss_judge(c);
}

static void plain_tangent(const lossi_loss_call *c)
{
    size_t classes = c->maps.channels, lanes = c->maps.lanes;
    for (size_t i = 0; i < c->maps.images; i++) {
        const lossi_real *z = c->outputs + i, *dz = c->tangents + i; /* of class k: [k * lanes] */
        double largest = (double)z[0], sum = 0, mean = 0;
        for (size_t k = 1; k < classes; k++)
            largest = (double)z[k * lanes] > largest ? (double)z[k * lanes] : largest;
        for (size_t k = 0; k < classes; k++) {
            double p = exp((double)z[k * lanes] - largest);
            sum += p;
            mean += p * (double)dz[k * lanes];
        }
        mean /= sum;
        for (size_t k = 0; k < classes; k++) {
            double p = exp((double)z[k * lanes] - largest) / sum;
            c->gradient_tangent[k * lanes + i] =
                (lossi_real)(p * ((double)dz[k * lanes] - mean) * c->scale);
        }
    }
}

static void tangent(const lossi_loss_call *c)
{
    size_t lanes = c->maps.lanes;
    c->kernels->zero(c->maps.channels * lanes, c->gradient_tangent);
    if (is_plain(c)) {
        plain_tangent(c);
        return;
    }
    for (size_t i = 0; i < c->maps.images; i++) {
        sums s = add_up(c, i);
        for (size_t k = 0; k < c->maps.channels; k++) {
            size_t at = k * lanes + i;
            double p = exp((double)c->outputs[at] - s.log_sum);
            c->gradient_tangent[at] =
                (lossi_real)(s.total * p * ((double)c->tangents[at] - s.mean) * c->scale);
        }
    }
}

/* Targets of something else, such as a regression, would give a number that means nothing. */
static bool are_shares(const loss_dataset *data)
{
    const float *t = loss_dataset_targets(data);
    size_t n = loss_dataset_count(data), classes = loss_dataset_shape(data).classes;
    for (size_t i = 0; i < n; i++, t += classes) {
        double sum = 0;
        bool has_negative = false;
        for (size_t k = 0; k < classes; k++) {
            sum += (double)t[k];
            has_negative = has_negative || t[k] < 0;
        }
        if (has_negative || !(fabs(sum - 1) < 1e-3))
            return false;
    }
    return true;
}

static const char *expects(const loss_net *net, const loss_dataset *data)
{
    bool fits = loss_dataset_shape(data).classes == net->shape.classes;
    return fits && (loss_dataset_labels(data) || are_shares(data))
               ? NULL
               : "labels of as many classes, or as many targets that sum up to 1";
}

const lossi_loss lossi_loss_cross_entropy = {
    .name = "cross-entropy",
    .about = "softmax cross-entropy of labels or of targets; smoothing=0 to 1, weights=w0/w1/...",
    .keys = {{"smoothing", 0, 0, 1, .is_flag = false}},
    .takes_weights = true,
    .expects = expects,
    .value = value,
    .tangent = tangent,
    .guessing = lossi_guess_classes};
