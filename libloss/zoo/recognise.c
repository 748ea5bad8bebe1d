/* Which network of the zoo a file of weights belongs to, from the names and shapes of its
 * tensors: each network with each choice of its keys is built, without values, with the width,
 * channels and classes that the file's first and last layers show. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "formats/read.h"
#include "net/match.h"
#include "zoo/recognition.h"
#include "zoo/zoo.h"

/* What is known of the file, and what fits it so far. */
typedef struct search {
    const char *path;
    lossi_match match;
    loss_shape given;      /* of the images; zeros where it is not known */
    loss_recognition *out; /* what fits */
    size_t fewest_problems;
    char nearest[1000]; /* the message about what fits best but not quite */
    loss_status status;
} search;

/* Sides of images to try if nobody knows; classifiers after flattening (VGG, LeNet) show which
 * it is. */
static const size_t sides[] = {32, 28, 224};
enum { N_WIDTHS = 3 }; /* see measure() */

static char *name_model(const char *name, const char *settings, double width)
{
    char last[32] = "";
    if (width != 1)
        snprintf(last, sizeof last, "%swidth=%.9f", *settings ? "," : "", width);
    return lossi_format("%s%s%s%s", name, *settings || *last ? ":" : "", settings, last);
}

static void keep_nearest(search *s)
{
    if (s->match.n_problems >= s->fewest_problems)
        return;
    s->fewest_problems = s->match.n_problems;
    snprintf(s->nearest, sizeof s->nearest, "%s", loss_last_message());
}

static bool has_candidate(const loss_recognition *r, const char *model)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->candidates[i].model, model) == 0)
            return true;
    return false;
}

/* Takes the model's name over. */
static loss_status add_candidate(loss_recognition *r, char *model)
{
    if (!lossi_reserve((void **)&r->candidates, &r->capacity, r->n, sizeof *r->candidates)) {
        free(model);
        return lossi_fail_nomem((r->n + 1) * sizeof *r->candidates);
    }
    r->candidates[r->n++] = (lossi_candidate){.model = model, .check = LOSS_CHECK_INIT};
    return LOSS_OK;
}

/* Holds one network against the file. */
static void try_model(search *s, const char *model, loss_shape shape)
{
    lossi_built built;
    if (s->status || lossi_zoo_build(model, shape, &built))
        return;
    const loss_net *net = lossi_builder_net(built.builder);
    loss_status status =
        net ? lossi_match_by_name(&s->match, net, built.model, s->path) : LOSS_ERR_SHAPE;
    if (status == LOSS_ERR_NOMEM)
        s->status = status;
    if (status == LOSS_ERR_MISMATCH)
        keep_nearest(s);
    if (!status && !has_candidate(s->out, built.model)) {
        s->status = add_candidate(s->out, built.model);
        built.model = NULL;
    }
    loss_builder_free(built.builder);
    free(built.model);
}

/* Ratios of channels, of the file's and the network's first convolution, widest one, and what that
 * one takes: rounding makes a small width differ. Completes the shape by what the first convolution
 * and the classifier show. @return false if the file lacks these layers, or the network has no
 * convolution, so that its sizes are in its name alone */
static bool measure(const search *s, const loss_net *net, double widths[N_WIDTHS],
                    loss_shape *shape)
{
    const lossi_tensor *first_conv = NULL, *widest = NULL, *classifier = NULL;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        if (tensor->n_dims == 4 && !first_conv)
            first_conv = tensor;
        if (tensor->n_dims == 4 && (!widest || tensor->dims[0] > widest->dims[0]))
            widest = tensor;
        if (tensor->n_dims == 2)
            classifier = tensor;
    }
    if (!widest || !classifier)
        return false;
    const lossi_array *first = lossi_match_find(&s->match, first_conv->name);
    const lossi_array *wide = lossi_match_find(&s->match, widest->name),
                      *last = lossi_match_find(&s->match, classifier->name);
    if (!first || !wide || !last || first->n_dims != 4 || wide->n_dims != 4 || last->n_dims != 2)
        return false;
    widths[0] = (double)first->dims[0] / (double)first_conv->dims[0];
    widths[1] = (double)wide->dims[0] / (double)widest->dims[0];
    widths[2] = (double)wide->dims[1] / (double)widest->dims[1];
    shape->channels = s->given.channels ? s->given.channels : first->dims[1];
    shape->classes = s->given.classes ? s->given.classes : last->dims[0];
    return true;
}

