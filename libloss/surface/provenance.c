/* Which facts of a landscape go along. Not when, where and by which command: what is computed again
 * is exported to the same bytes. */
#include "surface/provenance.h"

#include <math.h>
#include <string.h>

static const char *const FACTS[] = {
    LOSS_KEY_MODEL,
    LOSS_KEY_PARAMETERS,
    LOSS_KEY_WEIGHTS_DIGEST,
    LOSS_KEY_WEIGHTS_NORM,
    LOSS_KEY_CAVEAT,
    LOSS_KEY_DATA_FORMAT,
    LOSS_KEY_LOSS,
    LOSS_KEY_L2,
    LOSS_KEY_BN,
    LOSS_KEY_BN_IMAGES,
    LOSS_KEY_BN_SELECTION,
    LOSS_KEY_DIRECTIONS,
    LOSS_KEY_PLANE_DIGEST,
    LOSS_KEY_NORM_X,
    LOSS_KEY_NORM_Y,
    LOSS_KEY_COSINE,
    LOSS_KEY_NORM,
    LOSS_KEY_IGNORE,
    LOSS_KEY_LAYERS,
    LOSS_KEY_SEED,
    LOSS_KEY_REPEAT,
    LOSS_KEY_EXPLAINED_X,
    LOSS_KEY_EXPLAINED_Y,
    LOSS_KEY_EIGENVALUE_X,
    LOSS_KEY_EIGENVALUE_Y,
    LOSS_KEY_SOLUTIONS,
    LOSS_KEY_ESTIMATE,
    LOSS_KEY_ISA,
    LOSS_KEY_VERSION,
    LOSS_KEY_NETWORK_FROM,
    LOSS_KEY_FOLDED_NORMS,
    LOSS_KEY_MEAN,
    LOSS_KEY_STD,
    LOSS_KEY_PCA_CHECKPOINTS,
    LOSS_KEY_ESTIMATE_SHARE,
    LOSS_KEY_ESTIMATE_ERROR,
    LOSS_KEY_CURVATURE,
    LOSS_KEY_IMPORTED_AS,
    LOSS_KEY_IMPORTED_DIGEST,
    LOSS_KEY_IMPORTED_SPLIT,
    LOSS_KEY_IMPORTED_VALUES,
    LOSS_KEY_IMPORTED_X,
    LOSS_KEY_IMPORTED_Y,
};
/* There is one for each split. */
static const char *const SPLIT_FACTS[] = {
    LOSS_KEY_IMAGES,     LOSS_KEY_SELECTION,      LOSS_KEY_DATA_DIGEST,
    LOSS_KEY_MODEL_LOSS, LOSS_KEY_ESTIMATE_CHECK, LOSS_KEY_ESTIMATE_ACCURACY_CHECK};

bool lossi_provenance_is_imported(const loss_surface *s)
{
    return loss_surface_metadata(s, LOSS_KEY_IMPORTED_FROM) != NULL;
}

const char *lossi_provenance_file(const loss_surface *s)
{
    const char *path = lossi_surface_fact(s, LOSS_KEY_IMPORTED_FROM), *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *lossi_provenance_imported(const loss_surface *s)
{
    return lossi_format("imported from %s (%s), which does not tell of which network and images",
                        lossi_provenance_file(s), lossi_surface_fact(s, LOSS_KEY_IMPORTED_AS));
}

/* A number that a double holds; a seed may have 64 bits. */
static void add_fact(const loss_surface *s, cJSON *to, const char *name, const char *key,
                     bool *failed)
{
    const char *value = loss_surface_metadata(s, key);
    double number;
    uint64_t count;
    if (!value)
        return;
    bool is_exact = !loss_count_parse(value, NULL, &count) || count < (UINT64_C(1) << 53);
    if (loss_key_kind_of(key) == LOSS_KEY_IS_NUMBER && is_exact &&
        loss_number_parse(value, NULL, &number) && isfinite(number))
        lossi_json_add(to, name, cJSON_CreateNumber(number), failed);
    else
        lossi_json_add_text(to, name, value, failed);
}

void lossi_provenance_add(const loss_surface *s, loss_split split, cJSON *to, bool *failed)
{
    char key[LOSSI_KEY_SIZE];
    if (lossi_surface_tells_split(s))
        lossi_json_add_text(to, "split", loss_split_name(split), failed);
    for (size_t i = 0; i < sizeof SPLIT_FACTS / sizeof *SPLIT_FACTS; i++)
        add_fact(s, to, SPLIT_FACTS[i], lossi_split_key(key, SPLIT_FACTS[i], split), failed);
    for (size_t i = 0; i < sizeof FACTS / sizeof *FACTS; i++)
        add_fact(s, to, FACTS[i], FACTS[i], failed);
}

char *lossi_provenance_text(const loss_surface *s)
{
    bool failed = false;
    cJSON *all = cJSON_CreateObject();
    lossi_json_add(all, "kind", cJSON_CreateString("facts"), &failed);
    for (int k = 0; k < 2; k++) {
        const char *name = loss_surface_split_name(s, (loss_split)k);
        if (s->has_split[k])
            lossi_provenance_add(s, (loss_split)k,
                                 lossi_json_add(all, name, cJSON_CreateObject(), &failed), &failed);
    }
    char *text = failed ? NULL : cJSON_Print(all);
    cJSON_Delete(all);
    return text;
}
