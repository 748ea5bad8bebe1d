#include "net/ready.h"

#include <stdlib.h>

/* ---- Memory --------------------------------------------------------------------------------- */

/* Values placed one after the other, each on lines of its own. */
typedef struct arena {
    lossi_real *memory; /* NULL: they are only counted */
    size_t used;
} arena;

static lossi_real *take(arena *a, size_t n)
{
    lossi_real *at = a->memory ? a->memory + a->used : NULL;
    a->used += lossi_rounded(n);
    return at;
}

/* The node of a step that makes it an affine map: itself, or what is folded into it; -1: none. */
static int affine_of(const loss_net *net, const lossi_step *s)
{
    return net->nodes[s->node].layer->affine ? s->node : s->folded[LOSSI_FOLD_AFFINE];
}

static void place(lossi_weights *w, const lossi_engine *e, const loss_net *net, bool goes_back,
                  arena *a)
{
    lossi_way last = goes_back ? LOSSI_BACKWARD : LOSSI_FORWARD;
    for (size_t k = 0; k < w->steps->n; k++) {
        const lossi_step *s = &w->steps->at[k];
        lossi_site site = lossi_site_of(e, net, (size_t)s->node);
        const lossi_layer *layer = site.node->layer;
        if (affine_of(net, s) >= 0) {
            w->at[k].scale = take(a, site.node->dims[0]);
            w->at[k].shift = take(a, site.node->dims[0]);
        }
        for (lossi_way way = LOSSI_FORWARD; way <= last && layer->pack; way++)
            w->at[k].packed[way] = take(a, layer->packed_count(&site, way));
    }
}

loss_status lossi_weights_create(lossi_weights *w, const lossi_engine *e, const loss_net *net,
                                 const lossi_steps *steps, bool goes_back)
{
    arena a = {0};
    *w = (lossi_weights){.steps = steps,
                         .at = calloc(steps->n, sizeof *w->at),
                         .packs = calloc(2 * steps->n, sizeof *w->packs)};
    if (!w->at || !w->packs)
        return lossi_fail_nomem(2 * steps->n * sizeof *w->packs);
    place(w, e, net, goes_back, &a);
    a.memory = w->values = e->backend->allocate(a.used, sizeof *w->values);
    if (!w->values)
        return lossi_fail(LOSS_ERR_NOMEM,
                          "out of memory: the weights of %s made ready take %.0f MB", net->model,
                          1e-6 * sizeof *w->values * (double)a.used);
    w->n_values = a.used;
    a.used = 0;
    place(w, e, net, goes_back, &a);
    return LOSS_OK;
}

void lossi_weights_free(lossi_weights *w, const lossi_engine *e)
{
    if (e->backend)
        e->backend->release(w->values);
    free(w->at);
    free(w->packs);
    *w = (lossi_weights){0};
}

/* ---- Values --------------------------------------------------------------------------------- */

/* The affine map of a step, with the bias of the layer that it is folded into; or its tangent: the
 * map is linear in what moves of its tensors. */
static void set_affine(const lossi_ready *r, const loss_net *net, const lossi_step *s,
                       const lossi_layout *l, const lossi_real *direction)
{
    int i = affine_of(net, s);
    lossi_affine a = {.node = &net->nodes[i], .scale = r->scale, .shift = r->shift};
    if (direction && !lossi_layout_part(l, direction, a.node->tensors[LOSSI_WEIGHT]))
        return;
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++) {
        const lossi_real *part = lossi_layout_part(l, direction, a.node->tensors[t]);
        a.p[t] = part ? part : lossi_tensor_of(net, a.node->tensors[t]);
    }
    if (i != s->node)
        a.before = lossi_tensor_of(net, net->nodes[s->node].tensors[LOSSI_BIAS]);
    a.node->layer->affine(&a);
}

void lossi_weights_set(lossi_weights *w, const lossi_engine *e, const loss_net *net,
                       const lossi_layout *l, const lossi_real *direction, const bool *are_ready)
{
    size_t n = 0;
    for (size_t k = 0; k < w->steps->n; k++) {
        if (are_ready && are_ready[k])
            continue;
        const lossi_step *s = &w->steps->at[k];
        const lossi_ready *r = &w->at[k];
        int weight = net->nodes[s->node].tensors[LOSSI_WEIGHT];
        const lossi_real *filter =
            direction ? lossi_layout_part(l, direction, weight) : lossi_tensor_of(net, weight);
        if (r->scale)
            set_affine(r, net, s, l, direction);
        for (lossi_way way = LOSSI_FORWARD; way <= LOSSI_BACKWARD; way++)
            if (r->packed[way])
                w->packs[n++] =
                    (lossi_pack){lossi_site_of(e, net, (size_t)s->node), way, filter,
                                 way == LOSSI_FORWARD ? r->scale : NULL, r->packed[way]};
    }
    lossi_pack_filters(e, n, w->packs);
}

/* ---- Filters -------------------------------------------------------------------------------- */

static void pack_piece(void *context, size_t piece, size_t worker)
{
    (void)worker;
    const lossi_pack *pack = context;
    for (size_t n; piece >= (n = lossi_pieces(&pack->site, pack->way)); pack++)
        piece -= n;
    pack->site.node->layer->pack(pack, piece);
}

void lossi_pack_filters(const lossi_engine *e, size_t n, const lossi_pack *packs)
{
    size_t pieces = 0;
    for (size_t i = 0; i < n; i++)
        pieces += lossi_pieces(&packs[i].site, packs[i].way);
    lossi_pool_run(e->pool, pieces, pack_piece, (void *)packs);
}
