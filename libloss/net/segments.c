/* A segment begins at each kind that wants sums, and where the one before has become too large. */
#include "net/segments.h"

#include <stdlib.h>

/* Values of filters made ready, and of gradients of a chunk, beyond which a segment ends: 16 MB. */
enum { MOST_VALUES = 4 << 20 };

/* Adds the place of a node's parameters in a vector, which has them in the order of the nodes. */
static void add_parameters(lossi_segment *segment, const loss_net *net, const lossi_node *node,
                           const lossi_layout *layout)
{
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++) {
        int tensor = node->tensors[t];
        if (tensor < 0 || layout->at[tensor] == SIZE_MAX)
            continue;
        if (!segment->n_parameters)
            segment->parameters = layout->at[tensor];
        segment->n_parameters =
            layout->at[tensor] + net->tensors[tensor].count - segment->parameters;
    }
}

/* Adds node i to a segment whose filters take *packed values so far. */
static void add_node(lossi_segments *s, lossi_segment *segment, size_t *packed, const loss_net *net,
                     const lossi_engine *e, size_t i)
{
    lossi_site site = lossi_site_of(e, net, i);
    const lossi_layer *layer = site.node->layer;
    s->packed[i] = *packed;
    if (layer->pack)
        *packed += lossi_rounded(lossi_larger(layer->packed_count(&site, LOSSI_FORWARD),
                                              layer->packed_count(&site, LOSSI_BACKWARD)));
    if (s->layout)
        add_parameters(segment, net, site.node, s->layout);
    segment->end = i + 1;
    s->most_packed = lossi_larger(s->most_packed, *packed);
    s->most_parameters = lossi_larger(s->most_parameters, segment->n_parameters);
}

loss_status lossi_segments_create(lossi_segments *s, const loss_net *net, const lossi_engine *e,
                                  const lossi_layout *layout)
{
    *s = (lossi_segments){.layout = layout,
                          .at = calloc(net->n_nodes + 1, sizeof *s->at),
                          .packed = calloc(net->n_nodes, sizeof *s->packed),
                          .packs = calloc(net->n_nodes, sizeof *s->packs)};
    if (!s->at || !s->packed || !s->packs)
        return lossi_fail_nomem(net->n_nodes * sizeof *s->packs);
    size_t packed = 0;
    if (net->nodes[1].layer->forward_sums) /* an empty one, for the sums alone */
        s->at[s->n++] = (lossi_segment){.begin = 1, .end = 1};
    for (size_t i = 1; i < net->n_nodes; i++) {
        bool is_full = s->n && (packed > MOST_VALUES || s->at[s->n - 1].n_parameters > MOST_VALUES);
        if (!s->n || is_full || net->nodes[i].layer->forward_sums) {
            s->at[s->n++] = (lossi_segment){.begin = i};
            packed = 0;
        }
        add_node(s, &s->at[s->n - 1], &packed, net, e, i);
    }
    s->ready = e->backend->allocate(s->most_packed, sizeof *s->ready);
    return s->ready ? LOSS_OK : lossi_fail_nomem(s->most_packed * sizeof *s->ready);
}

void lossi_segments_free(lossi_segments *s, const lossi_engine *e)
{
    if (e->backend)
        e->backend->release(s->ready);
    free(s->at);
    free(s->packed);
    free(s->packs);
    *s = (lossi_segments){0};
}

/* ---- A run ---------------------------------------------------------------------------------- */

void lossi_segments_pack(lossi_segments *s, lossi_engine *e, lossi_way way)
{
    size_t n = 0;
    for (size_t i = s->now->begin; i < s->now->end; i++) {
        lossi_site site = lossi_site_of(e, e->net, i);
        bool is_wanted =
            way == LOSSI_FORWARD || e->gradients.offsets[lossi_node_first(site.node)] != SIZE_MAX;
        if (site.node->layer->pack && is_wanted)
            s->packs[n++] =
                (lossi_pack){site, way, lossi_tensor_of(e->net, site.node->tensors[LOSSI_WEIGHT]),
                             NULL, s->ready + s->packed[i]};
    }
    lossi_pack_filters(e, n, s->packs);
}

lossi_call lossi_segments_call(const lossi_segments *s, const lossi_engine *e,
                               const lossi_chunk *chunk, size_t i)
{
    lossi_ready ready = {.packed = {s->ready + s->packed[i]}};
    return lossi_call_of(e, chunk, i, &ready, LOSSI_FORWARD);
}

/* What forward_chunk() works with. */
typedef struct forward_run {
    const lossi_segments *segments;
    const lossi_engine *engine;
} forward_run;

/* The segment's layers, and the sums of the one after them. */
static void forward_chunk(void *context, const lossi_chunk *chunk)
{
    const forward_run *r = context;
    size_t end = r->segments->now->end;
    for (size_t i = r->segments->now->begin; i < end; i++) {
        lossi_call call = lossi_segments_call(r->segments, r->engine, chunk, i);
        call.node->layer->forward(&call);
    }
    if (end < r->engine->n_nodes && r->engine->net->nodes[end].layer->forward_sums) {
        lossi_call call = lossi_segments_call(r->segments, r->engine, chunk, end);
        call.node->layer->forward_sums(&call);
    }
}

loss_status lossi_segments_forward(lossi_segments *s, lossi_engine *e, size_t number)
{
    forward_run r = {s, e};
    s->now = &s->at[number];
    lossi_segments_pack(s, e, LOSSI_FORWARD);
    loss_status status = lossi_engine_run(e, 0, forward_chunk, &r);
    size_t end = s->now->end;
    if (status || end == e->n_nodes || !e->net->nodes[end].layer->forward_combine)
        return status;
    lossi_combine c = lossi_combine_of(e, end);
    c.node->layer->forward_combine(&c);
    return LOSS_OK;
}
