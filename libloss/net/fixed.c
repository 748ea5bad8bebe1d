/* A step is fixed if none of its tensors moves and all that it reads is fixed. */
#include "net/fixed.h"

#include <stdlib.h>
#include <string.h>

static bool has_moving_tensor(const lossi_node *node, const bool *moves)
{
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++)
        if (node->tensors[t] >= 0 && moves[node->tensors[t]])
            return true;
    return false;
}

static bool is_fixed_node(const lossi_fixed *f, size_t node)
{
    return node == 0 || f->is_fixed[f->steps.step_of[node]];
}

/* Whether node i, which is part of step k, neither moves nor reads what other steps make move. */
static bool stays(const lossi_fixed *f, size_t k, size_t i, const bool *moves)
{
    const lossi_node *node = &f->net->nodes[i];
    if (has_moving_tensor(node, moves))
        return false;
    for (size_t n = 0; n < node->n_inputs; n++) {
        size_t in = (size_t)node->inputs[n];
        if (f->steps.step_of[in] != k && !is_fixed_node(f, in))
            return false;
    }
    return true;
}

/* Steps come in the order in which their outputs do, which is that of what they need. */
static void find_fixed(lossi_fixed *f, const bool *moves)
{
    for (size_t k = 0; k < f->steps.n; k++) {
        const lossi_step *s = &f->steps.at[k];
        f->is_fixed[k] = stays(f, k, (size_t)s->node, moves);
        for (size_t fold = 0; fold < LOSSI_N_FOLDS && f->is_fixed[k]; fold++)
            f->is_fixed[k] = s->folded[fold] < 0 || stays(f, k, (size_t)s->folded[fold], moves);
    }
}

/* Counts node i and its tensors. */
static void add_node(lossi_fixed *f, size_t i)
{
    const lossi_node *node = &f->net->nodes[i];
    double macs =
        node->layer->macs ? node->layer->macs(node, &f->net->nodes[lossi_node_first(node)]) : 0;
    f->of_macs += macs;
    if (!is_fixed_node(f, i))
        return;
    f->layers++;
    f->macs += macs;
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++)
        if (node->tensors[t] >= 0)
            f->tensors[node->tensors[t]] = true;
}

/* Keeps the output of the step that has node `in`. */
static void keep(lossi_fixed *f, size_t in)
{
    if (in == 0)
        f->reads_images = true;
    else
        f->kept[f->steps.step_of[in]] = lossi_node_size(&f->net->nodes[in]);
}

static void find_kept(lossi_fixed *f)
{
    size_t last = f->net->n_nodes - 1;
    for (size_t i = 1; i <= last; i++) {
        const lossi_node *node = &f->net->nodes[i];
        add_node(f, i);
        for (size_t n = 0; n < node->n_inputs && !is_fixed_node(f, i); n++)
            if (is_fixed_node(f, (size_t)node->inputs[n]))
                keep(f, (size_t)node->inputs[n]);
    }
    if (is_fixed_node(f, last)) /* then nothing moves */
        keep(f, last);
    for (size_t k = 0; k < f->steps.n; k++)
        f->n_kept += f->kept[k];
}

loss_status lossi_fixed_find(lossi_fixed *f, const loss_net *net, const bool *moves)
{
    *f = (lossi_fixed){.net = net};
    loss_status status = lossi_steps_create(&f->steps, net, true);
    if (status)
        return status;
    f->is_fixed = calloc(f->steps.n, sizeof *f->is_fixed);
    f->kept = calloc(f->steps.n, sizeof *f->kept);
    f->tensors = calloc(net->n_tensors + 1, sizeof *f->tensors);
    if (!f->is_fixed || !f->kept || !f->tensors)
        return lossi_fail_nomem(f->steps.n * sizeof *f->kept);
    find_fixed(f, moves);
    find_kept(f);
    return LOSS_OK;
}

void lossi_fixed_free(lossi_fixed *f)
{
    lossi_steps_free(&f->steps);
    free(f->is_fixed);
    free(f->kept);
    free(f->tensors);
    *f = (lossi_fixed){0};
}

bool lossi_fixed_is_of(const lossi_fixed *f, const loss_net *net)
{
    for (size_t i = 0; i < f->net->n_tensors; i++) {
        const lossi_tensor *mine = &f->net->tensors[i], *other = &net->tensors[i];
        if (f->tensors[i] && mine->values != other->values &&
            memcmp(mine->values, other->values, mine->count * sizeof *mine->values) != 0)
            return false;
    }
    return true;
}
