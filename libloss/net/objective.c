/* A network's loss, chosen by NAME[:key=value,...], and its L2 term. */
#include "net/objective.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/loss.h"

enum { MOST_SPEC = 1 << 20 };

/* ---- Life ----------------------------------------------------------------------------------- */

static void set_standard(lossi_objective *o, const lossi_loss *loss)
{
    *o = (lossi_objective){.loss = loss, .l2 = o->l2};
    for (size_t k = 0; loss->keys[k].name; k++)
        o->keys[k] = loss->keys[k].standard;
}

void lossi_objective_begin(lossi_objective *o)
{
    o->l2 = 0;
    set_standard(o, lossi_losses[0]);
}

void lossi_objective_free(lossi_objective *o)
{
    free(o->weights);
    free(o->name);
    o->weights = NULL;
    o->name = NULL;
}

loss_status lossi_objective_copy(lossi_objective *to, const lossi_objective *from)
{
    *to = *from;
    to->name = from->name ? lossi_strdup(from->name) : NULL;
    to->weights = from->weights ? lossi_alloc(from->n_weights, sizeof *to->weights) : NULL;
    if ((from->name && !to->name) || (from->weights && !to->weights)) {
        lossi_objective_free(to);
        return lossi_fail_nomem(from->n_weights * sizeof *to->weights);
    }
    if (from->weights)
        memcpy(to->weights, from->weights, from->n_weights * sizeof *to->weights);
    return LOSS_OK;
}

/* ---- Its name ------------------------------------------------------------------------------- */

/* Appends a piece to a text that lossi_format() made; NULL, with the old one freed, when memory is
 * out. */
static char *longer(char *text, const char *between, const char *key, const char *value)
{
    char *all = text ? lossi_format("%s%s%s%s", text, between, key, value) : NULL;
    free(text);
    return all;
}

/* NAME with the keys that differ from the standard, in the order of the table. */
static char *canonical(const lossi_objective *o)
{
    char number[LOSS_NUMBER_SIZE], *text = lossi_strdup(o->loss->name);
    const char *between = ":";
    for (size_t k = 0; o->loss->keys[k].name; k++) {
        const lossi_loss_key *key = &o->loss->keys[k];
        if (o->keys[k] == key->standard)
            continue;
        text = longer(text, between, key->name, "=");
        text = longer(text, "", loss_number_print(o->keys[k], number), "");
        between = ",";
    }
    for (size_t k = 0; k < o->n_weights; k++)
        text = longer(text, k ? "/" : between,
                      k ? "" : "weights=", loss_number_print(o->weights[k], number));
    return text;
}

/* ---- Parsing -------------------------------------------------------------------------------- */

static const lossi_loss *find_loss(const char *name, size_t n)
{
    for (size_t i = 0; lossi_losses[i]; i++)
        if (strlen(lossi_losses[i]->name) == n && strncmp(lossi_losses[i]->name, name, n) == 0)
            return lossi_losses[i];
    return NULL;
}

static loss_status fail_unknown(const char *spec)
{
    const char *names[16];
    size_t n = 0;
    char *list = lossi_strdup("");
    for (; lossi_losses[n] && n < 16; n++) {
        names[n] = lossi_losses[n]->name;
        list = longer(list, n ? ", " : "", names[n], "");
    }
    loss_status status = lossi_fail(LOSS_ERR_NAME, "%s: no such loss; the nearest is %s, of %s",
                                    spec, loss_text_nearest(spec, names, n), list ? list : "");
    free(list);
    return status;
}

/* w0/w1/...: a weight for each class. *at is set behind them. */
static loss_status parse_weights(lossi_objective *o, const char *spec, const char **at)
{
    size_t capacity = 0;
    for (;; ++*at) {
        double w;
        if (!loss_number_parse(*at, at, &w) || !(w >= 0) || !isfinite(w))
            return lossi_fail(LOSS_ERR_ARGUMENT,
                              "%s: weight %zu is no number of 0 or more; expected "
                              "weights=1/2/0.5, one for each class",
                              spec, o->n_weights);
        if (!lossi_reserve((void **)&o->weights, &capacity, o->n_weights, sizeof *o->weights))
            return lossi_fail_nomem((o->n_weights + 1) * sizeof *o->weights);
        o->weights[o->n_weights++] = w;
        if (**at != '/')
            return LOSS_OK;
    }
}

static loss_status parse_key(lossi_objective *o, const char *spec, const char **at)
{
    const lossi_loss *loss = o->loss;
    size_t n = strcspn(*at, "="), k = 0;
    if (loss->takes_weights && n == 7 && strncmp(*at, "weights=", 8) == 0 && !o->weights) {
        *at += n + 1;
        return parse_weights(o, spec, at);
    }
    while (loss->keys[k].name &&
           (strlen(loss->keys[k].name) != n || strncmp(loss->keys[k].name, *at, n) != 0))
        k++;
    if (!loss->keys[k].name || (*at)[n] != '=')
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %s takes no \"%.40s\"", spec, loss->name, *at);
    *at += n + 1;
    const lossi_loss_key *key = &loss->keys[k];
    if (!loss_number_parse(*at, at, &o->keys[k]) ||
        !(o->keys[k] >= key->least && o->keys[k] <= key->most) ||
        (key->is_flag && o->keys[k] != 0 && o->keys[k] != 1))
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: expected %g %s %g for %s", spec, key->least,
                          key->is_flag ? "or" : "to", key->most, key->name);
    return LOSS_OK;
}

