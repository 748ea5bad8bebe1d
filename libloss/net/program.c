/* Folding: a chain convolution [- BatchNorm] [- sum] [- ReLU], each the only user of the one
 * before, becomes one step; so does BatchNorm - ReLU. A step runs at the place of its last node,
 * when all that it needs is there. */
#include "net/program.h"

#include <stdlib.h>
#include <string.h>

#include "net/plan.h"

/* One step: a node that computes, and what is folded into it. Numbers are those of nodes; -1:
 * none. */
typedef struct step {
    int node; /* convolution, BatchNorm or any other layer */
    int norm, residual;
    bool relu;
    int output;                  /* the node whose output it gives */
    size_t packed, scale, shift; /* places in the program's values; SIZE_MAX: none */
} step;

struct lossi_program {
    const loss_net *graph;
    const lossi_kernels *kernels;
    size_t lanes;
    size_t n_steps;
    step *steps;
    size_t *places; /* [n_nodes]: of outputs in a chunk's memory */
    size_t memory, scratch;
    lossi_real *values; /* filters made ready, scales and shifts */

    /* lossi_program_set() under way: a piece is LOSSI_PACK output channels of a step. */
    const loss_net *net;
    size_t n_pieces;
    struct piece {
        size_t step, number;
    } * pieces;
};

/* ---- Folding -------------------------------------------------------------------------------- */

/* Of each node: how many inputs take its output, and the last that does. */
typedef struct uses {
    int *count, *user;
} uses;

/* The only user of a node if it is of that kind, else -1. */
static int only_user(const loss_net *net, const uses *u, int node, const lossi_layer *layer)
{
    int user = u->user[node];
    return u->count[node] == 1 && net->nodes[user].layer == layer ? user : -1;
}

/* Folds what follows node i into its step; marks what is folded away as done. */
static step fold(const loss_net *net, const uses *u, int i, bool *done)
{
    step s = {.node = i,
              .norm = -1,
              .residual = -1,
              .output = i,
              .packed = SIZE_MAX,
              .scale = SIZE_MAX,
              .shift = SIZE_MAX};
    const lossi_layer *layer = net->nodes[i].layer;
    if (layer != &lossi_layer_conv && layer != &lossi_layer_norm)
        return s;
    int next = layer == &lossi_layer_conv ? only_user(net, u, i, &lossi_layer_norm) : -1;
    if (next >= 0) {
        s.norm = s.output = next;
        done[next] = true;
    }
    next = layer == &lossi_layer_conv ? only_user(net, u, s.output, &lossi_layer_add) : -1;
    if (next >= 0 && !done[next]) {
        const int *inputs = net->nodes[next].inputs;
        s.residual = inputs[inputs[0] == s.output];
        s.output = next;
        done[next] = true;
    }
    next = only_user(net, u, s.output, &lossi_layer_relu);
    if (next >= 0 && !done[next]) {
        s.relu = true;
        s.output = next;
        done[next] = true;
    }
    return s;
}

static int by_output(const void *a, const void *b)
{
    return ((const step *)a)->output - ((const step *)b)->output;
}

static loss_status make_steps(lossi_program *p)
{
    const loss_net *net = p->graph;
    uses u = {calloc(net->n_nodes, sizeof *u.count), calloc(net->n_nodes, sizeof *u.user)};
    bool *done = calloc(net->n_nodes, sizeof *done);
    p->steps = calloc(net->n_nodes, sizeof *p->steps);
    bool has_memory = u.count && u.user && done && p->steps;
    for (size_t i = 1; has_memory && i < net->n_nodes; i++)
        for (int k = 0; k < 2; k++) {
            int in = net->nodes[i].inputs[k];
            if (in >= 0) {
                u.count[in]++;
                u.user[in] = (int)i;
            }
        }
    for (size_t i = 1; has_memory && i < net->n_nodes; i++)
        if (!done[i])
            p->steps[p->n_steps++] = fold(net, &u, (int)i, done);
    if (has_memory)
        qsort(p->steps, p->n_steps, sizeof *p->steps, by_output);
    free(u.count);
    free(u.user);
    free(done);
    return has_memory ? LOSS_OK : lossi_fail_nomem(net->n_nodes * sizeof *p->steps);
}

/* ---- Memory --------------------------------------------------------------------------------- */

