/* lossgrid train */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "display.h"
#include "document.h"
#include "inputs/choices.h"
#include "inputs/place.h"
#include "inputs/target.h"
#include "json.h"
#include "progress_log.h"
#include "report/run_report.h"

static void log_step(const loss_train_progress *p)
{
    double test_loss = p->epoch_done ? p->test_loss : NAN,
           test_accuracy = p->epoch_done ? p->test_accuracy : NAN;
    progress_log_event(&(progress_event){
        .kind = "steps",
        .is_milestone = p->epoch_done,
        .done = (double)((p->epoch - 1) * p->steps + p->step),
        .total = (double)(p->epochs * p->steps),
        .images_per_second = p->images_per_second,
        .seconds_left = p->seconds_left,
        .numbers = {{"epoch", (double)p->epoch},
                    {"loss", p->loss},
                    {"accuracy", p->accuracy},
                    {"test_loss", test_loss},
                    {"test_accuracy", test_accuracy}},
    });
}

static void report(const loss_train_progress *p, void *user)
{
    const target *t = user;
    char left[32], accuracy[ACCURACY_TEXT], test_accuracy[ACCURACY_TEXT];
    duration_text(p->seconds_left, left);
    log_step(p);
    accuracy_text(p->accuracy, accuracy);
    if (!p->epoch_done) {
        progress_line(t->quiet, false,
                      "epoch %zu/%zu  step %zu/%zu  loss %.4f%s  %.0f images/s  %s left", p->epoch,
                      p->epochs, p->step, p->steps, p->loss, accuracy, p->images_per_second, left);
        return;
    }
    char test[96] = "";
    if (!isnan(p->test_loss))
        snprintf(test, sizeof test, "  test loss %.4f%s", p->test_loss,
                 accuracy_text(p->test_accuracy, test_accuracy));
    progress_note(t->quiet, "epoch %zu/%zu  loss %.4f%s%s  %.0f images/s  %s left", p->epoch,
                  p->epochs, p->loss, accuracy, test, p->images_per_second, left);
}

/* What RUN/ commands need to know that the library does not: as JSON, owned by the caller; NULL
 * when memory is out. */
static char *run_json(const target *t, const loss_dataset *data, const char *folder)
{
    json j = json_begin();
    size_t n_channels = loss_dataset_shape(data).channels;
    bool has_place = j.root && place_add(j.root, t->data, folder);
    json_text(&j, j.root, "selection", loss_dataset_selection(data));
    if (t->resize)
        json_number(&j, j.root, "resize", (double)t->resize);
    if (t->crop)
        json_number(&j, j.root, "crop", (double)t->crop);
    if (loss_dataset_mean(data)) {
        cJSON *mean = json_list(&j, j.root, "mean"), *std = json_list(&j, j.root, "std");
        for (size_t c = 0; c < n_channels; c++) {
            json_number(&j, mean, NULL, (double)loss_dataset_mean(data)[c]);
            json_number(&j, std, NULL, (double)loss_dataset_std(data)[c]);
        }
    }
    char *text = j.failed || !has_place ? NULL : cJSON_Print(j.root);
    json_free(&j);
    return text;
}

/* The test split, whole unless --test-limit says otherwise. A data set may have none; one that
 * cannot be opened is an error. */
static loss_status open_test(const target *t, size_t test_limit, loss_dataset **test)
{
    target whole = *t;
    whole.limit = test_limit;
    whole.sample = false;
    loss_status status = target_open_data(&whole, LOSS_SPLIT_TEST, test);
    if (status != LOSS_ERR_NAME)
        return status;
    progress_note(t->quiet, "no test after the epochs: %s", loss_last_message());
    return LOSS_OK;
}

/* Says what training starts from.
 *  @param weights  given for it; NULL: none */
static loss_status say_start(const target *t, const char *weights, const char *folder,
                             uint64_t seed)
{
    loss_path_kind state = LOSS_PATH_NOTHING;
    char *path = place_join(folder, "/", "state.safetensors");
    loss_status status = path ? loss_path_find(path, &state) : LOSS_ERR_NOMEM;
    free(path);
    if (status)
        return status;
    if (state != LOSS_PATH_NOTHING)
        progress_note(t->quiet, "training goes on from the last checkpoint of %s", display(folder));
    else if (weights)
        progress_note(t->quiet, "training starts from the weights in %s", display(weights));
    else if (has_weights(t->model))
        progress_note(t->quiet,
                      "training starts from He initialisation with seed %llu, and not from the "
                      "weights in %s (--weights %s)",
                      (unsigned long long)seed, display(t->model), display(t->model));
    else
        progress_note(t->quiet, "training starts from He initialisation with seed %llu",
                      (unsigned long long)seed);
    return LOSS_OK;
}

/* What lossgrid info tells of the run. */
static loss_status give_document(const char *folder)
{
    json j = json_begin();
    loss_status status = run_report_add(&j, folder), given = document_give(&j);
    return status ? status : given;
}

