/* lossgrid eval */
#include <stdio.h>

#include "cli.h"
#include "json.h"
#include "target.h"

static void print_result(const loss_net *net, loss_split split, const loss_result *r, bool json)
{
    if (!json) {
        printf(
            "%s on %zu %s images: loss %.6g +- %.2g nats per image, accuracy %.4g %%  (%.2f s)\n",
            loss_net_model(net), r->images, loss_split_name(split), r->loss, r->standard_error,
            r->accuracy, r->seconds);
        return;
    }
    cJSON *object = cJSON_CreateObject();
    json_add_number(object, "loss", r->loss);
    json_add_number(object, "accuracy", r->accuracy);
    json_add_number(object, "standard_error", r->standard_error);
    json_add_number(object, "images", (double)r->images);
    cJSON_AddStringToObject(object, "split", loss_split_name(split));
    cJSON_AddStringToObject(object, "model", loss_net_model(net));
    json_add_number(object, "seconds", r->seconds);
    json_print(object);
}

int command_eval(int argc, char **argv)
{
    static const char *const splits[] = {"train", "test", NULL};
    target t = {0};
    loss_evaluate_options o = LOSS_EVALUATE_OPTIONS_INIT;
    int split = LOSS_SPLIT_TEST;
    bool json = false;
    const option_spec options[] = {
        TARGET_OPTIONS(t),
        {"split", "S", "train or test (test)", OPTION_CHOICE, &split, splits, NULL},
        {"threads", "N", "threads (all processors); the result does not depend on it", OPTION_COUNT,
         &o.threads, NULL, NULL},
        {"json", NULL, "one JSON object on standard output", OPTION_FLAG, &json, NULL, NULL},
        {"quiet", NULL, "no messages", OPTION_FLAG, &t.quiet, NULL, NULL},
    };
    const command_spec command = {
        "eval",
        "RUN/ [options]  |  --model NAME --weights FILE --data PATH [options]",
        "Mean cross-entropy (nats per image), its standard error, and accuracy, in evaluation "
        "mode.",
        NULL,
        "  lossgrid eval run --split test\n"
        "  lossgrid eval --weights resnet20.th --data cifar-10-binary.tar.gz --json",
        options,
        sizeof options / sizeof *options,
        1};
    size_t n_operands = 0;
    int result = options_parse(&command, argc, argv, &t.run, &n_operands);
    if (result < 0)
        result = target_resolve(&t, command.name, true);
    if (result >= 0) {
        target_free(&t);
        return result;
    }
    interrupts_catch();
    o.cancelled = interrupted;
    loss_dataset *data = NULL;
    loss_net *net = NULL;
    loss_result r;
    loss_status status = target_open_data(&t, (loss_split)split, &data);
    if (!status)
        status = target_open_net(&t, data, &net);
    if (!status)
        status = loss_net_evaluate(net, data, &o, &r);
    if (!status)
        print_result(net, (loss_split)split, &r, json);
    loss_net_free(net);
    loss_dataset_free(data);
    target_free(&t);
    return status ? report_failure(status) : EXIT_OK;
}
