/* A segment begins at each kind that wants sums, and where the one before has become too large. */
#include "net/segments.h"

#include <stdlib.h>

#include "net/plan.h"

/* Values of filters made ready, and of gradients of a chunk, beyond which a segment ends: 16 MB. */
enum { MOST_VALUES = 4 << 20 };

bool lossi_has_partial(const lossi_node *node)
{
    return node->weight >= 0 && !node->layer->backward_combine;
}

size_t lossi_partial_count(const loss_net *net, const lossi_node *node)
{
    return net->tensors[node->weight].count + (node->bias < 0 ? 0 : net->tensors[node->bias].count);
}

size_t lossi_pieces(size_t channels)
{
    return (channels + LOSSI_PACK - 1) / LOSSI_PACK;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Adds node i to a segment whose filters take *packed values so far. */
static void add_node(lossi_segments *s, lossi_segment *segment, size_t *packed, const loss_net *net,
                     const lossi_kernels *kernels, size_t lanes, size_t i)
{
    const lossi_node *node = &net->nodes[i], *in = &net->nodes[node->inputs[0]];
    s->packed[i] = *packed;
    s->partial[i] = segment->partial;
    if (node->layer->pack) {
        *packed +=
            lossi_rounded(larger(node->layer->packed_count(kernels, node, in, lanes),
                                 node->layer->packed_backward_count(kernels, node, in, lanes)));
        segment->pieces += lossi_pieces(node->channels);
        segment->pieces_backward += lossi_pieces(in->channels);
    }
    if (lossi_has_partial(node))
        segment->partial += lossi_rounded(lossi_partial_count(net, node));
    segment->end = i + 1;
    s->most_packed = larger(s->most_packed, *packed);
    s->most_partial = larger(s->most_partial, segment->partial);
}

loss_status lossi_segments_create(lossi_segments *s, const loss_net *net,
                                  const lossi_kernels *kernels, size_t lanes)
{
    *s = (lossi_segments){.at = calloc(net->n_nodes + 1, sizeof *s->at),
                          .packed = calloc(net->n_nodes, sizeof *s->packed),
                          .partial = calloc(net->n_nodes, sizeof *s->partial)};
    if (!s->at || !s->packed || !s->partial) {
        lossi_segments_free(s);
        return lossi_fail_nomem(net->n_nodes * sizeof *s->at);
    }
    size_t packed = 0;
    if (net->nodes[1].layer->forward_sums) /* an empty one, for the sums alone */
        s->at[s->n++] = (lossi_segment){.begin = 1, .end = 1};
    for (size_t i = 1; i < net->n_nodes; i++) {
        bool is_full = s->n && (packed > MOST_VALUES || s->at[s->n - 1].partial > MOST_VALUES);
        if (!s->n || is_full || net->nodes[i].layer->forward_sums) {
            s->at[s->n++] = (lossi_segment){.begin = i};
            packed = 0;
        }
        add_node(s, &s->at[s->n - 1], &packed, net, kernels, lanes, i);
    }
    return LOSS_OK;
}

void lossi_segments_free(lossi_segments *s)
{
    free(s->at);
    free(s->packed);
    free(s->partial);
    *s = (lossi_segments){0};
}