/* The nodes whose outputs a step reads: its inputs and the residual. @return how many */
static int reads(const lossi_program *p, const step *s, int nodes[3])
{
    int n = 0;
    for (int k = 0; k < 2; k++)
        if (p->graph->nodes[s->node].inputs[k] >= 0)
            nodes[n++] = p->graph->nodes[s->node].inputs[k];
    if (s->residual >= 0)
        nodes[n++] = s->residual;
    return n;
}

/* The node whose memory a step may write over, as this is the last step to read it; -1: none. */
static int overwrites(const lossi_program *p, const step *s, size_t number, const size_t *last_read)
{
    const lossi_node *node = &p->graph->nodes[s->node];
    int candidate = s->residual >= 0 && s->residual != node->inputs[0] ? s->residual
                    : node->layer->in_place                            ? node->inputs[0]
                                                                       : -1;
    return candidate > 0 && last_read[candidate] == number ? candidate : -1;
}

static loss_status place_outputs(lossi_program *p)
{
    size_t n = p->graph->n_nodes;
    size_t *last_read = calloc(n, sizeof *last_read);
    lossi_span *spans = calloc(p->n_steps + 1, sizeof *spans); /* [0]: the images */
    size_t *owner = calloc(n, sizeof *owner); /* the span that holds a node's output */
    p->places = calloc(n, sizeof *p->places);
    loss_status status =
        last_read && spans && owner && p->places ? LOSS_OK : lossi_fail_nomem(n * sizeof *spans);
    for (size_t k = 0; !status && k < p->n_steps; k++) {
        int nodes[3];
        for (int j = reads(p, &p->steps[k], nodes); j-- > 0;)
            last_read[nodes[j]] = k;
    }
    if (!status)
        spans[0] =
            (lossi_span){lossi_chunk_size(&p->graph->nodes[0], p->lanes), 0, last_read[0] + 1, 0};
    for (size_t k = 0; !status && k < p->n_steps; k++) {
        int output = p->steps[k].output, from = overwrites(p, &p->steps[k], k, last_read);
        size_t death = k + 1 == p->n_steps ? k + 1 : last_read[output] + 1;
        owner[output] = from < 0 ? k + 1 : owner[from];
        if (from < 0)
            spans[k + 1] =
                (lossi_span){lossi_chunk_size(&p->graph->nodes[output], p->lanes), k + 1, death, 0};
        else if (spans[owner[output]].death < death)
            spans[owner[output]].death = death;
    }
    if (!status)
        p->memory = lossi_place_spans(spans, p->n_steps + 1);
    for (size_t k = 0; !status && k < p->n_steps; k++)
        p->places[p->steps[k].output] = spans[owner[p->steps[k].output]].offset;
    if (!status)
        p->places[0] = spans[0].offset;
    free(last_read);
    free(spans);
    free(owner);
    return status;
}

static size_t take_values(size_t *total, size_t n)
{
    size_t at = *total;
    *total += lossi_rounded(n);
    return at;
}

/* Places what lossi_program_set() makes, and lists its pieces. */
static loss_status place_values(lossi_program *p)
{
    size_t total = 0, n_pieces = 0;
    for (size_t k = 0; k < p->n_steps; k++) {
        step *s = &p->steps[k];
        const lossi_node *node = &p->graph->nodes[s->node], *in = &p->graph->nodes[node->inputs[0]];
        bool has_norm = s->norm >= 0 || node->layer == &lossi_layer_norm;
        if (has_norm) {
            s->scale = take_values(&total, node->channels);
            s->shift = take_values(&total, node->channels);
        }
        if (node->layer->packed_count)
            s->packed =
                take_values(&total, node->layer->packed_count(p->kernels, node, in, p->lanes));
        if (node->layer->scratch_count) {
            size_t scratch = node->layer->scratch_count(p->kernels, node, in, p->lanes);
            p->scratch = scratch > p->scratch ? scratch : p->scratch;
        }
        n_pieces += (node->channels + LOSSI_PACK - 1) / LOSSI_PACK;
    }
    p->values = lossi_alloc_huge(total, sizeof *p->values);
    p->pieces = calloc(n_pieces + 1, sizeof *p->pieces);
    if (!p->values || !p->pieces)
        return lossi_fail(LOSS_ERR_NOMEM,
                          "out of memory: the weights of %s made ready take %.0f MB",
                          p->graph->model, 1e-6 * sizeof *p->values * (double)total);
    for (size_t k = 0; k < p->n_steps; k++) {
        const lossi_node *node = &p->graph->nodes[p->steps[k].node];
        for (size_t i = 0; node->layer->pack && i * LOSSI_PACK < node->channels; i++) {
            p->pieces[p->n_pieces].step = k;
            p->pieces[p->n_pieces++].number = i;
        }
    }
    return LOSS_OK;
}

