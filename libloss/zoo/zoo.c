/* Networks by name: the table of what there is, and the way from a name to a network. */
#include "zoo/zoo.h"

#include <stdlib.h>

#include "base/base.h"

static bool allows_width(double k)
{
    return k > 0 && k <= 16;
}

static bool allows_dropout(double p)
{
    return p >= 0 && p < 1;
}

#define WIDTH                                                                                      \
    {                                                                                              \
        .name = "width", .standard = "1", .expected = "a number above 0, at most 16",              \
        .allows = allows_width                                                                     \
    }

static const lossi_family resnet_cifar = {
    .build = lossi_zoo_resnet_cifar,
    .keys = {{.name = "shortcut",
              .standard = "A",
              .expected = "A, B or none",
              .choices = {"A", "B", "none"}},
             WIDTH},
    .suffix = "-noshort",
    .suffix_key = "shortcut",
    .suffix_value = "none",
};

static const lossi_family resnet = {
    .build = lossi_zoo_resnet,
    .keys =
        {{.name = "shortcut", .standard = "B", .expected = "B or none", .choices = {"B", "none"}},
         {.name = "stem",
          .standard = "cifar",
          .expected = "cifar or imagenet",
          .choices = {"cifar", "imagenet"}},
         WIDTH},
    .suffix = "-noshort",
    .suffix_key = "shortcut",
    .suffix_value = "none",
};

static const lossi_family vgg = {
    .build = lossi_zoo_vgg,
    .keys = {{.name = "bn", .standard = "0", .expected = "0 or 1", .choices = {"0", "1"}},
             {.name = "dropout",
              .standard = "0",
              .expected = "a number from 0, below 1",
              .allows = allows_dropout},
             WIDTH},
    .suffix = "-bn",
    .suffix_key = "bn",
    .suffix_value = "1",
};

static const lossi_family densenet = {
    .build = lossi_zoo_densenet,
    .keys = {{.name = "stem",
              .standard = "cifar",
              .expected = "cifar, cifar-bn or imagenet",
              .choices = {"cifar", "cifar-bn", "imagenet"}},
             {.name = "style",
              .standard = "torchvision",
              .expected = "torchvision or kuangliu",
              .choices = {"torchvision", "kuangliu"}},
             WIDTH},
};

static const lossi_family lenet = {
    .build = lossi_zoo_lenet,
    .keys = {WIDTH},
};

/* Name, family, depth: once, for the table and for the public list. */
/* clang-format off */
#define ZOO(X) \
    X("resnet20", resnet_cifar, 20) \
    X("resnet32", resnet_cifar, 32) \
    X("resnet44", resnet_cifar, 44) \
    X("resnet56", resnet_cifar, 56) \
    X("resnet110", resnet_cifar, 110) \
    X("resnet18", resnet, 18) \
    X("resnet34", resnet, 34) \
    X("resnet50", resnet, 50) \
    X("resnet101", resnet, 101) \
    X("vgg9", vgg, 9) \
    X("vgg11", vgg, 11) \
    X("vgg13", vgg, 13) \
    X("vgg16", vgg, 16) \
    X("vgg19", vgg, 19) \
    X("densenet121", densenet, 121) \
    X("lenet5", lenet, 5)
/* clang-format on */

#define ENTRY(name, family, depth) {name, &(family), depth},
static const lossi_zoo_entry entries[] = {ZOO(ENTRY)};
enum { N_ENTRIES = sizeof entries / sizeof *entries };

#define NAME(name, family, depth) name,
static const char *const names[] = {ZOO(NAME) NULL};

const char *const *loss_net_models(void)
{
    return names;
}

const lossi_zoo_entry *lossi_zoo_entries(size_t *n)
{
    *n = N_ENTRIES;
    return entries;
}

loss_status lossi_zoo_build(const char *text, loss_shape shape, lossi_built *built)
{
    *built = (lossi_built){0};
    lossi_model model;
    loss_status status = lossi_model_parse(&model, text, entries, N_ENTRIES);
    if (!status)
        status = loss_builder_create(&built->builder, shape);
    if (status)
        return status;
    built->model = lossi_model_canonical(&model);
    built->logits = model.entry->family->build(built->builder, &model);
    if (built->model)
        return LOSS_OK;
    loss_builder_free(built->builder);
    return lossi_fail(LOSS_ERR_NOMEM, "out of memory: a model's name");
}

loss_status loss_net_create(loss_net **out, const char *model, loss_shape shape)
{
    *out = NULL;
    lossi_built built;
    loss_status status = lossi_net_file_is(model) ? lossi_net_file_build(model, shape, &built)
                                                  : lossi_zoo_build(model, shape, &built);
    if (status)
        return status;
    status = loss_builder_finish(built.builder, built.logits, built.model, out);
    free(built.model);
    return status;
}