static void try_settings(search *s, const char *name, const char *settings)
{
    loss_shape shape = {
        s->given.channels ? s->given.channels : 3, s->given.height ? s->given.height : sides[0],
        s->given.width ? s->given.width : sides[0], s->given.classes ? s->given.classes : 10};
    double widths[N_WIDTHS];
    lossi_built built;
    char *model = name_model(name, settings, 1);
    loss_status status = model ? lossi_zoo_build(model, shape, &built) : lossi_fail_nomem(64);
    free(model);
    if (status) {
        s->status = status == LOSS_ERR_NOMEM ? status : s->status;
        return;
    }
    const loss_net *net = lossi_builder_net(built.builder);
    bool known = net && measure(s, net, widths, &shape);
    loss_builder_free(built.builder);
    free(built.model);
    for (size_t i = 0; known && i < N_WIDTHS; i++) {
        if ((i > 0 && widths[i] == widths[0]) || (i > 1 && widths[i] == widths[1]))
            continue;
        model = name_model(name, settings, widths[i]);
        for (size_t k = 0; model && k < (s->given.height ? 1 : sizeof sides / sizeof *sides); k++) {
            if (!s->given.height)
                shape.height = shape.width = sides[k];
            try_model(s, model, shape);
        }
        free(model);
    }
}

/* Goes through all choices of the keys from number `key` on. */
static void try_keys(search *s, const lossi_family *family, const char *name, size_t key,
                     const char *settings)
{
    const lossi_model_key *k = &family->keys[key];
    if (key == LOSSI_MODEL_MAX_KEYS || !k->is.name) {
        try_settings(s, name, settings);
        return;
    }
    if (!k->choices[0]) { /* a number: the width is measured, dropout does not show */
        try_keys(s, family, name, key + 1, settings);
        return;
    }
    for (size_t i = 0; i < LOSSI_MODEL_MAX_CHOICES && k->choices[i]; i++) {
        char *more =
            lossi_format("%s%s%s=%s", settings, *settings ? "," : "", k->is.name, k->choices[i]);
        if (more)
            try_keys(s, family, name, key + 1, more);
        else
            s->status = lossi_fail_nomem(64);
        free(more);
    }
}

static loss_status fail_no_fit(const search *s, const lossi_arrays *arrays)
{
    if (*s->nearest)
        return lossi_fail(LOSS_ERR_MISMATCH, "no network of the zoo fits; the nearest: %s",
                          s->nearest);
    return lossi_fail(LOSS_ERR_MISMATCH,
                      "%s: no network of the zoo has its %zu tensors, such as %.100s; describe the "
                      "network in a .net file",
                      s->path, arrays->n, arrays->n ? arrays->items[0].name : "none");
}

static loss_status find_candidates(search *s)
{
    lossi_arrays arrays;
    size_t n;
    s->status = lossi_arrays_read(s->path, s->out->key, &arrays, NULL);
    if (s->status)
        return s->status;
    s->status = lossi_match_create(&s->match, &arrays);
    const lossi_family *const *families = lossi_zoo_families(&n);
    for (size_t f = 0; f < n && !s->status; f++)
        for (size_t i = 0; i < lossi_family_n_entries(families[f]); i++)
            try_keys(s, families[f], families[f]->entries[i].name, 0, "");
    if (!s->status && !s->out->n)
        s->status = fail_no_fit(s, &arrays);
    lossi_match_free(&s->match);
    lossi_arrays_free(&arrays);
    return s->status;
}

loss_status loss_recognise(loss_recognition **out, const char *path, const char *key,
                           loss_shape shape)
{
    LOSSI_REQUIRE(out && path);
    *out = NULL;
    loss_recognition *r = calloc(1, sizeof *r);
    if (!r || !(r->path = lossi_strdup(path)) || (key && !(r->key = lossi_strdup(key)))) {
        loss_recognition_free(r);
        return lossi_fail_nomem(sizeof(loss_recognition) + strlen(path));
    }
    search s = {.path = path, .given = shape, .out = r, .fewest_problems = SIZE_MAX};
    loss_status status = find_candidates(&s);
    if (status)
        loss_recognition_free(r);
    else
        *out = r;
    return status;
}

void loss_recognition_free(loss_recognition *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n; i++) {
        free(r->candidates[i].model);
        free(r->candidates[i].losses);
    }
    free(r->candidates);
    free(r->path);
    free(r->key);
    free(r);
}

size_t loss_recognition_count(const loss_recognition *r)
{
    return r ? r->n : 0;
}

const char *loss_recognition_model(const loss_recognition *r, size_t i)
{
    return r && i < r->n ? r->candidates[i].model : NULL;
}

const char *loss_recognition_assumed(void)
{
    return "ReLU as activation, BatchNorm with eps 1e-5, no dilation";
}
