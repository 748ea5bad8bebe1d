/* Points differ in the parameters that the plane moves; where running statistics are the origin's,
 * in nothing else. */
#include "surface/keep.h"

#include <stdlib.h>
#include <unistd.h>

#include "net/kept.h"
#include "plane/plane.h"

static uint64_t machine_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
}

uint64_t lossi_surface_memory(const loss_surface *s)
{
    return s->opt.memory ? s->opt.memory : machine_memory() / 8;
}

loss_status lossi_surface_keep(loss_surface *s)
{
    if (s->kept || s->opt.bn != LOSS_BN_WEIGHTS)
        return LOSS_OK;
    bool *moves = calloc(s->plane->n_tensors + 1, sizeof *moves);
    if (!moves)
        return lossi_fail_nomem(s->plane->n_tensors);
    for (size_t i = 0; i < s->plane->n_tensors; i++)
        moves[i] = s->plane->parts[i].moves;
    lossi_kept_options opt = {.moves = moves,
                              .memory = s->opt.kept_memory ? s->opt.kept_memory
                                                           : lossi_surface_memory(s) / 2,
                              .spills = s->opt.kept_on_disk};
    for (int k = 0; k < LOSSI_KEPT_SETS; k++)
        opt.n_images[k] = s->data[k] ? loss_dataset_count(s->data[k]) : 0;
    loss_status status = lossi_kept_create(&s->kept, s->net, &opt);
    free(moves);
    return status;
}

bool lossi_surface_add_kept(const loss_surface *s, lossi_facts *facts)
{
    if (!s->kept)
        return true;
    const lossi_fixed *f = lossi_kept_fixed(s->kept);
    return lossi_facts_add(facts, LOSS_KEY_COMPUTED_ONCE,
                           "%zu of %zu layers, %.3g %% of the multiply-adds", f->layers,
                           f->net->n_nodes - 1, 100 * f->macs / f->of_macs);
}

loss_status loss_surface_kept(loss_surface *surface, loss_kept *kept)
{
    LOSSI_REQUIRE(surface && kept);
    loss_kept k = LOSS_KEPT_INIT;
    loss_status status = LOSSI_OPTIONS(k, kept);
    if (!status && !surface->net)
        status =
            lossi_fail(LOSS_ERR_ARGUMENT, "%s: opened to look at, not to evaluate", surface->path);
    if (!status)
        status = lossi_surface_keep(surface);
    if (status)
        return status;
    k = (loss_kept){.struct_size = k.struct_size, .layers = surface->net->n_nodes - 1};
    if (surface->kept) {
        const lossi_fixed *f = lossi_kept_fixed(surface->kept);
        k.layers_kept = f->layers;
        k.share = f->macs / f->of_macs;
        k.images_kept = lossi_kept_images(surface->kept);
        k.bytes = lossi_kept_needs(surface->kept);
        k.bytes_in_memory = lossi_kept_bytes(surface->kept);
    }
    for (int i = 0; i < 2; i++)
        k.images += surface->data[i] ? loss_dataset_count(surface->data[i]) : 0;
    lossi_put_result(kept, &k, sizeof k);
    return LOSS_OK;
}
