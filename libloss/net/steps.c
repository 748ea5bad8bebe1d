/* Folding: a layer takes in those after it that its kind takes (a convolution: BatchNorm, a sum,
 * ReLU or another that keeps values within bounds), each the only user of the one before. A step
 * runs at the place of its last node, when all that it needs is there. */
#include "net/steps.h"

#include <stdlib.h>
#include <string.h>

/* Of each node: how many inputs take its output, and the last that does. */
typedef struct uses {
    size_t *count;
    int *user;
} uses;

/* True for a sum of two outputs of its own shape. */
static bool is_plain_sum(const loss_net *net, const lossi_node *node)
{
    size_t size = lossi_node_size(node);
    return node->n_inputs == 2 && lossi_node_size(&net->nodes[node->inputs[0]]) == size &&
           lossi_node_size(&net->nodes[node->inputs[1]]) == size;
}

/* The only user of a node if it is of that sort and not in a step yet, else -1. */
static int only_user(const loss_net *net, const uses *u, const lossi_steps *steps, int node,
                     lossi_fold fold)
{
    int user = u->user[node];
    if (u->count[node] != 1 || net->nodes[user].layer->fold != fold ||
        steps->step_of[user] != SIZE_MAX)
        return -1;
    return fold != LOSSI_FOLD_SUM || is_plain_sum(net, &net->nodes[user]) ? user : -1;
}

/* The step of node i with what can be folded into it. */
static lossi_step fold(const loss_net *net, const uses *u, const lossi_steps *steps, int i,
                       bool folds)
{
    lossi_step s = {.node = i, .residual = -1, .output = i};
    const lossi_layer *layer = net->nodes[i].layer;
    unsigned takes = !folds ? 0 : layer->folds_at ? layer->folds_at(&net->nodes[i]) : layer->folds;
    memset(s.folded, -1, sizeof s.folded);
    for (lossi_fold f = LOSSI_FOLD_NONE + 1; f < LOSSI_N_FOLDS; f++) {
        int next = takes & LOSSI_FOLDS(f) ? only_user(net, u, steps, s.output, f) : -1;
        if (next < 0)
            continue;
        if (f == LOSSI_FOLD_SUM)
            s.residual = net->nodes[next].inputs[net->nodes[next].inputs[0] == s.output];
        s.folded[f] = s.output = next;
    }
    return s;
}

static int by_output(const void *a, const void *b)
{
    return ((const lossi_step *)a)->output - ((const lossi_step *)b)->output;
}

static void mark(lossi_steps *steps, size_t k)
{
    const lossi_step *s = &steps->at[k];
    steps->step_of[s->node] = k;
    for (size_t f = 0; f < LOSSI_N_FOLDS; f++)
        if (s->folded[f] >= 0)
            steps->step_of[s->folded[f]] = k;
}

static void make(lossi_steps *steps, const loss_net *net, uses *u, bool folds)
{
    for (size_t i = 0; i < net->n_nodes; i++) {
        steps->step_of[i] = SIZE_MAX;
        for (size_t k = 0; k < net->nodes[i].n_inputs; k++) {
            u->count[net->nodes[i].inputs[k]]++;
            u->user[net->nodes[i].inputs[k]] = (int)i;
        }
    }
    for (size_t i = 1; i < net->n_nodes; i++)
        if (steps->step_of[i] == SIZE_MAX) {
            steps->at[steps->n] = fold(net, u, steps, (int)i, folds);
            mark(steps, steps->n++);
        }
    qsort(steps->at, steps->n, sizeof *steps->at, by_output);
    for (size_t k = 0; k < steps->n; k++)
        mark(steps, k);
}

loss_status lossi_steps_create(lossi_steps *steps, const loss_net *net, bool folds)
{
    uses u = {calloc(net->n_nodes, sizeof *u.count), calloc(net->n_nodes, sizeof *u.user)};
    *steps = (lossi_steps){.at = calloc(net->n_nodes, sizeof *steps->at),
                           .step_of = calloc(net->n_nodes, sizeof *steps->step_of)};
    bool has_memory = u.count && u.user && steps->at && steps->step_of;
    if (has_memory)
        make(steps, net, &u, folds);
    else
        lossi_steps_free(steps);
    free(u.count);
    free(u.user);
    return has_memory ? LOSS_OK : lossi_fail_nomem(net->n_nodes * sizeof *steps->at);
}

void lossi_steps_free(lossi_steps *steps)
{
    free(steps->at);
    free(steps->step_of);
    *steps = (lossi_steps){0};
}
