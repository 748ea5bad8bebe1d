/* Whether two landscapes are of one thing. */
#include "surface/compare.h"

#include <stdlib.h>
#include <string.h>

#include <loss/tasks.h>

#include "surface/surface.h"

enum { NO_SPLIT = -1 };
/* Facts that make two landscapes of one thing. */
static const struct {
    const char *key, *what;
    int split; /* whose name follows the key */
} SAME[] = {
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
enum { N_SAME = sizeof SAME / sizeof *SAME };

static const char *key_of(size_t i, char text[LOSSI_KEY_SIZE])
{
    return SAME[i].split == NO_SPLIT
               ? SAME[i].key
               : lossi_split_key(text, SAME[i].key, (loss_split)SAME[i].split);
}

static bool same_fact(const lossi_facts *a, const lossi_facts *b, const char *key)
{
    const char *was = lossi_facts_find(a, key), *is = lossi_facts_find(b, key);
    return was && is ? strcmp(was, is) == 0 : !was && !is;
}

/* How directions are described decides nothing, since a path can be written in several ways, but it
 * says more than their digests. */
bool lossi_facts_differ(const lossi_facts *a, const lossi_facts *b, lossi_difference *difference)
{
    for (size_t i = 0; i < N_SAME; i++) {
        char text[LOSSI_KEY_SIZE];
        const char *key = key_of(i, text), *what = SAME[i].what;
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

loss_status loss_surface_identity(const loss_surface *s, char **text)
{
    LOSSI_REQUIRE(text);
    *text = NULL;
    LOSSI_REQUIRE(s);
    char *all = lossi_format("grid: x %.17g:%.17g:%zu, y %.17g:%.17g:%zu\n", s->x.min, s->x.max,
                             s->x.n, s->y.min, s->y.max, s->y.n);
    for (size_t i = 0; i < N_SAME && all; i++) {
        char key[LOSSI_KEY_SIZE];
        const char *value = lossi_facts_find(&s->facts, key_of(i, key));
        char *longer = lossi_format("%s%s: %s\n", all, SAME[i].what, value ? value : "none");
        free(all);
        all = longer;
    }
    *text = all;
    return all ? LOSS_OK : lossi_fail_nomem(1024);
}
