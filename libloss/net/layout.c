#include "net/layout.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether a name is one of the patterns. */
static bool is_asked_for(const char *patterns, const char *name)
{
    char pattern[256];
    for (const char *at = patterns;; at++) {
        size_t n = strcspn(at, ",");
        snprintf(pattern, sizeof pattern, "%.*s", (int)(n < 255 ? n : 255), at);
        if (fnmatch(pattern, name, 0) == 0)
            return true;
        at += n;
        if (!*at)
            return false;
    }
}

bool lossi_layout_takes(const lossi_tensor *t, bool filters, const char *names)
{
    return lossi_tensor_is_trainable(t) && (!filters || lossi_tensor_is_filter(t)) &&
           (!names || is_asked_for(names, t->name));
}

loss_status lossi_layout_check(const loss_net *net, bool filters, const char *names)
{
    bool found = !names;
    for (size_t i = 0; i < net->n_tensors && !found; i++)
        found = lossi_layout_takes(&net->tensors[i], filters, names);
    return found ? LOSS_OK
                 : lossi_fail(LOSS_ERR_NAME, "%s: no parameter of %s that moves has such a name",
                              names, net->model);
}

loss_status lossi_layout_create(lossi_layout *l, const loss_net *net, bool filters,
                                const char *names)
{
    *l = (lossi_layout){.n_tensors = net->n_tensors,
                        .at = calloc(net->n_tensors + 1, sizeof *l->at)};
    if (!l->at)
        return lossi_fail_nomem(net->n_tensors * sizeof *l->at);
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *t = &net->tensors[i];
        bool is_in = lossi_layout_takes(t, filters, names);
        l->at[i] = is_in ? l->count : SIZE_MAX;
        l->count += is_in ? t->count : 0;
    }
    return LOSS_OK;
}

void lossi_layout_free(lossi_layout *l)
{
    free(l->at);
    *l = (lossi_layout){0};
}

void lossi_layout_take(const lossi_layout *l, const loss_net *net, const float *direction,
                       lossi_real *vector)
{
    for (size_t i = 0; i < l->n_tensors; i++) {
        const lossi_tensor *t = &net->tensors[i];
        lossi_real *part = lossi_layout_place(l, vector, (int)i);
        for (size_t j = 0; part && j < t->count; j++)
            part[j] = (lossi_real)direction[j];
        direction += lossi_tensor_is_trainable(t) ? t->count : 0;
    }
}

void lossi_layout_put(const lossi_layout *l, const loss_net *net, const lossi_real *vector,
                      float *direction)
{
    for (size_t i = 0; i < l->n_tensors; i++) {
        const lossi_tensor *t = &net->tensors[i];
        const lossi_real *part = lossi_layout_part(l, vector, (int)i);
        for (size_t j = 0; lossi_tensor_is_trainable(t) && j < t->count; j++)
            *direction++ = part ? (float)part[j] : 0;
    }
}

void lossi_layout_copy(const loss_net *net, const lossi_layout *l, const lossi_real *from,
                       const lossi_layout *to_layout, lossi_real *to)
{
    for (size_t i = 0; i < l->n_tensors; i++) {
        const lossi_real *part = lossi_layout_part(l, from, (int)i);
        lossi_real *place = lossi_layout_place(to_layout, to, (int)i);
        if (part && place)
            memcpy(place, part, net->tensors[i].count * sizeof *place);
    }
}

void lossi_layout_add_l2(const lossi_layout *l, const loss_net *net, const lossi_real *v,
                         lossi_real *result)
{
    lossi_real lambda = (lossi_real)net->objective.l2;
    for (size_t i = 0; i < l->n_tensors && lambda != 0; i++) {
        lossi_real *into = lossi_layout_place(l, result, (int)i);
        const lossi_real *from = v ? lossi_layout_part(l, v, (int)i) : net->tensors[i].values;
        for (size_t j = 0; into && j < net->tensors[i].count; j++)
            into[j] += lambda * from[j];
    }
}
