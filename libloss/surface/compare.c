/* Whether two landscapes are of one thing. */
#include "surface/compare.h"

#include <string.h>

#include "surface/surface.h"

static bool same_fact(const lossi_facts *a, const lossi_facts *b, const char *key)
{
    const char *was = lossi_facts_find(a, key), *is = lossi_facts_find(b, key);
    return was && is ? strcmp(was, is) == 0 : !was && !is;
}

/* How directions are described decides nothing, since a path can be written in several ways, but it
 * says more than their digests. */
bool lossi_facts_differ(const lossi_facts *a, const lossi_facts *b, lossi_difference *difference)
{
    enum { NO_SPLIT = -1 };
    static const struct {
        const char *key, *what;
        int split; /* whose name follows the key */
    } same[] = {
        {LOSS_KEY_MODEL, "model", NO_SPLIT},
        {LOSS_KEY_WEIGHTS_DIGEST, "weights (digest)", NO_SPLIT},
        {LOSS_KEY_PLANE_DIGEST, "directions (digest)", NO_SPLIT},
        {LOSS_KEY_SPLITS, "splits", NO_SPLIT},
        {LOSS_KEY_IMAGES, "number of training images", LOSS_SPLIT_TRAIN},
        {LOSS_KEY_IMAGES, "number of test images", LOSS_SPLIT_TEST},
        {LOSS_KEY_DATA_DIGEST, "training images (digest)", LOSS_SPLIT_TRAIN},
        {LOSS_KEY_DATA_DIGEST, "test images (digest)", LOSS_SPLIT_TEST},
        {LOSS_KEY_BN, "BatchNorm mode", NO_SPLIT},
        {LOSS_KEY_BN_IMAGES, "number of images for BatchNorm's statistics", NO_SPLIT},
        {LOSS_KEY_BN_DATA_DIGEST, "images for BatchNorm's statistics (digest)", NO_SPLIT},
        {LOSS_KEY_REPEAT, "number of repeated directions", NO_SPLIT},
        {LOSS_KEY_PART, "part", NO_SPLIT},
        {LOSS_KEY_LOSS, "loss", NO_SPLIT},
        {LOSS_KEY_L2, "L2 term", NO_SPLIT},
        {LOSS_KEY_ISA, "kernel set", NO_SPLIT},
        {LOSS_KEY_BLAS, "OpenBLAS and its core", NO_SPLIT},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        char split_key[LOSSI_KEY_SIZE];
        const char *key = same[i].key, *what = same[i].what;
        if (same[i].split != NO_SPLIT)
            key = lossi_split_key(split_key, key, (loss_split)same[i].split);
        if (same_fact(a, b, key))
            continue;
        if (strcmp(key, LOSS_KEY_PLANE_DIGEST) == 0 && !same_fact(a, b, LOSS_KEY_DIRECTIONS))
            key = what = LOSS_KEY_DIRECTIONS;
        const char *first = lossi_facts_find(a, key), *second = lossi_facts_find(b, key);
        *difference = (lossi_difference){what, first ? first : "none", second ? second : "none"};
        return true;
    }
    return false;
}

bool lossi_axis_is_same(loss_axis a, loss_axis b)
{
    return a.min == b.min && a.max == b.max && a.n == b.n;
}
