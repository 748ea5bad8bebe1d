/* Which images a surface is of, as its metadata tell it: the number of images, and all, first or
 * sample seed=N (docs/file-formats.md). */
#include <loss/text.h>

#include <stdio.h>
#include <string.h>

#include "surface/surface.h"

static loss_status read_selection(const loss_surface *s, const char *images, const char *selection,
                                  loss_selection *out)
{
    static const char SAMPLE[] = "sample seed=";
    const char *text = loss_surface_metadata(s, selection);
    uint64_t n;
    *out = (loss_selection){0};
    if (!loss_surface_count(s, images, &n) || !n)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: it does not tell a number of images (%s)", s->path,
                          images);
    out->n_images = (size_t)n;
    out->is_all = text && strcmp(text, "all") == 0;
    out->is_sample = text && strncmp(text, SAMPLE, strlen(SAMPLE)) == 0 &&
                     loss_count_parse(text + strlen(SAMPLE), NULL, &out->seed);
    if (out->is_all || out->is_sample || (text && strcmp(text, "first") == 0))
        return LOSS_OK;
    return lossi_fail(LOSS_ERR_FORMAT,
                      "%s: its %s is \"%.60s\"; expected all, first or sample seed=N", s->path,
                      selection, text ? text : "");
}

loss_status loss_surface_selection(const loss_surface *surface, loss_split split,
                                   loss_selection *selection)
{
    char images[32], text[32];
    LOSSI_REQUIRE(surface && selection);
    if (!loss_surface_has_split(surface, split))
        return lossi_fail(LOSS_ERR_NAME, "%s: it holds no points of the split %s", surface->path,
                          loss_split_name(split));
    snprintf(images, sizeof images, "images_%s", loss_split_name(split));
    snprintf(text, sizeof text, "selection_%s", loss_split_name(split));
    return read_selection(surface, images, text, selection);
}

loss_status loss_surface_bn_selection(const loss_surface *surface, loss_selection *selection)
{
    LOSSI_REQUIRE(surface && selection);
    if (!loss_surface_metadata(surface, "bn_images"))
        return lossi_fail(LOSS_ERR_NAME, "%s: BatchNorm's statistics are of no images of its own",
                          surface->path);
    return read_selection(surface, "bn_images", "bn_selection", selection);
}
