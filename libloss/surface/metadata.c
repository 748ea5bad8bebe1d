/* The facts of a surface: by key, and as what they are. */
#include <loss/text.h>

#include <stdio.h>
#include <string.h>

#include "surface/surface.h"

/* Keys whose facts are more than texts. */
static const struct {
    const char *key;
    loss_key_kind kind;
    bool has_name; /* the name of a split or a run follows */
} KEYS[] = {
    {LOSS_KEY_BN_IMAGES, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_COSINE, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_EIGENVALUE_X, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_EIGENVALUE_Y, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_ESTIMATE_ERROR, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_ESTIMATE_SHARE, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_EXPLAINED_X, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_EXPLAINED_Y, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_IMAGES, LOSS_KEY_IS_NUMBER, true},
    {LOSS_KEY_L2, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_MEAN, LOSS_KEY_IS_NUMBERS, false},
    {LOSS_KEY_MODEL_LOSS, LOSS_KEY_IS_NUMBER, true},
    {LOSS_KEY_NORM_X, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_NORM_Y, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_PARAMETERS, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_PATH_HELD, LOSS_KEY_IS_NUMBER, true},
    {LOSS_KEY_PCA_CHECKPOINTS, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_REPEAT, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_SEED, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_SOLUTIONS, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_STD, LOSS_KEY_IS_NUMBERS, false},
    {LOSS_KEY_WEIGHTS_NORM, LOSS_KEY_IS_NUMBER, false},
    {LOSS_KEY_FOLDED_NORMS, LOSS_KEY_IS_NUMBER, false},
};

loss_key_kind loss_key_kind_of(const char *key)
{
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS && key; i++) {
        size_t n = strlen(KEYS[i].key);
        if (strncmp(key, KEYS[i].key, n) == 0 && key[n] == (KEYS[i].has_name ? '_' : 0))
            return KEYS[i].kind;
    }
    return LOSS_KEY_IS_TEXT;
}

const char *loss_surface_metadata(const loss_surface *surface, const char *key)
{
    return surface && key ? lossi_facts_find(&surface->facts, key) : NULL;
}

const char *loss_surface_metadata_of(const loss_surface *surface, const char *key, const char *of)
{
    return surface && key && of ? lossi_facts_find_of(&surface->facts, key, of) : NULL;
}

const char *loss_surface_text(const loss_surface *surface, const char *key, const char *otherwise)
{
    const char *value = loss_surface_metadata(surface, key);
    return value ? value : otherwise;
}

bool lossi_surface_tells_split(const loss_surface *surface)
{
    return !loss_surface_metadata(surface, LOSS_KEY_IMPORTED_SPLIT);
}

const char *loss_surface_split_name(const loss_surface *surface, loss_split split)
{
    if (!surface || (unsigned)split > LOSS_SPLIT_TEST)
        return NULL;
    return lossi_surface_tells_split(surface) ? loss_split_name(split) : "unknown";
}

const char *lossi_split_key(char text[LOSSI_KEY_SIZE], const char *key, loss_split split)
{
    snprintf(text, LOSSI_KEY_SIZE, "%s_%s", key, loss_split_name(split));
    return text;
}

const char *lossi_surface_fact(const loss_surface *surface, const char *key)
{
    return loss_surface_text(surface, key, "unknown");
}

bool loss_surface_number(const loss_surface *surface, const char *key, double *value)
{
    return loss_number_parse(loss_surface_metadata(surface, key), NULL, value);
}

bool loss_surface_count(const loss_surface *surface, const char *key, uint64_t *value)
{
    return loss_count_parse(loss_surface_metadata(surface, key), NULL, value);
}

bool loss_surface_bn(const loss_surface *surface, loss_bn *bn)
{
    const char *name = loss_surface_text(surface, LOSS_KEY_BN, "");
    for (int i = LOSS_BN_WEIGHTS; i <= LOSS_BN_RECALIBRATE && bn; i++)
        if (strcmp(loss_bn_name((loss_bn)i), name) == 0) {
            *bn = (loss_bn)i;
            return true;
        }
    return false;
}

bool loss_surface_ignores(const loss_surface *surface)
{
    return strcmp(loss_surface_text(surface, LOSS_KEY_IGNORE, ""),
                  loss_ignore_name(LOSS_IGNORE_NONE)) != 0;
}

const char *loss_surface_metadata_key(const loss_surface *surface, size_t i)
{
    return surface && i < surface->facts.n ? surface->facts.keys[i] : NULL;
}

loss_status lossi_surface_read_facts(loss_surface *s)
{
    lossi_facts facts;
    loss_status status = lossi_store_read_facts(s->store, &facts);
    if (status)
        return status;
    lossi_facts_free(&s->facts);
    s->facts = facts;
    return LOSS_OK;
}
