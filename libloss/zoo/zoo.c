/* Networks by name: what there is, and the way from a name to a network. */
#include "zoo/zoo.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "onnx/onnx.h"
#include "zoo/families.h"

#define FAMILY(name) &lossi_zoo_##name,
static const lossi_family *const families[] = {LOSSI_FAMILIES(FAMILY)};
enum { N_FAMILIES = sizeof families / sizeof *families };

static const char *names[N_FAMILIES * LOSSI_FAMILY_MAX_MODELS + 1];
static pthread_once_t names_are_listed = PTHREAD_ONCE_INIT;

static void list_names(void)
{
    size_t n = 0;
    for (size_t f = 0; f < N_FAMILIES; f++)
        for (size_t i = 0; i < lossi_family_n_entries(families[f]); i++)
            names[n++] = families[f]->entries[i].name;
}

const char *const *loss_net_models(void)
{
    pthread_once(&names_are_listed, list_names);
    return names;
}

const lossi_family *const *lossi_zoo_families(size_t *n)
{
    *n = N_FAMILIES;
    return families;
}

static const lossi_family *family_of(const char *name)
{
    for (size_t f = 0; name && f < N_FAMILIES; f++)
        for (size_t i = 0; i < lossi_family_n_entries(families[f]); i++)
            if (strcmp(families[f]->entries[i].name, name) == 0)
                return families[f];
    return NULL;
}

const char *loss_net_model_about(const char *name)
{
    const lossi_family *family = family_of(name);
    return family ? family->about : NULL;
}

const loss_model_option *loss_net_model_option(const char *name, size_t i)
{
    const lossi_family *family = family_of(name);
    return family && i < lossi_family_n_keys(family) ? &family->keys[i].is : NULL;
}

loss_status lossi_zoo_build(const char *text, loss_shape shape, lossi_built *built)
{
    *built = (lossi_built){0};
    lossi_model model;
    loss_status status = lossi_model_parse(&model, text, families, N_FAMILIES);
    if (!status)
        status = loss_builder_create(&built->builder, shape);
    if (status)
        return status;
    built->model = lossi_model_canonical(&model);
    built->logits = model.family->build(built->builder, &model);
    if (built->model)
        return LOSS_OK;
    loss_builder_free(built->builder);
    return lossi_fail(LOSS_ERR_NOMEM, "out of memory: a model's name");
}

loss_status loss_net_fixed_shape(loss_shape *shape, const char *model)
{
    LOSSI_REQUIRE(shape);
    *shape = (loss_shape){0};
    LOSSI_REQUIRE(model);
    return lossi_onnx_is(model) ? lossi_onnx_fixed_shape(shape, model) : LOSS_OK;
}

/* Without its folder. */
static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

loss_status loss_net_create(loss_net **out, const char *model, loss_shape shape)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(model);
    if (lossi_onnx_is(model))
        return lossi_onnx_read(out, model, shape, file_name(model));
    lossi_built built;
    loss_status status = lossi_net_file_is(model) ? lossi_net_file_build(model, shape, &built)
                                                  : lossi_zoo_build(model, shape, &built);
    if (status)
        return status;
    status = loss_builder_finish(built.builder, built.logits, built.model, out);
    free(built.model);
    return status;
}
