/* The network of a command: named, recognised or from a run, loaded, and held against some
 * training images. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "display.h"
#include "inputs/target.h"
#include "json.h"

/* Some training images, the same for every command; test images where there is no training
 * split. */
static loss_status open_check_data(const target *t, loss_dataset **data)
{
    target some = *t;
    some.limit = LOSS_CHECK_IMAGES;
    some.sample = true;
    some.sample_seed = 0;
    loss_status status = target_open_data(&some, LOSS_SPLIT_TRAIN, data);
    return status == LOSS_ERR_NAME ? target_open_data(&some, LOSS_SPLIT_TEST, data) : status;
}

static void say_winner(const target *t, const loss_recognition *r, size_t winner)
{
    const loss_check *check = loss_recognition_check(r, winner);
    if (t->quiet)
        return;
    fprintf(stderr, "%s: taken for %s: loss %.4g on %zu %s images, guessing %.4g", t->weights,
            loss_recognition_model(r, winner), check->loss, check->images,
            loss_split_name(check->split), check->guessing);
    if (!isnan(check->statistics_off))
        fprintf(stderr, ", running means off by %.2g", check->statistics_off);
    for (size_t i = 0; i < loss_recognition_count(r); i++)
        if (i != winner)
            fprintf(stderr, "; %s, of the same tensors: %.4g", loss_recognition_model(r, i),
                    loss_recognition_check(r, i)->loss);
    fprintf(stderr, "\n%s: the tensors do not tell activation, eps and dilation; assumed: %s\n",
            t->weights, loss_recognition_assumed());
}

/* Finds out what network the weights are of, and says it. */
static loss_status recognise(target *t, loss_shape shape, const loss_dataset *images,
                             const loss_evaluate_options *opt)
{
    loss_recognition *r;
    size_t winner = 0;
    loss_status status = loss_recognise(&r, t->weights, t->key, shape);
    if (status)
        return status;
    status = loss_recognition_evaluate(r, images, opt);
    if (!status) {
        status = loss_recognition_decide(r, &winner);
        if (status == LOSS_ERR_MISMATCH)
            fprintf(stderr, "lossgrid: --model auto cannot tell the network; give --model NAME, or "
                            "FILE.net for another one\n");
    }
    if (!status) {
        say_winner(t, r, winner);
        t->model = t->owned[TARGET_MODEL] = strdup(loss_recognition_model(r, winner));
        status = t->model ? LOSS_OK : LOSS_ERR_NOMEM;
    }
    loss_recognition_free(r);
    return status;
}

static loss_status load(target *t, loss_shape shape, loss_net **net)
{
    loss_load_options opt = LOSS_LOAD_OPTIONS_INIT;
    opt.by_order = t->by_order;
    opt.key = t->key;
    loss_load_report report = LOSS_LOAD_REPORT_INIT;
    opt.report = &report;
    loss_status status = loss_net_create(net, t->model, shape);
    if (!status && t->weights)
        status = loss_net_load(*net, t->weights, &opt);
    if (!status && loss_load_report_text(&report, t->read, sizeof t->read) && !t->quiet)
        fprintf(stderr, "%s: %s\n", display(t->weights), t->read);
    if (!status && t->by_order && !t->quiet)
        fprintf(stderr, "%s: taken by order for %s: names were not compared; assumed: %s\n",
                t->weights, t->model, loss_recognition_assumed());
    return status;
}

/* Weights of others are held against images; whatever is doubtful is said even if quiet. */
static loss_status check(target *t, const loss_net *net, const char *path,
                         const loss_dataset *images, const loss_evaluate_options *opt)
{
    char caveat[512];
    loss_check c = LOSS_CHECK_INIT;
    loss_status status = loss_net_check(net, images, opt, &c);
    if (status || !loss_check_caveat(&c, caveat, sizeof caveat))
        return status;
    fprintf(stderr, "lossgrid: warning: %s: %s\n", display(path), caveat);
    size_t at = strlen(t->caveat), room = sizeof t->caveat - at;
    if (path == t->weights)
        snprintf(t->caveat + at, room, "%s", caveat);
    else
        snprintf(t->caveat + at, room, "%s%.400s: %s", at ? "; " : "", path, caveat);
    return LOSS_OK;
}

loss_status target_check_other(target *t, const loss_net *net, const char *path)
{
    loss_evaluate_options opt = LOSS_EVALUATE_OPTIONS_INIT;
    loss_dataset *images;
    opt.cancelled = interrupted;
    loss_status status = open_check_data(t, &images);
    if (!status)
        status = check(t, net, path, images, &opt);
    loss_dataset_free(images);
    return status;
}

void target_say_folded(const loss_net *net, const char *model, bool quiet)
{
    size_t n = loss_net_n_folded_norms(net);
    if (n && !quiet)
        fprintf(stderr,
                "%s: %zu convolutions seem to have their BatchNorm in them, put there by the "
                "exporter: directions and curvature are those of the joined weights, and "
                "checkpoints with BatchNorm do not fit. To keep it: torch.onnx.export(..., "
                "dynamo=False, training=torch.onnx.TrainingMode.PRESERVE, "
                "do_constant_folding=False), or dynamo=True, optimize=False\n",
                display(model), n);
}

static loss_status set_loss(const target *t, loss_net *net)
{
    loss_status status = t->loss ? loss_net_set_loss(net, t->loss) : LOSS_OK;
    return status ? status : loss_net_set_l2(net, t->l2);
}

loss_status target_open_net(target *t, const loss_dataset *data, loss_net **net)
{
    loss_shape shape = loss_dataset_shape(data);
    loss_evaluate_options opt = LOSS_EVALUATE_OPTIONS_INIT;
    opt.cancelled = interrupted;
    loss_dataset *images = NULL;
    loss_status status = LOSS_OK;
    bool is_auto = strcmp(t->model, TARGET_AUTO) == 0;
    /* In a run, model and weights were written together. */
    bool is_run = t->owned[TARGET_MODEL] && t->owned[TARGET_WEIGHTS];
    *net = NULL;
    t->network_from = is_run && t->landscape
                          ? loss_surface_text(t->landscape, LOSS_KEY_NETWORK_FROM, "named")
                      : is_run      ? "run"
                      : is_auto     ? "recognised"
                      : t->by_order ? "order"
                                    : "named";
    if (t->weights && !is_run)
        status = open_check_data(t, &images);
    if (!status && is_auto)
        status = recognise(t, shape, images, &opt);
    if (!status)
        status = load(t, shape, net);
    if (!status)
        status = set_loss(t, *net);
    if (!status && t->landscape)
        status = loss_surface_matches(t->landscape, *net, NULL);
    if (!status && images && !is_auto)
        status = check(t, *net, t->weights, images, &opt);
    if (!status) {
        target_say_folded(*net, t->model, t->quiet);
        t->n_folded_norms = loss_net_n_folded_norms(*net);
    }
    loss_dataset_free(images);
    if (status) {
        loss_net_free(*net);
        *net = NULL;
    }
    return status;
}

void target_json(const target *t, json *j, cJSON *to)
{
    if (t->network_from)
        json_text(j, to, "network_from", t->network_from);
    if (*t->caveat)
        json_text(j, to, "caveat", t->caveat);
    if (*t->read)
        json_text(j, to, "weights_read", t->read);
    if (t->n_folded_norms)
        json_number(j, to, LOSS_KEY_FOLDED_NORMS, (double)t->n_folded_norms);
}
