/* A chunk's outputs lie one after the other; chunks that memory has no room for, in the file. */
#include "net/kept.h"

#include <stdlib.h>

#include "base/spill.h"
#include "net/calls.h"

/* Multiply-adds that a kept value must save: to read it back takes about as long as 16. */
static const double LEAST_MACS = 32;

enum { EMPTY, BEING_SAVED, SAVED };

/* Of one data set. */
typedef struct store {
    size_t n_images, n_chunks;
    size_t n_held; /* the first so many chunks are in memory */
    lossi_real *values;
    uint64_t at;          /* in the file, of the chunks that are not in memory */
    atomic_uchar *states; /* [n_chunks] */
} store;

struct lossi_kept {
    lossi_fixed fixed;
    size_t lanes;
    size_t n_values; /* of a chunk */
    size_t *at;      /* [steps] where a step's output lies among them */
    store stores[LOSSI_KEPT_SETS];
    lossi_spill *spill; /* NULL: none is needed, or none is wanted */
};

void lossi_kept_free(lossi_kept *kept)
{
    if (!kept)
        return;
    for (size_t s = 0; s < LOSSI_KEPT_SETS; s++) {
        free(kept->stores[s].values);
        free(kept->stores[s].states);
    }
    lossi_spill_free(kept->spill);
    lossi_fixed_free(&kept->fixed);
    free(kept->at);
    free(kept);
}

static bool is_worth_it(const lossi_fixed *f)
{
    return f->macs >= LEAST_MACS * (double)f->n_kept && f->macs > 0;
}

static size_t chunk_bytes(const lossi_kept *kept)
{
    return kept->n_values * sizeof(lossi_real);
}

/* Memory that is not touched before something is saved in it. Where there is less than may be used,
 * fewer chunks are in it. */
static loss_status make_store(lossi_kept *kept, store *s, size_t n_images, uint64_t *memory)
{
    size_t bytes = chunk_bytes(kept);
    s->n_images = n_images;
    s->n_chunks = n_images / kept->lanes + (n_images % kept->lanes != 0);
    s->n_held = *memory / bytes < s->n_chunks ? (size_t)(*memory / bytes) : s->n_chunks;
    while (!(s->values = malloc(s->n_held * bytes + 1)) && s->n_held)
        s->n_held /= 2;
    *memory -= (uint64_t)s->n_held * bytes;
    s->states = calloc(s->n_chunks + 1, sizeof *s->states);
    return s->values && s->states ? LOSS_OK : lossi_fail_nomem(s->n_held * bytes);
}

static loss_status make_stores(lossi_kept *kept, const lossi_kept_options *opt)
{
    uint64_t memory = opt->memory, in_file = 0;
    loss_status status = LOSS_OK;
    kept->at = calloc(kept->fixed.steps.n + 1, sizeof *kept->at);
    if (!kept->at)
        return lossi_fail_nomem(kept->fixed.steps.n * sizeof *kept->at);
    for (size_t k = 0; k < kept->fixed.steps.n; k++) {
        kept->at[k] = kept->n_values;
        kept->n_values += kept->lanes * kept->fixed.kept[k];
    }
    for (size_t s = 0; s < LOSSI_KEPT_SETS && !status; s++) {
        store *to = &kept->stores[s];
        status = make_store(kept, to, opt->n_images[s], &memory);
        to->at = in_file;
        in_file += (uint64_t)(to->n_chunks - to->n_held) * chunk_bytes(kept);
    }
    return !status && in_file && opt->spills ? lossi_spill_create(&kept->spill) : status;
}

loss_status lossi_kept_create(lossi_kept **out, const loss_net *net, const lossi_kept_options *opt)
{
    const lossi_backend *backend;
    const lossi_kernels *kernels;
    *out = NULL;
    loss_status status = lossi_backend_choose(&backend, &kernels);
    if (status)
        return status;
    lossi_kept *kept = calloc(1, sizeof *kept);
    if (!kept)
        return lossi_fail_nomem(sizeof *kept);
    kept->lanes = lossi_lanes(net, kernels);
    status = lossi_fixed_find(&kept->fixed, net, opt->moves);
    bool is_wanted = !status && is_worth_it(&kept->fixed);
    if (is_wanted)
        status = make_stores(kept, opt);
    if (status || !is_wanted)
        lossi_kept_free(kept);
    else
        *out = kept;
    return status;
}

