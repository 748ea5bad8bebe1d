/* An image's outputs lie one after the other; images that memory has no room for, in the file. */
#include "net/kept.h"

#include <stdlib.h>

#include "base/spill.h"
#include "net/calls.h"

/* Multiply-adds that a kept value must save: to read it back takes about as long as 16. */
static const double LEAST_MACS = 32;

enum { EMPTY, BEING_SAVED, SAVED };

/* Lanes that a chunk may have, as the bits of an integer; values that are copied at once between
 * them and the images, so that both stay in the cache. */
enum { MOST_LANES = 64, BLOCK = 64 };

/* Of one data set. */
typedef struct store {
    size_t n_images;
    size_t n_held;        /* the first so many are in memory */
    lossi_real *values;   /* [n_held][n_values] */
    uint64_t at;          /* in the file, of the images that are not in memory */
    atomic_uchar *states; /* [n_images] */
} store;

struct lossi_kept {
    lossi_fixed fixed;
    size_t lanes;
    size_t n_values; /* of an image */
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

static size_t image_bytes(const lossi_kept *kept)
{
    return kept->n_values * sizeof(lossi_real);
}

/* Memory that is not touched before something is saved in it. Where there is less than may be used,
 * fewer images are in it. */
static loss_status make_store(lossi_kept *kept, store *s, size_t n_images, uint64_t *memory)
{
    size_t bytes = image_bytes(kept);
    s->n_images = n_images;
    s->n_held = *memory / bytes < n_images ? (size_t)(*memory / bytes) : n_images;
    while (!(s->values = malloc(s->n_held * bytes + 1)) && s->n_held)
        s->n_held /= 2;
    *memory -= (uint64_t)s->n_held * bytes;
    s->states = calloc(n_images + 1, sizeof *s->states);
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
        kept->n_values += kept->fixed.kept[k];
    }
    for (size_t s = 0; s < LOSSI_KEPT_SETS && !status; s++) {
        store *to = &kept->stores[s];
        status = make_store(kept, to, opt->n_images[s], &memory);
        to->at = in_file;
        in_file += (uint64_t)(to->n_images - to->n_held) * image_bytes(kept);
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
    bool is_wanted = !status && is_worth_it(&kept->fixed) && kept->lanes <= MOST_LANES;
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
        n += kept->stores[s].n_images;
    return n * image_bytes(kept);
}

uint64_t lossi_kept_bytes(const lossi_kept *kept)
{
    uint64_t n = 0;
    for (size_t s = 0; s < LOSSI_KEPT_SETS; s++)
        n += kept->stores[s].n_held;
    return n * image_bytes(kept);
}

size_t lossi_kept_images(const lossi_kept *kept)
{
    size_t n = 0;
    for (size_t s = 0; s < LOSSI_KEPT_SETS; s++) {
        const store *of = &kept->stores[s];
        n += kept->spill ? of->n_images : of->n_held;
    }
    return n;
}

/* ---- Chunks --------------------------------------------------------------------------------- */

static size_t image_of(const lossi_kept_chunk *c, size_t lane)
{
    const uint32_t *numbers = c->engine->batch.numbers;
    return numbers ? numbers[c->chunk->first + lane] : c->chunk->first + lane;
}

static bool has_lane(const lossi_kept_chunk *c, size_t lane)
{
    return c->lanes >> lane & 1;
}

lossi_kept_use lossi_kept_begin(lossi_kept *kept, lossi_kept_chunk *c)
{
    store *s = &kept->stores[c->set];
    size_t n_saved = 0;
    c->lanes = 0;
    for (size_t i = 0; i < c->chunk->n; i++)
        n_saved += atomic_load(&s->states[image_of(c, i)]) == SAVED;
    if (n_saved == c->chunk->n)
        return LOSSI_KEPT_LOAD;
    for (size_t i = 0; i < c->chunk->n; i++) {
        size_t image = image_of(c, i);
        unsigned char state = EMPTY;
        if ((kept->spill || image < s->n_held) &&
            atomic_compare_exchange_strong(&s->states[image], &state, BEING_SAVED))
            c->lanes |= (uint64_t)1 << i;
    }
    return c->lanes ? LOSSI_KEPT_SAVE : LOSSI_KEPT_NOT;
}

void lossi_kept_end(lossi_kept *kept, const lossi_kept_chunk *c, bool done)
{
    for (size_t i = 0; i < c->chunk->n; i++)
        if (has_lane(c, i))
            atomic_store(&kept->stores[c->set].states[image_of(c, i)], done ? SAVED : EMPTY);
}

/* Where an image in memory has the output of step k; NULL: it is in the file, at *at. */
static lossi_real *place_of(const lossi_kept *kept, size_t set, size_t image, size_t k,
                            uint64_t *at)
{
    const store *s = &kept->stores[set];
    if (image < s->n_held)
        return s->values + image * kept->n_values + kept->at[k];
    *at = s->at + (uint64_t)(image - s->n_held) * image_bytes(kept) +
          kept->at[k] * sizeof(lossi_real);
    return NULL;
}

/* Of the images of a chunk, the values of one step. */
typedef struct lanes {
    lossi_real *of[MOST_LANES]; /* NULL: of none */
    uint64_t at[MOST_LANES];    /* in the file, for those that are in `buffer` */
    bool is_in_file[MOST_LANES];
    lossi_real *buffer; /* NULL: all are in memory */
} lanes;

static loss_status find_lanes(lanes *l, const lossi_kept *kept, const lossi_kept_chunk *c, size_t k,
                              uint64_t wanted)
{
    size_t n = kept->fixed.kept[k];
    *l = (lanes){.buffer = NULL};
    for (size_t i = 0; i < c->chunk->n; i++) {
        if (!(wanted >> i & 1))
            continue;
        l->of[i] = place_of(kept, c->set, image_of(c, i), k, &l->at[i]);
        l->is_in_file[i] = !l->of[i];
        if (!l->of[i] && !l->buffer &&
            !(l->buffer = lossi_alloc(n * MOST_LANES, sizeof *l->buffer)))
            return lossi_fail_nomem(n * MOST_LANES * sizeof *l->buffer);
        if (!l->of[i])
            l->of[i] = l->buffer + i * n;
    }
    return LOSS_OK;
}

static lossi_real *output_of(const lossi_kept *kept, const lossi_kept_chunk *c, size_t k)
{
    return lossi_block_at(c->engine, c->chunk, LOSSI_OUTPUTS,
                          (size_t)kept->fixed.steps.at[k].output);
}

loss_status lossi_kept_save(const lossi_kept *kept, const lossi_kept_chunk *c, size_t k)
{
    size_t n = kept->fixed.kept[k], step = kept->lanes;
    const lossi_real *output = output_of(kept, c, k);
    lanes l;
    loss_status status = find_lanes(&l, kept, c, k, c->lanes);
    for (size_t first = 0; first < n && !status; first += BLOCK)
        for (size_t i = 0; i < c->chunk->n; i++)
            for (size_t j = first; l.of[i] && j < lossi_smaller(first + BLOCK, n); j++)
                l.of[i][j] = output[j * step + i];
    for (size_t i = 0; i < c->chunk->n && !status; i++)
        if (l.is_in_file[i])
            status = lossi_spill_write(kept->spill, l.of[i], n * sizeof *l.of[i], l.at[i]);
    free(l.buffer);
    return status;
}

/* Lanes without an image get zeros, so that they stay finite. */
loss_status lossi_kept_load(const lossi_kept *kept, const lossi_kept_chunk *c, size_t k)
{
    size_t n = kept->fixed.kept[k], step = kept->lanes;
    lossi_real *output = output_of(kept, c, k);
    lanes l;
    loss_status status = find_lanes(&l, kept, c, k, ~(uint64_t)0);
    for (size_t i = 0; i < c->chunk->n && !status; i++)
        if (l.is_in_file[i])
            status = lossi_spill_read(kept->spill, l.of[i], n * sizeof *l.of[i], l.at[i]);
    for (size_t first = 0; first < n && !status; first += BLOCK)
        for (size_t i = 0; i < step; i++)
            for (size_t j = first; j < lossi_smaller(first + BLOCK, n); j++)
                output[j * step + i] = l.of[i] ? l.of[i][j] : 0;
    free(l.buffer);
    return status;
}