loss_status lossi_program_create(lossi_program **out, const loss_net *net,
                                 const lossi_kernels *kernels, size_t lanes)
{
    *out = NULL;
    lossi_program *p = calloc(1, sizeof *p);
    if (!p)
        return lossi_fail_nomem(sizeof *p);
    p->graph = net;
    p->kernels = kernels;
    p->lanes = lanes;
    loss_status status = make_steps(p);
    if (!status)
        status = place_outputs(p);
    if (!status)
        status = place_values(p);
    if (status)
        lossi_program_free(p);
    else
        *out = p;
    return status;
}

void lossi_program_free(lossi_program *p)
{
    if (!p)
        return;
    free(p->steps);
    free(p->places);
    free(p->values);
    free(p->pieces);
    free(p);
}

size_t lossi_program_memory(const lossi_program *p)
{
    return p->memory;
}

size_t lossi_program_scratch(const lossi_program *p)
{
    return p->scratch;
}

/* ---- Values --------------------------------------------------------------------------------- */

static lossi_real *values_at(const lossi_program *p, size_t place)
{
    return place == SIZE_MAX ? NULL : p->values + place;
}

static const lossi_real *tensor_of(const loss_net *net, int tensor)
{
    return tensor < 0 ? NULL : net->tensors[tensor].values;
}

static void pack_piece(void *context, size_t number, size_t worker)
{
    (void)worker;
    const lossi_program *p = context;
    const step *s = &p->steps[p->pieces[number].step];
    const lossi_node *node = &p->graph->nodes[s->node];
    lossi_pack pack = {p->kernels,
                       node,
                       &p->graph->nodes[node->inputs[0]],
                       p->lanes,
                       tensor_of(p->net, node->weight),
                       values_at(p, s->scale),
                       values_at(p, s->packed)};
    node->layer->pack(&pack, p->pieces[number].number);
}

void lossi_program_set(lossi_program *p, const loss_net *net, lossi_pool *pool)
{
    for (size_t k = 0; k < p->n_steps; k++) {
        const step *s = &p->steps[k];
        if (s->scale == SIZE_MAX)
            continue;
        bool is_folded = s->norm >= 0;
        const lossi_node *norm = &p->graph->nodes[is_folded ? s->norm : s->node];
        const lossi_real *conv_bias =
            is_folded ? tensor_of(net, p->graph->nodes[s->node].bias) : NULL;
        lossi_norm_affine(norm->channels, tensor_of(net, norm->weight), tensor_of(net, norm->bias),
                          tensor_of(net, norm->mean), tensor_of(net, norm->variance), conv_bias,
                          values_at(p, s->scale), values_at(p, s->shift));
    }
    p->net = net;
    lossi_pool_run(pool, p->n_pieces, pack_piece, p);
}

/* ---- Running -------------------------------------------------------------------------------- */

lossi_real *lossi_program_input(const lossi_program *p, lossi_real *memory)
{
    return memory + p->places[0];
}

static lossi_call call_of(const lossi_program *p, const step *s, lossi_real *memory,
                          lossi_real *scratch)
{
    const lossi_node *node = &p->graph->nodes[s->node];
    lossi_call call = {
        .kernels = p->kernels,
        .node = node,
        .in = &p->graph->nodes[node->inputs[0]],
        .lanes = p->lanes,
        .n = p->lanes,
        .index = (size_t)s->node,
        .y = memory + p->places[s->output],
        .packed = values_at(p, s->packed),
        .scale = values_at(p, s->scale),
        .shift = values_at(p, s->shift),
        .bias = s->norm >= 0 ? values_at(p, s->shift) : tensor_of(p->net, node->bias),
        .residual = s->residual < 0 ? NULL : memory + p->places[s->residual],
        .relu = s->relu,
        .scratch = scratch,
    };
    for (int k = 0; k < 2; k++)
        if (node->inputs[k] >= 0)
            call.x[k] = memory + p->places[node->inputs[k]];
    return call;
}

const lossi_real *lossi_program_run(const lossi_program *p, lossi_real *memory, lossi_real *scratch)
{
    for (size_t k = 0; k < p->n_steps; k++) {
        lossi_call call = call_of(p, &p->steps[k], memory, scratch);
        call.node->layer->forward(&call);
    }
    return memory + p->places[p->steps[p->n_steps - 1].output];
}