const lossi_fixed *lossi_kept_fixed(const lossi_kept *kept)
{
    return &kept->fixed;
}

uint64_t lossi_kept_needs(const lossi_kept *kept)
{
    uint64_t n = 0;
    for (size_t s = 0; s < LOSSI_KEPT_SETS; s++)
        n += kept->stores[s].n_chunks;
    return n * chunk_bytes(kept);
}

uint64_t lossi_kept_bytes(const lossi_kept *kept)
{
    uint64_t n = 0;
    for (size_t s = 0; s < LOSSI_KEPT_SETS; s++)
        n += kept->stores[s].n_held;
    return n * chunk_bytes(kept);
}

size_t lossi_kept_images(const lossi_kept *kept)
{
    size_t n = 0;
    for (size_t s = 0; s < LOSSI_KEPT_SETS; s++) {
        const store *of = &kept->stores[s];
        n += kept->spill || of->n_held == of->n_chunks ? of->n_images : of->n_held * kept->lanes;
    }
    return n;
}

/* ---- Chunks --------------------------------------------------------------------------------- */

lossi_kept_use lossi_kept_begin(lossi_kept *kept, size_t set, const lossi_chunk *chunk)
{
    store *s = &kept->stores[set];
    if (chunk->number >= (kept->spill ? s->n_chunks : s->n_held))
        return LOSSI_KEPT_NOT;
    unsigned char state = EMPTY;
    if (atomic_compare_exchange_strong(&s->states[chunk->number], &state, BEING_SAVED))
        return LOSSI_KEPT_SAVE;
    return state == SAVED ? LOSSI_KEPT_LOAD : LOSSI_KEPT_NOT;
}

void lossi_kept_end(lossi_kept *kept, size_t set, const lossi_chunk *chunk, bool done)
{
    atomic_store(&kept->stores[set].states[chunk->number], done ? SAVED : EMPTY);
}

static size_t bytes_of(const lossi_kept *kept, size_t k)
{
    return kept->lanes * kept->fixed.kept[k] * sizeof(lossi_real);
}

/* Where a chunk in memory has the output of step k; NULL: it is in the file, at *at. */
static lossi_real *place_of(const lossi_kept *kept, size_t set, size_t number, size_t k,
                            uint64_t *at)
{
    const store *s = &kept->stores[set];
    if (number < s->n_held)
        return s->values + number * kept->n_values + kept->at[k];
    *at = s->at + (uint64_t)(number - s->n_held) * chunk_bytes(kept) +
          kept->at[k] * sizeof(lossi_real);
    return NULL;
}

static lossi_real *output_of(const lossi_kept *kept, const lossi_engine *e,
                             const lossi_chunk *chunk, size_t k)
{
    return lossi_block_at(e, chunk, LOSSI_OUTPUTS, (size_t)kept->fixed.steps.at[k].output);
}

loss_status lossi_kept_save(const lossi_kept *kept, size_t set, const lossi_engine *e,
                            const lossi_chunk *chunk, size_t k)
{
    uint64_t at = 0;
    lossi_real *place = place_of(kept, set, chunk->number, k, &at),
               *output = output_of(kept, e, chunk, k);
    if (!place)
        return lossi_spill_write(kept->spill, output, bytes_of(kept, k), at);
    e->backend->download(place, output, bytes_of(kept, k));
    return LOSS_OK;
}

loss_status lossi_kept_load(const lossi_kept *kept, size_t set, const lossi_engine *e,
                            const lossi_chunk *chunk, size_t k)
{
    uint64_t at = 0;
    const lossi_real *place = place_of(kept, set, chunk->number, k, &at);
    lossi_real *output = output_of(kept, e, chunk, k);
    if (!place)
        return lossi_spill_read(kept->spill, output, bytes_of(kept, k), at);
    e->backend->upload(output, place, bytes_of(kept, k));
    return LOSS_OK;
}
