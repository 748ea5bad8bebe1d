/* lossgrid eval */
#include <stdio.h>

#include "cli.h"
#include "display.h"
#include "document.h"
#include "inputs/choices.h"
#include "inputs/target.h"
#include "json.h"

static loss_status print_result(const target *t, const loss_net *net, loss_split split,
                                const loss_result *r)
{
    char accuracy[ACCURACY_TEXT];
    if (!document_is_wanted()) {
        printf("%s on %zu %s images: loss %.6g +- %.2g %s%s%s  (%.2f s)\n", loss_net_model(net),
               r->images, loss_split_name(split), r->loss, r->standard_error,
               t->loss ? "of " : "nats per image", t->loss ? loss_net_loss(net) : "",
               accuracy_text(r->accuracy, accuracy), r->seconds);
        return LOSS_OK;
    }
    json j = json_begin();
    json_text(&j, j.root, "kind", "evaluation");
    json_number(&j, j.root, "loss", r->loss);
    json_known(&j, j.root, "accuracy", r->accuracy);
    json_text(&j, j.root, "objective", loss_net_loss(net));
    if (loss_net_l2(net) > 0)
        json_number(&j, j.root, "l2", loss_net_l2(net));
    json_known(&j, j.root, "standard_error", r->standard_error);
    json_number(&j, j.root, "images", (double)r->images);
    json_text(&j, j.root, "split", loss_split_name(split));
    json_text(&j, j.root, "model", loss_net_model(net));
    target_json(t, &j, j.root);
    json_number(&j, j.root, "seconds", r->seconds);
    return document_give(&j);
}

static const command_text TEXT = {
    .name = "eval",
    .usage = "RUN/ | F.landscape [options]  |  --model NAME --weights FILE --data PATH [options]",
    .summary =
        "Mean loss (cross-entropy in nats per image, or --loss), its standard error, and accuracy, "
        "in evaluation mode.",
    .examples = "  lossgrid eval run --split test\n"
                "  lossgrid eval --weights resnet20.th --data cifar-10-binary.tar.gz --json",
};

int command_eval(int argc, char **argv)
{
    target t = {0};
    loss_evaluate_options o = LOSS_EVALUATE_OPTIONS_INIT;
    int split = LOSS_SPLIT_TEST;
    bool has_split = false;
    const option_spec options[] = {
        TARGET_OPTIONS(t),
        OPT_CHOICE("split", "S", choices_split(), "train or test (test, where there is one)",
                   &split, .given = &has_split),
        OPT_THREADS(&o.threads),
        OPT_QUIET(&t.quiet),
    };
    size_t n_operands = 0;
    int result = command_parse(&TEXT, OPTION_TABLE(options, 1), argc, argv, &t.run, &n_operands);
    if (result < 0)
        result = target_resolve(&t, TEXT.name, true);
    if (result >= 0) {
        target_free(&t);
        return result;
    }
    interrupts_catch();
    o.cancelled = interrupted;
    loss_dataset *data = NULL;
    loss_net *net = NULL;
    loss_result r = LOSS_RESULT_INIT;
    loss_status status = target_open_split(&t, (loss_split)split, has_split, &data);
    if (!status)
        status = target_open_net(&t, data, &net);
    if (!status)
        status = loss_net_evaluate(net, data, &o, &r);
    if (!status)
        status = print_result(&t, net, loss_dataset_split(data), &r);
    loss_net_free(net);
    loss_dataset_free(data);
    target_free(&t);
    return status ? report_failure(status) : EXIT_OK;
}