/* @param weights  to start from; NULL: none. @return an exit code */
static int train(target *t, loss_train_options *o, const char *folder, const char *weights,
                 bool no_test, size_t test_limit)
{
    loss_dataset *data = NULL, *test = NULL;
    loss_net *net = NULL;
    loss_status status = target_open_data(t, LOSS_SPLIT_TRAIN, &data);
    if (!status && !no_test)
        status = open_test(t, test_limit, &test);
    if (!status)
        status = target_open_net(t, data, &net);
    if (!status) {
        mkdir(folder, 0777); /* loss_train() tells if this is no folder */
        status = loss_net_keep(t->model, folder);
    }
    if (!status)
        status = say_start(t, weights, folder, o->seed);
    char *text = NULL;
    if (!status) {
        o->from_weights = weights != NULL;
        o->run_json = text = run_json(t, data, folder);
        status = text ? loss_train(net, data, test, folder, o) : LOSS_ERR_NOMEM;
    }
    free(text);
    loss_net_free(net);
    loss_dataset_free(test);
    loss_dataset_free(data);
    if (status)
        return report_failure(status);
    if (!t->quiet)
        fprintf(stderr, "trained: %s\n", display(folder));
    status = document_is_wanted() ? give_document(folder) : LOSS_OK;
    return status ? report_failure(status) : EXIT_OK;
}

static const command_text TEXT = {
    .name = "train",
    .usage = "--model NAME --data PATH --out RUN/ [options]",
    .summary =
        "Trains with SGD from He initialisation. Killed at any moment and started again with the "
        "same command, it\n"
        "goes on from the last checkpoint and ends with the same bits.",
    .examples =
        "  lossgrid train --model resnet20 --data fashion-mnist --epochs 3 --limit 10000 --out "
        "run\n"
        "  lossgrid train --model resnet56:shortcut=none --data cifar-10-batches-bin --epochs 30 "
        "--augment --nesterov --out noshort",
};

int command_train(int argc, char **argv)
{
    target t = {0};
    loss_train_options o = LOSS_TRAIN_OPTIONS_INIT;
    const char *out = NULL;
    bool no_test = false;
    int schedule = LOSS_SCHEDULE_COSINE;
    size_t test_limit = 0;
    const option_spec options[] = {
        OPT_TEXT("model", "NAME",
                 "network, such as resnet20 or vgg11:bn=1 (lossgrid --help lists them); with "
                 "--weights: what these are of",
                 &t.model),
        OPT_TEXT("weights", "FILE",
                 "starts from these, for fine-tuning (He initialisation); of --model FILE.onnx: "
                 "FILE.onnx itself, or others",
                 &t.weights),
        OPT_TEXT("key", "NAME", "which of several sets of tensors in --weights, such as ema",
                 &t.key),
        DATA_OPTIONS(t),
        OPT_TEXT("out", "RUN/", "folder for checkpoints and log", &out),
        OPT_COUNT("epochs", "N", "passes over the data (10)", &o.epochs),
        OPT_COUNT("batch", "N", "images a step (64)", &o.batch),
        OPT_NUMBER("lr", "X", "learning rate (0.1)", &o.lr),
        OPT_NUMBER("momentum", "X", "momentum (0.9)", &o.momentum),
        OPT_NUMBER("weight-decay", "X", "weight decay of all parameters (0.0005)", &o.weight_decay),
        OPT_FLAG("nesterov", "Nesterov's momentum", &o.nesterov),
        OPT_CHOICE("schedule", "S", choices_schedule(), "constant, step or cosine (cosine)",
                   &schedule),
        OPT_FLAG("augment", "random crops (padding 4) and horizontal flips", &o.augment),
        OPT_SEED("seed", "N", "initial weights, order, augmentation (0)", &o.seed),
        OPT_COUNT("save-every", "N", "a checkpoint every N epochs (1)", &o.save_every),
        OPT_COUNT("test-limit", "N", "test on the first N test images after each epoch",
                  &test_limit),
        OPT_FLAG("no-test", "do not test", &no_test),
        OPT_THREADS(&o.threads),
        OPT_PROGRESS_LOG,
        OPT_QUIET(&t.quiet),
    };
    size_t n_operands = 0;
    int result = command_parse(&TEXT, OPTION_TABLE(options, 0), argc, argv, NULL, &n_operands);
    const char *weights = t.weights;
    if (result < 0)
        result = target_resolve(&t, TEXT.name, false);
    if (result < 0 && !out)
        result = usage_error(TEXT.name, "where to? Give --out RUN/");
    if (result >= 0)
        return result;
    interrupts_catch();
    o.schedule = (loss_schedule)schedule;
    o.progress = report;
    o.cancelled = interrupted;
    o.user = &t;
    result = train(&t, &o, out, weights, no_test, test_limit);
    target_free(&t);
    return result;
}