static loss_status parse(lossi_objective *o, const char *spec)
{
    size_t n = strcspn(spec, ":");
    const lossi_loss *loss = find_loss(spec, n);
    const char *at = spec + n;
    loss_status status = LOSS_OK;
    if (strlen(spec) > MOST_SPEC)
        return lossi_fail(LOSS_ERR_ARGUMENT, "a loss of more than %d letters", MOST_SPEC);
    if (!loss)
        return fail_unknown(spec);
    set_standard(o, loss);
    while (*at && !status) {
        at++; /* ':' or ',' */
        status = parse_key(o, spec, &at);
        if (!status && *at && *at != ',')
            status =
                lossi_fail(LOSS_ERR_ARGUMENT, "%s: expected a comma before \"%.40s\"", spec, at);
    }
    return status;
}

/* ---- The public side ------------------------------------------------------------------------ */

static loss_status take(loss_net *net, lossi_objective *o, loss_status status)
{
    if (!status && o->n_weights && o->n_weights != net->shape.classes)
        status = lossi_fail(LOSS_ERR_ARGUMENT, "%zu weights; %s has %zu classes", o->n_weights,
                            net->model, net->shape.classes);
    if (!status && !(o->name = canonical(o)))
        status = lossi_fail_nomem(64);
    if (status) {
        lossi_objective_free(o);
        return status;
    }
    lossi_objective_free(&net->objective);
    net->objective = *o;
    return LOSS_OK;
}

loss_status loss_net_set_loss(loss_net *net, const char *loss)
{
    LOSSI_REQUIRE(net && loss);
    lossi_objective o = {.l2 = net->objective.l2};
    return take(net, &o, parse(&o, loss));
}

loss_status loss_net_set_function(loss_net *net, const loss_function *given)
{
    LOSSI_REQUIRE(net && given);
    loss_function f = LOSS_FUNCTION_INIT;
    loss_status status = LOSSI_OPTIONS(f, given);
    lossi_objective o = {.l2 = net->objective.l2};
    if (!status && (!f.name || !f.value || find_loss(f.name, strcspn(f.name, ":"))))
        status = lossi_fail(LOSS_ERR_ARGUMENT,
                            "a loss needs a name of its own and a function: %s is there",
                            f.name ? f.name : "no name");
    if (status)
        return status;
    set_standard(&o, &lossi_loss_function);
    o.function = f;
    o.name = lossi_strdup(f.name);
    o.function.name = NULL; /* borrowed only for the call */
    if (!o.name)
        return lossi_fail_nomem(strlen(f.name) + 1);
    lossi_objective_free(&net->objective);
    net->objective = o;
    return LOSS_OK;
}

loss_status loss_net_set_l2(loss_net *net, double lambda)
{
    LOSSI_REQUIRE(net);
    if (!(lambda >= 0) || !isfinite(lambda))
        return lossi_fail(LOSS_ERR_ARGUMENT, "an L2 term of %g: it must be 0 or more", lambda);
    net->objective.l2 = lambda;
    return LOSS_OK;
}

const char *loss_net_loss(const loss_net *net)
{
    return !net ? NULL : net->objective.name ? net->objective.name : net->objective.loss->name;
}

double loss_net_l2(const loss_net *net)
{
    return net ? net->objective.l2 : 0;
}

const char *loss_loss_name(size_t i)
{
    for (size_t k = 0; lossi_losses[k]; k++)
        if (k == i)
            return lossi_losses[k]->name;
    return NULL;
}

const char *loss_loss_about(size_t i)
{
    return loss_loss_name(i) ? lossi_losses[i]->about : NULL;
}

/* ---- For the passes ------------------------------------------------------------------------- */

double lossi_objective_weight(const loss_net *net, const uint32_t *labels, size_t i)
{
    return labels ? lossi_class_weight(&net->objective, labels[i]) : 1;
}

double lossi_objective_total(const loss_net *net, const uint32_t *labels, size_t n)
{
    double total = 0;
    if (!labels || !net->objective.weights)
        return (double)n;
    for (size_t i = 0; i < n; i++)
        total += net->objective.weights[labels[i]];
    return total;
}

double lossi_objective_l2(const loss_net *net)
{
    double sum = 0;
    if (!(net->objective.l2 > 0))
        return 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *t = &net->tensors[i];
        for (size_t j = 0; lossi_tensor_is_trainable(t) && j < t->count; j++)
            sum += (double)t->values[j] * (double)t->values[j];
    }
    return net->objective.l2 / 2 * sum;
}

static loss_status fail_data(const loss_net *net, const loss_dataset *data, const char *expected)
{
    return lossi_fail(
        LOSS_ERR_SHAPE, "the loss %s of %zu outputs expects %s; the data set has %s%zu%s",
        loss_net_loss(net), net->shape.classes, expected,
        loss_dataset_labels(data) ? "labels of " : "", loss_dataset_shape(data).classes,
        loss_dataset_labels(data) ? " classes" : " targets an image");
}

loss_status lossi_net_check_loss(const loss_net *net, const loss_dataset *data)
{
    const lossi_loss *loss = net->objective.loss;
    loss_status status = lossi_net_check_data(net, data);
    if (status)
        return status;
    if (loss->expects) {
        const char *expected = loss->expects(net, data);
        return expected ? fail_data(net, data, expected) : LOSS_OK;
    }
    if (!loss_dataset_labels(data))
        return fail_data(net, data, "labels");
    return loss_dataset_shape(data).classes == net->shape.classes ? LOSS_OK
                                                                  : lossi_net_fail_shape(net, data);
}
